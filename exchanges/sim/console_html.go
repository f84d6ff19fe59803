package sim

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// consolePage is what the page tells of an account, to people and in JSON.
type consolePage struct {
	Error        string       `json:"error,omitempty"`
	Title        string       `json:"title"`
	Account      string       `json:"account"`      // the sub-account shown; empty: the main one
	SubAccounts  []string     `json:"sub_accounts"` // those there are
	SecondFactor bool         `json:"second_factor"`
	KeyPairs     []string     `json:"key_pairs"`    // kinds of public key that are taken
	TakesID      bool         `json:"takes_id"`     // the public half of a pair is taken as the key itself
	TakesIPs     bool         `json:"takes_ips"`    // keys have IP lists
	TakesExpiry  bool         `json:"takes_expiry"` // an end may be set
	MostDays     int          `json:"most_days"`    // it is a number of days, at most this; 0: it is a date
	Makes        []string     `json:"makes"`        // kinds of key pair that the exchange makes
	Passphrase   bool         `json:"passphrase"`   // each key has one, chosen here
	MostKeys     int          `json:"most_keys"`    // 0: no limit
	Boxes        []box        `json:"boxes"`
	Keys         []consoleRow `json:"keys"`

	Filled  form            `json:"-"`
	Choices []consoleChoice `json:"-"`
}

// Editable reports whether there is anything to change about a key.
func (p consolePage) Editable() bool { return len(p.Choices) > 0 || p.TakesIPs }

// consoleChoice is a box of a form, ticked or not.
type consoleChoice struct {
	box

	On bool
}

// consoleRow is a key as lists show it.
type consoleRow struct {
	Number      int        `json:"number"`
	Label       string     `json:"label"`
	Account     string     `json:"account,omitempty"`
	Key         string     `json:"key"` // masked
	Boxes       []string   `json:"boxes"`
	Permissions []string   `json:"permissions"` // in the normal form
	IPs         []string   `json:"ip_whitelist"`
	Created     time.Time  `json:"created"`
	LastUsed    *time.Time `json:"last_used"`
	Expires     *time.Time `json:"expires"`
	Disabled    bool       `json:"disabled"`

	Words []string `json:"-"` // of Boxes, as the page writes them
}

// consoleKey is a new key, shown in full this once.
type consoleKey struct {
	Title     string `json:"-"`
	Number    int    `json:"number"`
	Label     string `json:"label"`
	Account   string `json:"account,omitempty"`
	Key       string `json:"key"`
	Secret    string `json:"secret"` // empty: the caller has the private half
	PublicKey string `json:"public_key,omitempty"`

	PrivateKey string `json:"private_key,omitempty"` // of a pair that the exchange made
}

// markup is a page in the making. Whatever comes from elsewhere goes in by put,
// which escapes it for a text and for an attribute in quotes. html/template would
// do that too, but its reflection keeps every exported method of the program in
// the binary: an eighth of it.
type markup struct{ strings.Builder }

func (m *markup) put(format string, values ...any) {
	for i, v := range values {
		if text, isText := v.(string); isText {
			values[i] = html.EscapeString(text)
		}
	}
	fmt.Fprintf(m, format, values...)
}

// when adds a piece where it is wanted.
//
//go:noinline // it has many callers
func (m *markup) when(wanted bool, format string, values ...any) {
	if wanted {
		m.put(format, values...)
	}
}

// consoleView writes what is between head and foot of a page.
type consoleView func(m *markup, body any)

// render returns a whole page.
func (view consoleView) render(body any) string {
	m, title := &markup{}, ""
	switch b := body.(type) {
	case consolePage:
		title = b.Title
	case consoleKey:
		title = b.Title
	}
	m.put(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>%[1]s</title></head>
<body><h1>%[1]s</h1>
<p>A simulation on this machine: these keys open nothing anywhere else.</p>
`, title)
	view(m, body)
	m.put("</body></html>\n")
	return m.String()
}

// onPage makes a view of one that takes a page. Not inlined: each copy would
// have a closure of its own.
//
//go:noinline
func onPage(view func(p consolePage, m *markup)) consoleView {
	return func(m *markup, body any) {
		p, _ := body.(consolePage) // nothing else has these views
		m.when(p.Error != "", `<p role="alert"><strong>%s</strong> Nothing has changed.</p>`+"\n", p.Error)
		view(p, m)
	}
}

var (
	consoleError  = onPage(func(_ consolePage, m *markup) { m.put(`<p><a href="/">All keys</a></p>` + "\n") })
	consoleList   = onPage(consolePage.list)
	consoleEdit   = onPage(consolePage.edit)
	consoleDelete = onPage(consolePage.remove)
)

func consoleCreated(m *markup, body any) {
	k, _ := body.(consoleKey) // nothing else has this view
	m.put("<h2>%s has been created</h2>\n", k.Label)
	m.when(k.Secret != "" || k.PrivateKey != "", "<p>This page shows the secret this once. Copy it now.</p>\n")
	m.put("<dl><dt>API key</dt><dd><code>%s</code></dd>\n", k.Key)
	switch {
	case k.PrivateKey != "":
		m.put("<dt>Private key</dt><dd><pre>%s</pre></dd>\n", k.PrivateKey)
	case k.Secret != "":
		m.put("<dt>Secret</dt><dd><code>%s</code></dd>\n", k.Secret)
	case k.PublicKey != "":
		m.put("<dt>Public key</dt><dd><pre>%s</pre></dd>\n", k.PublicKey)
	}
	m.put("</dl>\n"+`<p><a href="%s">All keys</a></p>`+"\n", listOf(k.Account))
}

func (p consolePage) list(m *markup) {
	p.accounts(m)
	m.put("<h2>API keys</h2>\n")
	if len(p.Keys) == 0 {
		m.put("<p>There are none.</p>\n")
	} else {
		p.table(m)
	}
	m.put("<h2>Create a key</h2>\n"+`<form method="post" action="/keys" autocomplete="off"><input type="hidden" name="account" value="%s">
<p><label>Name <input name="label" size="40" value="%s"></label></p>
`, p.Account, p.Filled.Label)
	p.rights(m)
	p.material(m)
	p.code(m)
	m.put(`<p><button type="submit">Create key</button></p></form>` + "\n")
}

// accounts leads from one sub-account to another.
func (p consolePage) accounts(m *markup) {
	if len(p.SubAccounts) == 0 {
		return
	}
	link := func(name, account string) {
		if account == p.Account {
			m.put("%s\n", name)
		} else {
			m.put(`<a href="%s">%s</a>`+"\n", listOf(account), name)
		}
	}
	m.put("<p>Account: ")
	link("main", "")
	for _, sub := range p.SubAccounts {
		m.put("| ")
		link(sub, sub)
	}
	m.put("</p>\n")
}

func (p consolePage) table(m *markup) {
	m.put(`<table border="1">
<tr><th>Name</th><th>Key</th><th>Permissions</th><th>IP addresses</th><th>Created</th><th>Last used</th><th>Ends</th><th></th></tr>
`)
	for _, k := range p.Keys {
		ips, disabled := "every address", ""
		if len(k.IPs) > 0 {
			ips = strings.Join(k.IPs, ", ")
		}
		if k.Disabled {
			disabled = " (disabled)"
		}
		m.put(`<tr><td>%s%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>`,
			k.Label, disabled, k.Key, strings.Join(k.Words, ", "), ips, consoleTime(&k.Created), consoleTime(k.LastUsed), consoleTime(k.Expires))
		m.when(p.Editable(), `<a href="/keys/%d/edit">Edit</a> `, k.Number)
		m.put(`<a href="/keys/%d/delete">Delete</a></td></tr>`+"\n", k.Number)
	}
	m.put("</table>\n")
}

func consoleTime(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// rights is what a key may do and from where.
func (p consolePage) rights(m *markup) {
	if len(p.Choices) > 0 {
		m.put("<fieldset><legend>Permissions</legend>\n")
		for _, c := range p.Choices {
			m.put(`<label><input type="checkbox" name="box" value="%s"`, c.Value)
			m.when(c.On, " checked")
			m.put("> %s</label><br>\n", c.Words)
		}
		m.put("</fieldset>\n")
	}
	m.when(p.TakesIPs, `<p><label>Restrict access to these IP addresses, with commas between them; empty: every address<br>
<input name="ips" size="60" value="%s"></label></p>
`, p.Filled.IPs)
}

// material is what a new key is made of, and how long it lives.
func (p consolePage) material(m *markup) {
	m.when(len(p.KeyPairs) > 0, `<p><label>Self-generated: your public key in PEM form (%s).
Leave it empty for a system-generated secret.<br><textarea name="public_key" rows="8" cols="70">%s</textarea></label></p>
`, strings.Join(p.KeyPairs, " or "), p.Filled.PublicKey)
	switch {
	case p.TakesID:
		m.put(`<p><label>Address of a key pair of yours (0x…); empty: a new pair is made
<input name="public_key" size="44" value="%s"></label></p>
`, p.Filled.PublicKey)
	case len(p.Makes) > 0:
		m.put(`<p><label>Signature algorithm <select name="algorithm">`)
		for _, algorithm := range p.Makes {
			m.put("<option>%s</option>", algorithm)
		}
		m.put("</select></label></p>\n")
	}
	m.when(p.Passphrase, `<p><label>Passphrase, which only you will know <input name="passphrase" size="40"></label></p>`+"\n")
	switch {
	case p.MostDays > 0:
		m.put(`<p><label>Days valid, at most %d <input name="expires" size="5" value="%s"></label></p>`+"\n", p.MostDays, p.Filled.Expires)
	case p.TakesExpiry:
		m.put(`<p><label>Expiration, such as 2027-01-31; empty: none <input name="expires" size="12" value="%s"></label></p>`+"\n", p.Filled.Expires)
	}
}

func (p consolePage) code(m *markup) {
	m.when(p.SecondFactor, `<p><label>Code of your authenticator <input name="code" size="8" autocomplete="off" inputmode="numeric"></label></p>`+"\n")
}

// asks begins a page about one key.
func (p consolePage) asks(m *markup, what, question, note string) {
	k := p.Keys[0]
	m.put("<h2>%s %s%s</h2>\n<p>%s%s</p>\n"+`<form method="post" action="/keys/%d/%s" autocomplete="off">`+"\n",
		question, k.Label, map[bool]string{true: "?"}[what == "delete"], k.Key, note, k.Number, what)
}

// answer ends it.
func (p consolePage) answer(m *markup, button string) {
	p.code(m)
	m.put(`<p><button type="submit">%s</button> <a href="%s">Cancel</a></p></form>`+"\n", button, listOf(p.Account))
}

func (p consolePage) edit(m *markup) {
	p.asks(m, "edit", "Edit", "")
	p.rights(m)
	p.answer(m, "Save")
}

func (p consolePage) remove(m *markup) {
	p.asks(m, "delete", "Delete", ". Programs that use this key will be refused.")
	m.put(`<input type="hidden" name="confirm" value="yes">` + "\n")
	p.answer(m, "Delete key")
}
