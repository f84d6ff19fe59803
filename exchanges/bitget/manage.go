package bitget

import (
	"context"
	"net/http"

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

var desk = subkeys.Desk{
	ID: ID, Name: "Bitget", Check: check, Names: subkeys.IsUID, Named: "by its UID, digits only", Denied: hintDenied, Manager: hintManager,
}

// manager is Bitget as a place where a key of the main account manages the keys
// of sub-accounts. There is no call for the main account's own keys.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*manager
	subkeys.Account
	unified bool
}

// opened opens the sub-account that mgr means.
func (m *manager) opened(ctx context.Context, op string, mgr exchanges.Manager) (subAccount, error) {
	a, err := desk.Open(op, mgr)
	if err != nil {
		return subAccount{}, err
	}
	return m.at(ctx, a)
}

// openedFor opens the sub-account that mgr means, for a change of one of its keys.
func (m *manager) openedFor(ctx context.Context, op string, mgr exchanges.Manager, keyID string) (subAccount, error) {
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return subAccount{}, err
	}
	return m.at(ctx, a)
}

// at asks of which generation the account is: the managing key tells.
func (m *manager) at(ctx context.Context, a subkeys.Account) (subAccount, error) {
	k, err := m.ask(ctx, a.Manager)
	return subAccount{m, a, k.unified}, rest.BeforeChange(desk.ByManager(err))
}

// fields are the body of a change.
type fields map[string]any

// change sends a change. A key's own passphrase is added where one is given.
func (s subAccount) change(ctx context.Context, path string, own exchanges.Secret, request fields, read func(rest.Response) *exchanges.Error) error {
	call := rest.Call{Credential: s.Manager, Limiter: s.limiter, Secrets: []exchanges.Secret{own}}
	if !own.IsZero() {
		request["passphrase"] = own.Reveal()
	}
	return desk.ByManager(s.Post(ctx, call, path, request, read))
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says. How its
// rights are worded depends on the account's generation.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createPath
	later := func(string, exchanges.PermissionSet, []string) ([]string, error) { return nil, nil }
	if _, _, err := subkeys.Wish(desk, op, r, later, desk.Addresses); err != nil {
		return exchanges.Credential{}, err
	}
	s, err := m.opened(ctx, op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	path, request, err := s.making(op, r)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own, id, secret := cred.NewPassphrase(""), "apiKey", "secret"
	if !s.unified {
		id, secret = "subAccountApiKey", "secretKey"
	}
	err = s.change(ctx, path, own, request, rest.Into(&made, desk.Made(own, id, secret, "data")))
	return made, err
}

// making words a new key as the account's generation takes it.
func (s subAccount) making(op string, r exchanges.KeyRequest) (string, fields, error) {
	ips, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return "", nil, err
	}
	if !s.unified {
		words, err := classicWords(op, r.Permissions, nil)
		return classicCreatePath, fields{"subAccountUid": s.Name, "label": r.Label, "permList": words, "ipList": ips}, err
	}
	if first := r.Label[0] | 0x20; first < 'a' || first > 'z' {
		return "", nil, desk.Invalid(op, "Bitget takes no label here that does not begin with a letter: give the key another name.")
	}
	kind, words, err := unifiedWords(op, r.Permissions, nil)
	return createPath, fields{"subUid": s.Name, "note": r.Label, "type": kind, "permissions": words, "ips": ips}, err
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

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + updatePath
	own, err := desk.Own(op, mgr)
	if err != nil {
		return err
	}
	s, err := m.openedFor(ctx, op, mgr, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k subKey) error {
		path, edit := updatePath, k.unifiedEdit
		if !s.unified {
			path, edit = classicModifyPath, k.classicEdit
		}
		request, err := edit(op, s.Name, r)
		if err != nil {
			return err
		}
		return desk.OfOwn(s.change(ctx, path, own, request, rest.Done))
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
		return nil, desk.Untold(op, "rights")
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
	if !k.label.Known {
		return nil, desk.Untold(op, "label")
	}
	request := fields{"subAccountUid": uid, "subAccountApiKey": k.id, "label": k.label.Raw(), "ipList": ips}
	if !r.Permissions.Known() {
		return request, nil
	}
	if len(r.Permissions.All(exchanges.Unknown)) > 0 && !k.words.Known {
		return nil, desk.Untold(op, "rights")
	}
	request["permList"], err = classicWords(op, r.Permissions, k.words.Values)
	return request, err
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says. On a
// classic account it only finds out whether the key is gone already.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	const op = http.MethodPost + " " + deletePath
	s, err := m.openedFor(ctx, op, mgr, keyID)
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
		return s.change(ctx, deletePath, exchanges.Secret{}, fields{"apiKey": keyID}, rest.Done)
	})
}
