package deribit

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestLeastScopes(t *testing.T) {
	p := exchanges.NewPermissionSet
	for want, asked := range map[string]exchanges.PermissionSet{
		"account:read trade:read wallet:read":             p(exchanges.Read),
		"account:read trade:read_write wallet:read":       p(exchanges.Read, exchanges.Futures),
		"trade:read_write":                                p(exchanges.Spot),
		"account:read_write trade:read wallet:read":       p(exchanges.Read, exchanges.Admin),
		"account:read trade:read wallet:read_write":       p(exchanges.Read, exchanges.Withdraw),
		"account:read trade:read_write wallet:read_write": p(exchanges.Read, exchanges.Options, exchanges.Withdraw, exchanges.Transfer),
		"": p(),
	} {
		got, err := scope{known: true}.grant(asked)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s takes %q, %v; want %q", text(asked), got, err, want)
		}
	}
}

func text(p exchanges.PermissionSet) string {
	raw, _ := p.MarshalText()
	return string(raw)
}

func TestAChangedScope(t *testing.T) {
	set := exchanges.PermissionSet{}
	for _, c := range []struct {
		now  string
		ask  exchanges.PermissionSet
		want string
	}{
		{"trade:read_write", set, "trade:read_write"},
		{"wallet:none trade:read_write", set.With(exchanges.Spot, exchanges.Granted), "wallet:none trade:read_write"},
		{"trade:read", set.With(exchanges.Spot, exchanges.Granted), "trade:read_write"},
		{"account:read trade:read_write", exchanges.NewPermissionSet(exchanges.Read), "account:read trade:read"},
		{"wallet:read_write block_rfq:read treasury:read", set.With(exchanges.Withdraw, exchanges.NotGranted).With(exchanges.Transfer, exchanges.NotGranted), "wallet:read block_rfq:read treasury:read"},
		{"trade:read block_trade:read_write custody:read", set.With(exchanges.Other, exchanges.NotGranted), "trade:read"},
		{"trade:read block_trade:read", exchanges.NewPermissionSet(), ""},
		{"trade:write_once wallet:read", set.With(exchanges.Admin, exchanges.Granted), "account:read_write trade:write_once wallet:read"},
		{"trade:write_once wallet:read", exchanges.NewPermissionSet(exchanges.Read), "trade:read wallet:read"},
	} {
		got, err := scope{strings.Fields(c.now), true}.grant(c.ask)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%q with %s: %q, %v; want %q", c.now, text(c.ask), got, err, c.want)
		}
	}
}

func TestNoScopeGivesThese(t *testing.T) {
	for name, asked := range map[string]exchanges.PermissionSet{
		"block":      exchanges.NewPermissionSet(exchanges.Read, exchanges.Other),
		"earn":       exchanges.NewPermissionSet(exchanges.Earn),
		"withdraw":   exchanges.NewPermissionSet(exchanges.Transfer), // which would bring it
		"called mar": exchanges.NewPermissionSet(exchanges.Margin),
	} {
		got, err := scope{known: true}.grant(asked)
		if e := exchanges.AsError(err); !errors.Is(err, exchanges.Unsupported) || !strings.Contains(e.Hint, name) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestEveryGrantIsWhatItSays: the words that are asked for mean what was asked.
func TestEveryGrantIsWhatItSays(t *testing.T) {
	for bits := range 1 << 4 {
		asked := exchanges.NewPermissionSet()
		for i, group := range [][]exchanges.Permission{{exchanges.Read}, accountGives, tradeGives, walletGives} {
			for _, p := range group {
				if bits&(1<<i) != 0 {
					asked = asked.With(p, exchanges.Granted).With(exchanges.Read, exchanges.Granted)
				}
			}
		}
		words, err := scope{known: true}.grant(asked)
		got, _ := permissions(scope{words, true})
		if err != nil || got != asked {
			t.Errorf("%s: %q grants %s, %v", text(asked), words, text(got), err)
		}
	}
}
