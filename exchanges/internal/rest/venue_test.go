package rest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// venueOf is a venue whose inspections end in what they are told to.
func venueOf(r *rig, look func(*exchanges.KeyInfo) error) *Venue {
	return &Venue{
		API:   *signing(r),
		About: func() exchanges.Info { return exchanges.Info{ID: "toy"} },
		Check: func(c exchanges.Credential) (exchanges.Credential, error) {
			if c.KeyID == "" {
				return c, exchanges.Invalid
			}
			c.KeyID = "checked-" + c.KeyID
			return c, nil
		},
		Look: func(_ context.Context, c exchanges.Credential, k *exchanges.KeyInfo) error {
			k.Account = c.KeyID
			return look(k)
		},
	}
}

func TestAVenueInspectsWhatWasChecked(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	v := venueOf(r, func(k *exchanges.KeyInfo) error {
		k.KeyID, k.Label = "another", "bot"
		return nil
	})
	k, err := v.Inspect(t.Context(), exchanges.Credential{KeyID: "a"})
	if err != nil || k.KeyID != "checked-a" || k.Account != "checked-a" || k.Label != "bot" || k.Seen.IsZero() {
		t.Errorf("%v, %+v", err, k)
	}
	if v.Info().ID != "toy" {
		t.Errorf("%+v", v.Info())
	}
}

// What was told before something went wrong is not half an answer.
func TestAVenueTellsNothingBesideAnError(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	v := venueOf(r, func(*exchanges.KeyInfo) error { return exchanges.Auth })
	for id, want := range map[string]error{"": exchanges.Invalid, "a": exchanges.Auth} {
		k, err := v.Inspect(t.Context(), exchanges.Credential{KeyID: id})
		if !errors.Is(err, want) || k.KeyID != "" || k.Account != "" || !k.Seen.IsZero() {
			t.Errorf("%q: %v, %+v", id, err, k)
		}
	}
}

func TestACourseKnowsTheMarketOfItsSite(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	v := venueOf(r, nil)
	v.Trip = &Course{
		Market: "KRW-BTC", Markets: wire.Glossary{{"sg", "SGD-BTC"}},
		Balance: "GET /balance", Book: "GET /book/{market}", Ticker: "GET /ticker",
	}
	for _, c := range []struct{ site, asked, want string }{
		{"sg", "", "SGD-BTC"}, {"kr", "", "KRW-BTC"}, {"sg", "ETH", "ETH"},
	} {
		v.cfg.Connection.Site = exchanges.Site{ID: c.site, Environment: exchanges.Live}
		calls, err := v.Course(exchanges.Credential{KeyID: "a"}, c.asked)
		book := func(one exchanges.TestCall) bool { return one.Path == "/book/"+c.want }
		if err != nil || !slices.ContainsFunc(calls, book) {
			t.Errorf("%s, %q: %v, %+v", c.site, c.asked, err, calls)
		}
	}
}
