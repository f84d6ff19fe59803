package flow

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

func (e *Engine) askWatch(s *State, p *Prompt) {
	p.Title = "Is the old key still used?"
	since := clock(s.Watch.Since)
	switch used, ok := s.Watch.Used.Time(); {
	case s.Plan.Manual:
		p.Text = []string{fmt.Sprintf("keyrota cannot ask %s when a key was last used. Wait until every program that had the old key has run with the new one.", e.name(s))}
	case !s.Plan.Can.LastUsed || s.Old.Blind || !s.Watch.Used.Known():
		p.Text = []string{fmt.Sprintf("%s does not tell when a key was last used, so keyrota cannot know. Wait until every program that had the old key has run with the new one.", e.name(s))}
	case s.Watch.Used.IsNever() || ok && used.Before(s.Watch.Since):
		p.Text = []string{fmt.Sprintf("Nobody had used the old key since the switch on %s when %s was asked on %s.", since, e.name(s), clock(s.Watch.Asked))}
	default:
		p.Warn = []string{fmt.Sprintf("The old key was used on %s, after the switch on %s: some program still has it.", clock(used), since)}
	}
	p.Text = append(p.Text, "The old key goes on working until it is revoked. Leave and come back in some days if you want to be sure.")
	p.Choices = []Choice{{ID: Look, Label: "look again"}, {ID: Go, Label: "go on to revoke it"}}
	if !s.Plan.Can.LastUsed || s.Old.Blind {
		p.Choices = p.Choices[1:]
	}
}

func (e *Engine) askRevoke(s *State, p *Prompt) {
	p.Title = fmt.Sprintf("Revoke %s", s.Old.Masked)
	p.Page = e.page(s)
	if s.Kind == Revoke {
		p.Text = e.whatStops(s)
	} else {
		p.Text = []string{fmt.Sprintf("%s is in use as %s. What still has the old key stops working.", s.Name, s.New.Masked)}
	}
	if s.Batch.Reason != "" {
		p.Text = append(p.Text, "Reason: "+exchanges.Clean(s.Batch.Reason))
	}
	p.Text = append(p.Text, "This cannot be taken back.")
	p.Fields = []Field{{Name: "phrase", Label: "Type the name of the key", Kind: FieldPhrase, Want: s.Name}}
	p.Choices = []Choice{{ID: Later, Label: "not now", Help: "Nothing is revoked; the flow waits.", Bare: true}}
	if s.Plan.Kill == ByAPI {
		p.Choices = append(p.Choices, Choice{ID: Go, Label: "revoke with " + e.whose(s), Dangerous: true})
	}
	p.Choices = append(p.Choices, Choice{ID: Hand, Label: "by hand", Help: "You delete it on the exchange's page.", Dangerous: true})
}

// whatStops says what a revocation breaks, as far as known.
func (e *Engine) whatStops(s *State) []string {
	r, ok := e.record(s.Record)
	if !ok {
		return nil
	}
	var names []string
	for _, c := range r.Consumers {
		names = append(names, exchanges.Clean(c.Name))
	}
	text := []string{"No consumer is known for this key; a program that nobody wrote down stops too."}
	if len(names) > 0 {
		text = []string{"These stop working: " + strings.Join(names, ", ") + "."}
	}
	used := fmt.Sprintf("%s does not tell when it was last used.", e.name(s))
	if s.Plan.Manual {
		used = statedText(s.Old.Facts)
	}
	if at, ok := s.Old.Facts.LastUsed.Time(); ok {
		used = "Last used on " + clock(at) + "."
	} else if s.Old.Facts.LastUsed.IsNever() {
		used = "It was never used."
	}
	may := s.Old.Facts.ExchangePermissions
	if len(may) > 0 {
		used += " It may: " + strings.Join(may, ", ") + "."
	}
	return append(text, used, "Open orders stay open at the exchange: look at them before.")
}

func (e *Engine) askGone(s *State, p *Prompt) {
	p.Title = fmt.Sprintf("Delete %s on %s's site", s.Old.Masked, e.name(s))
	p.Page = e.page(s)
	p.Guide = e.guide(s, e.info(s.Plan.Exchange).Guide.Delete, s.Old)
	p.Text = []string{"keyrota then asks the exchange whether it still takes the key."}
	p.Choices = []Choice{{ID: Go, Label: "it is deleted"}, {ID: Back, Label: "back", Bare: true}}
	if s.Plan.Manual {
		e.takeWord(s, p)
	}
}

func (e *Engine) askProve(s *State, p *Prompt) {
	q := &s.Proof
	p.Text = s.Evidence()
	p.Page = e.page(s)
	again := Choice{ID: Retry, Label: "ask now"}
	switch {
	case q.Verdict == Refused:
		p.Title = fmt.Sprintf("%s is refused", s.Old.Masked)
		p.Text = append(p.Text, "The exchange does not say that the key is gone, so this is evidence and no proof. If you go on, its secret is forgotten.")
		p.Choices = []Choice{again, {ID: Go, Label: "enough: forget its secret"}}
	case q.Alive:
		p.Title = fmt.Sprintf("%s still works", s.Old.Masked)
		if q.Listed {
			p.Title = fmt.Sprintf("%s is still there", s.Old.Masked)
		}
		p.Choices = []Choice{again, {ID: Again, Label: "revoke it again"}, {ID: Hand, Label: "by hand"}}
	case q.Refusals > 0:
		p.Title = fmt.Sprintf("%s is refused; is it dead?", s.Old.Masked)
		p.Text = append(p.Text, "The refusal may have other reasons, so it is looked at for some minutes.")
		p.Choices = []Choice{again}
	default:
		p.Title = fmt.Sprintf("Nothing is known of %s yet", s.Old.Masked)
		p.Choices = []Choice{again}
	}
	if !q.Alive && q.Verdict == Open && (s.Due.IsZero() || s.Old.Blind || livingRefusal(q.Kind)) {
		p.Text = append(p.Text, "If you see on the exchange's page that it is deleted, say so.")
		p.Choices = append(p.Choices, Choice{ID: ByWord, Label: "it is deleted, I looked"})
	}
}

func (e *Engine) askCode(s *State, p *Prompt) {
	p.Title = e.name(s) + " asks for a one-time code"
	p.Text = []string{
		"It is needed to " + e.codeFor(s) + ".",
		"Type the code that your authenticator shows now. Each code works once: wait for the next if you used this one.",
	}
	if s.CodeRefused != "" {
		p.Warn = []string{s.CodeRefused}
	}
	p.Fields = []Field{{Name: "code", Label: "Code", Kind: FieldCode}}
	p.Choices = []Choice{{ID: Go, Label: "send"}}
	switch s.WantCode {
	case DoProve:
		p.Choices = append(p.Choices, Choice{ID: Without, Label: "without", Help: "Do not look into the list; the refusals are the evidence then.", Bare: true})
	case DoCreate, DoReconcile, DoRevoke, DoRestrict, DoUndo:
		p.Choices = append(p.Choices, Choice{ID: Hand, Label: "by hand", Bare: true})
	default:
	}
}

// codeFor says what a one-time code is asked for: two in a row look like a
// refusal of the first.
func (e *Engine) codeFor(s *State) string {
	switch s.WantCode {
	case DoCreate:
		return "make the key"
	case DoReconcile:
		return "find out whether the key was made"
	case DoRestrict:
		return "set the new key's rights and addresses"
	case DoRevoke:
		return "revoke the key"
	case DoUndo:
		return "delete the new key"
	case DoProve:
		return "see whether the key is still in the account's list"
	default:
		return "go on"
	}
}

func (e *Engine) askProblem(s *State, p *Prompt) {
	x := s.Problem
	p.Title = "It did not work"
	p.Warn = []string{x.What}
	if x.Hint != "" {
		p.Text = append(p.Text, x.Hint)
	}
	p.Text = append(p.Text, e.stillTrue(s))
	if x.Tries > 1 {
		p.Text = append(p.Text, fmt.Sprintf("Tried %s.", times(x.Tries)))
	}
	p.Page = e.page(s)
	p.Guide = e.approval(s)
	p.Choices = []Choice{{ID: Retry, Label: "try again"}}
	if x.Kind == string(exchanges.LabelTaken) {
		p.Choices = append([]Choice{{ID: Relabel, Label: "another label"}}, p.Choices...)
	}
	switch {
	case x.Effect == DoCreate, x.Effect == DoReconcile, x.Effect == DoRevoke, x.Effect == DoRestrict, x.Effect == DoUndo && s.undoesKey(),
		x.Effect == DoPreflight && s.Plan.Route == ByAPI:
		p.Choices = append(p.Choices, Choice{ID: Hand, Label: "by hand"})
	case x.Effect == DoVerify && s.Plan.Route == ByHand:
		p.Choices = append(p.Choices, Choice{ID: Paste, Label: "paste another key", Bare: true})
	}
	if x.Effect == DoAudit || x.Effect == DoLook || x.Effect == DoUndo {
		p.Choices = append(p.Choices, Choice{ID: Skip, Label: "go on without"})
	}
}

// approval is the guide once more where the exchange does not know a public half
// that was said to be approved: the answer may have come too early.
func (e *Engine) approval(s *State) []Line {
	if s.Problem.Effect != DoVerify || s.Plan.Route != ByHand || !s.publicIsKey() {
		return nil
	}
	return e.guide(s, e.info(s.Plan.Exchange).Guide.Create, Key{})
}

// stillTrue says what holds while something does not work.
func (e *Engine) stillTrue(s *State) string {
	switch {
	case s.Kind == Create:
		return "Nothing is lost: leave and resume whenever you like."
	case s.Kind == Rotate && s.Watch.Since.IsZero() && (s.Old.Refused != "" || s.Old.Blind):
		return fmt.Sprintf("Nothing was done to the old key, and %s still names it.", s.Name)
	case s.Kind == Rotate && s.Watch.Since.IsZero():
		return fmt.Sprintf("The old key goes on working, and %s still uses it.", s.Name)
	case s.Old.Gone || s.Old.Dead:
		return fmt.Sprintf("The old key is %s.", s.oldIs())
	case s.Kind == Rotate:
		return fmt.Sprintf("%s uses the new key, and the old one is not revoked yet.", s.Name)
	}
	return "The key is not revoked."
}

func (e *Engine) askAbandon(s *State, p *Prompt) {
	p.Title = "Abandon?"
	p.Text = s.leftovers()
	for _, way := range s.ways() {
		switch way {
		case Back:
			p.Choices = append(p.Choices, Choice{ID: Back, Label: "no, go on"})
		case End:
			if len(p.Text) == 0 {
				p.Text = []string{"Nothing was changed at the exchange."}
			}
			p.Choices = append(p.Choices, Choice{ID: End, Label: "end it"})
		case UndoNew:
			p.Text = append(p.Text, fmt.Sprintf("The new key %s (label %s) is live at %s.", s.New.Masked, s.Plan.Label, e.name(s)))
			p.Choices = append(p.Choices, Choice{ID: UndoNew, Label: "delete the new key"})
		case KeepKey:
			words := "keep it as a key of its own"
			if !s.Watch.Since.IsZero() {
				p.Text = append(p.Text, fmt.Sprintf("%s uses the new key already. The old key %s is %s; it becomes a record of its own, with its secret.", s.Name, s.Old.Masked, s.oldIs()))
				words = "keep the old key too"
			}
			p.Choices = append(p.Choices, Choice{ID: KeepKey, Label: words})
		}
	}
}

func (e *Engine) askUndo(s *State, p *Prompt) {
	p.Title = fmt.Sprintf("Delete the new key on %s's site", e.name(s))
	p.Page = e.page(s)
	p.Guide = e.guide(s, e.info(s.Plan.Exchange).Guide.Delete, s.New)
	p.Text = []string{"Its secret is kept until the exchange refuses the key."}
	p.Choices = []Choice{{ID: Go, Label: "it is deleted"}, {ID: Back, Label: "back", Bare: true}}
	if s.Plan.Manual {
		e.takeWord(s, p)
	}
}
