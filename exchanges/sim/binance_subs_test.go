package sim

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testClock is an exchange's clock that a test moves.
type testClock struct {
	moved atomic.Int64
	front *front // whose clock it is
}

func (c *testClock) now() time.Time        { return noon.Add(time.Duration(c.moved.Load())) }
func (c *testClock) move(by time.Duration) { c.moved.Add(int64(by)) }

// clockAt returns a clock that stands at a time.
func clockAt(at time.Time) *testClock {
	c := &testClock{}
	c.move(at.Sub(noon))
	return c
}

// serveAccount runs one exchange with an account that a test makes up.
func serveAccount(t *testing.T, exchange, env string, a account, o Options) (Venue, *testClock) {
	t.Helper()
	i := slices.IndexFunc(sites(), func(s site) bool { return s.exchange == exchange && s.environment == env })
	if i < 0 {
		t.Fatalf("no %s %s", exchange, env)
	}
	o.Caller = DefaultCaller
	clock := &testClock{}
	clock.front = newFront(sites()[i], o, a, clock.now)
	server := httptest.NewServer(clock.front)
	t.Cleanup(server.Close)
	return Venue{Exchange: exchange, Environment: env, BaseURL: server.URL, Keys: clock.front.desk.book.keys()}, clock
}

// The endpoints for the keys of sub-accounts.
const (
	subKeys       = "/sapi/v1/sub-account/subAccountApi"
	subKeysV2     = "/sapi/v2/sub-account/subAccountApi"
	subRights     = "/sapi/v1/sub-account/subAccountApiPermission"
	subIPs        = "/sapi/v1/sub-account/subAccountApi/ipRestriction"
	subIPsV2      = "/sapi/v2/sub-account/subAccountApi/ipRestriction"
	subIPList     = "/sapi/v1/sub-account/subAccountApi/ipRestriction/ipList"
	restrictions  = "/sapi/v1/account/apiRestrictions"
	spotAccount   = "/api/v3/account"
	botMail       = "bot@example.com"
	otherMail     = "other@example.com"
	callerAddress = "203.0.113.7"
)

// subAccounts is a trader with two sub-accounts and keys of every standing.
func subAccounts() account {
	home := []string{callerAddress}
	trade := []string{"read", "spot"}
	return account{
		ID: "123456789", Balances: map[string]float64{"BTC": 1}, Subs: []string{botMail, otherMail},
		Seeds: []seed{
			{Label: "manager", Algorithm: algHMAC, Permissions: trade, IPs: home, Age: day},
			{Label: "open", Algorithm: algHMAC, Permissions: trade, Age: day},
			{Label: "elsewhere", Algorithm: algHMAC, Permissions: trade, IPs: []string{"198.51.100.1"}, Age: day},
			{Label: "reader", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: home, Age: day},
			{Label: "grid", Sub: botMail, Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"}, IPs: home, Age: 97 * day},
			{Label: "quiet", Sub: otherMail, Algorithm: algHMAC, Permissions: []string{"read"}, Age: 9 * day},
		},
	}
}

// binanceCaller makes signed calls as the documentation describes them.
type binanceCaller struct {
	venue Venue
	key   Key
	clock *testClock
}

func binanceManager(t *testing.T) binanceCaller {
	t.Helper()
	v, clock := serveAccount(t, "binance", "live", subAccounts(), Options{})
	return binanceCaller{v, v.key(t, "manager"), clock}
}

func (c binanceCaller) as(k Key) binanceCaller { c.key = k; return c }

// parameters makes values of name, value, name, value …
func parameters(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// call signs and sends: in a form with POST, else in the URL.
func (c binanceCaller) call(t *testing.T, method, path string, pairs ...string) reply {
	t.Helper()
	text := c.signed(t, parameters(pairs...).Encode())
	h := header(c.key)
	if method == http.MethodPost {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		return send(t, method, c.venue.BaseURL+path, text, h)
	}
	return send(t, method, c.venue.BaseURL+path+"?"+text, "", h)
}

// signed adds the time and the signature to parameters.
func (c binanceCaller) signed(t *testing.T, text string) string {
	t.Helper()
	text += "&timestamp=" + strconv.FormatInt(c.clock.now().UnixMilli(), 10)
	text = strings.TrimPrefix(text, "&")
	return text + "&signature=" + url.QueryEscape(sign(t, c.key, text))
}

// must makes a call that has to succeed.
func (c binanceCaller) must(t *testing.T, method, path string, pairs ...string) object {
	t.Helper()
	got := c.call(t, method, path, pairs...)
	if got.status != http.StatusOK {
		t.Fatalf("%s %s %v: %d %s", method, path, pairs, got.status, got.body)
	}
	return got.object(t)
}

// create makes a key for bot@example.com with an IP list.
func (c binanceCaller) create(t *testing.T, label string, pairs ...string) object {
	t.Helper()
	return c.must(t, http.MethodPost, subKeysV2,
		append([]string{"email", botMail, "apiName", label, "status", "2", "ipAddress", callerAddress}, pairs...)...)
}

// labels returns the names of listed keys.
func (c binanceCaller) labels(t *testing.T, email string) []string {
	t.Helper()
	var out []string
	list, _ := c.must(t, http.MethodGet, subKeys, "email", email)["list"].([]any)
	for _, item := range list {
		name, _ := item.(object)["apiName"].(string)
		out = append(out, name)
	}
	return out
}

// tells fails unless an answer has these values among others.
func tells(t *testing.T, what string, got, want object) {
	t.Helper()
	for name, value := range want {
		if !reflect.DeepEqual(got[name], value) {
			t.Errorf("%s: %s is %v, want %v", what, name, got[name], value)
		}
	}
}

func text(o object, name string) string { s, _ := o[name].(string); return s }

func TestBinanceSubKeyLivesAndDies(t *testing.T) {
	const rights = " canTrade canMarginLoanRepay canFuturesTrade canUniversalTransfer canVanillaOptions "
	c := binanceManager(t)
	made := c.create(t, "fresh", "canTrade", "true", "canVanillaOptions", "true")
	fields(t, "create", made, "apiName apiKey secretKey status ipList"+rights)
	tells(t, "create", made, object{"canTrade": true, "canFuturesTrade": false, "status": 2.0, "ipList": []any{callerAddress}})
	fresh := c.as(Key{Key: text(made, "apiKey"), Secret: text(made, "secretKey")})
	tells(t, "the new key", fresh.must(t, http.MethodGet, restrictions), object{
		"enableReading": true, "enableSpotAndMarginTrading": true, "enableVanillaOptions": true, "enableFutures": false,
		"enableWithdrawals": false, "ipRestrict": true, "createTime": float64(noon.UnixMilli()),
	})

	id := []string{"email", botMail, "subAccountApiKey", fresh.key.Key}
	listed := c.must(t, http.MethodGet, subKeys, id...)
	fields(t, "list", listed, "total list")
	item, _ := firstOf(t, listed["list"]).(object)
	fields(t, "item", item, "email apiName apikey timestamp"+rights)
	tells(t, "list", listed, object{"total": 1.0})
	tells(t, "item", item, object{"apiName": "fresh", "apikey": fresh.key.Key, "canTrade": true, "email": botMail})

	edited := c.must(t, http.MethodPost, subRights, append(id, "canTrade", "false", "canUniversalTransfer", "true")...)
	fields(t, "edit", edited, "apiName apikey timestamp"+rights)
	tells(t, "after the edit", fresh.must(t, http.MethodGet, restrictions), object{
		"enableSpotAndMarginTrading": false, "permitsUniversalTransfer": true, "enableVanillaOptions": true, // not named: stays
	})

	if gone := c.call(t, http.MethodDelete, subKeys, id...); gone.status != 200 || string(gone.body) != "{}" {
		t.Errorf("delete: %d %s", gone.status, gone.body)
	}
	if got := fresh.call(t, http.MethodGet, restrictions); got.status != 401 || got.code(t) != -2015 {
		t.Errorf("the dead key: %d %s", got.status, got.body)
	}
	if got := c.labels(t, botMail); !slices.Equal(got, []string{"grid"}) {
		t.Errorf("left are %v", got)
	}
	if again := c.call(t, http.MethodDelete, subKeys, id...); again.status != 400 || again.code(t) != errBinanceNoSubKey.Code {
		t.Errorf("delete again: %d %s", again.status, again.body)
	}
}

// A sub-account has a number of its own, and no part of the balances.
func TestBinanceSubAccountIsAnAccount(t *testing.T) {
	c := binanceManager(t)
	uids := map[any]bool{}
	for label, assets := range map[string]int{"manager": 1, "grid": 0, "quiet": 0} {
		told := c.as(c.venue.key(t, label)).must(t, http.MethodGet, spotAccount)
		uids[told["uid"]] = true
		if balances, _ := told["balances"].([]any); len(balances) != assets {
			t.Errorf("%s: %v", label, balances)
		}
	}
	if len(uids) != 3 || !uids[123456789.0] {
		t.Errorf("%v", uids)
	}
}

func TestBinanceSubKeysOfASeedAreListed(t *testing.T) {
	c := binanceManager(t)
	item, _ := firstOf(t, c.must(t, http.MethodGet, subKeys, "email", botMail)["list"]).(object)
	if item["apiName"] != "grid" || item["canTrade"] != true || item["canFuturesTrade"] != true || item["canMarginLoanRepay"] != false ||
		item["timestamp"] != float64(noon.Add(-97*day).UnixMilli()) {
		t.Errorf("%v", item)
	}
	if got := c.labels(t, otherMail); !slices.Equal(got, []string{"quiet"}) {
		t.Errorf("the other sub-account has %v", got)
	}
}

func TestBinanceSubKeysArePaged(t *testing.T) {
	c := binanceManager(t)
	for i := range 6 {
		c.create(t, "key"+strconv.Itoa(i))
	}
	var pages [][]string
	for page := 1; page <= 4; page++ {
		answer := c.must(t, http.MethodGet, subKeys, "email", botMail, "size", "3", "page", strconv.Itoa(page))
		if answer["total"] != 7.0 {
			t.Errorf("page %d: total %v", page, answer["total"])
		}
		var names []string
		for _, item := range answer["list"].([]any) {
			names = append(names, text(item.(object), "apiName"))
		}
		pages = append(pages, names)
	}
	want := [][]string{{"grid", "key0", "key1"}, {"key2", "key3", "key4"}, {"key5"}, nil}
	if !slices.EqualFunc(pages, want, slices.Equal) {
		t.Errorf("%v", pages)
	}
	none := c.must(t, http.MethodGet, subKeys, "email", botMail, "subAccountApiKey", strings.Repeat("k", 64))
	if none["total"] != 0.0 {
		t.Errorf("a key that is not there: %v", none)
	}
}

// Only a key of the main account with an IP list manages, and some endpoints
// want it to be one that may trade.
func TestBinanceWhoMayManageSubKeys(t *testing.T) {
	c := binanceManager(t)
	v := c.venue
	id := []string{"email", botMail, "subAccountApiKey", v.key(t, "grid").Key}
	create := []string{"email", botMail, "apiName", "new", "status", "1"}
	for _, who := range []string{"open", "elsewhere", "grid", "quiet"} {
		for path, method := range map[string]string{subKeys: http.MethodGet, subIPs: http.MethodGet, subRights: http.MethodPost} {
			if got := c.as(v.key(t, who)).call(t, method, path, id...); got.status != 401 || got.code(t) != -2015 {
				t.Errorf("%s, %s: %d %s", who, path, got.status, got.body)
			}
		}
	}
	reader := c.as(v.key(t, "reader"))
	reader.must(t, http.MethodGet, subKeys, id...)
	reader.must(t, http.MethodPost, subKeys, create...)
	for path, method := range map[string]string{subKeysV2: http.MethodPost, subIPsV2: http.MethodPost, subIPList: http.MethodDelete} {
		if got := reader.call(t, method, path, create...); got.code(t) != -2015 {
			t.Errorf("a key that may not trade, %s: %s", path, got.body)
		}
	}
}

// binanceRefused is a call that is refused. A change is name=value, or a name
// alone to leave it out.
type binanceRefused struct {
	method, path string
	base         map[string]string
	change       string
	code         int
}

// binanceRefusals are calls about the key grid, and about one that is no
// sub-account's.
func binanceRefusals(grid, manager string) []binanceRefused {
	long := strings.TrimSuffix(strings.Repeat("198.51.100.200,", 34), ",") // 509 characters
	create := map[string]string{"email": botMail, "apiName": "new", "status": "1"}
	named := map[string]string{"email": botMail, "subAccountApiKey": grid}
	const post, get, remove = http.MethodPost, http.MethodGet, http.MethodDelete
	return []binanceRefused{
		{post, subKeysV2, create, "email", -1102},
		{post, subKeysV2, create, "apiName", -1102},
		{post, subKeysV2, create, "status", -1102},
		{post, subKeysV2, create, "status=0", -1130},
		{post, subKeysV2, create, "status=2", -1102}, // no addresses
		{post, subKeysV2, create, "status=3", -1102}, // no company
		{post, subKeysV2, create, "status=3&thirdPartyName=x", -1130},
		{post, subKeysV2, create, "canTrade=yes", -1100},
		{post, subKeysV2, create, "canFixApiTrading=true", -9000},
		{post, subKeysV2, create, "canFixApiReading=true", -9000},
		{post, subKeysV2, create, "apiName=grid", errBinanceLabel.Code},
		{post, subKeysV2, create, "email=Bot@example.com", errBinanceNoSub.Code},
		{post, subKeys, create, "email=nobody@example.com", errBinanceNoSub.Code},
		{post, subKeysV2, create, "status=2&ipAddress=203.0.113.0/24", -1130},
		{post, subKeysV2, create, "status=2&ipAddress=2001:db8::1", -1130},
		{post, subKeysV2, create, "status=2&ipAddress=203.0.113.7, 203.0.113.8", -1130},
		{post, subKeysV2, create, "status=2&ipAddress=" + long, -1130},
		{get, subKeys, named, "email", -1102},
		{get, subKeys, named, "page=0", -1130},
		{get, subKeys, named, "size=101", -1130},
		{get, subKeys, named, "size=all", -1130},
		{post, subRights, named, "subAccountApiKey", -1102},
		{post, subRights, named, "canTrade=1", -1100},
		{post, subRights, named, "email=" + otherMail, errBinanceNoSubKey.Code},
		{post, subRights, named, "subAccountApiKey=" + manager, errBinanceNoSubKey.Code},
		{remove, subKeys, named, "subAccountApiKey", -1102},
		{remove, subKeys, named, "subAccountApiKey=" + manager, errBinanceNoSubKey.Code},
		{remove, subKeys, named, "email=" + otherMail, errBinanceNoSubKey.Code},
		{get, subIPs, named, "subAccountApiKey=x", errBinanceNoSubKey.Code},
		{post, subIPsV2, named, "status", -1102},
		{post, subIPsV2, named, "status=2", -1102},
		{post, subIPsV2, named, "status=3", -1130},
		{post, subIPsV2, named, "subAccountApiKey", -1102},
		{remove, subIPList, named, "subAccountApiKey", -1102},
		{remove, subIPList, named, "ipAddress", -1102},
		{remove, subIPList, named, "ipAddress=" + callerAddress, -1130}, // the last one
	}
}

func TestBinanceSubKeyRefusals(t *testing.T) {
	c := binanceManager(t)
	for _, r := range binanceRefusals(c.venue.key(t, "grid").Key, c.key.Key) {
		values := maps.Clone(r.base)
		for pair := range strings.SplitSeq(r.change, "&") {
			if name, value, set := strings.Cut(pair, "="); set {
				values[name] = value
			} else {
				delete(values, name)
			}
		}
		var pairs []string
		for name, value := range values {
			pairs = append(pairs, name, value)
		}
		if got := c.call(t, r.method, r.path, pairs...); got.status != 400 || got.code(t) != r.code {
			t.Errorf("%s %s, %s: %d %s, want %d", r.method, r.path, r.change, got.status, got.body, r.code)
		}
	}
	if got := c.labels(t, botMail); !slices.Equal(got, []string{"grid"}) {
		t.Errorf("a refusal changed something: %v", got)
	}
	if told := c.as(c.venue.key(t, "grid")).must(t, http.MethodGet, restrictions); told["enableSpotAndMarginTrading"] != true || told["ipRestrict"] != true {
		t.Errorf("a refusal changed the key: %v", told)
	}
}
