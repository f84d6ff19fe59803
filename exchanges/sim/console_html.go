package sim

import (
	"html/template"
	"sync"
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

const consoleHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body><h1>{{.Title}}</h1>
<p>A simulation on this machine: these keys open nothing anywhere else.</p>
`

const consoleProblem = `{{with .Error}}<p role="alert"><strong>{{.}}</strong> Nothing has changed.</p>
{{end}}`

const consoleFields = `{{if .Choices}}<fieldset><legend>Permissions</legend>
{{range .Choices}}<label><input type="checkbox" name="box" value="{{.Value}}"{{if .On}} checked{{end}}> {{.Words}}</label><br>
{{end}}</fieldset>
{{end}}{{if .TakesIPs}}<p><label>Restrict access to these IP addresses, with commas between them; empty: every address<br>
<input name="ips" size="60" value="{{.Filled.IPs}}"></label></p>
{{end}}`

const consoleCode = `{{if .SecondFactor}}<p><label>Code of your authenticator <input name="code" size="8" autocomplete="off" inputmode="numeric"></label></p>
{{end}}`

const consoleFoot = `</body></html>
`

// consoleView gives the template of a page.
type consoleView func() *template.Template

// view puts a page together when it is first shown: a program that runs no
// simulation does not wait for it.
func view(parts string) consoleView {
	return sync.OnceValue(func() *template.Template {
		return template.Must(template.New("").Funcs(template.FuncMap{
			"at": func(t time.Time) string { return t.Format("2006-01-02 15:04 UTC") },
		}).Parse(consoleHead + parts + consoleFoot))
	})
}

var consoleError = view(consoleProblem + `<p><a href="/">All keys</a></p>
`)

var consoleList = view(consoleProblem + `{{if .SubAccounts}}<p>Account: {{if .Account}}<a href="/">main</a>{{else}}main{{end}}
{{$shown := .Account}}{{range .SubAccounts}}| {{if eq . $shown}}{{.}}{{else}}<a href="/?account={{.}}">{{.}}</a>{{end}}
{{end}}</p>
{{end}}<h2>API keys</h2>
{{if .Keys}}<table border="1">
<tr><th>Name</th><th>Key</th><th>Permissions</th><th>IP addresses</th><th>Created</th><th>Last used</th><th>Ends</th><th></th></tr>
{{range .Keys}}<tr><td>{{.Label}}{{if .Disabled}} (disabled){{end}}</td><td>{{.Key}}</td>
<td>{{range $i, $w := .Words}}{{if $i}}, {{end}}{{$w}}{{end}}</td>
<td>{{range $i, $ip := .IPs}}{{if $i}}, {{end}}{{$ip}}{{else}}every address{{end}}</td>
<td>{{at .Created}}</td><td>{{with .LastUsed}}{{at .}}{{else}}never{{end}}</td><td>{{with .Expires}}{{at .}}{{else}}never{{end}}</td>
<td>{{if $.Editable}}<a href="/keys/{{.Number}}/edit">Edit</a> {{end}}<a href="/keys/{{.Number}}/delete">Delete</a></td></tr>
{{end}}</table>
{{else}}<p>There are none.</p>
{{end}}<h2>Create a key</h2>
<form method="post" action="/keys" autocomplete="off"><input type="hidden" name="account" value="{{.Account}}">
<p><label>Name <input name="label" size="40" value="{{.Filled.Label}}"></label></p>
` + consoleFields + `{{if .KeyPairs}}<p><label>Self-generated: your public key in PEM form ({{range $i, $a := .KeyPairs}}{{if $i}} or {{end}}{{$a}}{{end}}).
Leave it empty for a system-generated secret.<br><textarea name="public_key" rows="8" cols="70">{{.Filled.PublicKey}}</textarea></label></p>
{{end}}{{if .TakesID}}<p><label>Address of a key pair of yours (0x…); empty: a new pair is made
<input name="public_key" size="44" value="{{.Filled.PublicKey}}"></label></p>
{{else if .Makes}}<p><label>Signature algorithm <select name="algorithm">{{range .Makes}}<option>{{.}}</option>{{end}}</select></label></p>
{{end}}{{if .Passphrase}}<p><label>Passphrase, which only you will know <input name="passphrase" size="40"></label></p>
{{end}}{{if .MostDays}}<p><label>Days valid, at most {{.MostDays}} <input name="expires" size="5" value="{{.Filled.Expires}}"></label></p>
{{else if .TakesExpiry}}<p><label>Expiration, such as 2027-01-31; empty: none <input name="expires" size="12" value="{{.Filled.Expires}}"></label></p>
{{end}}` + consoleCode + `<p><button type="submit">Create key</button></p></form>
`)

var consoleCreated = view(`<h2>{{.Label}} has been created</h2>
{{if or .Secret .PrivateKey}}<p>This page shows the secret this once. Copy it now.</p>
{{end}}<dl><dt>API key</dt><dd><code>{{.Key}}</code></dd>
{{if .PrivateKey}}<dt>Private key</dt><dd><pre>{{.PrivateKey}}</pre></dd>
{{else if .Secret}}<dt>Secret</dt><dd><code>{{.Secret}}</code></dd>
{{else if .PublicKey}}<dt>Public key</dt><dd><pre>{{.PublicKey}}</pre></dd>
{{end}}</dl>
<p><a href="{{if .Account}}/?account={{.Account}}{{else}}/{{end}}">All keys</a></p>
`)

var consoleEdit = view(consoleProblem + `{{with index .Keys 0}}<h2>Edit {{.Label}}</h2>
<p>{{.Key}}</p>
<form method="post" action="/keys/{{.Number}}/edit" autocomplete="off">
{{end}}` + consoleFields + consoleCode + `<p><button type="submit">Save</button> <a href="/?account={{.Account}}">Cancel</a></p></form>
`)

var consoleDelete = view(consoleProblem + `{{with index .Keys 0}}<h2>Delete {{.Label}}?</h2>
<p>{{.Key}}. Programs that use this key will be refused.</p>
<form method="post" action="/keys/{{.Number}}/delete" autocomplete="off"><input type="hidden" name="confirm" value="yes">
{{end}}` + consoleCode + `<p><button type="submit">Delete key</button> <a href="/?account={{.Account}}">Cancel</a></p></form>
`)
