package sim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// page is an exchange's own web page for API keys: what can be chosen there
// and what the exchange lets through. The words and limits are those of the
// public help pages of each exchange, as far as they tell them.
type page struct {
	title    string
	boxes    []box // in the order of the page
	label    labelRule
	ips      ipRule
	mostKeys int      // in an account or sub-account; 0: no limit is known
	keyPairs []string // the algorithms whose public half it takes instead of making a secret
	expiry   bool     // a key may be given an end

	// makes are the algorithms of the key pairs that the exchange makes by
	// itself, as the page offers them; then it takes no public key.
	makes []string

	// readID returns the ID of a key whose public half it is and that a person
	// made, or says what is wrong with it. Nil: public halves are PEM.
	readID func(text string) (id, bad string)

	// replaces says that a new key takes the place of the one that has its name.
	replaces bool

	// mostDays is how long a key may live, its end being given in days from now.
	// 0: the end is given as a date.
	mostDays int

	// passphrase says what is wrong with one that a person chose for a key;
	// empty: nothing. Nil: keys have none.
	passphrase func(string) string

	// words returns the boxes that come closest to permissions of the normal
	// form, rights what boxes give in it; nil: what the boxes say.
	words  func(permissions []string) []string
	rights func(words []string) []string

	// implied are permissions of the normal form that have no box: the exchange
	// adds them to others by itself where a key qualifies.
	implied []string

	// wordsOf returns the boxes that are ticked for a key.
	wordsOf func(*entry) []string

	// deny says what is wrong with a key as a whole; empty: nothing. complete
	// adds what the exchange decides by itself. Nil: nothing.
	deny     func(w wanted) string
	complete func(w *wanted, now time.Time)

	// manages reports whether a key may manage keys by API. Nil: none may.
	manages func(*entry) bool
}

// box is a switch of a page: the right in the exchange's own vocabulary, the
// text beside it, and what it gives in the normal form.
type box struct {
	Value string   `json:"value"`
	Words string   `json:"words"`
	Gives []string `json:"gives"`
}

// desk is where a person manages keys: the page of one account. Every change
// that a page or Go code asks for goes through it, while the venue waits.
type desk struct {
	page
	book    *book
	account account
	now     func() time.Time
	factor  *secondFactor // nil: the account has none
}

func newDesk(at site, rules page, keys *book, a account, now func() time.Time) *desk {
	d := &desk{page: rules, book: keys, account: a, now: now, factor: newSecondFactor(a.Authenticator)}
	d.title = at.exchange + " " + at.environment + ": " + d.title
	for _, algorithm := range at.algorithms {
		if algorithm != algHMAC && len(d.makes) == 0 {
			d.keyPairs = append(d.keyPairs, algorithm)
		}
	}
	return d
}

// subs returns the names of the sub-accounts: those of the world and those
// that the exchange has dealt keys to.
func (d *desk) subs() []string {
	names := slices.Clone(d.account.Subs)
	for _, e := range d.book.all() {
		if e.Sub != "" && !contains(names, e.Sub) {
			names = append(names, e.Sub)
		}
	}
	return names
}

// form is what a person has filled in.
type form struct {
	Account   string // sub-account; empty: the main one
	Label     string
	Boxes     []string
	IPs       string
	PublicKey string // PEM, or what page.readID reads; empty: the exchange makes a secret
	Expires   string // a date, or days where page.mostDays says so; empty: never, or as the exchange decides

	Algorithm  string // one of page.makes; empty: the first of them
	Passphrase string
}

// create makes a key, or says why not. confirm is asked last, so that a form
// with a mistake does not use up a one-time code.
func (d *desk) create(f form, confirm func() *Refusal) (*entry, *Refusal) {
	id, public, badKey := d.readPublicHalf(f.PublicKey)
	ips, badIPs := d.ips.read(f.IPs)
	expires, badEnd := d.readExpiry(f.Expires)
	w := wanted{
		Label: strings.TrimSpace(f.Label), ID: id, Sub: f.Account, Words: f.Boxes, IPs: ips, PublicKey: public, Expires: expires,
		Algorithm: d.algorithm(f.Algorithm), Passphrase: f.Passphrase,
	}
	bad := cmp.Or(d.badAccount(w.Sub), d.label.check(w.Label), d.taken(w), d.full(w), badKey, d.badPair(w), badIPs, badEnd, d.badRights(w))
	if bad != "" {
		return nil, &Refusal{Text: bad}
	}
	if refusal := confirm(); refusal != nil {
		return nil, refusal
	}
	d.settle(&w)
	if old, exists := d.book.byLabel(w.Sub, w.Label); d.replaces && exists {
		d.book.remove(old.ID, d.now())
	}
	return d.book.issueNew(w, d.now()), nil
}

// algorithm returns which pair the exchange makes for a form.
func (d *desk) algorithm(chosen string) string {
	if chosen == "" && len(d.makes) > 0 {
		return d.makes[0]
	}
	return chosen
}

// badPair says what is wrong with the algorithm or the passphrase.
func (d *desk) badPair(w wanted) string {
	switch {
	case w.Algorithm != "" && !contains(d.makes, w.Algorithm):
		return "There is no such signature algorithm on this page."
	case d.passphrase != nil:
		return d.passphrase(w.Passphrase)
	case w.Passphrase != "":
		return "Keys of this exchange have no passphrase."
	}
	return ""
}

// edit replaces the rights and the IP list of a key.
func (d *desk) edit(e *entry, f form, confirm func() *Refusal) *Refusal {
	ips, badIPs := d.ips.read(f.IPs)
	w := wanted{Label: e.Label, Sub: e.Sub, Words: f.Boxes, IPs: ips, PublicKey: e.PublicKey, Expires: e.Expires}
	if bad := cmp.Or(badIPs, d.badRights(w)); bad != "" {
		return &Refusal{Text: bad}
	}
	if refusal := confirm(); refusal != nil {
		return refusal
	}
	d.settle(&w)
	e.Words, e.Permissions, e.IPs, e.Expires = w.Words, w.Permissions, w.IPs, w.Expires
	return nil
}

// remove deletes a key.
func (d *desk) remove(e *entry, confirm func() *Refusal) *Refusal {
	if refusal := confirm(); refusal != nil {
		return refusal
	}
	d.book.remove(e.ID, d.now())
	return nil
}

// settle fills in what follows from the boxes and from the exchange's rules.
func (d *desk) settle(w *wanted) {
	w.Words = slices.Clone(w.Words)
	if d.complete != nil {
		d.complete(w, d.now())
	}
	w.Permissions = d.normal(w.Words)
}

// normal returns what boxes give, in the normal form.
func (p *page) normal(words []string) []string {
	if p.rights != nil {
		return p.rights(words)
	}
	granted := map[string]bool{}
	for _, b := range p.boxes {
		for _, right := range b.Gives {
			granted[right] = granted[right] || contains(words, b.Value)
		}
	}
	return inShowingOrder(granted)
}

// badAccount says what is wrong with the name of a sub-account.
func (d *desk) badAccount(sub string) string {
	if sub == "" || contains(d.subs(), sub) {
		return ""
	}
	return "There is no sub-account of that name."
}

// taken says that a label is in use, where labels have to differ.
func (d *desk) taken(w wanted) string {
	if _, exists := d.book.byLabel(w.Sub, w.Label); d.label.unique && exists {
		return "There is already a key of this name. Choose another one."
	}
	return ""
}

// full says that there is no room for another key.
func (d *desk) full(w wanted) string {
	_, exists := d.book.byLabel(w.Sub, w.Label)
	if d.mostKeys == 0 || len(d.book.ofSub(w.Sub)) < d.mostKeys || d.replaces && exists {
		return ""
	}
	return "This account has as many API keys as it may have. Delete one that is no longer in use."
}

// badRights says what is wrong with the boxes, by themselves and together
// with the rest.
func (d *desk) badRights(w wanted) string {
	if len(w.Words) == 0 && len(d.boxes) > 0 {
		return "Choose at least one permission."
	}
	for _, word := range w.Words {
		if !slices.ContainsFunc(d.boxes, func(b box) bool { return b.Value == word }) {
			return "There is no such permission on this page."
		}
	}
	if d.deny == nil {
		return ""
	}
	return d.deny(w)
}

// ticked returns the boxes of the page that a key has. What a page cannot
// show, such as a right that the exchange adds by itself, is left out.
func (d *desk) ticked(e *entry) []string {
	words := d.wordsOf(e)
	out := []string{}
	for _, b := range d.boxes {
		if contains(words, b.Value) {
			out = append(out, b.Value)
		}
	}
	return out
}
