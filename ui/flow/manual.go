package flow

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Where an exchange has no adapter nobody can be asked. What a flow finds out
// elsewhere the person says here: which exchange it is, that the new key works,
// that the old one is deleted. What they planned becomes what they state.

// takePreset takes over the exchange that a request names.
func (s *State) takePreset() error {
	if s.Plan.Venue == "" {
		return nil
	}
	s.Plan.Named = true
	return checkVenue(s.Plan.Venue, s.Plan.KeysPage)
}

// checkVenue judges what a person says of an exchange.
func checkVenue(name, page string) error {
	if err := store.CheckVenue(name); err != nil {
		return &FieldError{"venue", err.Error(), "Name the exchange in a word or two."}
	}
	if page == "" {
		return nil
	}
	if err := store.CheckKeysPage(page); err != nil {
		return &FieldError{"keys_page", err.Error(), "Copy it from your browser, or leave it empty."}
	}
	return nil
}

// setManual notes whether nobody can be asked at the exchange that was chosen.
func (s *State) setManual(manual bool) {
	s.Plan.Manual = manual
	if !manual {
		s.Plan.Venue, s.Plan.KeysPage, s.Plan.Named = "", "", false
	}
}

func (s *State) takeVenue(a Answered, _ Event) error {
	if a.Choice == Back {
		s.back()
		return nil
	}
	s.Plan.Venue, s.Plan.KeysPage = a.Values["venue"], a.Values["keys_page"]
	s.next()
	return nil
}

// stateMade notes of a key that was just made what is known of it without any
// more words: when that was.
func (s *State) stateMade(e Event) {
	if s.Plan.Manual {
		s.New.Facts = store.Facts{Stated: true, Seen: e.At, Created: exchanges.At(e.At)}
	}
}

// takeWorks takes the person's word for the new key. What was planned is what
// they state of it from now on.
func (s *State) takeWorks(a Answered, e Event) error {
	switch a.Choice {
	case Go:
		f := &s.New.Facts
		f.Seen, f.Label, f.IPs = e.At, s.Plan.Label, s.Plan.IPs
		if len(s.Plan.Permissions) > 0 { // none: those of the old key were not known either
			f.Permissions = s.asked()
		}
		s.New.Verified = true
		s.note(e, store.ActionVerified, string(store.Stated), s.New.Masked+" works, says the person")
		s.next()
	case Paste:
		s.pasteAgain(e)
	default:
		return unknownChoice(a)
	}
	return nil
}

func (e *Engine) askVenue(s *State, p *Prompt) {
	p.Title = "Which exchange is it?"
	p.Text = []string{"keyrota has no adapter for it and asks it nothing: it keeps the secret, counts the days, and leads you through what is done by hand."}
	p.Fields = []Field{
		{Name: "venue", Label: "Name", Kind: FieldText, Default: s.Plan.Venue, Help: "as you call it: Phemex"},
		{Name: "keys_page", Label: "Page for keys", Kind: FieldText, Default: s.Plan.KeysPage, Help: "the https address of its page for API keys; may stay empty"},
	}
	p.Choices = []Choice{{ID: Go, Label: "go on"}, {ID: Back, Label: "back", Bare: true}}
}

func (e *Engine) askWorks(s *State, p *Prompt) {
	p.Title = fmt.Sprintf("Does %s work?", s.New.Masked)
	p.Page = e.page(s)
	p.Text = []string{
		fmt.Sprintf("keyrota cannot ask %s. Try the new key where it does no harm, with a call that only reads, and look at the page: it should be what was planned.", e.name(s)),
		fmt.Sprintf("If it works, this is written down as stated by you: made on %s, may %s, from %s. A day on which it expires is added by editing the key.",
			s.New.Made.UTC().Format(time.DateOnly), plannedText(s), plannedIPs(s)),
	}
	p.Choices = []Choice{
		{ID: Later, Label: "not yet", Help: "The flow waits; leave, and resume it when you have seen the key work.", Bare: true},
		{ID: Go, Label: "it works", Help: "You saw it work, and it may do what was planned."},
		{ID: Paste, Label: "it does not work", Help: "Paste it again, or another key; what was pasted is given up.", Bare: true},
	}
}

func plannedText(s *State) string {
	if len(s.Plan.Permissions) == 0 {
		return "do what is not known"
	}
	return list(s.Plan.Permissions)
}

func plannedIPs(s *State) string {
	if s.Plan.IPs.State == exchanges.IPUnknown {
		return "addresses that are not known"
	}
	return ListText(s.Plan.IPs)
}

// unknownPage says why a guide has no words of the page.
func (e *Engine) unknownPage(s *State) string {
	return fmt.Sprintf("keyrota does not know %s's page: what is called so here may have other names there.", e.name(s))
}

// takeWord makes a prompt about a deletion one that is not answered by chance:
// nobody will prove it.
func (e *Engine) takeWord(s *State, p *Prompt) {
	p.Text = []string{fmt.Sprintf("keyrota cannot ask %s whether it is gone: your word counts. Its secret is forgotten then, so look at the list on the page once more.", e.name(s))}
	p.Choices = append([]Choice{{ID: Later, Label: "not yet", Help: "The flow waits; leave, and resume it when the key is deleted.", Bare: true}}, p.Choices...)
}

// statedText says what is stated of a key that is to be revoked.
func statedText(f store.Facts) string {
	may := words(f.Permissions.All(exchanges.Granted))
	if len(may) == 0 {
		return "Nobody can tell when it was last used."
	}
	return "Nobody can tell when it was last used. As you stated, it may: " + strings.Join(may, ", ") + "."
}

func pasteLabel(s *State) string {
	if s.Plan.Manual {
		return "store it"
	}
	return "store and verify"
}
