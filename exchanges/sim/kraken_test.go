package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Published in Kraken's authentication guide for Spot REST.
const krakenGuideSecret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="

// krakenRig is Kraken behind its front, with a clock that the test moves.
type krakenRig struct {
	*front
	t     *testing.T
	clock atomic.Int64 // Unix seconds
	nonce uint64       // of the last call that call made
}

func newKrakenRig(t *testing.T, seeds ...seed) *krakenRig {
	t.Helper()
	rig := &krakenRig{t: t, nonce: 1_800_000_000_000}
	rig.clock.Store(noon.Unix())
	now := func() time.Time { return time.Unix(rig.clock.Load(), 0) }
	a := account{ID: "7", Balances: map[string]float64{"BTC": 0.5, "USDT": 100}, Seeds: seeds}
	rig.front = newFront(krakenSites[0], Options{Caller: DefaultCaller}, a, now)
	return rig
}

func (k *krakenRig) pass(d time.Duration) { k.clock.Add(int64(d / time.Second)) }

func (k *krakenRig) key(label string) Key {
	k.t.Helper()
	return Description{Venues: []Venue{{Exchange: "kraken", Keys: k.desk.book.keys()}}}.venue(k.t, "kraken", "").key(k.t, label)
}

// do sends a request through the front.
func (k *krakenRig) do(method, target, body string, header http.Header) reply {
	k.t.Helper()
	r := httptest.NewRequestWithContext(k.t.Context(), method, target, strings.NewReader(body))
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	w := httptest.NewRecorder()
	k.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

// signKraken signs as the guide says.
func signKraken(secret, path, nonce, body string) string {
	key, _ := base64.StdEncoding.DecodeString(secret)
	digest := sha256.Sum256([]byte(nonce + body))
	mac := hmac.New(sha512.New, key)
	mac.Write([]byte(path + string(digest[:])))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signed makes a private call with the nonce and the further parameters given.
func (k *krakenRig) signed(key Key, name, nonce, more string) reply {
	k.t.Helper()
	path, body := "/0/private/"+name, "nonce="+nonce+more
	return k.do(http.MethodPost, path, body, http.Header{
		"API-Key": {key.Key}, "API-Sign": {signKraken(key.Secret, path, nonce, body)},
		"Content-Type": {"application/x-www-form-urlencoded"},
	})
}

// call makes a private call with the next nonce.
func (k *krakenRig) call(key Key, name string) reply {
	k.t.Helper()
	k.nonce++
	return k.signed(key, name, strconv.FormatUint(k.nonce, 10), "")
}

// krakenReply is what every answer looks like.
type krakenReply struct {
	Error  []string        `json:"error"`
	Result json.RawMessage `json:"result"`
}

// expect checks an answer: status 200 and the one error text, or none.
func (k *krakenRig) expect(r reply, refusal krakenRefusal) json.RawMessage {
	k.t.Helper()
	var got krakenReply
	if err := json.Unmarshal(r.body, &got); err != nil || r.status != http.StatusOK || got.Error == nil {
		k.t.Fatalf("status %d, body %s (%v)", r.status, r.body, err)
	}
	if text := strings.Join(got.Error, ", "); text != string(refusal) {
		k.t.Fatalf("error %q, want %q", text, refusal)
	}
	return got.Result
}

// info asks for the calling key and expects to be told.
func (k *krakenRig) info(key Key) map[string]any {
	k.t.Helper()
	var info map[string]any
	if err := json.Unmarshal(k.expect(k.call(key, "GetApiKeyInfo"), ""), &info); err != nil {
		k.t.Fatal(err)
	}
	return info
}

func TestKrakenSignatureMatchesTheGuide(t *testing.T) {
	a := krakenAttempt{
		path: "/0/private/AddOrder", nonce: "1616492376594",
		body:      "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
		signature: "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
	}
	if !validKrakenSignature(krakenGuideSecret, a) {
		t.Fatal("the published signature is refused")
	}
	for what, spoil := range map[string]func(*krakenAttempt){
		"path":      func(a *krakenAttempt) { a.path = "/0/private/CancelOrder" },
		"body":      func(a *krakenAttempt) { a.body += "0" },
		"nonce":     func(a *krakenAttempt) { a.nonce = "1616492376595" },
		"signature": func(a *krakenAttempt) { a.signature = "5" + a.signature[1:] },
		"not text":  func(a *krakenAttempt) { a.signature = "%" },
		"none":      func(a *krakenAttempt) { a.signature = "" },
	} {
		other := a
		spoil(&other)
		if validKrakenSignature(krakenGuideSecret, other) {
			t.Errorf("accepted with another %s", what)
		}
	}
	if validKrakenSignature("not base64!", a) {
		t.Error("accepted with a secret that cannot be decoded")
	}
}

func TestKrakenCredentialsLookReal(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "a", Algorithm: algHMAC, Permissions: []string{"read", "transfer"}}, seed{Label: "b", SecondFactor: true})
	key := rig.key("a")
	raw, err := base64.StdEncoding.DecodeString(key.Secret)
	if len(key.Key) != 56 || len(key.Secret) != 88 || err != nil || len(raw) != 64 {
		t.Errorf("key of %d and secret of %d characters: %v", len(key.Key), len(key.Secret), err)
	}
	if strings.Join(key.Permissions, " ") != "read" {
		t.Errorf("permissions %v: Kraken has no right to transfer", key.Permissions)
	}
	if key.Passphrase != "" || rig.key("b").Passphrase == "" {
		t.Error("the second factor is told for the wrong key")
	}
}

func TestKrakenNonces(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "strict"}, seed{Label: "window", NonceWindow: 10})
	strict, window := rig.key("strict"), rig.key("window")
	for _, step := range []struct {
		key     Key
		nonce   string
		refusal krakenRefusal
	}{
		{strict, "1700000000000", ""},
		{strict, "1700000000000", krakenInvalidNonce}, // repeated
		{strict, "1699999999999", krakenInvalidNonce}, // smaller
		{strict, "1700000000001", ""},
		{strict, "1700000000002000", ""},              // another program, in microseconds,
		{strict, "1700000000003", krakenInvalidNonce}, // locks this one out
		{strict, "", krakenInvalidNonce},
		{strict, "-5", krakenInvalidNonce},
		{strict, "18446744073709551616", krakenInvalidNonce}, // 65 bits
		{window, "1000", ""},
		{window, "990", ""},
		{window, "990", krakenInvalidNonce}, // repeated
		{window, "989", krakenInvalidNonce}, // below the window
		{window, "1005", ""},
		{window, "994", krakenInvalidNonce}, // the window has moved
		{window, "995", ""},
	} {
		rig.expect(rig.signed(step.key, "GetApiKeyInfo", step.nonce, ""), step.refusal)
	}
}

func TestKrakenWrongSignatureDoesNotMoveTheNonce(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k"})
	key := rig.key("k")
	forged := key
	forged.Secret = krakenGuideSecret
	rig.expect(rig.signed(forged, "GetApiKeyInfo", "9999999999999999999", ""), krakenInvalidSignature)
	rig.expect(rig.call(key, "GetApiKeyInfo"), "")
}

func TestKrakenRefusals(t *testing.T) {
	rig := newKrakenRig(t,
		seed{Label: "good", Permissions: []string{"read"}},
		seed{Label: "off", Permissions: []string{"read"}, Disabled: true},
		seed{Label: "expired", Permissions: []string{"read"}, Expires: -time.Hour},
		seed{Label: "elsewhere", Permissions: []string{"read"}, IPs: []string{"198.51.100.0/24"}},
		seed{Label: "here", Permissions: []string{"read"}, IPs: []string{"203.0.113.0/24"}},
		seed{Label: "orders only", Words: []string{"query-open-trades"}},
	)
	good := rig.key("good")
	unknown, swapped := good, good
	unknown.Key = strings.Repeat("A", 56)
	swapped.Key = swapped.Secret
	for name, test := range map[string]struct {
		got     reply
		refusal krakenRefusal
	}{
		"good":               {rig.call(good, "Balance"), ""},
		"unknown key":        {rig.call(unknown, "Balance"), krakenInvalidKey},
		"secret as key":      {rig.call(swapped, "Balance"), krakenInvalidKey},
		"disabled":           {rig.call(rig.key("off"), "Balance"), krakenInvalidKey},
		"expired":            {rig.call(rig.key("expired"), "Balance"), krakenInvalidKey},
		"foreign address":    {rig.call(rig.key("elsewhere"), "Balance"), krakenDenied},
		"own block":          {rig.call(rig.key("here"), "Balance"), ""},
		"permission missing": {rig.call(rig.key("orders only"), "Balance"), krakenDenied},
		"permission there":   {rig.call(rig.key("orders only"), "OpenOrders"), ""},
		"none needed":        {rig.call(rig.key("orders only"), "GetApiKeyInfo"), ""},
		"no such call":       {rig.call(good, "Withdraw"), krakenUnknownMethod},
		"no such path":       {rig.do(http.MethodGet, "/1/public/Time", "", nil), krakenUnknownMethod},
		"no key at all":      {rig.do(http.MethodPost, "/0/private/Balance", "nonce=1", nil), krakenInvalidKey},
		"GET":                {rig.do(http.MethodGet, "/0/private/Balance?nonce=1", "", nil), krakenBadArguments},
		"XML": {rig.do(http.MethodPost, "/0/private/Balance", "<nonce>1</nonce>",
			http.Header{"Content-Type": {"text/xml"}}), krakenBadArguments},
		"broken JSON": {rig.do(http.MethodPost, "/0/private/Balance", "{",
			http.Header{"Content-Type": {"application/json"}}), krakenBadArguments},
		"broken form": {rig.do(http.MethodPost, "/0/private/Balance", "nonce=%zz", nil), krakenBadArguments},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.expect(test.got, test.refusal)
		})
	}
}

func TestKrakenSecondFactor(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "with", SecondFactor: true}, seed{Label: "without"})
	with, without := rig.key("with"), rig.key("without")
	rig.expect(rig.signed(with, "GetApiKeyInfo", "1", ""), krakenInvalidSignature)
	rig.expect(rig.signed(with, "GetApiKeyInfo", "2", "&otp=wrong"), krakenInvalidSignature)
	rig.expect(rig.signed(with, "GetApiKeyInfo", "3", "&otp="+url.QueryEscape(with.Passphrase)), "")
	rig.expect(rig.signed(without, "GetApiKeyInfo", "4", "&otp=needless"), krakenInvalidSignature)
}

func TestKrakenTakesJSONBodies(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k", SecondFactor: true})
	key := rig.key("k")
	const path, nonce = "/0/private/GetApiKeyInfo", "1700000000000"
	body := `{"nonce":` + nonce + `,"otp":"` + key.Passphrase + `","extra":true,"list":[1]}`
	rig.expect(rig.do(http.MethodPost, path, body, http.Header{
		"API-Key": {key.Key}, "API-Sign": {signKraken(key.Secret, path, nonce, body)},
		"Content-Type": {"application/json; charset=utf-8"},
	}), "")
}

func TestKrakenCallCounterIsEachKeysOwnAndDrains(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "busy", Permissions: []string{"read"}}, seed{Label: "idle", Permissions: []string{"read"}})
	busy, idle := rig.key("busy"), rig.key("idle")
	for range 7 {
		rig.expect(rig.call(busy, "Ledgers"), "") // 2 each
	}
	rig.expect(rig.call(busy, "Ledgers"), krakenRateLimited)
	rig.expect(rig.call(busy, "Balance"), "")
	rig.expect(rig.call(busy, "Balance"), krakenRateLimited)
	rig.expect(rig.call(idle, "Balance"), "")
	rig.pass(3 * time.Second)
	rig.expect(rig.call(busy, "Balance"), krakenRateLimited) // 0.99 drained
	rig.pass(time.Second)
	rig.expect(rig.call(busy, "Balance"), "")
	rig.pass(time.Hour)
	for range krakenCallLimit {
		rig.expect(rig.call(busy, "Balance"), "")
	}
	rig.expect(rig.call(busy, "Balance"), krakenRateLimited)
}

func TestKrakenLocksOutAfterManyFailures(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k"}, seed{Label: "other"})
	key := rig.key("k")
	forged := key
	forged.Secret = krakenGuideSecret
	for range krakenFailureLimit - 1 {
		rig.expect(rig.call(forged, "GetApiKeyInfo"), krakenInvalidSignature)
	}
	rig.expect(rig.call(key, "GetApiKeyInfo"), "") // starts the count anew
	for range krakenFailureLimit {
		rig.expect(rig.call(forged, "GetApiKeyInfo"), krakenInvalidSignature)
	}
	rig.expect(rig.call(key, "GetApiKeyInfo"), krakenLockout)
	rig.expect(rig.call(rig.key("other"), "GetApiKeyInfo"), "")
	rig.pass(krakenLockedFor - time.Second)
	rig.expect(rig.call(key, "GetApiKeyInfo"), krakenLockout)
	rig.pass(time.Second)
	rig.expect(rig.call(key, "GetApiKeyInfo"), "")
}

func TestKrakenCountsUnknownKeysTogether(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k"})
	unknown := rig.key("k")
	for i := range krakenFailureLimit {
		unknown.Key = "unknown" + strconv.Itoa(i)
		rig.expect(rig.call(unknown, "GetApiKeyInfo"), krakenInvalidKey)
	}
	rig.expect(rig.call(unknown, "GetApiKeyInfo"), krakenLockout)
	if n := len(rig.venue.(*kraken).failures); n != 1 {
		t.Errorf("%d scores are kept for keys that do not exist", n)
	}
	rig.expect(rig.call(rig.key("k"), "GetApiKeyInfo"), "")
}

func TestKrakenFaultsBearStatusAndText(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k"})
	for kind, want := range map[FaultKind]krakenRefusal{
		FaultBadRequest: krakenBadArguments, FaultUnauthorized: krakenInvalidKey, FaultRateLimit: krakenRateLimited,
		FaultServerError: krakenInternal, FaultUnavailable: krakenUnavailable,
	} {
		rig.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := rig.call(rig.key("k"), "GetApiKeyInfo")
		if string(kind) != strconv.Itoa(got.status) || string(got.body) != `{"error":["`+string(want)+`"]}` {
			t.Errorf("%s: status %d, body %s", kind, got.status, got.body)
		}
	}
}

func TestKrakenServesOneNonceOnceToManyCallers(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "k"})
	key := rig.key("k")
	var accepted atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if strings.Contains(string(rig.signed(key, "GetApiKeyInfo", "1700000000000", "").body), `"error":[]`) {
				accepted.Add(1)
			}
		})
	}
	wait.Wait()
	if n := accepted.Load(); n != 1 {
		t.Errorf("one nonce was accepted %d times", n)
	}
}

func TestKrakenSeesTheCallersPublicAddress(t *testing.T) {
	rig := newKrakenRig(t, seed{Label: "six", IPs: []string{"2001:db8::/32"}})
	rig.expect(rig.call(rig.key("six"), "GetApiKeyInfo"), krakenDenied)
	rig.caller = netip.MustParseAddr("2001:db8::7")
	rig.expect(rig.call(rig.key("six"), "GetApiKeyInfo"), "")
}
