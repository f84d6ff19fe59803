package command

import (
	"encoding/json"
	"io"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// keyJSON is a key as list, show and check print it. Times are RFC 3339 in
// UTC; null means that there is none or that nobody said. Keys whose facts the
// person states have venue, keys_page and stated, the time of that, besides.
// Accepted has what would be findings, had the person not accepted them.
type keyJSON struct {
	Name                string                `json:"name"`
	Exchange            exchanges.ID          `json:"exchange"`
	Venue               string                `json:"venue,omitempty"`
	KeysPage            string                `json:"keys_page,omitempty"`
	Environment         exchanges.Environment `json:"environment"`
	Account             string                `json:"account"`
	Purpose             string                `json:"purpose"`
	KeyID               string                `json:"key_id"`
	Fingerprint         string                `json:"fingerprint"`
	Status              store.Status          `json:"status"`
	Permissions         map[string]string     `json:"permissions"`
	ExchangePermissions []string              `json:"exchange_permissions"`
	IPWhitelist         ipJSON                `json:"ip_whitelist"`
	Created             *time.Time            `json:"created"`
	CreatedSource       string                `json:"created_source"`
	Expires             *time.Time            `json:"expires"`
	LastUsed            *time.Time            `json:"last_used"`
	LastUsedSource      *string               `json:"last_used_source"`
	Verified            *time.Time            `json:"verified"`
	Stated              *time.Time            `json:"stated,omitempty"`
	Deadline            *deadlineJSON         `json:"deadline"`
	Findings            []findingJSON         `json:"findings"`
	Accepted            []acceptedJSON        `json:"accepted"`
	Error               *errorJSON            `json:"error"`
}

type ipJSON struct {
	State   string   `json:"state"`
	Entries []string `json:"entries"`
}

// deadlineJSON is a deadline and what it rests on: policy.Grounds.
type deadlineJSON struct {
	At     time.Time     `json:"at"`
	Reason policy.Reason `json:"reason"`
	Rule   string        `json:"rule"`
	Source string        `json:"source"`
	AsOf   *string       `json:"as_of"` // a day
}

type findingJSON struct {
	Code     string      `json:"code"`
	Severity string      `json:"severity"`
	Text     string      `json:"text"`
	Action   string      `json:"action"`
	Mend     policy.Mend `json:"mend"`
	Began    *time.Time  `json:"began"`
}

type acceptedJSON struct {
	Code     string    `json:"code"`
	Severity string    `json:"severity"`
	Text     string    `json:"text"`
	Reason   string    `json:"reason"`
	Until    time.Time `json:"until"`
}

type errorJSON struct {
	Kind exchanges.Kind `json:"kind"`
	Code string         `json:"code"`
	Hint string         `json:"hint"`
}

// jsonPermissions are the permissions of the documented output; what is other
// than these is in exchange_permissions.
var jsonPermissions = []exchanges.Permission{
	exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options,
	exchanges.Transfer, exchanges.Withdraw, exchanges.Earn, exchanges.Admin,
}

// newKeyJSON prepares a record and its assessment for printing.
func newKeyJSON(r *store.Record, a policy.Assessment) keyJSON {
	k := keyJSON{
		Name: r.Name, Exchange: r.Exchange, Venue: r.Venue, KeysPage: r.KeysPage, Environment: r.Environment, Account: r.Account, Purpose: r.Purpose,
		KeyID: r.KeyID, Fingerprint: r.Fingerprint, Status: r.Status(),
		Permissions: permissionsJSON(r.Facts.Permissions), ExchangePermissions: append([]string{}, r.Facts.ExchangePermissions...),
		IPWhitelist:   newIPJSON(r.Facts.IPs),
		CreatedSource: "first-seen", Expires: momentJSON(r.Facts.Expires), LastUsed: momentJSON(r.Facts.LastUsed),
		Verified: timeJSON(r.Facts.Seen), Deadline: newDeadlineJSON(r, &a.Deadline),
	}
	created, told := r.Created()
	k.Created = timeJSON(created)
	if told {
		k.CreatedSource = "exchange"
	}
	if r.Facts.Stated {
		k.stated(told)
	}
	if r.Facts.LastUsed.Known() {
		source := "exchange"
		k.LastUsedSource = &source
	}
	k.judged(&a)
	if r.Check.Kind != "" {
		k.Error = &errorJSON{r.Check.Kind, r.Check.Code, r.Check.Hint}
	}
	return k
}

// judged fills in what is found about the key.
func (k *keyJSON) judged(a *policy.Assessment) {
	k.Findings, k.Accepted = findingsJSON(a.Findings), []acceptedJSON{}
	for i := range a.Accepted {
		x := &a.Accepted[i]
		k.Accepted = append(k.Accepted, acceptedJSON{x.Code, x.Severity.String(), x.Text, x.Reason, x.Until.UTC().Truncate(time.Second)})
	}
}

func findingsJSON(all []policy.Finding) []findingJSON {
	out := make([]findingJSON, len(all))
	for i := range all {
		f := &all[i]
		out[i] = findingJSON{f.Code, f.Severity.String(), f.Text, f.Action, f.Mend, timeJSON(f.Began)}
	}
	return out
}

func newDeadlineJSON(r *store.Record, d *policy.Deadline) *deadlineJSON {
	if d.At.IsZero() {
		return nil
	}
	g := d.Grounds(r)
	out := &deadlineJSON{At: d.At.UTC().Truncate(time.Second), Reason: d.Reason, Rule: g.Rule, Source: g.Source}
	if g.AsOf != "" {
		out.AsOf = &g.AsOf
	}
	return out
}

// stated tells that what is known of the key is the person's word.
func (k *keyJSON) stated(created bool) {
	k.Stated, k.Verified = k.Verified, nil
	if created {
		k.CreatedSource = string(store.Stated)
	}
}

func newIPJSON(w exchanges.IPWhitelist) ipJSON {
	return ipJSON{w.State.String(), append([]string{}, w.Entries...)}
}

func permissionsJSON(set exchanges.PermissionSet) map[string]string {
	out := map[string]string{}
	for _, p := range jsonPermissions {
		out[p.String()] = grantWord(set.Get(p))
	}
	return out
}

func grantWord(g exchanges.Grant) string {
	if g == exchanges.NotGranted {
		return "denied"
	}
	return g.String()
}

func timeJSON(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

func momentJSON(m exchanges.Moment) *time.Time {
	t, ok := m.Time()
	if !ok {
		return nil
	}
	return timeJSON(t)
}

// printJSON writes v indented, with a line end.
//
//go:noinline // it has many callers
func (a *App) printJSON(v any) error { return writeJSON(a.Stdout, v) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
