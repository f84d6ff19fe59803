package okx

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

const (
	testKey        = "5c1d9a7e-3b42-4f08-9e6d-7a2b8c4d1f30"
	testSecret     = "7E4B19A0C3D25F6880A1B2C3D4E5F607"
	testPassphrase = "Blue-Heron9"
)

// goodKey is an answer like the documented one, of a sub-account's key with an
// IP list.
const goodKey = `{
	"code": "0", "msg": "",
	"data": [{
		"uid": "551234567890123457", "mainUid": "551234567890123456", "type": "1",
		"label": "grid bot", "perm": "read_only,trade", "ip": "203.0.113.7,203.0.113.8",
		"kycLv": "2", "roleType": "0", "spotRoleType": "0",
		"acctLv": "2", "acctStpMode": "cancel_maker", "posMode": "net_mode", "autoLoan": false,
		"greeksType": "PA", "feeType": "0", "level": "Lv1", "levelTmp": "",
		"ctIsoMode": "automatic", "mgnIsoMode": "automatic", "liquidationGear": "-1", "opAuth": "0",
		"enableSpotBorrow": false, "spotBorrowAutoRepay": false, "spotOffsetType": "",
		"stgyType": "0", "traderInsts": [], "spotTraderInsts": [], "settleCcy": "USDT", "settleCcyList": ["USDT", "USDC"]
	}]
}`

func testCredential() exchanges.Credential {
	return exchanges.Credential{
		KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret(testPassphrase),
	}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"code":"0","msg":"","data":[{"ts":"%d"}]}`, time.Now().UnixMilli()))
}

// routes are a site that knows which calls belong to it.
func routes(site exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime,
		"GET " + inspectPath: func(r exchangetest.Request) exchangetest.Reply {
			if (r.Header.Get("x-simulated-trading") == "1") != (site.Environment == exchanges.Demo) {
				return said(401, "50101", "APIKey does not match current environment.")
			}
			return exchangetest.JSON(goodKey)
		},
	}
}

// mac is a second computation of the signature, independent of the adapter's.
func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// verify judges a request by the rules of OKX's docs.
func verify(r exchangetest.Request) error {
	at, err := time.Parse("2006-01-02T15:04:05.000Z", r.Header.Get("OK-ACCESS-TIMESTAMP"))
	if err != nil {
		return err
	}
	if age := r.At.Sub(at); age.Abs() > 30*time.Second {
		return fmt.Errorf("the timestamp is %s old", age)
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	h := r.Header
	switch want := mac(testSecret, h.Get("OK-ACCESS-TIMESTAMP")+r.Method+target+r.Body); {
	case h.Get("OK-ACCESS-KEY") != testKey:
		return errors.New("OK-ACCESS-KEY is missing or wrong")
	case h.Get("OK-ACCESS-PASSPHRASE") != testPassphrase:
		return errors.New("OK-ACCESS-PASSPHRASE is missing or wrong")
	case r.Method == http.MethodPost && h.Get("Content-Type") != "application/json":
		return fmt.Errorf("Content-Type is %q", h.Get("Content-Type"))
	case h.Get("OK-ACCESS-SIGN") != want:
		return fmt.Errorf("signature %s, want %s", h.Get("OK-ACCESS-SIGN"), want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      testCredential(),
		MoreCredentials: []exchanges.Credential{three(testKey, "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO", "Grüner Reiher 9!")},
		DetectsSwap:     true,
		Routes:          routes,
		ClockCall:       "GET " + timePath,
		Called:          called,
		Verify:          verify,
		Refusals:        refusals(),
		Manage:          manage(),
	})
}

// at opens a site on a fake exchange with one answer to Inspect, if any.
func at(t *testing.T, env exchanges.Environment, replies ...exchangetest.Reply) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	site, ok := info().Site(env, "")
	if !ok {
		t.Fatalf("there is no site for %s", env)
	}
	server := exchangetest.NewServer(t, routes(site))
	for _, r := range replies {
		server.Handle("GET "+inspectPath, r.Handler())
	}
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}), server
}

// inspect runs Inspect of the live exchange against one answer.
func inspect(t *testing.T, reply exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	x, _ := at(t, exchanges.Live, reply)
	return x.Inspect(t.Context(), testCredential())
}

// vector is a request with the headers that others computed for it.
type vector struct {
	exchangetest.Vector
	Text      string
	Timestamp time.Time
	Headers   map[string]string
}

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 5) }

func TestSignedRequestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			place := &venue{env: exchanges.Live}
			if strings.HasSuffix(v.Name, "-demo") {
				place.env = exchanges.Demo
			}
			r, _ := place.signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path, Query: v.Query, Body: v.Body}, v.Timestamp)
			if r.Method != v.Method || r.Path != v.Path || r.Query != v.Query || r.Body != v.Body {
				t.Errorf("the request is not what was signed: %+v", r)
			}
			if v.Body != "" {
				v.Headers["Content-Type"] = "application/json"
			}
			if got := first(r.Header); !maps.Equal(got, v.Headers) {
				t.Errorf("headers %v, want %v", got, v.Headers)
			}
			if got := mac(v.Secret, v.Text); got != v.Headers["OK-ACCESS-SIGN"] {
				t.Errorf("the text of the vector gives %s", got)
			}
		})
	}
}

// first returns headers by their exact spelling, with their first value.
func first(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		out[name] = values[0]
	}
	return out
}

// The moment is signed as it is sent: in UTC, with three digits of a second
// even where they are zero.
func TestTimestampHasMilliseconds(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*3600)
	for want, now := range map[string]time.Time{
		"2023-11-14T22:13:20.000Z": time.Date(2023, 11, 15, 6, 13, 20, 999_999, zone),
		"2023-11-14T22:13:20.050Z": time.Date(2023, 11, 14, 22, 13, 20, 50_000_000, time.UTC),
	} {
		r, _ := (&venue{}).signed(testCredential(), rest.Request{Method: "GET", Path: inspectPath}, now)
		if got := first(r.Header)["OK-ACCESS-TIMESTAMP"]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// The list is compared with a copy, since a wrong line would send a key to a
// host where it does not belong.
func TestSitesAreTheDocumentedOnes(t *testing.T) {
	const want = `live/global https://openapi.okx.com manages
live/eea https://eea.okx.com manages
live/us https://us.okx.com manages
demo/global https://openapi.okx.com
demo/eea https://eea.okx.com
demo/us https://us.okx.com
`
	var got strings.Builder
	for _, s := range info().Sites {
		x, err := open(exchanges.Connection{Site: s, Origin: s.Origin})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s/%s %s", s.Environment, s.ID, s.Origin)
		if _, manages := x.(exchanges.Creator); manages {
			got.WriteString(" manages")
		}
		got.WriteString("\n")
	}
	if got.String() != want {
		t.Errorf("sites:\n%s", got.String())
	}
}

func TestDemoIsToldByAHeader(t *testing.T) {
	for env, want := range map[exchanges.Environment]string{exchanges.Live: "", exchanges.Demo: "1"} {
		x, server := at(t, env)
		if _, err := x.Inspect(t.Context(), testCredential()); err != nil {
			t.Errorf("%s: %v", env, err)
		}
		for _, r := range server.Requests("GET " + inspectPath) {
			if got := r.Header.Get("x-simulated-trading"); got != want {
				t.Errorf("%s: the header is %q", env, got)
			}
		}
	}
}

func TestInspectStaysBelowTheLimit(t *testing.T) {
	x, _ := at(t, exchanges.Live)
	exchangetest.Paced(t, x.(*master).Now, 7, 3900*time.Millisecond, func() error {
		_, err := x.Inspect(t.Context(), testCredential())
		return err
	})
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.Asked(r, "OK-ACCESS-TIMESTAMP"), true
}
