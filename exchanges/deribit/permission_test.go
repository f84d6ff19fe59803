package deribit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func scopeOf(t *testing.T, raw string) scope {
	t.Helper()
	var s scope
	if err := json.Unmarshal([]byte(raw), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryScope(t *testing.T) {
	for words, want := range map[string][]exchanges.Permission{
		"account:read trade:read wallet:read block_trade:read block_rfq:read": {exchanges.Read},
		"account:read_write":     {exchanges.Read, exchanges.Admin},
		"trade:read_write":       {exchanges.Read, exchanges.Spot, exchanges.Futures, exchanges.Options},
		"wallet:read_write":      {exchanges.Read, exchanges.Transfer, exchanges.Withdraw},
		"block_trade:read_write": {exchanges.Read, exchanges.Other},
		"block_rfq:read_write":   {exchanges.Read, exchanges.Other},
		"custody:read":           {exchanges.Other},
		"custody:read_write":     {exchanges.Read, exchanges.Other},
		"treasury:read":          {exchanges.Other},
		"everything":             {exchanges.Other},
		"account:none trade:none wallet:none block_trade:none treasury:none": nil,
		"connection mainaccount session:bot expires:60 ip:203.0.113.7":       nil,
		"": nil,
	} {
		set, _ := permissions(scope{strings.Fields(words), true})
		if set != exchanges.NewPermissionSet(want...) {
			t.Errorf("%q grants %v and leaves %v unknown, want %v", words, set.All(exchanges.Granted), set.All(exchanges.Unknown), want)
		}
	}
}

func TestALevelThatIsNewDeniesNothingOfItsArea(t *testing.T) {
	set, shown := permissions(scope{[]string{"trade:write_once", "wallet:read"}, true})
	for p, want := range map[exchanges.Permission]exchanges.Grant{
		exchanges.Read:     exchanges.Granted, // by the wallet
		exchanges.Spot:     exchanges.Unknown,
		exchanges.Futures:  exchanges.Unknown,
		exchanges.Options:  exchanges.Unknown,
		exchanges.Withdraw: exchanges.NotGranted,
		exchanges.Other:    exchanges.Granted,
	} {
		if got := set.Get(p); got != want {
			t.Errorf("%s is %s, want %s", p, got, want)
		}
	}
	if !slices.Contains(shown, "trade:write_once") {
		t.Errorf("shown as %q", shown)
	}
}

func TestScopeIsShownInDeribitsWords(t *testing.T) {
	_, got := permissions(scope{strings.Fields("wallet:read trade:read_write mainaccount connection custody:none account:read wallet:read \u200b"), true})
	if want := []string{"account:read", "trade:read_write", "wallet:read"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestScopeIsTextOrListOrUnknown(t *testing.T) {
	for raw, want := range map[string]int{`"a:read b:read"`: 2, `["a:read","b:read"]`: 2, `""`: 0, `[]`: 0} {
		if s := scopeOf(t, raw); !s.known || len(s.words) != want {
			t.Errorf("%s: %+v", raw, s)
		}
	}
	for _, raw := range []string{`null`, `1`, `true`, `{}`, `["a:read",{}]`} {
		set, shown := permissions(scopeOf(t, raw))
		if set.Known() || shown != nil {
			t.Errorf("%s tells %v, %q", raw, set, shown)
		}
	}
}

func TestALongScopeIsReadToItsEnd(t *testing.T) {
	raw := `"` + strings.Repeat("session:x ", 200) + `wallet:read_write"`
	set, _ := permissions(scopeOf(t, raw))
	if !set.Has(exchanges.Withdraw) {
		t.Error("a right at the end of a long scope is lost")
	}
}
