package okx

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

const (
	keysPath   = "/api/v5/users/subaccount/apikey" // GET lists, POST makes
	editPath   = "/api/v5/users/subaccount/modify-apikey"
	deletePath = "/api/v5/users/subaccount/delete-apikey"
)

// hintManager is for managing keys that lack a permission.
const hintManager = "To manage keys of sub-accounts, the calling key must be of the main account, with the permission Trade and an IP list. Edit it under API and connections."

const hintByHand = "OKX has no API for keys of the main account itself: those are managed by hand, under API and connections."

var desk = subkeys.Desk{ID: ID, Name: "OKX"}

// master is a site at which a key of the main account manages the keys of
// sub-accounts. OKX has no call for the main account's own keys.
type master struct {
	*venue
	limiter *rate.Limiter
}

// subAccount is a sub-account and the key with which its keys are managed.
type subAccount struct {
	*master
	cred exchanges.Credential
	name string
}

// of opens the sub-account that mgr means, for a change of one of its keys. The
// managing key is none of them, though the list would say no more than that.
func (m *master) of(mgr exchanges.Manager, op, keyID string) (subAccount, error) {
	if keyID == "" || keyID == strings.TrimSpace(mgr.Credential.KeyID) {
		return subAccount{}, desk.Invalid(op, "Name a key of the sub-account. "+hintByHand)
	}
	return m.sub(mgr, op)
}

// sub opens the sub-account that mgr means.
func (m *master) sub(mgr exchanges.Manager, op string) (subAccount, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subAccount{}, err
	}
	name := strings.TrimSpace(mgr.SubAccount)
	if name == "" || strings.ContainsAny(name, " \t\r\n") || exchanges.Clean(name) != name {
		return subAccount{}, desk.Invalid(op, "Name the sub-account as OKX lists it, in one word. "+hintByHand)
	}
	return subAccount{master: m, cred: c, name: name}, nil
}

// target names a key in requests.
type target struct {
	SubAcct string `json:"subAcct"`
	APIKey  string `json:"apiKey"`
}

// CreateKey makes a key of the sub-account, as exchanges.Creator says. Its
// passphrase is made here.
func (m *master) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + " " + keysPath
	s, err := m.sub(mgr, op)
	if err == nil {
		err = desk.CheckNew(op, r)
	}
	if err != nil {
		return exchanges.Credential{}, err
	}
	perm, err := asked(op, r.Permissions, nil)
	if err != nil {
		return exchanges.Credential{}, err
	}
	ip, err := written(op, r.IPs)
	if err != nil {
		return exchanges.Credential{}, err
	}
	own := newPassphrase()
	var made exchanges.Credential
	err = s.change(ctx, keysPath, struct {
		SubAcct    string `json:"subAcct"`
		Label      string `json:"label"`
		Passphrase string `json:"passphrase"`
		Perm       string `json:"perm"`
		IP         string `json:"ip,omitempty"`
	}{s.name, r.Label, own.Reveal(), perm, ip}, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r, own)
		return e
	}, own)
	return made, err
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response, own exchanges.Secret) (exchanges.Credential, *exchanges.Error) {
	all, e := data[struct {
		APIKey    string `json:"apiKey"`
		SecretKey string `json:"secretKey"`
	}](r, 1)
	if e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{
		KeyID: all[0].APIKey, Secret: exchanges.NewSecret(all[0].SecretKey), Passphrase: own,
	}, check)
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *master) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(mgr, http.MethodGet+" "+keysPath)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k key) exchanges.KeyInfo {
		out := k.info(m.env)
		out.KeyID = string(k.APIKey)
		return m.client.Stamp(out)
	})
}

// edit is a change of a key. What is left out stays.
type edit struct {
	target
	Perm string  `json:"perm,omitempty"`
	IP   *string `json:"ip,omitempty"` // empty: any address
}

// EditKey changes a key of the sub-account, as exchanges.Editor says.
func (m *master) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	return s.keys().Edit(ctx, op, keyID, func(k key) (func() error, error) {
		change := edit{target: target{s.name, keyID}}
		err := change.become(op, r, wordsOf(string(k.Perm)))
		return func() error {
			if change.Perm == "" && change.IP == nil {
				return nil
			}
			return s.change(ctx, editPath, change, acknowledged)
		}, err
	})
}

// become sets what r asks for of a key that has the words have.
func (e *edit) become(op string, r exchanges.KeyRequest, have []string) (err error) {
	if r.Permissions.Known() {
		if len(have) == 0 && len(r.Permissions.All(exchanges.Unknown)) > 0 {
			return desk.Incomplete(op, "the key's permissions are not told")
		}
		if e.Perm, err = asked(op, r.Permissions, have); err != nil {
			return err
		}
	}
	if r.IPs.State != exchanges.IPUnknown {
		ip, err := written(op, r.IPs)
		if err != nil {
			return err
		}
		e.IP = &ip
	}
	return nil
}

// RevokeKey deletes a key of the sub-account, as exchanges.Revoker says.
func (m *master) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.of(mgr, http.MethodPost+" "+deletePath, keyID)
	if err != nil {
		return err
	}
	return s.keys().Revoke(ctx, keyID, func() error {
		return s.change(ctx, deletePath, target{s.name, keyID}, acknowledged)
	})
}

// acknowledged takes whatever is in the envelope for the answer to a change: OKX
// documents the sub-account's name, or an empty list.
func acknowledged(rest.Response) *exchanges.Error { return nil }

// written writes a whitelist as requests have it: empty for any address.
func written(op string, ips exchanges.IPWhitelist) (string, error) {
	entries, err := desk.Addresses(op, ips)
	if err != nil {
		return "", err
	}
	if len(entries) > mostAddresses {
		return "", desk.Invalid(op, hintAddresses)
	}
	for _, entry := range entries {
		_, block := netip.ParsePrefix(entry)
		if _, single := netip.ParseAddr(entry); single != nil && block != nil {
			return "", desk.Invalid(op, "OKX takes single addresses and blocks, IPv4 and IPv6.")
		}
	}
	return strings.Join(entries, ","), nil
}

// change sends a change with v as its body; secrets are those that v carries.
func (s subAccount) change(ctx context.Context, path string, v any, parse func(rest.Response) *exchanges.Error, secrets ...exchanges.Secret) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.do(ctx, rest.Request{Method: http.MethodPost, Path: path, Body: string(body)}, parse, secrets...)
}

// do makes a call with the managing key.
func (s subAccount) do(ctx context.Context, r rest.Request, parse func(rest.Response) *exchanges.Error, secrets ...exchanges.Secret) error {
	err := s.client.Ask(ctx, rest.Call{Credential: s.cred, Secrets: secrets, Limiter: s.limiter}, r, parse)
	if e := exchanges.AsError(err); err != nil && e.Hint == hintDenied {
		e.Hint = hintManager
	}
	return subkeys.OfManager(err)
}

// keys are those of the sub-account.
func (s subAccount) keys() subkeys.Keys[key] {
	return subkeys.Keys[key]{Desk: desk, Op: http.MethodGet + " " + keysPath, List: s.list, ID: func(k key) string { return string(k.APIKey) }}
}

// list returns every key of the sub-account; no pages are documented.
func (s subAccount) list(ctx context.Context) (keys []key, err error) {
	r := rest.Request{Method: http.MethodGet, Path: keysPath, Query: "subAcct=" + url.QueryEscape(s.name)}
	err = s.do(ctx, r, func(r rest.Response) (e *exchanges.Error) {
		keys, e = data[key](r, 0)
		return e
	})
	return keys, err
}
