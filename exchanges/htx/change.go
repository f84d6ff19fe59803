package htx

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// CreateKey makes a key of the sub-user, as exchanges.Creator says. HTX's pages
// disagree on whether every parent user must give a code: without one, a refusal
// that says nothing else is taken for the wish to have it.
func (m *manager) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	const op = http.MethodPost + " " + createPath
	s, err := m.sub(mgr, op)
	if err == nil {
		err = desk.CheckNew(op, r)
	}
	if err != nil {
		return exchanges.Credential{}, err
	}
	asked, err := wanted(op, r, nil)
	if err != nil {
		return exchanges.Credential{}, err
	}
	asked.Note = r.Label
	if *asked.IPs == "" {
		asked.IPs = nil
	}
	var made exchanges.Credential
	err = s.send(ctx, createPath, asked, func(r rest.Response) (e *exchanges.Error) {
		made, e = parseMade(r)
		return e
	})
	if e := exchanges.AsError(err); err != nil && s.code.IsZero() && unexplained(err) && !mentions(e.Code, valueWords) {
		e.Kind, e.Hint = exchanges.SecondFactor, hintMayBe
	}
	return made, err
}

// parseMade reads the only answer that ever has the secret.
func parseMade(r rest.Response) (exchanges.Credential, *exchanges.Error) {
	var answer struct {
		Data struct {
			AccessKey string `json:"accessKey"`
			SecretKey string `json:"secretKey"`
		} `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return exchanges.Credential{}, e
	}
	return desk.Made(exchanges.Credential{
		KeyID: answer.Data.AccessKey, Secret: exchanges.NewSecret(answer.Data.SecretKey),
	}, check)
}

// wanted returns the change that gives a key what r asks for; have are the
// permissions that it has now. Reading is always among them.
func wanted(op string, r exchanges.KeyRequest, have []string) (change, error) {
	words, missing := rights.Words(r.Permissions.With(exchanges.Read, exchanges.Granted), have)
	if len(missing) > 0 {
		return change{}, desk.Missing(op, missing, "Trade gives spot, margin, futures, options and transfers at once, and withdrawing is not for keys of sub-users.")
	}
	list, err := desk.Addresses(op, r.IPs)
	if err != nil {
		return change{}, err
	}
	if len(list) > mostAddresses || slices.ContainsFunc(list, strange) {
		return change{}, desk.Invalid(op, "HTX takes up to 20 addresses or blocks of them.")
	}
	ips := strings.Join(list, ",")
	return change{Permission: strings.Join(words, ","), IPs: &ips}, nil
}

// strange reports whether an entry is neither an address nor a block.
func strange(entry string) bool {
	_, err := netip.ParseAddr(entry)
	_, block := netip.ParsePrefix(entry)
	return err != nil && block != nil
}

// EditKey changes a key of the sub-user, as exchanges.Editor says. What stays is
// sent again: that HTX keeps what a change leaves out is not documented.
func (m *manager) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	s, err := m.of(mgr, op, keyID)
	if err != nil {
		return err
	}
	return subkeys.Edit(desk, op, s.find(ctx, keyID),
		func(k *key) (change, error) { return k.becomes(op, r) },
		func(c change) error { return s.send(ctx, editPath, c, c.done) },
	)
}

// becomes returns the change that makes k what r asks for. What r does not know
// must be told of k.
func (k *key) becomes(op string, r exchanges.KeyRequest) (change, error) {
	if k.Permission == "" && len(r.Permissions.All(exchanges.Unknown)) > 0 {
		return change{}, desk.Incomplete(op, "the permissions of the key are not told")
	}
	if r.IPs.State == exchanges.IPUnknown {
		if r.IPs = k.IPs.Whitelist(); r.IPs.State != exchanges.IPAny && r.IPs.State != exchanges.IPList {
			return change{}, desk.Incomplete(op, "the IP list of the key is not told")
		}
	}
	asked, err := wanted(op, r, k.Permission.List())
	asked.AccessKey, asked.Note = string(k.AccessKey), string(k.Note)
	return asked, err
}

// done holds what HTX says that a key has become against what was asked for.
func (c change) done(r rest.Response) *exchanges.Error {
	var answer struct {
		Data key `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return e
	}
	got := answer.Data
	asked := wire.Text(*c.IPs).List()
	ips := got.IPs.Whitelist()
	sameRights := got.Permission == "" || rights.Set(got.Permission.List()) == rights.Set(wire.Text(c.Permission).List())
	sameIPs := ips.State == exchanges.IPUnknown || ips.State == exchanges.IPRestricted ||
		slices.Equal(slices.Sorted(slices.Values(ips.Entries)), slices.Sorted(slices.Values(asked)))
	if sameRights && sameIPs {
		return nil
	}
	return &exchanges.Error{Kind: exchanges.Protocol, Code: "the key is not what it was to become", Hint: hintOdd}
}

// RevokeKey deletes a key of the sub-user, as exchanges.Revoker says.
func (m *manager) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	s, err := m.of(mgr, http.MethodPost+" "+deletePath, keyID)
	if err != nil {
		return err
	}
	return subkeys.Revoke(s.find(ctx, keyID), func() error {
		done := func(rest.Response) *exchanges.Error { return nil } // it has nothing to say
		return s.send(ctx, deletePath, change{AccessKey: keyID}, done)
	})
}
