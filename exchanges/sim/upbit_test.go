package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// upbitRig is Upbit with a nonce that is new for every call.
type upbitRig struct {
	*soloRig
	nonce int
}

func newUpbitRig(t *testing.T, seeds ...seed) *upbitRig {
	t.Helper()
	return &upbitRig{soloRig: newSoloRig(t, upbitSites[0], seeds...)}
}

func (u *upbitRig) uuid() string {
	u.nonce++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", u.nonce)
}

// upbitToken signs claims with HS256 or HS512.
func upbitToken(algorithm, secret string, claims object) string {
	text := func(part any) string {
		raw, _ := json.Marshal(part)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	digest := map[string]func() hash.Hash{"HS256": sha256.New, "HS512": sha512.New}[algorithm]
	signed := text(object{"alg": algorithm, "typ": "JWT"}) + "." + text(claims)
	if digest == nil {
		return signed + "."
	}
	mac := hmac.New(digest, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// claims returns what a token says that covers a query.
func (u *upbitRig) claims(k Key, query string) object {
	out := object{"access_key": k.Key, "nonce": u.uuid()}
	if query != "" {
		digest := sha512.Sum512([]byte(query))
		out["query_hash"], out["query_hash_alg"] = hex.EncodeToString(digest[:]), "SHA512"
	}
	return out
}

func (u *upbitRig) bearing(method, target, body, token string) reply {
	u.t.Helper()
	return u.do(method, target, body, http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}})
}

// get makes a call without parameters, or with a query.
func (u *upbitRig) get(k Key, path, query string) reply {
	u.t.Helper()
	token := upbitToken("HS512", k.Secret, u.claims(k, query))
	target := "/v1/" + path
	if query != "" {
		target += "?" + (&url.URL{Path: query}).EscapedPath()
	}
	return u.bearing(http.MethodGet, target, "", token)
}

// refused checks a status and a name; an empty name stands for no refusal.
func (u *upbitRig) refused(got reply, status int, name string) {
	u.t.Helper()
	var refusal struct {
		Error struct{ Name, Message string }
	}
	_ = json.Unmarshal(got.body, &refusal) // an answer may be a list
	if got.status != status || refusal.Error.Name != name || (refusal.Error.Message == "") != (name == "") {
		u.t.Errorf("%d %s, want %d %s", got.status, got.body, status, name)
	}
}

// The two with HS256 were made by ccxt 4.5.84. None is published with a
// secret; HS512 is the algorithm of the sample token at docs.upbit.com/kr.
func TestUpbitTokens(t *testing.T) {
	const secret = "test-api-secret"
	const claims = "eyJhY2Nlc3Nfa2V5IjoidGVzdC1hcGkta2V5Iiwibm9uY2UiOiIwMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDAi"
	for _, vector := range []struct{ token, query string }{
		{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + claims + "fQ.zJhJVvM-xZ53aQLOiVVzYPpQ-MEygbmPCbwCZTNw9LM", ""},
		{"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9." + claims +
			"fQ.rqA-kDLwkqAX5cTNGlo3XrMmnZHCFoNP77dIYL6HXMhbpmoV1GOTgFEGbDO7xuGhylbUdV-g-smGT_k8Vztw0A", ""},
		{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + claims +
			"LCJxdWVyeV9oYXNoIjoiYjc0OWRmYzJlMTdmNzVlNWI0NmM4MTYxZjk3ZmU3YzkyOThlZDQxNjdlYTIxYzVjOTRkMTY1NzNlZmQ4YTgwMTM1MTQ3MGMwZmYxYTlhM2Yx" +
			"ZTc2M2Y4MjQ5OTY4MjE4YzA0YzU3MWM4YjQ1YWE4MGNkNDU4OGU2YzRiZTA3MzgiLCJxdWVyeV9oYXNoX2FsZyI6IlNIQTUxMiJ9.PuquWKH3F01Ggrrarmx9tdtlQRMl31lQ8fWtyi3U6FM",
			"market=KRW-BTC"},
	} {
		said, ok := upbitReadToken(vector.token)
		if !ok || !validUpbitSignature(secret, vector.token) || !said.cover(vector.query) || said.AccessKey != "test-api-key" || !upbitNonce().MatchString(said.Nonce) {
			t.Errorf("%s is refused: %+v", vector.token, said)
		}
		if validUpbitSignature(secret+"x", vector.token) || validUpbitSignature(secret, vector.token+"A") || said.cover(vector.query+"&a=1") {
			t.Errorf("%s is accepted spoilt", vector.token)
		}
	}
}

func TestUpbitRefusals(t *testing.T) {
	u := newUpbitRig(t,
		seed{Label: "good", Permissions: []string{"read"}}, seed{Label: "off", Permissions: []string{"read"}, Disabled: true},
		seed{Label: "ended", Permissions: []string{"read"}, Age: upbitKeyLife},
		seed{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"192.0.2.44"}},
	)
	good := u.key("good")
	unknown, forged := good, good
	unknown.Key, forged.Secret = "unknown", "another"
	token := func(algorithm string, change object) reply {
		claims := u.claims(good, "")
		for name, value := range change {
			claims[name] = value
		}
		return u.bearing(http.MethodGet, "/v1/api_keys", "", upbitToken(algorithm, good.Secret, claims))
	}
	for _, c := range []struct {
		got    reply
		status int
		name   string
	}{
		{token("HS256", nil), 200, ""}, {token("HS512", nil), 200, ""},
		{u.get(unknown, "api_keys", ""), 401, "invalid_access_key"}, {u.get(u.key("off"), "api_keys", ""), 401, "invalid_access_key"},
		{u.get(forged, "api_keys", ""), 401, "jwt_verification"},
		{u.get(u.key("ended"), "api_keys", ""), 401, "expired_access_key"},
		{u.get(u.key("elsewhere"), "api_keys", ""), 401, "no_authorization_ip"},
		{u.do(http.MethodGet, "/v1/api_keys", "", nil), 401, "no_authorization_token"},
		{u.do(http.MethodGet, "/v1/api_keys", "", http.Header{"Authorization": {"Basic x"}}), 401, "no_authorization_token"},
		{u.bearing(http.MethodGet, "/v1/api_keys", "", "a.b"), 401, "jwt_verification"},
		{u.bearing(http.MethodGet, "/v1/api_keys", "", "a.%.c"), 401, "jwt_verification"},
		{token("none", nil), 401, "jwt_verification"},
		{token("HS256", object{"nonce": ""}), 401, "jwt_verification"}, {token("HS256", object{"nonce": "1795608000000"}), 401, "jwt_verification"},
		{token("HS256", object{"nonce": "00000000-0000-4000-8000-000000000001"}), 401, "nonce_used"},
		{token("HS256", object{"query_hash": "00"}), 401, "invalid_query_payload"},
		{u.get(good, "keys", ""), 404, "not_found"}, {u.do(http.MethodPost, "/v1/api_keys", "{}", nil), 404, "not_found"},
	} {
		u.refused(c.got, c.status, c.name)
	}
}

func TestUpbitTokensCoverTheQuery(t *testing.T) {
	u := newUpbitRig(t, seed{Label: "k", Permissions: []string{"read", "spot"}})
	k := u.key("k")
	const chance = "/v1/orders/chance?market=KRW-BTC"
	for _, c := range []struct {
		method, target, body, query string
		status                      int
		name                        string
	}{
		{"GET", chance, "", "market=KRW-BTC", 200, ""},
		{"GET", chance, "", "market=KRW-ETH", 401, "invalid_query_payload"},
		{"GET", chance, "", "", 401, "invalid_query_payload"},
		{"GET", "/v1/orders/open?states%5B%5D=wait&states%5B%5D=watch", "", "states[]=wait&states[]=watch", 200, ""},
		{"GET", "/v1/orders/open?a=%zz", "", "a=1", 400, "validation_error"},
		{"POST", "/v1/orders", `{"market":"KRW-BTC","side":"bid","price":1000}`, "market=KRW-BTC&side=bid&price=1000", 400, "insufficient_funds_bid"},
		{"POST", "/v1/orders", `{"side":"bid","market":"KRW-BTC"}`, "market=KRW-BTC&side=bid", 401, "invalid_query_payload"},
		{"POST", "/v1/orders", `{"a":["x","y"],"b":true}`, "a[]=x&a[]=y&b=true", 400, "insufficient_funds_bid"},
		{"POST", "/v1/orders", `[]`, "", 400, "validation_error"},
		{"POST", "/v1/orders", `{"a":`, "", 400, "validation_error"},
		{"POST", "/v1/orders", `{}`, "", 400, "insufficient_funds_bid"},
	} {
		u.refused(u.bearing(c.method, c.target, c.body, upbitToken("HS256", k.Secret, u.claims(k, c.query))), c.status, c.name)
	}
	other := u.claims(k, "market=KRW-BTC")
	other["query_hash_alg"] = "SHA256"
	u.refused(u.bearing("GET", chance, "", upbitToken("HS256", k.Secret, other)), 401, "invalid_query_payload")
}

func TestUpbitListsAllKeysWithTheirEnd(t *testing.T) {
	u := newUpbitRig(t,
		seed{Label: "k", Permissions: []string{"withdraw"}, Age: 100 * day},
		seed{Label: "soon", Permissions: []string{"read"}, Age: 354 * day, Expires: 11 * day},
		seed{Label: "ended", Permissions: []string{"read"}, Age: 400 * day},
	)
	got := u.get(u.key("k"), "api_keys", "")
	ends := map[string]string{"k": "2027-08-17T21:00:00+09:00", "soon": "2026-12-06T21:00:00+09:00", "ended": "2026-10-21T21:00:00+09:00"}
	for label, end := range ends {
		if row := `{"access_key":"` + u.key(label).Key + `","expire_at":"` + end + `"}`; !strings.Contains(string(got.body), row) {
			t.Errorf("%s has no %s", got.body, row)
		}
	}
	if rest := got.header.Get("Remaining-Req"); strings.Count(string(got.body), "access_key") != len(ends) || !strings.Contains(rest, "sec=29") {
		t.Errorf("%s (%s)", got.body, rest)
	}
	u.pass(266 * day)
	u.refused(u.get(u.key("k"), "api_keys", ""), 401, "expired_access_key")
}

func TestUpbitFunctionsOpenTheirCalls(t *testing.T) {
	u := newUpbitRig(t,
		seed{Label: "assets", Words: []string{upbitAssets}}, seed{Label: "orders", Words: []string{upbitSeeOrders, upbitMakeOrders}},
		seed{Label: "funds", Words: []string{upbitSeeWithdraw, upbitWithdraw, upbitSeeDeposits, upbitMakeDeposits}},
	)
	for _, c := range []struct {
		label, method, path string
		status              int
		name                string
	}{
		{"assets", "GET", "api_keys", 200, ""}, {"funds", "GET", "api_keys", 200, ""}, {"assets", "GET", "accounts", 200, ""},
		{"orders", "GET", "accounts", 401, "out_of_scope"}, {"assets", "GET", "orders/open", 401, "out_of_scope"}, {"orders", "GET", "orders/open", 200, ""},
		{"orders", "GET", "orders/closed", 200, ""}, {"orders", "GET", "order", 404, "order_not_found"}, {"orders", "DELETE", "order", 404, "order_not_found"},
		{"assets", "POST", "orders", 401, "out_of_scope"}, {"orders", "POST", "orders", 400, "insufficient_funds_bid"},
		{"orders", "GET", "withdraws", 401, "out_of_scope"}, {"funds", "GET", "withdraws", 200, ""}, {"funds", "GET", "deposits", 200, ""},
		{"funds", "POST", "withdraws/coin", 400, "withdraw_address_not_registered"}, {"orders", "POST", "withdraws/coin", 401, "out_of_scope"},
		{"funds", "POST", "deposits/krw", 400, "validation_error"}, {"assets", "POST", "deposits/krw", 401, "out_of_scope"},
	} {
		k, body := u.key(c.label), ""
		if c.method == http.MethodPost {
			body = "{}"
		}
		u.refused(u.bearing(c.method, "/v1/"+c.path, body, upbitToken("HS256", k.Secret, u.claims(k, ""))), c.status, c.name)
	}
}

// docs.upbit.com/kr
func TestUpbitShapes(t *testing.T) {
	u := newUpbitRig(t, seed{Label: "k", Permissions: []string{"read"}})
	first := func(got reply) any {
		t.Helper()
		var rows any
		if err := json.Unmarshal(got.body, &rows); err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return firstOf(t, rows)
	}
	public := func(path string) reply { return u.do(http.MethodGet, "/v1/"+path, "", nil) }
	fields(t, "account", first(u.get(u.key("k"), "accounts", "")), "currency balance locked avg_buy_price avg_buy_price_modified unit_currency")
	fields(t, "chance", u.get(u.key("k"), "orders/chance", "market=KRW-BTC").object(t), `bid_fee ask_fee maker_bid_fee maker_ask_fee market
		bid_account ask_account`)
	fields(t, "market", first(public("market/all")), "market korean_name english_name")
	book := first(public("orderbook?markets=KRW-BTC,BTC-ETH&count=4")).(object)
	fields(t, "orderbook", book, "market timestamp total_ask_size total_bid_size orderbook_units level")
	fields(t, "unit", firstOf(t, book["orderbook_units"]), "ask_price bid_price ask_size bid_size")
	if n := len(book["orderbook_units"].([]any)); n != 4 || book["total_bid_size"] != 3.5 {
		t.Errorf("%d units of %v", n, book["total_bid_size"])
	}
	if ticker := first(public("ticker?markets=KRW-BTC")).(object); ticker["market"] != "KRW-BTC" || ticker["trade_timestamp"] != float64(noon.UnixMilli()) {
		t.Errorf("ticker %v", ticker)
	}
	if all := first(public("ticker/all?quote_currencies=USDT,BTC")).(object); all["market"] != "BTC-ETH" {
		t.Errorf("the first is %v", all["market"])
	}
	if candle := first(public("candles/minutes/60?market=KRW-BTC&count=2")).(object); candle["unit"] != 60.0 || candle["candle_date_time_kst"] != "2026-11-25T21:00:00" {
		t.Errorf("candle %v", candle)
	}
	first(public("candles/days?market=KRW-BTC"))
	first(public("trades/ticks?market=KRW-BTC&count=3"))
	u.refused(public("ticker?markets=KRW-NO"), 404, "not_found")
	u.refused(public("orderbook"), 400, "validation_error")
	u.refused(public("candles/minutes/7?market=KRW-BTC"), 400, "validation_error")
	u.refused(public("candles/days?market=NO"), 404, "not_found")
	u.refused(public("trades/ticks?market=NO"), 404, "not_found")
}

func TestUpbitFaults(t *testing.T) {
	u := newUpbitRig(t, seed{Label: "k", Permissions: []string{"read"}})
	for kind, name := range map[FaultKind]string{
		FaultBadRequest: "validation_error", FaultUnauthorized: "invalid_access_key", FaultRateLimit: "too_many_requests",
		FaultServerError: "internal_server_error", FaultUnavailable: "service_unavailable",
	} {
		u.setFaults([]Fault{{Kind: kind, Rate: 1}})
		status, _ := strconv.Atoi(string(kind))
		got := u.get(u.key("k"), "api_keys", "")
		u.refused(got, status, name)
		if strings.Contains(got.header.Get("Remaining-Req"), "sec=0") != (kind == FaultRateLimit) {
			t.Errorf("%s: %v", kind, got.header)
		}
	}
}

func TestUpbitPage(t *testing.T) {
	u := newUpbitRig(t)
	boxes := []string{upbitAssets, upbitMakeOrders}
	u.walkThePage(form{Boxes: boxes}, func(k Key) bool { return u.get(k, "api_keys", "").status == http.StatusOK })
	const home = "203.0.113.7"
	u.pageRefuses(form{Label: "a", Boxes: boxes}, "at least one IP address")
	u.pageRefuses(form{Label: "a", Boxes: boxes, IPs: "203.0.113.0/24"}, "is a range")
	u.pageRefuses(form{Label: "a", Boxes: boxes, IPs: "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9 10.0.0.10 10.0.0.11"}, "at most 10 addresses")
	u.pageRefuses(form{Label: "a", Boxes: boxes, IPs: home, Expires: "2027-01-31"}, "no expiration")
	u.pageRefuses(form{Label: "a", IPs: home}, "at least one permission")
	for i := range 10 {
		u.create(form{Label: "k" + strconv.Itoa(i), Boxes: boxes, IPs: home})
	}
	u.pageRefuses(form{Label: "a", Boxes: boxes, IPs: home}, "as many API keys")
	u.pageRefuses(form{Label: "k0", Boxes: boxes, IPs: home}, "already a key of this name")
	holdsDemo(t, upbitSites[0], "krw-bot", "upbit-view", "spare-upbit")
}

func TestUpbitKeysKeepTheirFunctionsAndTheirEnd(t *testing.T) {
	u := newUpbitRig(t)
	k := u.create(form{Label: "k", Boxes: []string{upbitAssets}, IPs: "203.0.113.7"})
	e, _ := u.desk.book.listed(k.Key)
	u.pass(30 * day)
	if refusal := u.desk.edit(e, form{Boxes: []string{upbitAssets, upbitWithdraw}, IPs: "203.0.113.7"}, confirmed); refusal == nil {
		t.Error("its functions were changed")
	}
	if refusal := u.desk.edit(e, form{Boxes: []string{upbitAssets}, IPs: "192.0.2.44"}, confirmed); refusal != nil {
		t.Error(refusal)
	}
	if !e.Expires.Equal(noon.Add(upbitKeyLife)) || e.IPs[0] != "192.0.2.44" {
		t.Errorf("it ends %s, works from %v", e.Expires.Format(time.RFC3339), e.IPs)
	}
}

func TestUpbitPageKnowsTheNormalForm(t *testing.T) {
	u := newUpbitRig(t)
	for permissions, gives := range map[string]string{
		"read": "read", "spot": "spot", "withdraw": "withdraw", "other": "other", "read spot": "read spot", "futures": "",
	} {
		if got := strings.Join(u.desk.normal(upbitWords(strings.Fields(permissions))), " "); got != gives {
			t.Errorf("%s: the boxes give %s", permissions, got)
		}
	}
}
