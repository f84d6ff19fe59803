package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// console serves an exchange's page for API keys: plain HTML that needs no
// script, or JSON for those who accept that. There is no login, since the page
// is on loopback and all keys are made up.
type console struct {
	front *front
	desk  *desk
}

func newConsole(f *front) http.Handler {
	c := &console{f, f.desk}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.handle(c.list))
	mux.HandleFunc("POST /keys", c.handle(c.create))
	mux.HandleFunc("GET /keys/{number}/edit", c.handle(c.withKey(c.editForm)))
	mux.HandleFunc("POST /keys/{number}/edit", c.handle(c.withKey(c.edit)))
	mux.HandleFunc("GET /keys/{number}/delete", c.handle(c.withKey(c.deleteForm)))
	mux.HandleFunc("POST /keys/{number}/delete", c.handle(c.withKey(c.remove)))
	return http.NewCrossOriginProtection().Handler(mux) // no other web page may send these forms
}

// consoleReply is what a page answers: the same to people, by a template or by
// sending them on, and to programs.
type consoleReply struct {
	status int
	view   consoleView
	next   string // where a browser goes on to, in place of a view
	body   any
}

// handle reads a form, does what it says while the exchange waits, and writes
// the answer after that, so that a slow reader holds up nobody.
func (c *console) handle(serve func(*http.Request) consoleReply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "this is not a form", http.StatusBadRequest)
			return
		}
		c.inTurn(r, serve).write(w, r)
	}
}

func (c *console) inTurn(r *http.Request, serve func(*http.Request) consoleReply) consoleReply {
	c.front.turn.Lock()
	defer c.front.turn.Unlock()
	c.front.skewed = false
	return serve(r)
}

func (a consoleReply) write(w http.ResponseWriter, r *http.Request) {
	setHeader(w, "Cache-Control", "no-store") // a secret is shown once
	setHeader(w, "Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	setHeader(w, "X-Content-Type-Options", "nosniff")
	setHeader(w, "Referrer-Policy", "no-referrer")
	switch {
	case strings.Contains(headerOf(r, "Accept"), "application/json"):
		setHeader(w, "Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body) // a caller that is gone needs no answer
	case a.next != "":
		http.Redirect(w, r, a.next, http.StatusSeeOther)
	default:
		setHeader(w, "Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.view.render(a.body))
	}
}

// withKey hands on the key that a path names by its number. Not inlined: each
// copy would have a closure of its own.
//
//go:noinline
func (c *console) withKey(serve func(*http.Request, *entry) consoleReply) func(*http.Request) consoleReply {
	return func(r *http.Request) consoleReply {
		n, err := strconv.Atoi(segment(r, "number"))
		e, ok := c.desk.book.byNumber(n)
		if err != nil || !ok {
			return c.refused(consoleError, c.page(form{}), noSuchKey())
		}
		return serve(r, e)
	}
}

func (c *console) list(r *http.Request) consoleReply {
	sub := r.Form.Get("account")
	p := c.page(form{Account: sub})
	if bad := c.desk.badAccount(sub); bad != "" {
		return c.refused(consoleError, p, &Refusal{Text: bad, Missing: true})
	}
	return consoleReply{status: http.StatusOK, view: consoleList, body: p}
}

func (c *console) create(r *http.Request) consoleReply {
	f := formOf(r)
	e, refusal := c.desk.create(f, c.confirm(r))
	if refusal != nil {
		if privateKey(f.PublicKey) {
			f.PublicKey = "" // not even back to its owner
		}
		return c.refused(consoleList, c.page(f), refusal)
	}
	return consoleReply{status: http.StatusCreated, view: consoleCreated, body: consoleKey{
		Title: c.desk.title, Number: e.Number, Label: e.Label, Account: e.Sub, Key: e.ID, Secret: e.Secret, PublicKey: e.PublicPEM,
		PrivateKey: e.PrivatePEM,
	}}
}

func (c *console) editForm(_ *http.Request, e *entry) consoleReply {
	return consoleReply{status: http.StatusOK, view: consoleEdit, body: c.single(e)}
}

func (c *console) edit(r *http.Request, e *entry) consoleReply {
	f := formOf(r)
	if refusal := c.desk.edit(e, f, c.confirm(r)); refusal != nil {
		p := c.single(e)
		p.Filled.IPs, p.Choices = f.IPs, c.choices(f.Boxes)
		return c.refused(consoleEdit, p, refusal)
	}
	return consoleReply{status: http.StatusOK, next: listOf(e.Sub), body: c.row(e)}
}

func (c *console) deleteForm(_ *http.Request, e *entry) consoleReply {
	return consoleReply{status: http.StatusOK, view: consoleDelete, body: c.single(e)}
}

// remove wants a yes beside the code, so that no bare request deletes a key.
func (c *console) remove(r *http.Request, e *entry) consoleReply {
	p := c.single(e)
	refusal := &Refusal{Text: "Confirm that the key is to be deleted."}
	if r.PostForm.Get("confirm") == "yes" {
		refusal = c.desk.remove(e, c.confirm(r))
	}
	if refusal != nil {
		return c.refused(consoleDelete, p, refusal)
	}
	return consoleReply{status: http.StatusOK, next: listOf(e.Sub), body: jsonOf(`{"deleted":true,"number":?,"label":?}`, e.Number, e.Label)}
}

func (c *console) refused(view consoleView, p consolePage, refusal *Refusal) consoleReply {
	p.Error = refusal.Text
	status := http.StatusUnprocessableEntity
	if refusal.Missing {
		status = http.StatusNotFound
	}
	return consoleReply{status: status, view: view, body: p}
}

// confirm asks for the second factor of an account that has one.
//
//go:noinline // it has many callers
func (c *console) confirm(r *http.Request) func() *Refusal {
	return func() *Refusal { return c.desk.factor.confirm(r.PostForm.Get("code"), c.desk.now()) }
}

func formOf(r *http.Request) form {
	f := r.PostForm
	return form{
		Account: f.Get("account"), Label: f.Get("label"), Boxes: f["box"], IPs: f.Get("ips"),
		PublicKey: f.Get("public_key"), Expires: f.Get("expires"), Algorithm: f.Get("algorithm"), Passphrase: f.Get("passphrase"),
	}
}

// listOf is the page with the keys of an account.
//
//go:noinline
func listOf(sub string) string {
	if sub == "" {
		return "/"
	}
	return "/?" + url.Values{"account": {sub}}.Encode()
}

// page gathers what the list of an account shows, with a form as it was filled in.
func (c *console) page(f form) consolePage {
	d := c.desk
	p := consolePage{
		Title: d.title, Account: f.Account, SubAccounts: append([]string{}, d.subs()...), SecondFactor: d.factor != nil,
		KeyPairs: append([]string{}, d.keyPairs...), Makes: append([]string{}, d.makes...), Passphrase: d.passphrase != nil,
		TakesID: d.readID != nil, TakesIPs: !d.ips.none, TakesExpiry: d.expiry, MostDays: d.mostDays, MostKeys: d.mostKeys,
		Boxes: append([]box{}, d.boxes...),
		Keys:  []consoleRow{}, Filled: f, Choices: c.choices(f.Boxes),
	}
	for _, e := range d.book.ofSub(f.Account) {
		p.Keys = append(p.Keys, c.row(e))
	}
	return p
}

// single gathers what the pages about one key show.
func (c *console) single(e *entry) consolePage {
	row := c.row(e)
	p := c.page(form{Account: e.Sub, IPs: strings.Join(row.IPs, ", "), Boxes: row.Boxes})
	p.Keys = []consoleRow{row}
	return p
}

func (c *console) choices(ticked []string) []consoleChoice {
	out := make([]consoleChoice, len(c.desk.boxes))
	for i, b := range c.desk.boxes {
		out[i] = consoleChoice{b, contains(ticked, b.Value)}
	}
	return out
}

func (c *console) row(e *entry) consoleRow {
	d := c.desk
	row := consoleRow{
		Number: e.Number, Label: e.Label, Account: e.Sub, Key: masked(e.ID), Boxes: d.ticked(e), Permissions: d.normal(d.wordsOf(e)),
		IPs: append([]string{}, e.IPs...), Created: e.Created.UTC(), LastUsed: moment(d.book.lastUsed(e)), Expires: moment(e.Expires),
		Disabled: e.Disabled,
	}
	for _, b := range d.boxes {
		if contains(row.Boxes, b.Value) {
			row.Words = append(row.Words, b.Words)
		}
	}
	return row
}

// masked shows the ends of a key, enough to tell it from others, and never
// more than half of it.
func masked(id string) string {
	n := min(4, len(id)/4)
	return id[:n] + "…" + id[len(id)-n:]
}

// moment returns nil for a time that never came.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
