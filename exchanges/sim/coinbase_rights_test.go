package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// coinbaseKeys gives a rig a key for each right.
func coinbaseKeys(t *testing.T) *siteRig {
	t.Helper()
	return newCoinbaseRig(t, seed{Label: "view", Algorithm: algEd25519, Words: []string{coinbaseView}, LastUsed: time.Hour},
		seed{Label: "trade", Algorithm: algES256, Words: []string{coinbaseTrade}},
		seed{Label: "transfer", Algorithm: algEd25519, Words: []string{coinbaseTransfer}})
}

func TestCoinbaseTellsThePermissions(t *testing.T) {
	rig := newCoinbaseRig(t,
		seed{Label: "main", Algorithm: algEd25519, Permissions: []string{"read", "futures"}},
		seed{Label: "other", Sub: "DCA", Algorithm: algES256, Permissions: []string{"read", "withdraw"}})
	main := rig.coinbaseCall(rig.key("main"), http.MethodGet, coinbaseKeyCall, "").object(t)
	fields(t, "key_permissions", main, "can_view can_trade can_transfer portfolio_uuid portfolio_type")
	other := rig.coinbaseCall(rig.key("other"), http.MethodGet, coinbaseKeyCall, "").object(t)
	for what, got := range map[string]bool{
		"main":  main["can_view"] == true && main["can_trade"] == true && main["can_transfer"] == false && main["portfolio_type"] == "DEFAULT",
		"other": other["can_view"] == true && other["can_trade"] == false && other["can_transfer"] == true && other["portfolio_type"] == "CONSUMER",
	} {
		if !got {
			t.Errorf("%s: %v and %v", what, main, other)
		}
	}
	list := rig.coinbaseCall(rig.key("main"), http.MethodGet, "/api/v3/brokerage/portfolios", "").object(t)["portfolios"].([]any)
	names := []string{}
	for _, p := range list {
		folio := p.(object)
		fields(t, "portfolio", folio, "name uuid type deleted")
		names = append(names, folio["name"].(string)+" "+folio["uuid"].(string))
	}
	if want := []string{"Default " + main["portfolio_uuid"].(string), "DCA " + other["portfolio_uuid"].(string)}; !slices.Equal(names, want) {
		t.Errorf("portfolios %v, want %v", names, want)
	}
	if own := strings.Join(rig.key("main").Permissions, " "); own != "read spot futures" {
		t.Errorf("%s: the right to trade covers derivatives", own)
	}
}

func TestCoinbaseRights(t *testing.T) {
	rig := coinbaseKeys(t)
	for target, right := range map[string]string{
		"GET " + coinbaseKeyCall:                       "view",
		"GET /api/v3/brokerage/accounts":               "view",
		"GET /api/v3/brokerage/products":               "view",
		"GET /v2/accounts":                             "view",
		"POST /api/v3/brokerage/orders":                "trade",
		"POST /api/v3/brokerage/orders/edit":           "trade",
		"POST /api/v3/brokerage/convert/quote":         "trade",
		"POST /api/v3/brokerage/portfolios/move_funds": "transfer",
		"POST /v2/accounts/1/transactions":             "transfer",
	} {
		method, path, _ := strings.Cut(target, " ")
		for _, label := range []string{"view", "trade", "transfer"} {
			got := rig.coinbaseCall(rig.key(label), method, path, "{}")
			denied := got.status == http.StatusForbidden
			if denied != (label != right) {
				t.Errorf("%s with %s: %d %s", target, label, got.status, got.body)
			}
			if denied {
				fields(t, "refusal", got.object(t), "error error_details message")
			}
		}
	}
}

// Nothing is traded and nothing leaves.
func TestCoinbaseTradesNothing(t *testing.T) {
	rig := coinbaseKeys(t)
	trade := rig.key("trade")
	for _, path := range []string{"orders", "orders/edit", "orders/close_position"} {
		got := rig.coinbaseCall(trade, http.MethodPost, "/api/v3/brokerage/"+path, `{"product_id":"BTC-USD"}`)
		if got.status != http.StatusOK || got.object(t)["success"] != false {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	const cancel = "/api/v3/brokerage/orders/batch_cancel"
	got := rig.coinbaseCall(trade, http.MethodPost, cancel, `{"order_ids":["a"]}`)
	if result := firstOf(t, got.object(t)["results"]).(object); result["success"] != false || result["order_id"] != "a" {
		t.Errorf("%v", result)
	}
	for _, body := range []string{"", "{}", "[]"} {
		if got := rig.coinbaseCall(trade, http.MethodPost, cancel, body); got.status != http.StatusBadRequest {
			t.Errorf("%q: %d %s", body, got.status, got.body)
		}
	}
	got = rig.coinbaseCall(rig.key("transfer"), http.MethodPost, "/v2/accounts/1/transactions", `{"type":"send"}`)
	if got.status != http.StatusBadRequest || got.object(t)["error"] != "FAILED_PRECONDITION" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestCoinbaseNotesUses(t *testing.T) {
	rig := coinbaseKeys(t)
	view := rig.key("view")
	used := func() time.Time { return rig.desk.book.all()[0].lastUsed }
	for what, call := range map[string]func(){
		"a refused token": func() { rig.expectUnauthorized("bad", "Bearer "+rig.coinbaseToken(view, http.MethodPut, "/", nil)) },
		"a missing right": func() { rig.coinbaseCall(view, http.MethodPost, "/api/v3/brokerage/orders", "{}") },
		"a public call":   func() { rig.do(http.MethodGet, "/api/v3/brokerage/time", "", nil) },
	} {
		if call(); !used().Equal(noon.Add(-time.Hour)) {
			t.Errorf("%s counts as a use", what)
		}
	}
	got := rig.coinbaseCall(view, http.MethodGet, coinbaseKeyCall, "")
	if !used().Equal(noon) {
		t.Error("a use is not noted")
	}
	if limit, left := got.header.Get("X-Ratelimit-Limit"), got.header.Get("X-Ratelimit-Remaining"); limit != "30" || left != "29" {
		t.Errorf("limit %s, %s left", limit, left)
	}
}

func TestCoinbaseFaults(t *testing.T) {
	rig := coinbaseKeys(t)
	for kind, want := range map[FaultKind]string{
		FaultBadRequest: `"error":"INVALID_ARGUMENT"`, FaultUnauthorized: "Unauthorized", FaultRateLimit: `"id":"rate_limit_exceeded"`,
		FaultServerError: `"error":"INTERNAL"`, FaultUnavailable: `"error":"UNAVAILABLE"`,
	} {
		rig.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := rig.coinbaseCall(rig.key("view"), http.MethodGet, coinbaseKeyCall, "")
		if string(kind) != strconv.Itoa(got.status) || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		if left := got.header.Get("X-Ratelimit-Remaining"); (left == "0") != (kind == FaultRateLimit) {
			t.Errorf("%s: %s calls left", kind, left)
		}
	}
}

// The clock that the exchange tells is the one that it judges by.
func TestCoinbaseSkew(t *testing.T) {
	rig := coinbaseKeys(t)
	rig.setFaults([]Fault{{Kind: FaultSkew, Rate: 1}})
	rig.expectUnauthorized("own clock", "Bearer "+rig.coinbaseToken(rig.key("view"), http.MethodGet, coinbaseKeyCall, nil))
	told := rig.do(http.MethodGet, "/api/v3/brokerage/time", "", nil).object(t)
	fields(t, "time", told, "iso epochSeconds epochMillis")
	now, err := strconv.ParseInt(told["epochSeconds"].(string), 10, 64)
	token := rig.coinbaseToken(rig.key("view"), http.MethodGet, coinbaseKeyCall, func(_, claims object) {
		claims["nbf"], claims["exp"] = now, now+120
	})
	if got := rig.do(http.MethodGet, coinbaseKeyCall, "", http.Header{"Authorization": {"Bearer " + token}}); err != nil || !coinbaseOK(got) {
		t.Errorf("%d %s, %v", got.status, got.body, err)
	}
}
