package bingx

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	createPath = "/openApi/subAccount/v1/apiKey/create"
	editPath   = "/openApi/subAccount/v1/apiKey/edit"
	deletePath = "/openApi/subAccount/v1/apiKey/del"
)

const hintManager = "The managing key must be of the main account and have the permission Manage Subaccounts, and the sub-account must be one of its own. Check both under API Management."

var desk = subkeys.Office{
	Desk: subkeys.Desk{ID: ID, Name: "BingX"}, Check: check, Names: subkeys.IsUID, Named: "by its UID, digits only",
}

// manager is a site at which a key of the main account lists keys, and manages
// those of sub-accounts. There is no call that changes the main account's own.
type manager struct {
	*venue
	changes *rate.Limiter
}

// account is one whose keys are meant. It is named by its number.
type account struct {
	*manager
	subkeys.Account
}

// fields are the body of a change.
type fields map[string]any

// change sends a change of a key of the sub-account.
func (a account) change(ctx context.Context, path string, request fields, read func(rest.Response) *exchanges.Error) error {
	request["subUid"] = json.Number(a.Name)
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	_, err = a.Ask(ctx, rest.Call{Credential: a.Manager, Limiter: a.changes}, rest.Request{Method: http.MethodPost, Path: path, Body: string(body)}, read)
	return subkeys.ByManager(err, hintDenied, hintManager)
}

// keys is the list of the account's keys, or of the one that is looked for: the
// list may mask its keys, and then nothing else tells them apart.
func (a account) keys() subkeys.List[key] {
	return subkeys.List[key]{
		Desk: desk.Desk, Op: http.MethodGet + " " + keysPath,
		ID: func(k key) string { return string(k.APIKey) },
		Read: func(ctx context.Context, keyID string) (all []key, err error) {
			params := url.Values{"uid": {a.Name}}
			if keyID != "" {
				params.Set("apiKey", keyID)
			}
			_, err = a.Ask(ctx, rest.Call{Credential: a.Manager},
				rest.Request{Method: http.MethodGet, Path: keysPath, Query: params.Encode()}, rest.Into(&all, parseKeys))
			return all, subkeys.ByManager(err, hintDenied, hintManager)
		},
	}
}

// parseKeys reads a list that stands alone or in an object.
func parseKeys(r rest.Response) (keys []key, e *exchanges.Error) {
	raw := wire.Members(r.Body)["data"]
	if inner := wire.Members(raw)["apiKeyList"]; inner != nil {
		raw = inner
	}
	if json.Unmarshal(raw, &keys) != nil || keys == nil {
		return nil, rest.NotJSON(r)
	}
	return keys, nil
}

// ListKeys returns the keys of the sub-account or, where none is named, those
// of the main account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, whose, err := m.listed(ctx, mgr)
	if err != nil {
		return nil, err
	}
	return a.keys().Infos(ctx, func(k key) exchanges.KeyInfo {
		info := k.info(whose)
		info.Account = a.Name
		return m.Client.Stamped(info, time.Time{})
	})
}

// listed opens the account whose keys are to be listed.
func (m *manager) listed(ctx context.Context, mgr exchanges.Manager) (account, owner, error) {
	if mgr.SubAccount != "" {
		a, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
		return account{m, a}, ofSub, err
	}
	c, err := check(mgr.Credential)
	if err != nil {
		return account{}, ofMain, err
	}
	uid, err := m.uid(ctx, c)
	return m.own(c, uid), ofMain, subkeys.ByManager(err, hintDenied, hintManager)
}

// own is the account of a key itself.
func (m *manager) own(c exchanges.Credential, uid string) account {
	return account{m, subkeys.Account{Manager: c, Name: uid}}
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	wish, err := desk.Wish(op, r, newRights, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	request := fields{"note": wish.Label, "permissions": written(wish.Words)}
	if len(wish.IPs) > 0 {
		request["ipAddresses"] = wish.IPs
	}
	err = account{m, a}.change(ctx, createPath, request, rest.Into(&made, parseMade))
	return made, err
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response) (exchanges.Credential, *exchanges.Error) {
	var answer struct {
		Data struct {
			APIKey    string `json:"apiKey"`
			SecretKey string `json:"secretKey"`
		} `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{KeyID: answer.Data.APIKey, Secret: exchanges.NewSecret(answer.Data.SecretKey)}, check)
}

// EditKey changes a key of the sub-account, as exchanges.Editor says. All of a
// key is sent, since what is left out may be taken away.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	opened, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	a := account{m, opened}
	return a.keys().Edit(ctx, op, keyID, func(k key) error {
		e, err := k.edited(op, r)
		if err != nil {
			return rest.BeforeChange(err)
		}
		request := fields{"apiKey": keyID, "note": e.label, "permissions": written(e.rights), "ipAddresses": e.ips}
		return a.change(ctx, editPath, request, e.done)
	})
}

// edit is what a key is to become.
type edit struct {
	label  string
	rights []string
	ips    []string
}

// edited returns the change that makes k what r asks for. What r does not know
// stays as k has it, and must therefore be known of k.
func (k *key) edited(op string, r exchanges.KeyRequest) (e edit, err error) {
	if !k.Rights.Known && len(r.Permissions.All(exchanges.Unknown)) > 0 {
		return edit{}, desk.Incomplete(op, "the rights of the key are not told")
	}
	e.label = string(k.Note)
	if e.rights, err = asked(op, r.Permissions, k.Rights.Values); err != nil {
		return edit{}, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.whitelist()
	}
	e.ips, err = addresses(op, r.IPs)
	return e, err
}

// done holds the answer to a change against what was asked for, where it tells
// what became of the key: that an empty list of addresses takes one away is not
// documented.
func (e edit) done(r rest.Response) *exchanges.Error {
	var answer struct {
		Data key `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return e
	}
	got := answer.Data
	list := got.IPs.Whitelist()
	if got.Rights.Known && !subkeys.Same(got.Rights.Values, e.rights) || list.State == exchanges.IPList && !subkeys.Same(list.Entries, e.ips) {
		return desk.Otherwise()
	}
	return nil
}

// asked returns the numbers that give what want grants; have are those of the
// key now. Margin comes with spot, or not at all.
func asked(op string, want exchanges.PermissionSet, have []string) ([]string, error) {
	if want.Has(exchanges.Spot) {
		want = want.With(exchanges.Margin, exchanges.Unknown)
	}
	numbers, missing := rights.Words(want, have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Margin takes spot beside it. Ask for less, or do it under API Management.")
	}
	if len(numbers) == 0 {
		return nil, desk.Invalid(op, "BingX takes no key without permissions. Ask for reading at least.")
	}
	for _, n := range numbers {
		if _, err := strconv.Atoi(n); err != nil {
			return nil, desk.Incomplete(op, "a right of the key has no number")
		}
	}
	return numbers, nil
}

func newRights(op string, want exchanges.PermissionSet) ([]string, error) {
	return asked(op, want, nil)
}

func addresses(op string, w exchanges.IPWhitelist) ([]string, error) {
	return desk.Singles(op, w, mostIPs)
}

// written are the numbers that asked returns as JSON has them.
func written(numbers []string) []int {
	out := make([]int, len(numbers))
	for i, n := range numbers {
		out[i], _ = strconv.Atoi(n)
	}
	return out
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	opened, err := desk.OpenFor(http.MethodPost+" "+deletePath, mgr, keyID)
	if err != nil {
		return err
	}
	a := account{m, opened}
	return a.keys().Revoke(ctx, keyID, func() error {
		return a.change(ctx, deletePath, fields{"apiKey": keyID}, rest.Object)
	})
}
