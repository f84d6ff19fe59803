package policy

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func shared(s *subject) (Finding, bool) {
	if len(s.Consumers) < 2 {
		return Finding{}, false
	}
	names := store.ConsumerNames(s.Consumers)
	return Finding{
		Severity: s.grave(Warning), Word: "SHARED", Mend: ByRotating, Fact: "shared by " + strings.Join(names, ", "),
		Text:   strconv.Itoa(len(names)) + " programs use it: " + list(names) + ". Whoever leaks it, all of them stop; and they may disturb each other's nonces and rate limits.",
		Action: "Make a key of its own for each of them.",
	}, true
}

func duplicate(s *subject) (Finding, bool) {
	var names []string
	for _, t := range s.Around.Twins {
		if t.Environment == s.Environment {
			names = append(names, t.Name)
		}
	}
	if len(names) == 0 {
		return Finding{}, false
	}
	return Finding{
		Severity: Warning, Word: "DUPLICATE", Mend: ByForgetting, Fact: "same key as " + strings.Join(names, ", "),
		Text:   "The same key is stored as " + list(names) + " too.",
		Action: "Keep one entry, with all the programs that use the key, and forget the others.",
	}, true
}

// mixed is about play money and real money in one place: sooner or later a test
// runs with the wrong one.
func mixed(s *subject) (Finding, bool) {
	f := Finding{Severity: Warning, Word: "ENV MIXED", Mend: ByEditing}
	for _, t := range s.Around.Twins {
		if t.Environment != s.Environment {
			f.Fact = "same key in " + string(t.Environment)
			f.Text = "The same key is stored as " + quote(t.Name) + " for " + string(t.Environment) + ", and as this one for " + string(s.Environment) + "."
			f.Action = "A key belongs to one environment: forget the entry that is wrong."
			return f, true
		}
	}
	if mixes := s.Around.Mixes; len(mixes) > 0 {
		f.Fact = "mixed by " + mixes[0].Consumer + " with " + mixes[0].Other
		f.Text = "The program " + quote(mixes[0].Consumer) + " has this key for " + string(s.Environment) + ", and " + quote(mixes[0].Other) + " for the other kind of money."
		f.Action = "Run one program for real money and one for play money, each with its own keys and settings."
		return f, true
	}
	word, ok := s.misnamed()
	if !ok {
		return Finding{}, false
	}
	f.Severity, f.Quiet, f.Fact = Info, true, "named "+word
	f.Text = "It is called " + quote(word) + ", and is for " + string(s.Environment) + "."
	f.Action = "Give it a name that says what it is, or look whether the environment is right."
	return f, true
}

// What people call keys of either kind.
var (
	playWords = []string{"testnet", "paper", "demo", "sandbox", "test"}
	realWords = []string{"live", "mainnet", "prod", "production"}
)

// misnamed returns the word in the key's name that speaks of the other kind of
// money. A name that speaks of both says nothing.
func (s *subject) misnamed() (word string, found bool) {
	play, hasPlay := wordIn(s.Name, playWords)
	live, hasReal := wordIn(s.Name, realWords)
	switch {
	case hasPlay == hasReal:
		return "", false
	case s.realMoney():
		return play, hasPlay
	}
	return live, hasReal
}

// wordIn finds a whole word of a name.
func wordIn(name string, words []string) (string, bool) {
	for _, w := range words {
		at := 0
		for {
			i := indexFold(name[at:], w)
			if i < 0 {
				break
			}
			start, end := at+i, at+i+len(w)
			if !letterAt(name, start-1) && !letterAt(name, end) {
				return name[start:end], true
			}
			at = end
		}
	}
	return "", false
}

// indexFold finds an ASCII word in a text without minding case, or allocating.
func indexFold(text, word string) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

func letterAt(text string, i int) bool {
	return i >= 0 && i < len(text) && (unicode.IsLetter(rune(text[i])) || text[i] >= 0x80)
}

func unmanaged(s *subject) (Finding, bool) {
	x := s.Around.Strays
	if x == nil || x.Count == 0 {
		return Finding{}, false
	}
	f := Finding{
		Severity: s.grave(Warning), Word: "UNMANAGED", Mend: BySurvey, Began: x.Found, Fact: plural(x.Count, "unmanaged key") + " since " + date(x.Found),
		Text:   "Its account has " + plural(x.Count, "key") + " that keyrota does not manage.",
		Action: "Look at them: adopt, revoke or ignore each.",
	}
	if x.Withdraw > 0 {
		f.Severity = s.grave(Critical)
		f.Text = strings.TrimSuffix(f.Text, ".") + ", of which " + strconv.Itoa(x.Withdraw) + " may withdraw."
	}
	if x.Revoked > 0 {
		f.Severity = s.grave(Critical)
		f.Fact += ", " + plural(x.Revoked, "revoked key")
		f.Text += " Revoked here, and listed again: " + strconv.Itoa(x.Revoked) + "."
	}
	return f, true
}

// flowStalls is how long a flow may stand still before that is more than a
// person taking their time.
const flowStalls = 7 * 24 * time.Hour

func flowUnfinished(s *subject) (Finding, bool) {
	x := s.Around.Flow
	if x == nil || x.Alive {
		return Finding{}, false
	}
	f := Finding{
		Severity: Info, Word: "UNFINISHED", Mend: ByResuming, Began: x.Began, Fact: x.Kind + " begun " + date(x.Began),
		Text:   "To " + x.Kind + " it was begun " + ago(max(s.Now.Sub(x.Began), 0)) + " and is at " + quote(x.Step) + ".",
		Action: "Go on with it, or abandon it.",
	}
	if x.Problem != "" {
		f.Severity, f.Text = Warning, f.Text+" It is stuck: "+exchanges.Clean(x.Problem)
	}
	if s.Now.Sub(x.Moved) >= flowStalls {
		f.Severity = Warning
	}
	return f, true
}

func revokedAlive(s *subject) (Finding, bool) {
	x := s.Around.Flow
	if x == nil || !x.Alive {
		return Finding{}, false
	}
	return Finding{
		Severity: s.grave(Critical), Word: "STILL ALIVE", Mend: ByResuming, Began: x.Moved, Fact: "alive after " + x.Kind,
		Text:   "The old key was revoked, and the exchange still accepts it.",
		Action: "Go on with the flow: delete the key on the exchange's page, then let it be proven dead.",
	}, true
}
