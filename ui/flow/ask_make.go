package flow

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// guide writes the lines of the exchange's page with what is put there.
func (e *Engine) guide(s *State, steps []exchanges.GuideStep, key Key) []Line {
	g := e.info(s.Plan.Exchange).Guide
	on, off, _, _ := g.Plan(s.permissions())
	boxes := func(bs []exchanges.Box) []string {
		out := make([]string, len(bs))
		for i, b := range bs {
			out[i] = b.Words
		}
		return out
	}
	var out []Line
	for _, step := range s.Plan.Source.Steps(steps) {
		l := Line{Text: step.Text, Name: step.Put}
		switch step.Put {
		case exchanges.PutLabel:
			l.Copy = s.Plan.Label
		case exchanges.PutPublicKey:
			l.Copy = s.Plan.Public
		case exchanges.PutTicks:
			l.Many = boxes(on)
		case exchanges.PutNoTicks:
			l.Many = boxes(off)
		case exchanges.PutIPs:
			if s.Plan.IPs.State == exchanges.IPList {
				l.Copy = g.IPs.Join(s.Plan.IPs.Entries)
			} else {
				l.Many = []string{ListText(s.Plan.IPs)}
			}
		case exchanges.PutKey:
			l.Many = []string{key.Masked}
			if label := s.labelOf(key); label != "" {
				l.Many = append(l.Many, label)
			}
		case exchanges.PutNothing:
		}
		out = append(out, l)
	}
	return out
}

// labelOf returns the label that a key has at the exchange, "" if that is not
// known.
func (s *State) labelOf(key Key) string {
	if key.Facts.Label == "" && key.Slot == s.New.Slot {
		return s.Plan.Label // not verified yet
	}
	return key.Facts.Label
}

func (e *Engine) askPaste(s *State, p *Prompt) {
	info := e.info(s.Plan.Exchange)
	p.Title = "Make the key on " + e.name(s) + "'s site"
	p.Page = e.page(s)
	p.Guide = e.guide(s, info.Guide.Create, Key{})
	if s.Kind == Rotate && len(s.Old.Facts.ExchangePermissions) > 0 {
		p.Text = append(p.Text, "The old key has, in the exchange's words: "+strings.Join(s.Old.Facts.ExchangePermissions, ", ")+".")
	}
	done := Choice{ID: Go, Label: pasteLabel(s)}
	switch {
	case s.publicIsKey():
		p.Text = append(p.Text, "The private half lies in your keyring already, and the public half is the key itself: the page gets it, and nothing has to be copied back.")
		done = Choice{ID: Go, Label: "it is done", Help: "keyrota then asks the exchange for the key."}
	case s.Plan.Source == exchanges.FromKeyPair:
		p.Text = append(p.Text, "The private half lies in your keyring already; the page gets the public half, and shows the key's ID.")
	default:
		p.Text = append(p.Text, "The secret is shown once: paste it here before the page is closed.")
	}
	if s.Plan.Manual {
		p.Text = append(p.Text, e.unknownPage(s))
	} else if info.Guide.AsOf != "" {
		p.Text = append(p.Text, fmt.Sprintf("The page's words are those of %s.", info.Guide.AsOf))
	}
	if !s.publicIsKey() {
		p.Fields = []Field{{Name: "credential", Label: "The new key", Kind: FieldCredential, Form: info.Form.Fields,
			Source: s.Plan.Source, Exch: info.ID, Env: s.Plan.Environment}}
	}
	p.Choices = []Choice{done, {ID: Relabel, Label: "another label", Help: "The page says that the label is in use.", Bare: true}}
}

func (e *Engine) askLook(s *State, p *Prompt) {
	p.Title = "Was the key made?"
	p.Page = e.page(s)
	p.Text = []string{
		fmt.Sprintf("The call that makes the key was sent, and no answer came. Look on the page for a key labelled %s.", s.Plan.Label),
		"If it is there, delete it: its secret never arrived. Then a new one is made.",
	}
	p.Guide = []Line{{Text: "Look for the label", Name: exchanges.PutLabel, Copy: s.Plan.Label}}
	p.Choices = []Choice{{ID: None, Label: "there is none"}, {ID: There, Label: "it was there, I deleted it"}}
}
