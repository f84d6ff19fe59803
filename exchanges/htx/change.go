package htx

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// CreateKey makes a key of the sub-user, as exchanges.Creator says. HTX's pages
// disagree on whether every parent user must give a code: without one, a refusal
// that says nothing else is taken for the wish to have it.
func (v *venue) CreateKey(ctx context.Context, mgr exchanges.Manager, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createPath
	a, err := desk.Open(op, mgr)
	if err != nil {
		return exchanges.Credential{}, err
	}
	words, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	asks := change{Note: r.Label, Permission: strings.Join(words, ",")}
	if len(ips) > 0 {
		asks.IPs = joined(ips)
	}
	err = subUser{v, a, mgr.Code}.send(ctx, createPath, asks, rest.Into(&made, desk.Made(exchanges.Secret{}, "accessKey", "secretKey", "data")))
	if e := exchanges.AsError(err); err != nil && mgr.Code.IsZero() && unexplained(err) && !mentions(e.Code, valueWords) {
		e.Kind, e.Hint = exchanges.SecondFactor, hintMayBe
	}
	return made, err
}

// asked words what want grants; have are the permissions of the key now. Reading
// is always among them.
func asked(op string, want exchanges.PermissionSet, have []string) ([]string, error) {
	words, missing := rights.Words(want.With(exchanges.Read, exchanges.Granted), have)
	if len(missing) > 0 {
		return nil, desk.Missing(op, missing, "Trade gives spot, margin, futures, options and transfers at once, and withdrawing is not for keys of sub-users.")
	}
	return words, nil
}

func addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	return desk.Blocks(op, ips, mostAddresses)
}

func joined(ips []string) *string {
	text := strings.Join(ips, ",")
	return &text
}

// EditKey changes a key of the sub-user, as exchanges.Editor says. What stays is
// sent again: that HTX keeps what a change leaves out is not documented.
func (v *venue) EditKey(ctx context.Context, mgr exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	const op = http.MethodPost + " " + editPath
	a, err := desk.OpenFor(op, mgr, keyID)
	if err != nil {
		return err
	}
	s := subUser{v, a, mgr.Code}
	return s.list(ofSubUser).Edit(ctx, op, keyID, func(k key) error {
		words, ips, err := k.becomes(op, r)
		if err != nil {
			return err
		}
		edited := change{AccessKey: keyID, Note: k.Note.Raw(), Permission: strings.Join(words, ","), IPs: joined(ips)}
		return s.send(ctx, editPath, edited, func(r rest.Response) *exchanges.Error {
			got := wire.At[key](r.Body, "data")
			return desk.Became(got.Permission.Values, words, got.IPs.Whitelist(), ips)
		})
	})
}

// becomes returns what makes k what r asks for. What r does not know must be told
// of k.
func (k key) becomes(op string, r exchanges.KeyRequest) (words, ips []string, err error) {
	switch {
	case !k.Note.Known:
		return nil, nil, desk.Untold(op, "note")
	case len(k.Permission.Values) == 0 && len(r.Permissions.All(exchanges.Unknown)) > 0:
		return nil, nil, desk.Untold(op, "permissions")
	}
	if words, err = asked(op, r.Permissions, k.Permission.Values); err != nil {
		return nil, nil, err
	}
	if r.IPs.State == exchanges.IPUnknown {
		if r.IPs = k.IPs.Whitelist(); r.IPs.State != exchanges.IPAny && r.IPs.State != exchanges.IPList {
			return nil, nil, desk.Untold(op, "IP list")
		}
	}
	ips, err = addresses(op, r.IPs)
	return words, ips, err
}

// RevokeKey deletes a key of the sub-user, as exchanges.Revoker says.
func (v *venue) RevokeKey(ctx context.Context, mgr exchanges.Manager, keyID string) error {
	a, err := desk.OpenFor(http.MethodPost+" "+deletePath, mgr, keyID)
	if err != nil {
		return err
	}
	s := subUser{v, a, mgr.Code}
	return s.list(ofSubUser).Revoke(ctx, keyID, func() error {
		return s.send(ctx, deletePath, change{AccessKey: keyID}, rest.Done) // it has nothing to say
	})
}
