package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// The longest texts that a record holds, in runes.
const (
	MaxName  = 64
	MaxNotes = 4000
)

// maxKeyringName is the longest name of a keyring backend.
const maxKeyringName = 32

// maxList bounds the lists in a record: consumers, IP entries, permissions.
const maxList = 200

// CheckName says whether a key can have this name: 1 to 64 printable
// characters, no white space at the ends, nothing that moves the cursor or
// turns the direction of writing. Whether the name is free is not asked.
func CheckName(name string) error {
	var why string
	switch {
	case name == "":
		why = "a name is needed"
	case !utf8.ValidString(name) || exchanges.Clean(name) != name:
		why = "the name has characters that cannot be shown"
	case strings.TrimSpace(name) != name:
		why = "the name has white space at its ends"
	case utf8.RuneCountInString(name) > MaxName:
		why = fmt.Sprintf("the name has more than %d characters", MaxName)
	default:
		return nil
	}
	return &Error{Op: "name", Path: fmt.Sprintf("the key %q", exchanges.Clean(name)), Err: errors.New(why),
		Hint: "Use 1 to 64 letters, digits and signs, for example \"grid-bot\"."}
}

// CheckExchange says whether id can name an exchange: lower-case letters,
// digits and dashes. Whether keyrota has an adapter for it is not asked, since
// a file may come from a build that has.
func CheckExchange(id exchanges.ID) error {
	if !isWord(string(id), 40) {
		return fmt.Errorf("%q is not the name of an exchange", exchanges.Clean(string(id)))
	}
	return nil
}

// isWord reports whether s is 1 to most lower-case letters, digits and dashes.
func isWord(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// checkRecord says what keeps r from being stored.
func checkRecord(r *Record) error {
	if err := slotFor(r.ID).Check(); err != nil || r.ID == "" {
		return fmt.Errorf("%q cannot be the ID of a record", exchanges.Clean(string(r.ID)))
	}
	if err := CheckName(r.Name); err != nil {
		return err
	}
	if err := CheckExchange(r.Exchange); err != nil {
		return err
	}
	if _, err := exchanges.ParseEnvironment(string(r.Environment)); err != nil {
		return err
	}
	if err := checkSlot(r.Slot); err != nil {
		return err
	}
	if !knownIPState(r.Facts.IPs.State) {
		return fmt.Errorf("%q is not a state of an IP whitelist", exchanges.Clean(string(r.Facts.IPs.State)))
	}
	if n := max(len(r.Consumers), len(r.Facts.IPs.Entries), len(r.Facts.ExchangePermissions), len(r.Facts.Notes), len(r.Past), len(r.Accepted)); n > maxList {
		return fmt.Errorf("a list has %d entries, at most %d are kept", n, maxList)
	}
	if err := checkTexts(r); err != nil {
		return err
	}
	return checkParts(r)
}

// checkParts checks what has a table of its own in the file.
func checkParts(r *Record) error {
	for _, c := range r.Consumers {
		if err := c.check(); err != nil {
			return err
		}
	}
	for i := range r.Accepted {
		if err := r.Accepted[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func knownIPState(s exchanges.IPState) bool {
	switch s {
	case exchanges.IPUnknown, exchanges.IPAny, exchanges.IPRestricted, exchanges.IPList:
		return true
	}
	return false
}

// checkTexts refuses what a person wrote when it is too long: a note or a
// command that is cut silently is worse than one that is refused.
func checkTexts(r *Record) error {
	type text struct {
		what, value string
		most        int
	}
	texts := []text{
		{"account", r.Account, exchanges.MaxText},
		{"sub_account", r.SubAccount, exchanges.MaxText},
		{"purpose", r.Purpose, exchanges.MaxText},
		{"notes", r.Notes, MaxNotes},
	}
	for _, c := range r.Consumers {
		texts = append(texts, text{"consumer", c.Name, exchanges.MaxText}, text{"on_rotate", c.OnRotate, exchanges.MaxText})
	}
	for _, t := range texts {
		if len(t.value) > t.most && utf8.RuneCountInString(t.value) > t.most {
			return fmt.Errorf("%s has more than %d characters", t.what, t.most)
		}
	}
	return checkPlace(r)
}

// normalise brings everything but name, exchange and environment into the
// form that is stored, so that a record reads the same before and after a
// restart: text is cleaned, times are UTC and whole milliseconds. Lists are
// replaced, never changed in place.
func normalise(r *Record) {
	r.Check.Kind = exchanges.Kind(exchanges.Clean(string(r.Check.Kind)))
	for _, s := range []*string{&r.Site, &r.Venue, &r.KeysPage, &r.Account, &r.SubAccount, &r.Purpose, &r.KeyID, &r.Fingerprint,
		&r.Facts.Label, &r.Facts.Account, &r.Check.Code, &r.Check.Hint} {
		*s = exchanges.Clean(*s)
	}
	r.Notes = cleanLines(r.Notes)
	if r.Slot == slotFor(r.ID) {
		r.Slot = ""
	}
	for _, t := range []*time.Time{&r.Added, &r.Rotated, &r.Facts.Seen, &r.Facts.Since, &r.Check.At, &r.Check.Failing} {
		*t = roundTime(*t)
	}
	for _, m := range []*exchanges.Moment{&r.Facts.Created, &r.Facts.Expires, &r.Facts.LastUsed} {
		if t, ok := m.Time(); ok {
			*m = roundMoment(t)
		}
	}
	r.Consumers = slices.Clone(r.Consumers)
	for i := range r.Consumers {
		c := &r.Consumers[i]
		c.Name, c.OnRotate = exchanges.Clean(c.Name), exchanges.Clean(c.OnRotate)
	}
	r.Facts.ExchangePermissions = cleanList(r.Facts.ExchangePermissions)
	r.Facts.IPs.Entries = cleanList(r.Facts.IPs.Entries)
	r.Facts.Notes = cleanList(r.Facts.Notes)
	if len(r.Consumers) == 0 {
		r.Consumers = nil
	}
	if r.Facts.Since.Equal(r.Facts.Seen) { // says nothing
		r.Facts.Since = time.Time{}
	}
	normalisePast(r)
	for _, d := range []*time.Duration{&r.Rules.RotateEvery, &r.Rules.WarnBefore, &r.Rules.UnusedAfter} {
		*d = wholePeriod(*d)
	}
}

// wholePeriod returns an override that a file can hold: whole seconds, at
// least one, or Off, or none.
func wholePeriod(d time.Duration) time.Duration {
	switch {
	case d < 0:
		return Off
	case d == 0:
		return 0
	}
	return min(max(d.Truncate(time.Second), time.Second), maxPeriod)
}

// roundTime returns a time that a file can hold. One that RFC 3339 cannot
// write, from a reply in a wrong unit, is none.
func roundTime(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// roundMoment does the same for a moment, which without a time is unknown:
// "never" would be a claim.
func roundMoment(t time.Time) exchanges.Moment {
	if t = roundTime(t); t.IsZero() {
		return exchanges.Moment{}
	}
	return exchanges.At(t)
}

// cleanLines cleans a text of several lines and keeps the lines. Unlike Clean
// it cuts nothing: checkRecord has refused what is too long.
func cleanLines(s string) string {
	if !strings.Contains(s, "\n") && len(s) <= exchanges.MaxText {
		return exchanges.Clean(s)
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		var b strings.Builder
		for piece := range slices.Chunk([]rune(line), exchanges.MaxText) {
			b.WriteString(exchanges.Clean(string(piece)))
		}
		lines[i] = b.String()
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// cleanList returns a cleaned copy of at most maxList entries, nil for nothing.
func cleanList(in []string) []string {
	if len(in) == 0 {
		return nil
	}
	if more := len(in) - maxList; more > 0 {
		// One long answer must not keep the others of its batch from being saved.
		in = append(slices.Clone(in[:maxList-1]), fmt.Sprintf("… and %d more", more+1))
	}
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = exchanges.Clean(s)
	}
	return out
}
