package sim

import (
	"net/http"
	"strings"
	"testing"
)

func TestDeribitGrantsWhatBothTheKeyAndTheRequestHave(t *testing.T) {
	key := parseDeribitScope([]string{"account:read", "trade:read_write", "wallet:none"})
	for request, want := range map[string]string{
		"":                                      "account:read connection mainaccount trade:read_write",
		"trade:read":                            "connection mainaccount trade:read",
		"account:read_write trade:read_write":   "account:read connection mainaccount trade:read_write",
		"wallet:read_write":                     "connection mainaccount",
		"block_trade:read account:read":         "account:read connection mainaccount",
		"session:bot trade:read_write":          "mainaccount session:bot trade:read_write",
		"connection":                            "account:read connection mainaccount trade:read_write",
		"trade:none":                            "connection mainaccount",
		"trade:read trade:read_write":           "connection mainaccount trade:read_write",
		"expires:60 ip:203.0.113.9 mainaccount": "account:read connection mainaccount trade:read_write",
	} {
		g, failure := key.grant(request, true)
		if failure != nil || strings.Join(g.words, " ") != want {
			t.Errorf("%q is granted as %v (%+v), want %q", request, g.words, failure, want)
		}
	}
	for _, request := range []string{"trade:all", "everything", "expires:0", "expires:soon", "ip:here", "custody:write"} {
		if g, failure := key.grant(request, true); failure == nil || failure.Code != deribitBadParams.Code {
			t.Errorf("%q is granted as %v", request, g.words)
		}
	}
}

func TestDeribitTokenSaysWhetherItIsTheMainAccounts(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "main", Words: []string{"account:read"}}, {Label: "sub", Sub: "hedges", Words: []string{"account:read"}},
	}})
	for label, want := range map[string]string{"main": "account:read connection mainaccount", "sub": "account:read connection"} {
		if got := rig.login(rig.key(label), "scope", "account:read mainaccount").Scope; got != want {
			t.Errorf("%s: %q, want %q", label, got, want)
		}
	}
}

func TestDeribitScopeInWordsAndPermissions(t *testing.T) {
	for permissions, want := range map[string]struct{ scope, permissions string }{
		"read": {"account:read block_rfq:none block_trade:none trade:read wallet:read", "read"},
		"read spot": {"account:read block_rfq:none block_trade:none trade:read_write wallet:read",
			"read spot futures options"}, // one scope for all instruments
		"transfer": {"account:none block_rfq:none block_trade:none trade:none wallet:read_write", "read transfer withdraw"},
		"admin":    {"account:read_write block_rfq:none block_trade:none trade:none wallet:none", "read admin"},
		"other":    {"account:none block_rfq:none block_trade:read_write trade:none wallet:none", "read other"},
		"earn":     {"account:none block_rfq:none block_trade:none trade:none wallet:none", ""},
	} {
		s := parseDeribitScope(deribitWords(strings.Fields(permissions)))
		if s.text() != want.scope || strings.Join(s.normal(), " ") != want.permissions {
			t.Errorf("%q become %q, that is %v", permissions, s.text(), s.normal())
		}
	}
	custody := parseDeribitScope([]string{"custody:read", "nonsense", "trade:all"})
	if custody.text() != "account:none block_rfq:none block_trade:none custody:read trade:none wallet:none" ||
		strings.Join(custody.normal(), " ") != "other" {
		t.Errorf("%q, that is %v", custody.text(), custody.normal())
	}
}

func TestDeribitEnforcesScopes(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "trader", Words: []string{"trade:read_write"}},
		{Label: "reader", Words: []string{"account:read"}},
		{Label: "both", Words: []string{"account:read_write", "trade:read"}},
	}})
	call := func(label, method, scope string) reply {
		token := rig.login(rig.key(label), "scope", scope)
		return rig.get(method, "Bearer "+token.Access, "currency", "BTC")
	}
	var rows []object
	rig.expect(call("trader", "private/get_positions", ""), &rows)
	rig.expect(call("reader", "private/list_api_keys", ""), &rows)
	rig.expect(call("both", "private/list_api_keys", ""), &rows)
	rig.refused(call("trader", "private/list_api_keys", ""), deribitForbidden)
	rig.refused(call("trader", "private/list_api_keys", "account:read_write"), deribitForbidden)
	rig.refused(call("reader", "private/get_positions", ""), deribitForbidden)
	rig.refused(call("both", "private/get_positions", "account:read"), deribitForbidden)
}

func TestDeribitOtherSchemesHaveTheKeysWholeScope(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "trader", Words: []string{"trade:read"}}}})
	const positions, keys = "/api/v2/private/get_positions", "/api/v2/private/list_api_keys"
	key := rig.key("trader")
	var rows []object
	rig.expect(rig.do(http.MethodGet, positions, "", rig.header(key, "GET", positions, "", "1", noon)), &rows)
	rig.refused(rig.do(http.MethodGet, keys, "", rig.header(key, "GET", keys, "", "2", noon)), deribitForbidden)
}
