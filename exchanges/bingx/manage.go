package bingx

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

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

var desk = subkeys.Desk{
	ID: ID, Name: "BingX", Check: check, Names: subkeys.IsUID, Named: "by its UID, digits only", Denied: hintDenied, Manager: hintManager,
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
	return desk.ByManager(a.Post(ctx, rest.Call{Credential: a.Manager, Limiter: a.changes}, path, request, read))
}

// keys is the list of the account's keys, or of the one that is looked for: the
// list may mask its keys, and then nothing else tells them apart. Not inlined:
// it has many callers.
//
//go:noinline
func (a account) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{
		Desk: desk, Op: http.MethodGet + " " + keysPath,
		ID: func(k key) string { return string(k.APIKey) },
		Read: func(ctx context.Context, keyID string) (all []key, err error) {
			params := url.Values{"uid": {a.Name}}
			if keyID != "" {
				params.Set("apiKey", keyID)
			}
			r := rest.Request{Method: http.MethodGet, Path: keysPath, Query: params.Encode()}
			return all, desk.ByManager(a.Ask(ctx, rest.Call{Credential: a.Manager}, r, rest.Into(&all, parseKeys)))
		},
	}
}

// parseKeys reads a list that stands alone or in an object.
func parseKeys(r rest.Response) ([]key, *exchanges.Error) {
	if wire.Member(r.Body, "data", "apiKeyList") != nil {
		return rest.List[key](r, "data", "apiKeyList")
	}
	return rest.List[key](r, "data")
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	opened, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
	if err != nil {
		return nil, err
	}
	a := account{m, opened}
	return a.keys().Infos(ctx, a.describe(ofSub))
}

// SurveyKeys returns the keys of the calling key's own account, as
// exchanges.Surveyor says.
func (m *manager) SurveyKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return nil, err
	}
	a, err := m.own(ctx, c)
	if err != nil {
		return nil, desk.ByManager(err)
	}
	return a.keys().Survey(ctx, c.KeyID, a.describe(ofMain))
}

// describe returns what brings keys of the account to the normal form.
func (a account) describe(o owner) func(key) exchanges.KeyInfo {
	return func(k key) exchanges.KeyInfo {
		info := k.info(o)
		info.Account = a.Name
		return a.Stamp(info)
	}
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	numbers, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	request := fields{"note": r.Label, "permissions": numbers}
	if len(ips) > 0 {
		request["ipAddresses"] = ips
	}
	err = account{m, a}.change(ctx, createPath, request, rest.Into(&made, desk.Made(exchanges.Secret{}, "apiKey", "secretKey", "data")))
	return made, err
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
		numbers, ips, err := k.edited(op, r)
		if err != nil {
			return err
		}
		request := fields{"apiKey": keyID, "note": k.Note.Raw(), "permissions": numbers, "ipAddresses": ips}
		return a.change(ctx, editPath, request, func(r rest.Response) *exchanges.Error {
			if e := rest.Done(r); e != nil {
				return e
			}
			got := wire.At[key](r.Body, "data")
			return desk.Became(got.Rights.Values, words(numbers), got.IPs.Whitelist(), ips)
		})
	})
}

// edited returns the rights and addresses that make k what r asks for. What r does
// not know stays as k has it, and must therefore be known of k.
func (k *key) edited(op string, r exchanges.KeyRequest) (numbers []json.Number, ips []string, err error) {
	switch {
	case !k.Note.Known:
		return nil, nil, desk.Untold(op, "note")
	case !k.Rights.Known && len(r.Permissions.All(exchanges.Unknown)) > 0:
		return nil, nil, desk.Untold(op, "permissions")
	}
	if numbers, err = asked(op, r.Permissions, k.Rights.Values); err != nil {
		return nil, nil, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.whitelist()
	}
	ips, err = addresses(op, r.IPs)
	return numbers, ips, err
}

// asked returns the numbers that give what want grants; have are those of the
// key now. Margin comes with spot, or not at all.
func asked(op string, want exchanges.PermissionSet, have []string) ([]json.Number, error) {
	if want.Has(exchanges.Spot) {
		want = want.With(exchanges.Margin, exchanges.Unknown)
	}
	all, missing := rights.Words(want, have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Margin takes spot beside it. Ask for less, or do it under API Management.")
	}
	if len(all) == 0 {
		return nil, desk.Invalid(op, "BingX takes no key without permissions. Ask for reading at least.")
	}
	numbers := make([]json.Number, len(all))
	for i, word := range all {
		if _, err := strconv.Atoi(word); err != nil {
			return nil, desk.Untold(op, "the number of a permission")
		}
		numbers[i] = json.Number(word)
	}
	return numbers, nil
}

// words are the numbers as answers have them.
func words(numbers []json.Number) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = n.String()
	}
	return out
}

func addresses(op string, w exchanges.IPWhitelist) ([]string, error) {
	return desk.Singles(op, w, mostIPs)
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	opened, err := desk.OpenFor(http.MethodPost+" "+deletePath, mgr, keyID)
	if err != nil {
		return err
	}
	a := account{m, opened}
	return a.keys().Revoke(ctx, keyID, func() error {
		return a.change(ctx, deletePath, fields{"apiKey": keyID}, rest.Done)
	})
}
