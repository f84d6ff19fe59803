package command

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// surveyJSON is what unmanaged prints.
type surveyJSON struct {
	Unmanaged []unmanagedJSON `json:"unmanaged"`
	Accounts  []accountJSON   `json:"accounts"`
}

// unmanagedJSON is a key as keyJSON is, as far as an exchange's list tells.
type unmanagedJSON struct {
	ID                  string                `json:"id"`
	Label               string                `json:"label"`
	Exchange            exchanges.ID          `json:"exchange"`
	Environment         exchanges.Environment `json:"environment"`
	Site                string                `json:"site"`
	Account             string                `json:"account"`
	SubAccount          string                `json:"sub_account"`
	KeyID               string                `json:"key_id"`
	Fingerprint         string                `json:"fingerprint"`
	Permissions         map[string]string     `json:"permissions"`
	ExchangePermissions []string              `json:"exchange_permissions"`
	IPWhitelist         ipJSON                `json:"ip_whitelist"`
	Created             *time.Time            `json:"created"`
	Expires             *time.Time            `json:"expires"`
	LastUsed            *time.Time            `json:"last_used"`
	Found               *time.Time            `json:"found"`
	Listed              *time.Time            `json:"listed"`
	ListedBy            *string               `json:"listed_by"` // null: that key is forgotten
	Revocable           bool                  `json:"revocable"` // by API
	Was                 *wasJSON              `json:"was"`       // null: keyrota never had it
	Ignored             *ignoredJSON          `json:"ignored"`
}

// wasJSON is how keyrota parted from a key that it had before.
type wasJSON struct {
	Action store.Action `json:"action"` // "revoked", "proven-dead", "found-refused", "forgotten"
	At     *time.Time   `json:"at"`
	Name   string       `json:"name"`
}

type ignoredJSON struct {
	At     *time.Time `json:"at"`
	Reason string     `json:"reason"`
	Actor  string     `json:"actor"`
}

// accountJSON is a list that was read, or could not be.
type accountJSON struct {
	Exchange    exchanges.ID          `json:"exchange"`
	Environment exchanges.Environment `json:"environment"`
	Site        string                `json:"site"`
	SubAccount  string                `json:"sub_account"`
	ListedBy    string                `json:"listed_by"`
	Keys        int                   `json:"keys"`
	Error       *errorJSON            `json:"error"`
}

// checkJSON is a key as check prints it, with the keys that were listed by it,
// that keyrota does not manage and that nobody ignores.
type checkJSON struct {
	keyJSON

	Unmanaged []unmanagedJSON `json:"unmanaged"`
	AsOf      *time.Time      `json:"as_of,omitempty"` // the moment by which it is judged, where that is not now
}

func newSurveyJSON(s *session, keys []store.Unmanaged, accounts []desk.Account) surveyJSON {
	out := surveyJSON{Unmanaged: newUnmanagedJSON(s, keys), Accounts: []accountJSON{}}
	for _, acc := range accounts {
		j := accountJSON{Exchange: acc.Exchange, Environment: acc.Environment, Site: acc.Site, SubAccount: acc.SubAccount, ListedBy: acc.By, Keys: acc.Keys}
		if acc.Err != nil {
			j.Error = errorOf(acc.Err)
		}
		out.Accounts = append(out.Accounts, j)
	}
	return out
}

func newUnmanagedJSON(s *session, keys []store.Unmanaged) []unmanagedJSON {
	out := make([]unmanagedJSON, len(keys))
	for i := range keys {
		u := &keys[i]
		f := &u.Facts
		out[i] = unmanagedJSON{
			ID: u.ID(), Label: f.Label, Exchange: u.Exchange, Environment: u.Environment, Site: u.Site, Account: f.Account, SubAccount: u.SubAccount,
			KeyID: u.KeyID, Fingerprint: u.Fingerprint, Permissions: permissionsJSON(f.Permissions),
			ExchangePermissions: append([]string{}, f.ExchangePermissions...), IPWhitelist: ipJSON{f.IPs.State.String(), append([]string{}, f.IPs.Entries...)},
			Created: momentJSON(f.Created), Expires: momentJSON(f.Expires), LastUsed: momentJSON(f.LastUsed),
			Found: timeJSON(u.Found), Listed: timeJSON(f.Seen), Revocable: s.desk.CanRevoke(u),
		}
		if name := s.lister(u); name != "" {
			out[i].ListedBy = &name
		}
		if u.Was.Action != "" {
			out[i].Was = &wasJSON{u.Was.Action, timeJSON(u.Was.At), u.Was.Name}
		}
		if !u.Ignored.At.IsZero() {
			out[i].Ignored = &ignoredJSON{timeJSON(u.Ignored.At), u.Ignored.Reason, u.Ignored.Actor}
		}
	}
	return out
}

// newCheckJSON prepares keys with what was listed by each.
func newCheckJSON(r *report) []checkJSON {
	out := make([]checkJSON, len(r.keys))
	for i, k := range r.keys {
		var listed []store.Unmanaged
		for _, u := range r.strays {
			if u.By == k.record.ID {
				listed = append(listed, u)
			}
		}
		out[i] = checkJSON{newKeyJSON(k.record, k.assessment), newUnmanagedJSON(r.session, listed), timeJSON(r.asOf)}
	}
	return out
}
