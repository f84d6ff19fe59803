package upbit

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

const (
	testKey    = "Kq7vT2mXw9ZrB4nLsdKq7vT2mXw9ZrB4nLsdAbCd"
	testSecret = "upCanary8zQpYx5RtVbN1mKjLc7DsAe2UoIq9Xw0"

	inspectCall = "GET " + inspectPath
)

// goodList is the documented answer for an account with two keys.
const goodList = `[{"access_key":"anotherKeyOfTheSameAccount00000000000000","expire_at":"2027-01-02T03:04:05+09:00"},
	{"access_key":"` + testKey + `","expire_at":"2027-06-25T11:22:54+09:00"}]`

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// part decodes a part of a token.
func part(text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// token is a token taken apart.
type token struct {
	alg, typ, text, signature string
	says                      claims
}

func readToken(r exchangetest.Request) (token, error) {
	bare, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(bare, ".")
	if !ok || len(parts) != 3 {
		return token{}, errors.New("there is no token")
	}
	var head struct{ Alg, Typ string }
	var says claims
	err := errors.Join(part(parts[0], &head), part(parts[1], &says))
	return token{head.Alg, head.Typ, parts[0] + "." + parts[1], parts[2], says}, err
}

// verify judges a request as Upbit Korea would.
func verify(r exchangetest.Request) error {
	if r.Call() != inspectCall || r.Query != "" || r.Body != "" {
		return fmt.Errorf("%s?%s with body %q", r.Call(), r.Query, r.Body)
	}
	sent, err := readToken(r)
	if err != nil {
		return err
	}
	if want := (claims{AccessKey: testKey, Nonce: sent.says.Nonce}); sent.says != want || !uuid4.MatchString(want.Nonce) {
		return fmt.Errorf("the token says %+v", sent.says)
	}
	mac := hmac.New(sha512.New, []byte(testSecret))
	mac.Write([]byte(sent.text))
	if want := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)); sent.alg+sent.typ != "HS512JWT" || sent.signature != want {
		return fmt.Errorf("%s %s signature %s, want %s", sent.alg, sent.typ, sent.signature, want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(), Called: called, Verify: verify, Refusals: refusals(),
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{inspectCall: exchangetest.JSON(goodList).Handler()}
		},
	})
}

// vector is a signed request whose source is in testdata/vectors.json.
type vector = exchangetest.Vector

func TestTokenMatchesVectors(t *testing.T) {
	all := exchangetest.Vectors[vector](t, 3)
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) { checkToken(t, v) })
	}
}

func checkToken(t *testing.T, v vector) {
	a := hs256
	if strings.Contains(v.Name, hs512.name) {
		a = hs512
	}
	token, err := a.token(nil, exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}, v.Query, v.Nonce)
	if got := "Bearer " + token; err != nil || got != v.Expected["Authorization"] {
		t.Errorf("Authorization %q, want %q (%v)", got, v.Expected["Authorization"], err)
	}
	sent, err := readToken(exchangetest.Request{Header: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil || sent.says.QueryHash != v.Expected["query_hash"] {
		t.Errorf("query hash %q, want %q (%v)", sent.says.QueryHash, v.Expected["query_hash"], err)
	}
}

func TestNoncesAreUUIDsAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		n := newNonce()
		if !uuid4.MatchString(n) || seen[n] {
			t.Fatalf("nonce %q", n)
		}
		seen[n] = true
	}
}

// at opens a site on a scripted server.
func at(t *testing.T, id string, reply exchangetest.Reply) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	site, ok := info().Site(exchanges.Live, id)
	if !ok {
		t.Fatalf("no site %s", id)
	}
	server := exchangetest.NewServer(t, exchangetest.Routes{inspectCall: reply.Handler()})
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}), server
}

func TestEachSiteSignsAsItsPagesSay(t *testing.T) {
	for id, want := range map[string]string{"": "HS512", "kr": "HS512", "sg": "HS256", "id": "HS256", "th": "HS256"} {
		x, server := at(t, id, exchangetest.JSON(goodList))
		if _, err := x.Inspect(t.Context(), testCredential()); err != nil {
			t.Fatal(err)
		}
		if sent, err := readToken(server.Requests()[0]); err != nil || sent.alg != want {
			t.Errorf("site %q signs with %s, want %s (%v)", id, sent.alg, want, err)
		}
	}
}

func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = "live/kr https://api.upbit.com\nlive/sg https://sg-api.upbit.com\nlive/id https://id-api.upbit.com\nlive/th https://th-api.upbit.com\n"
	if got := exchangetest.SitesOf(info()); got != want {
		t.Errorf("sites:\n%s", got)
	}
}

// A token may be sent once, so that every attempt has one of its own.
func TestEachAttemptHasItsOwnToken(t *testing.T) {
	x, server := at(t, korea, exchangetest.Reply{})
	server.Handle(inspectCall, exchangetest.Sequence(exchangetest.Status(503, ""), exchangetest.JSON(goodList)))
	if _, err := x.Inspect(t.Context(), testCredential()); err != nil {
		t.Fatal(err)
	}
	sent := server.Requests()
	if len(sent) != 2 || sent[0].Header.Get("Authorization") == sent[1].Header.Get("Authorization") {
		t.Errorf("%d requests, with one token", len(sent))
	}
}

func TestUsageSaysWhatIsLeft(t *testing.T) {
	for header, want := range map[string]string{
		"group=default; min=1799; sec=29": "29 calls left in this second",
		"group=default;min=1799;sec=0":    "0 calls left in this second",
		"group=default; min=1799":         "", "": "", "sec": "", "sec=": "",
		"sec=2\x1b[2J": "2[2J calls left in this second",
	} {
		if got := usage(rest.Response{Header: http.Header{"Remaining-Req": {header}}}); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestCheckTellsAWholeKeyFromAPiece(t *testing.T) {
	for name, c := range map[string]struct{ key, secret, want string }{
		"as in samples":   {testKey, " " + testSecret + "\r\n", ""},
		"a shorter key":   {testKey[:24], testSecret, ""},
		"a piece":         {testKey[:10], testSecret, "about 40"},
		"a piece, secret": {testKey, testSecret[:19], "about 40"},
		"three in one":    {testKey, testSecret + testSecret + testSecret, "about 40"},
		"the key twice":   {testKey, testKey, "same"},
	} {
		_, err := rules.Check(exchanges.Credential{KeyID: c.key, Secret: exchanges.NewSecret(c.secret)})
		e := exchanges.AsError(err)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(e.Error()+e.Hint, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	var said claims
	c := exchangetest.Asked(r, "")
	parts := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
	for i, v := range []any{&struct{}{}, &said} {
		text, err := base64.RawURLEncoding.DecodeString(parts[min(i, len(parts)-1)])
		if err != nil || json.Unmarshal(text, v) != nil {
			return c, false
		}
	}
	c.Nonce = said.Nonce
	return c, true
}
