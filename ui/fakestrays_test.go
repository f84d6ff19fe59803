package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// fakeStrays is what a fakeDesk has of unmanaged keys. A func that is set takes
// the place of the method.
type fakeStrays struct {
	keys     []store.Unmanaged
	accounts []desk.Account
	at       time.Time
	err      error // of reading them
	surveys  int
	byHand   bool // nothing can be revoked by API

	survey func(context.Context) ([]desk.Account, error)
	revoke func(ctx context.Context, fingerprint, code string) error
}

func (d *fakeDesk) Survey(ctx context.Context) ([]desk.Account, error) {
	d.strays.surveys++
	if d.strays.survey != nil {
		return d.strays.survey(ctx)
	}
	d.strays.at = noon
	return d.strays.accounts, nil
}

func (d *fakeDesk) Surveyed() (time.Time, []desk.Account) { return d.strays.at, d.strays.accounts }

// Unmanaged leaves out what was added, as the desk does.
func (d *fakeDesk) Unmanaged() ([]store.Unmanaged, error) {
	left := slices.DeleteFunc(slices.Clone(d.strays.keys), func(u store.Unmanaged) bool {
		_, managed := d.Snapshot().ByName(u.Facts.Label)
		return managed
	})
	slices.SortStableFunc(left, func(a, b store.Unmanaged) int { return a.Ignored.At.Compare(b.Ignored.At) })
	return left, d.strays.err
}

func (d *fakeDesk) Ignore(_ context.Context, fingerprint, reason string) error {
	d.note("Ignore %s", reason)
	if reason == "" {
		return desk.Refuse("no reason is given", "Say why.")
	}
	d.mark(fingerprint, store.Ignored{At: noon, Reason: reason, Actor: "ann"})
	return nil
}

func (d *fakeDesk) Heed(_ context.Context, fingerprint string) error {
	d.note("Heed")
	d.mark(fingerprint, store.Ignored{})
	return nil
}

func (d *fakeDesk) mark(fingerprint string, i store.Ignored) {
	d.strays.keys = slices.Clone(d.strays.keys)
	for at := range d.strays.keys {
		if d.strays.keys[at].Fingerprint == fingerprint {
			d.strays.keys[at].Ignored = i
		}
	}
}

func (d *fakeDesk) CanRevoke(*store.Unmanaged) bool { return !d.strays.byHand }

func (d *fakeDesk) RevokeUnmanaged(ctx context.Context, fingerprint string, code exchanges.Secret) error {
	d.note("Revoke %s", strings.TrimSpace(code.Reveal()))
	if d.strays.revoke != nil {
		if err := d.strays.revoke(ctx, fingerprint, code.Reveal()); err != nil {
			return err
		}
	}
	d.strays.keys = slices.DeleteFunc(slices.Clone(d.strays.keys), func(u store.Unmanaged) bool { return u.Fingerprint == fingerprint })
	return nil
}

func (d *fakeDesk) DeleteByHand(u *store.Unmanaged) desk.ByHand {
	return desk.ByHand{Page: "https://" + string(u.Exchange) + ".example/keys", Steps: []flow.Line{
		{Text: "Profile → API Management"}, {Text: "Delete the key", Many: []string{u.KeyID, u.Facts.Label}},
	}}
}

// stray is an unmanaged key at Deribit, listed by grid-bot.
func stray(label, keyID string, change func(*store.Unmanaged)) store.Unmanaged {
	u := store.Unmanaged{
		Exchange: "deribit", Environment: exchanges.Live, By: "id-grid-bot", KeyID: store.MaskKeyID(keyID), Fingerprint: store.Fingerprint(keyID),
		Found: noon.Add(-2 * time.Hour),
		Facts: store.Facts{
			Seen: noon.Add(-time.Minute), Label: label, Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot),
			ExchangePermissions: []string{"trade:read_write"}, IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
			Created: exchanges.At(noon.Add(-210 * day)), LastUsed: exchanges.At(noon.Add(-3 * time.Minute)),
		},
	}
	if change != nil {
		change(&u)
	}
	return u
}

// The ID of the key that the tests adopt.
const laptopID = "laptop-key-id-0001"

// strays are three keys: of the main account, of a sub-account without a label,
// and one that is ignored.
func strays() []store.Unmanaged {
	return []store.Unmanaged{
		stray("old-laptop-bot", laptopID, nil),
		stray("", "sub-key-id-0000002", func(u *store.Unmanaged) {
			u.Exchange, u.SubAccount, u.By = "binance", "arb@example.com", "gone"
			u.Facts.Permissions, u.Facts.IPs, u.Facts.Created, u.Facts.LastUsed = exchanges.PermissionSet{}, exchanges.IPWhitelist{}, exchanges.Moment{}, exchanges.Moment{}
		}),
		stray("accountant", "third-key-id-00003", func(u *store.Unmanaged) {
			u.Environment, u.Ignored = exchanges.Testnet, store.Ignored{At: noon.Add(-day), Reason: "the tax office", Actor: "ann"}
			u.Facts.LastUsed = exchanges.Never()
		}),
	}
}

// lookedAt are three accounts, of which one could not be read.
func lookedAt() []desk.Account {
	return []desk.Account{
		{Exchange: "binance", Environment: exchanges.Live, SubAccount: "arb@example.com", By: "grid-bot", Keys: 2},
		{Exchange: "deribit", Environment: exchanges.Live, By: "fresh", Keys: 4},
		{Exchange: "deribit", Environment: exchanges.Testnet, By: "offline", Err: &exchanges.Error{Exchange: "deribit", Kind: exchanges.SecondFactor}},
	}
}

// withStrays starts the program on the fixture with unmanaged keys that an
// earlier look has found.
func withStrays(t *testing.T, w, h int, keys ...store.Unmanaged) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	fake.strays.keys, fake.strays.accounts, fake.strays.at = keys, lookedAt(), noon.Add(-5*time.Minute)
	d := drive(t, env, dashboardPage)
	env.Now = func() time.Time { return noon.Add(d.now) }
	d.resize(w, h)
	d.advance(flowsAfterStart)
	return d, fake
}

// strayPage opens the page on all of them.
func strayPage(t *testing.T, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := withStrays(t, w, h, strays()...)
	keys(d, "u")
	return d, fake
}

var errDown = errors.New("the network is down")
