package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// text writes the whole of the details, one string a line.
func (d *detail) text() []string {
	f := &paragraphs{box: d.box, w: d.w, indent: 11}
	if d.row == nil {
		f.indent = 1
		f.para("", words(inkMuted, "This key is no longer in keyrota.")...)
		return f.lines
	}
	d.title(f)
	d.unfinished(f)
	d.wrongs(f)
	f.blank()
	d.rights(f)
	d.life(f)
	d.rules(f)
	d.link(f)
	d.uses(f)
	d.changes(f)
	d.past(f)
	return f.lines
}

// title says which key this is; the environment is always there.
func (d *detail) title(f *paragraphs) {
	r := d.row.rec
	left := []span{{inkBold, " " + d.row.name}}
	env := span{envInk(r.Environment), exchanges.Clean(string(r.Environment))}
	parts := []span{{inkText, d.row.exchange}, env}
	for _, more := range []string{exchanges.Clean(r.Site), d.row.account, "key " + exchanges.Clean(r.KeyID)} {
		if more != "" {
			parts = append(parts, span{inkText, more})
		}
	}
	right := parts[:1:1]
	for _, p := range parts[1:] {
		right = append(right, span{inkMuted, " · "}, p)
	}
	if spansWidth(left)+spansWidth(right)+3 <= f.w {
		f.lines = append(f.lines, f.box.sides(f.w, left, append(right, span{inkText, " "})))
		return
	}
	f.lines = append(f.lines, f.box.line(f.w, tonePlain, left...))
	f.indent = 1
	var flat []span
	for i, p := range parts {
		if i > 0 {
			flat = append(flat, span{inkMuted, "·"})
		}
		flat = append(flat, words(p.ink, p.text)...)
	}
	f.para("", flat...)
	f.indent = 11
}

// unfinished says where a flow of the key is, and how to go on with it.
func (d *detail) unfinished(f *paragraphs) {
	if d.flow == nil {
		return
	}
	s := *d.flow
	text := "unfinished at step " + stepWord(s)
	if b := batchWords(s.Batch); b != "" {
		text += " · " + b
	}
	f.indent = 3
	defer func() { f.indent = 11 }()
	f.wrong(flowGlyph, inkAccent, wordsOf(s.Kind).noun, text+" · r resumes it", "")
	if s.Problem != "" {
		f.para("", words(inkWarning, "stuck: "+exchanges.Clean(s.Problem))...)
	}
}

// rights says what the key may do and from where.
func (d *detail) rights(f *paragraphs) {
	facts := d.row.rec.Facts
	var may []span
	for _, p := range exchanges.Permissions() {
		g := facts.Permissions.Get(p)
		if p == exchanges.Other && g != exchanges.Granted {
			continue // only said where there is more than the normal form knows
		}
		may = append(may, permissionWord(p, g))
	}
	f.para("may do", may...)
	if own := facts.ExchangePermissions; len(own) > 0 {
		f.para("", append(words(inkMuted, "exchange says:"), words(inkMuted, cleanJoin(own, " "))...)...)
	}
	f.para("from", append(d.addresses(), d.here()...)...)
	d.stated(f)
}

func permissionWord(p exchanges.Permission, g exchanges.Grant) span {
	switch g {
	case exchanges.Granted:
		tint := inkText
		if p == exchanges.Transfer || p == exchanges.Withdraw || p == exchanges.Admin {
			tint = inkDanger
		}
		return span{tint, p.String() + " ✓ "}
	case exchanges.NotGranted:
		return span{inkFaint, p.String() + " – "}
	case exchanges.Unknown:
	}
	return span{inkUnknown, p.String() + " ? "}
}

func (d *detail) addresses() []span {
	ips := d.row.rec.Facts.IPs
	switch ips.State {
	case exchanges.IPAny:
		if d.row.rec.Facts.Stated {
			return words(inkWarning, "any address: there is no IP whitelist for this key")
		}
		return words(inkWarning, "any address: the exchange has no IP whitelist for this key")
	case exchanges.IPRestricted:
		return words(inkText, "a list that the exchange does not tell")
	case exchanges.IPList:
		if len(ips.Entries) == 0 {
			return words(inkText, "an empty list")
		}
		return words(inkText, cleanJoin(ips.Entries, ", "))
	case exchanges.IPUnknown:
	}
	return words(inkUnknown, "unknown")
}

// life says when things happened and will: absolute in UTC, and how long ago.
func (d *detail) life(f *paragraphs) {
	r, now := d.row.rec, d.env.Now()
	born, exact := r.Created()
	word := "created"
	if !exact {
		word = "first seen"
	}
	f.para("life", words(inkText, fmt.Sprintf("%s %s (%s)", word, date(born), ago(born, now)))...)
	rotated := "not yet through keyrota"
	if !r.Rotated.IsZero() {
		rotated = date(r.Rotated) + " (" + ago(r.Rotated, now) + ")"
	}
	f.para("", words(inkText, "last rotated "+rotated)...)
	f.para("", words(inkText, "last used "+momentWords(r.Facts.LastUsed, "never")+momentAgo(r.Facts.LastUsed, now))...)
	f.para("", words(inkText, "exchange expiry "+momentWords(r.Facts.Expires, "none")+momentAgo(r.Facts.Expires, now))...)
	d.deadline(f)
	if seen := r.Facts.Seen; !seen.IsZero() && !r.Facts.Stated {
		f.para("seen", words(inkText, seen.UTC().Format("2006-01-02 15:04")+" UTC, "+ago(seen, now))...)
	}
}

func momentAgo(m exchanges.Moment, now time.Time) string {
	t, ok := m.Time()
	if !ok {
		return ""
	}
	return " (" + ago(t, now) + ")"
}

// clockWarns is from where on a wrong clock is worth a word: exchanges refuse
// what comes a second too early.
const clockWarns = time.Second

// link says how the way to the exchange was when it was last taken: what is
// used of its rate limit, and how far its clock is from this machine's.
func (d *detail) link(f *paragraphs) {
	l := d.env.Desk.Link(d.row.rec)
	var parts []span
	if l.Usage != "" {
		parts = words(inkText, exchanges.Clean(l.Usage))
	}
	if l.Clock.Known {
		if len(parts) > 0 {
			parts = append(parts, span{inkMuted, "·"})
		}
		tint, advice := inkText, ""
		if l.Clock.Offset.Abs() > clockWarns {
			tint, advice = inkWarning, "this machine's clock is off: switch on time synchronisation"
		}
		parts = append(parts, words(tint, "clock "+offsetWords(l.Clock.Offset))...)
		parts = append(parts, words(inkMuted, advice)...)
	}
	if len(parts) > 0 {
		f.para("requests", parts...)
	}
}

// offsetWords writes how far the exchange's clock is ahead of ours.
func offsetWords(d time.Duration) string {
	if d.Abs() >= 10*time.Second {
		return fmt.Sprintf("%+.0f s", d.Seconds())
	}
	return fmt.Sprintf("%+d ms", d.Milliseconds())
}

// uses says who uses the key and what for.
func (d *detail) uses(f *paragraphs) {
	r := d.row.rec
	if p := exchanges.Clean(r.Purpose); p != "" {
		f.para("purpose", words(inkText, p)...)
	}
	if page := exchanges.Clean(r.KeysPage); page != "" {
		f.para("page", words(inkText, page)...)
	}
	if sub := exchanges.Clean(r.SubAccount); sub != "" {
		f.para("account", words(inkText, "sub-account "+sub)...)
	}
	if r.Manager {
		f.para("manages", words(inkText, "keys of sub-accounts, as you said")...)
	}
	for i, c := range r.Consumers {
		label := ""
		if i == 0 {
			label = "used by"
		}
		f.para(label, words(inkText, consumerWords(c))...)
	}
	at := []string{r.Facts.Label, r.Facts.Account}
	if at = slices.DeleteFunc(at, func(s string) bool { return s == "" }); len(at) > 0 {
		f.para("there", words(inkText, cleanJoin(at, " · "))...)
	}
	for i, n := range r.Facts.Notes {
		label := ""
		if i == 0 {
			label = "exchange"
		}
		f.para(label, words(inkMuted, exchanges.Clean(n))...)
	}
	if r.Notes != "" {
		f.para("notes", words(inkText, exchanges.Clean(r.Notes))...)
	}
}

// consumerWords names a program and how it gets a new key; nothing is said
// where the person gives it.
func consumerWords(c store.Consumer) string {
	text := exchanges.Clean(c.Name)
	switch c.Handover() {
	case store.HandRun:
		text += " · takes a new key at its next start by keyrota run"
	case store.HandHook:
		text += " · on rotate: " + exchanges.Clean(c.OnRotate)
	case store.HandFile:
		text += " · on rotate: " + exchanges.Clean(c.File) + " is written from " + exchanges.Clean(c.Template)
	case store.HandByHand:
	}
	return text
}

// past says what the audit log knows of the key.
func (d *detail) past(f *paragraphs) {
	h := &d.history
	switch {
	case h.of != d.id:
		f.para("history", words(inkFaint, "…")...)
	case h.err != nil:
		f.para("history", words(inkWarning, "cannot be read: "+exchanges.Clean(h.err.Error()))...)
		f.para("", words(inkMuted, "keyrota doctor says what is wrong with the audit log")...)
	case len(h.events) == 0:
		f.para("history", words(inkMuted, "nothing written down")...)
	}
	if h.of != d.id {
		return
	}
	for i, e := range h.events {
		label := ""
		if i == 0 {
			label = "history"
		}
		f.para(label, words(inkText, eventWords(e))...)
	}
}

func eventWords(e store.Event) string {
	text := date(e.At) + " " + strings.ReplaceAll(exchanges.Clean(string(e.Action)), "-", " ")
	for _, more := range []string{e.Result, e.Detail} {
		if more = exchanges.Clean(more); more != "" {
			text += " " + more
		}
	}
	return text
}

// cleanJoin joins texts from outside.
func cleanJoin(texts []string, sep string) string {
	clean := make([]string, len(texts))
	for i, t := range texts {
		clean[i] = exchanges.Clean(t)
	}
	return strings.Join(clean, sep)
}
