package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// View draws the keys, the accounts that could not be read, and what is known
// of the chosen key.
func (p *unmanagedPage) View() string {
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	lines := []string{p.head(), p.line(span{inkMuted, " " + p.sentence()}), p.heading()}
	rows := make([]string, 0, p.rowLines())
	for _, i := range p.list.visible() {
		rows = append(rows, p.row(&p.keys[i], i == p.list.cursor))
	}
	if len(p.keys) == 0 {
		rows = p.nothing()
	}
	blank := p.line()
	for len(rows) < p.rowLines() {
		rows = append(rows, blank)
	}
	lines = append(lines, rows[:p.rowLines()]...)
	lines = append(lines, p.failureLines()...)
	if u, ok := p.chosen(); ok {
		lines = append(lines, blank)
		lines = append(lines, p.about(&u)...)
	}
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}

//go:noinline // it has many callers
func (p *unmanagedPage) line(spans ...span) string { return p.box.line(p.w, tonePlain, spans...) }

// head says how many there are and how fresh that is.
func (p *unmanagedPage) head() string {
	s := p.env.surveys
	title := " Unmanaged keys"
	if n := len(s.news.keys); n > 0 {
		title = " " + plural(n, "unmanaged key")
		if ignored := n - s.open(); ignored > 0 {
			title += fmt.Sprintf(", %d ignored", ignored)
		}
	}
	fresh := span{inkMuted, "not looked since the start "}
	switch {
	case s.running:
		fresh = span{inkAccent, "asking the exchanges … "}
	case !s.news.at.IsZero():
		fresh.text = fmt.Sprintf("%s looked at %s ", plural(len(s.news.accounts)-len(s.failed()), "account"), ago(s.news.at, p.env.Now()))
	}
	return p.box.sides(p.w, []span{{inkHeader, title}}, []span{fresh})
}

func (p *unmanagedPage) sentence() string {
	switch s := p.env.surveys; {
	case s.news.err != nil:
		what, _ := explain(s.news.err)
		return what
	case s.err != nil:
		what, _ := explain(s.err)
		return "The last look failed: " + what
	case len(p.keys) == 0:
		return "Keys that your exchanges list and keyrota does not manage."
	}
	return "Your exchanges list these; keyrota does not manage them."
}

// strayColumns are the widths of the columns behind the name.
type strayColumns struct {
	place, id, may, ip, age, used, found int
	wide                                 bool
}

// columns leaves out what has no room; the lines about the chosen key have all.
func (p *unmanagedPage) columns() strayColumns {
	switch {
	case p.w >= 110:
		return strayColumns{place: 24 + min(26, (p.w-110)/2), id: 11, may: 13, ip: 14, age: 6, used: 7, found: 8, wide: true}
	case p.w >= 80:
		return strayColumns{place: 24, may: 7, age: 6, used: 6}
	}
	return strayColumns{place: 15, may: 7, age: 5, used: 5}
}

// name is what the name gets.
func (c strayColumns) name(w int) int {
	for _, n := range []int{c.place, c.id, c.may, c.ip, c.age, c.used, c.found} {
		if n > 0 {
			w -= n + 1
		}
	}
	return w - strayMargin
}

const strayMargin = 3 // the cursor's

func (p *unmanagedPage) heading() string {
	if len(p.keys) == 0 {
		return p.line()
	}
	c := p.columns()
	text := "   " + fit("KEY", c.name(p.w))
	for _, col := range []struct {
		width int
		title string
	}{
		{c.place, "WHERE"}, {c.id, "KEY ID"}, {c.may, "MAY DO"}, {c.ip, "IP WHITELIST"}, {c.age, "AGE"}, {c.used, "USED"}, {c.found, "FOUND"},
	} {
		if col.width > 0 {
			text += " " + fit(col.title, col.width)
		}
	}
	return p.line(span{inkMuted, text})
}

// row draws a key. One that is ignored says so in the place of its facts.
func (p *unmanagedPage) row(u *store.Unmanaged, here bool) string {
	t, pointer := tonePlain, "   "
	if here {
		t, pointer = toneCursor, " > "
	}
	c, now := p.columns(), p.env.Now()
	b := p.box.newBrush(p.w, t)
	if !u.Ignored.At.IsZero() {
		b.put(inkFaint, pointer+fit(strayName(u), c.name(p.w))+" "+fit(p.place(u, c.place), c.place)+" ")
		b.put(inkFaint, fit("ignored: "+exchanges.Clean(u.Ignored.Reason), p.w-b.width))
		return b.finish(p.w)
	}
	b.put(inkText, pointer+fit(strayName(u), c.name(p.w)))
	cell := func(w int, spans ...span) {
		if w > 0 {
			b.put(inkText, " ")
			b.cell(w, spans)
		}
	}
	cell(c.place, span{envInk(u.Environment), p.place(u, c.place)})
	cell(c.id, span{inkMuted, exchanges.Clean(u.KeyID)})
	cell(c.may, permissionCell(u.Facts.Permissions, c.wide)...)
	cell(c.ip, ipCell(u.Facts.IPs, c.ip))
	cell(c.age, ageSpan(u.Facts.Created, now))
	cell(c.used, usedCell(u.Facts.LastUsed, now, c.wide))
	cell(c.found, span{inkMuted, briefly(now.Sub(u.Found)) + " ago"})
	return b.finish(p.w)
}

func ageSpan(m exchanges.Moment, now time.Time) span {
	if t, ok := m.Time(); ok {
		return span{inkText, briefly(max(0, now.Sub(t)))}
	}
	return span{inkUnknown, "?"}
}

// place says where a key is, in w cells: the environment before the account.
func (p *unmanagedPage) place(u *store.Unmanaged, w int) string {
	name := exchangeName(p.env, u.Exchange)
	if w < 20 {
		tag := envTag(u.Environment)
		return strings.TrimRight(fit(name, min(cells(name), w-cells(tag))), " ") + tag
	}
	text := name + " " + exchanges.Clean(string(u.Environment))
	if u.SubAccount != "" {
		text += " · " + exchanges.Clean(u.SubAccount)
	}
	return text
}

// about says all of a key in unmanagedAbout lines.
func (p *unmanagedPage) about(u *store.Unmanaged) []string {
	f, now := &u.Facts, p.env.Now()
	fact := func(name, text string) string {
		return p.line(span{inkMuted, "   " + fit(name, 9)}, span{inkText, exchanges.Clean(text)})
	}
	key := "key " + exchanges.Clean(u.KeyID) + " · " + exchangeName(p.env, u.Exchange) + " " + exchanges.Clean(string(u.Environment))
	lines := []string{
		p.line(span{inkBold, "   " + strayName(u)}, span{inkMuted, " · " + key}),
		fact("account", strayAccount(u)),
		fact("may do", blastWords(&store.Record{Environment: u.Environment, Facts: *f})),
		fact("rights", strings.Join(f.ExchangePermissions, " ")),
		fact("life", "used "+sinceWords(f.LastUsed, now)+" · created "+sinceWords(f.Created, now)+" · expires "+momentWords(f.Expires, "never")),
		fact("listed", "by "+p.lister(u)+", "+ago(f.Seen, now)+" · found "+ago(u.Found, now)),
	}
	if u.Was.Action != "" {
		lines = append(lines, p.line(span{inkMuted, "   " + fit("before", 9)}, wasSpan(u, now)))
	}
	if !u.Ignored.At.IsZero() {
		lines = append(lines, fact("ignored", fmt.Sprintf("%s (%s, %s)", u.Ignored.Reason, u.Ignored.Actor, date(u.Ignored.At))))
	}
	return exactly(lines, p.w, unmanagedAbout)
}

// wasSpan says what keyrota had to do with a key before.
func wasSpan(u *store.Unmanaged, now time.Time) span {
	words := exchanges.Clean(u.Was.Name) + " " + ago(u.Was.At, now)
	if u.Was.Revoked() {
		return span{inkDanger, "revoked as " + words + ", and listed again: it is alive"}
	}
	return span{inkText, "forgotten as " + words}
}

// strayAccount names the account that has a key.
func strayAccount(u *store.Unmanaged) string {
	switch {
	case u.SubAccount != "":
		return "sub-account " + u.SubAccount
	case u.Facts.Account != "":
		return u.Facts.Account
	}
	return "that of the key that listed it"
}

// lister is the name of the key that listed another one.
func (p *unmanagedPage) lister(u *store.Unmanaged) string {
	if r, ok := p.env.Desk.Snapshot().ByID(u.By); ok {
		return r.Name
	}
	return "a key that keyrota has forgotten"
}

// sinceWords says how long ago something was: "12d ago", never, or unknown.
func sinceWords(m exchanges.Moment, now time.Time) string {
	if t, ok := m.Time(); ok {
		return ago(t, now)
	}
	return momentWords(m, "never")
}

// failureLines say which accounts could not be read, and why.
func (p *unmanagedPage) failureLines() []string {
	var lines []string
	for _, text := range p.failures() {
		lines = append(lines, p.line(span{inkWarning, " ▲ "}, span{inkText, text}))
	}
	return lines
}

// failures are the accounts that could not be read, a line each, as many as
// have room. What is the same of several keys is said once.
func (p *unmanagedPage) failures() []string {
	var all []string
	for _, a := range p.env.surveys.failed() {
		if text := p.failure(a); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	if more := len(all) - mostFailures; more > 0 {
		all = all[:mostFailures]
		all[mostFailures-1] = fmt.Sprintf("(and %d more) ", more) + all[mostFailures-1]
	}
	return all
}

func (p *unmanagedPage) failure(a desk.Account) string {
	return accountWords(p.env, a) + ": " + exchanges.Clean(a.Err.Kind.Sentence())
}

// accountWords say which account was looked at.
func accountWords(env *Env, a desk.Account) string {
	text := exchangeName(env, a.Exchange) + " " + exchanges.Clean(string(a.Environment))
	if a.SubAccount != "" {
		text += " · " + exchanges.Clean(a.SubAccount)
	}
	return text
}

// nothing says, where there is no key, what was looked at.
func (p *unmanagedPage) nothing() []string {
	news, now := p.env.surveys.news, p.env.Now()
	say := func(text string) string { return p.line(span{inkMuted, "   " + text}) }
	switch {
	case news.at.IsZero():
		return []string{say("None is known. keyrota has not looked since it started."), say("r asks the exchanges now.")}
	case len(news.accounts) == 0:
		return []string{say("No exchange lists the keys of an account to a key that you have here:"), say("nothing could be looked at.")}
	}
	lines := []string{say("Nothing is unmanaged. Looked at " + ago(news.at, now) + ":"), p.line()}
	for _, a := range news.accounts {
		if a.Err != nil {
			continue
		}
		lines = append(lines, say(fmt.Sprintf("%s: %s, listed by %s", accountWords(p.env, a), plural(a.Keys, "key"), exchanges.Clean(a.By))))
	}
	return lines
}
