package bitget

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

const (
	createPath = "/api/v3/user/create-sub-api"
	listPath   = "/api/v3/user/sub-api-list"
	updatePath = "/api/v3/user/update-sub-api"
	deletePath = "/api/v3/user/delete-sub-api"

	classicCreatePath = "/api/v2/user/create-virtual-subaccount-apikey"
	classicListPath   = "/api/v2/user/virtual-subaccount-apikey-list"
	classicModifyPath = "/api/v2/user/modify-virtual-subaccount-apikey"
)

const (
	hintManager = "The managing key must be of the main account and have an IP list itself; on a unified account it needs the management of the account, read and write. " +
		"The sub-account must be one of this account. Edit the key under API Keys."
	hintClassic = "Bitget's API does not delete keys of a classic account: take away the key's permissions by an edit, then delete it by hand, under API Keys."
)

var desk = subkeys.Desk{ID: ID, Name: "Bitget"}

// manager is Bitget as a place where a key of the main account manages the keys
// of sub-accounts. There is no call for the main account's own keys.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*manager
	cred    exchanges.Credential
	uid     string
	unified bool
}

// sub opens the sub-account that mgr means. The managing key tells of which
// generation its account is.
func (m *manager) sub(ctx context.Context, mgr exchanges.Manager, op string) (subAccount, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subAccount{}, err
	}
	uid, err := strconv.ParseInt(strings.TrimSpace(mgr.SubAccount), 10, 64)
	if err != nil || uid <= 0 {
		return subAccount{}, desk.Invalid(op, "Name the sub-account by its UID, digits only; Bitget has no API for keys of the main account itself, those are managed on its web site.")
	}
	k, err := m.ask(ctx, c)
	if err != nil {
		return subAccount{}, rest.BeforeChange(subkeys.OfManager(err))
	}
	return subAccount{manager: m, cred: c, uid: strconv.FormatInt(uid, 10), unified: k.unified}, nil
}

// of opens the sub-account that mgr means, for a change of one of its keys.
func (m *manager) of(ctx context.Context, mgr exchanges.Manager, op, keyID string) (subAccount, error) {
	if err := desk.CheckKey(op, mgr, keyID); err != nil {
		return subAccount{}, err
	}
	return m.sub(ctx, mgr, op)
}

// manage makes a call with the managing key.
func (s subAccount) manage(ctx context.Context, call rest.Call, r rest.Request, parse func(rest.Response) *exchanges.Error) error {
	call.Credential = s.cred
	err := s.client.Ask(ctx, call, r, parse)
	if e := exchanges.AsError(err); err != nil && e.Kind == exchanges.Denied && e.Hint == hintDenied {
		e.Hint = hintManager
	}
	return subkeys.OfManager(err)
}

// fields are the body of a change.
type fields map[string]any

// change sends a change. A key's own passphrase is added where one is given.
func (s subAccount) change(ctx context.Context, path string, own exchanges.Secret, request fields, parse func(rest.Response) *exchanges.Error) error {
	call := rest.Call{Limiter: s.limiter}
	if !own.IsZero() {
		request["passphrase"] = own.Reveal()
		call.Secrets = []exchanges.Secret{own}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return s.manage(ctx, call, rest.Request{Method: http.MethodPost, Path: path, Body: string(body)}, parse)
}

// acknowledged takes whatever is in the envelope for the answer to a change.
func acknowledged(rest.Response) *exchanges.Error { return nil }

// CreateKey makes a key of the sub-account, as exchanges.Creator says.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + " " + createPath
	if err := desk.CheckNew(op, r); err != nil {
		return exchanges.Credential{}, err
	}
	ips, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return exchanges.Credential{}, err
	}
	s, err := m.sub(ctx, mgr, op)
	if err != nil {
		return exchanges.Credential{}, err
	}
	path, request, err := s.making(op, r, ips)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own := cred.NewPassphrase("")
	var made exchanges.Credential
	err = s.change(ctx, path, own, request, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r, own)
		return e
	})
	return made, err
}

// making words a new key as the account's generation takes it.
func (s subAccount) making(op string, r exchanges.KeyRequest, ips []string) (string, fields, error) {
	if !s.unified {
		words, err := classicWords(op, r.Permissions, nil)
		return classicCreatePath, fields{"subAccountUid": s.uid, "label": r.Label, "permList": words, "ipList": ips}, err
	}
	if first := r.Label[0] | 0x20; first < 'a' || first > 'z' {
		return "", nil, desk.Invalid(op, "Bitget takes no label here that does not begin with a letter: give the key another name.")
	}
	kind, words, err := unifiedWords(op, r.Permissions, nil)
	return createPath, fields{"subUid": s.uid, "note": r.Label, "type": kind, "permissions": words, "ips": ips}, err
}

// classicWords words what want grants; have are the words of the key now. A key
// may be left with none: that is how one is made powerless.
func classicWords(op string, want exchanges.PermissionSet, have []string) ([]string, error) {
	words, missing := classicSubRights.Words(want, have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Ask for less, or do it under API Keys.")
	}
	return append([]string{}, words...), nil
}

// unifiedWords words what want grants as mode and areas.
func unifiedWords(op string, want exchanges.PermissionSet, have []string) (string, []string, error) {
	words, missing := unifiedRights.Words(want.With(exchanges.Read, exchanges.Unknown), have)
	switch {
	case len(missing) > 0:
		return "", nil, desk.Missing(op, missing, "On a unified account spot, margin and futures are one right, and so are transfer and admin: ask for all of it, or for less.")
	case len(words) > 0:
		return readWrite, words, nil
	case !want.Has(exchanges.Read):
		return "", nil, desk.Invalid(op, "Bitget takes no key without rights. Ask for reading at least.")
	}
	return readOnly, looking, nil
}

// parseMade reads the only answer that ever has the secret, in both dialects.
func parseMade(r rest.Response, own exchanges.Secret) (exchanges.Credential, *exchanges.Error) {
	var answer struct {
		Data struct {
			APIKey    string `json:"apiKey"`
			Secret    string `json:"secret"`
			SubAPIKey string `json:"subAccountApiKey"`
			SecretKey string `json:"secretKey"`
		} `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return exchanges.Credential{}, e
	}
	d := answer.Data
	c := exchanges.Credential{KeyID: d.APIKey, Secret: exchanges.NewSecret(d.Secret), Passphrase: own}
	if d.APIKey == "" {
		c.KeyID, c.Secret = d.SubAPIKey, exchanges.NewSecret(d.SecretKey)
	}
	return desk.Made(c, check)
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + updatePath
	own, err := desk.Own(op, mgr)
	if err != nil {
		return err
	}
	s, err := m.of(ctx, mgr, op, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k subKey) (func() error, error) {
		path, edit := updatePath, k.unifiedEdit
		if !s.unified {
			path, edit = classicModifyPath, k.classicEdit
		}
		request, err := edit(op, s.uid, r)
		return func() error { return desk.OfOwn(s.change(ctx, path, own, request, acknowledged)) }, err
	})
}

// unifiedEdit returns the change that makes k what r asks for. What is left out
// of a request stays; mode and areas go together.
func (k *subKey) unifiedEdit(op, _ string, r exchanges.KeyRequest) (fields, error) {
	request := fields{"apiKey": k.id}
	if r.IPs.State != exchanges.IPUnknown {
		ips, err := desk.Addresses(op, r.IPs)
		if err != nil {
			return nil, err
		}
		request["ips"] = ips
	}
	if !r.Permissions.Known() {
		return request, nil
	}
	if len(r.Permissions.All(exchanges.Unknown)) > 0 && (!k.words.Known || mode(k.mode) == unknownMode) {
		return nil, desk.Incomplete(op, "not every right of the key is told")
	}
	have := k.words.Values
	if mode(k.mode) != readWrite {
		have = nil // areas, not rights
	}
	kind, words, err := unifiedWords(op, r.Permissions, have)
	request["type"], request["permissions"] = kind, words
	return request, err
}

// classicEdit does the same for a classic account, where an IP list that is
// left out is emptied: it is always sent.
func (k *subKey) classicEdit(op, uid string, r exchanges.KeyRequest) (fields, error) {
	if r.IPs.State == exchanges.IPUnknown {
		r.IPs = k.ips.Whitelist()
	}
	ips, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return nil, err
	}
	request := fields{"subAccountUid": uid, "subAccountApiKey": k.id, "label": k.label, "ipList": ips}
	if !r.Permissions.Known() {
		return request, nil
	}
	if len(r.Permissions.All(exchanges.Unknown)) > 0 && !k.words.Known {
		return nil, desk.Incomplete(op, "the rights of the key are not told")
	}
	request["permList"], err = classicWords(op, r.Permissions, k.words.Values)
	return request, err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says. On a
// classic account it only finds out whether the key is gone already.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	const op = http.MethodPost + " " + deletePath
	s, err := m.of(ctx, mgr, op, keyID)
	if err != nil {
		return err
	}
	if !s.unified {
		if k, err := s.keys().Find(ctx, keyID); err != nil || k == nil {
			return rest.BeforeChange(err)
		}
		return desk.Unsupported(op, hintClassic)
	}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.change(ctx, deletePath, exchanges.Secret{}, fields{"apiKey": keyID}, acknowledged)
	})
}
