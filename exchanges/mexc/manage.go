package mexc

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const keysPath = "/api/v3/sub-account/apiKey" // GET lists, POST makes, DELETE deletes

const hintManager = "The managing key must be of the main account, may read the spot account (SPOT_ACCOUNT_READ), and the sub-account must be one that is open. Check both under API Management and Sub-account."

var desk = subkeys.Desk{
	ID: ID, Name: "MEXC", Check: check, Names: subkeys.IsWord, Named: "by its name at MEXC", Denied: hintDenied, Manager: hintManager,
}

// reading are the rights that a key gets that is to read.
var reading = []string{"SPOT_ACCOUNT_READ", "SPOT_DEAL_READ", "CONTRACT_ACCOUNT_READ", "CONTRACT_DEAL_READ"}

// rights are the documented permissions of a key. Of two that give the same,
// the first is asked for.
var rights = wire.Rights{
	{Word: "SPOT_ACCOUNT_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "SPOT_DEAL_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "CONTRACT_ACCOUNT_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "CONTRACT_DEAL_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "SPOT_TRANSFER_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "SPOT_WITHDRAW_READ", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "SPOT_DEAL_WRITE", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "CONTRACT_DEAL_WRITE", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "CONTRACT_ACCOUNT_WRITE", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "SPOT_TRANSFER_WRITE", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "SPOT_WITHDRAW_WRITE", Gives: []exchanges.Permission{exchanges.Withdraw}, Fixed: true},
	{Word: "SPOT_ACCOUNT_WRITE", Gives: []exchanges.Permission{exchanges.Other}},
}

// subAccount is a sub-account whose keys are managed with a key of the main one.
// There is no call for the main account's own keys, and none that changes a key.
type subAccount struct {
	*venue
	subkeys.Account
}

// ask makes a call with the managing key. All parameters go into the query; a
// blank in one is escaped as %20, since MEXC signs what it gets.
func (s subAccount) ask(ctx context.Context, method string, params url.Values, read func(rest.Response) *exchanges.Error) error {
	params.Set("subAccount", s.Name)
	call := rest.Call{Credential: s.Manager}
	if method != http.MethodGet {
		call.Limiter = s.changes
	}
	query := strings.ReplaceAll(params.Encode(), "+", "%20")
	return desk.ByManager(s.Ask(ctx, call, rest.Request{Method: method, Path: keysPath, Query: query}, read))
}

// key is what MEXC says of a key of a sub-account.
type key struct {
	APIKey      wire.Text      `json:"apiKey"`
	Note        wire.Text      `json:"note"`
	Permissions wire.Words     `json:"permissions"`
	IPs         wire.Addresses `json:"ip"`
	Created     wire.Text      `json:"creatTime"` // ms
	CreatedToo  wire.Text      `json:"createTime"`
}

// keys is the list of the sub-account's keys; no pages are documented. Not
// inlined: it has many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{
		Desk: desk, Op: http.MethodGet + " " + keysPath,
		ID: func(k key) string { return string(k.APIKey) },
		Read: func(ctx context.Context, _ string) (all []key, err error) {
			err = s.ask(ctx, http.MethodGet, url.Values{}, rest.Into(&all, parseKeys))
			return all, err
		},
	}
}

func parseKeys(r rest.Response) ([]key, *exchanges.Error) {
	return rest.List[key](r, "subAccount")
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (v *venue) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
	if err != nil {
		return nil, err
	}
	return subAccount{v, a}.keys().Infos(ctx, func(k key) exchanges.KeyInfo { return v.Stamp(k.info(a.Name)) })
}

// info brings a key of the list to the normal form.
func (k key) info(account string) exchanges.KeyInfo {
	out := exchanges.KeyInfo{Label: string(k.Note), Account: account, IPs: k.IPs.Whitelist(), Created: k.Created.Milliseconds()}
	if !out.Created.Known() {
		out.Created = k.CreatedToo.Milliseconds()
	}
	if k.Permissions.Known {
		out.Permissions, out.ExchangePermissions = rights.Set(k.Permissions.Values), k.Permissions.Sorted()
	}
	return out
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (v *venue) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + keysPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	words, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	params := url.Values{"note": {r.Label}, "permissions": {strings.Join(words, ",")}}
	if len(ips) > 0 {
		params.Set("ip", strings.Join(ips, ","))
	}
	err = subAccount{v, a}.ask(ctx, http.MethodPost, params, rest.Into(&made, desk.Made(exchanges.Secret{}, "apiKey", "secretKey")))
	return made, err
}

// asked words the permissions of a new key.
func asked(op string, want exchanges.PermissionSet, have []string) ([]string, error) {
	words, missing := rights.Words(want.With(exchanges.Read, exchanges.Unknown), have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Ask for less.")
	}
	if want.Has(exchanges.Read) {
		words = slices.Concat(reading, words)
	}
	if len(words) == 0 {
		return nil, desk.Invalid(op, "MEXC takes no key without permissions. Ask for reading at least.")
	}
	return words, nil
}

func addresses(op string, w exchanges.IPWhitelist) ([]string, error) {
	return desk.Singles(op, w, mostSubIPs)
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (v *venue) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	a, err := desk.OpenFor(http.MethodDelete+" "+keysPath, mgr, keyID)
	if err != nil {
		return err
	}
	s := subAccount{v, a}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.ask(ctx, http.MethodDelete, url.Values{"apiKey": {keyID}}, rest.Done)
	})
}
