package htx

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

const (
	testKey    = "160bb889-b7a1b2be-e0c3d4f5-ghxertfvbf"
	testSecret = "c405c550-6fa0583b-fb4bc38e-d317e"
	testUID    = "63628520"
	fakeHost   = "127.0.0.1"
)

// goodKeys is an answer like the documented one.
const goodKeys = `{"code":200,"message":"success","ok":true,"data":[
	{"accessKey":"5000d371-ed12345f5t-40123458-ab8e5","status":"normal","note":"no ip","permission":"readOnly,trade,withdraw",
	 "ipAddresses":"","validDays":7,"createTime":1623158078000,"updateTime":1629875976000},
	{"accessKey":"` + testKey + `","status":"normal","note":"grid bot","permission":"trade,readOnly",
	 "ipAddresses":"203.0.113.7,198.51.100.0/24","validDays":-1,"createTime":1615192704000,"updateTime":1623030338000}]}`

func goodCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

func pairCredential() exchanges.Credential {
	seed := []byte("a seed of 32 bytes for tests onl")
	return exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(asPEM(ed25519.NewKeyFromSeed(seed)))}
}

func serverTime(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"status":"ok","data":%d}`, time.Now().UnixMilli()))
}

func ownUID(exchangetest.Request) exchangetest.Reply {
	return exchangetest.JSON(`{"code":200,"data":` + testUID + `}`)
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		"GET " + timePath: serverTime, "GET " + uidPath: ownUID, "GET " + keysPath: exchangetest.JSON(goodKeys).Handler(),
	}
}

// verify judges a request by the rules of HTX's docs.
func verify(r exchangetest.Request) error {
	at, err := time.Parse("2006-01-02T15:04:05", r.Params().Get("Timestamp"))
	if err != nil {
		return err
	}
	if age := r.At.Sub(at); age.Abs() > 5*time.Minute {
		return fmt.Errorf("the timestamp is %s off", age)
	}
	if named := r.Params().Get("uid"); r.Path == keysPath && named != testUID {
		return fmt.Errorf("the user %q is another one", named)
	}
	return verifySignature(r)
}

func verifySignature(r exchangetest.Request) error {
	q := r.Params()
	if q.Get("AccessKeyId") != testKey || q.Get("SignatureMethod") != "HmacSHA256" || q.Get("SignatureVersion") != "2" {
		return errors.New("the key, the method or the version is missing or wrong")
	}
	query, sig, _ := strings.Cut(r.Query, "&Signature=")
	want := mac(testSecret, strings.Join([]string{r.Method, fakeHost, r.Path, query}, "\n"))
	if got, err := url.QueryUnescape(sig); err != nil || got != want {
		return fmt.Errorf("signature %s, want %s", sig, want)
	}
	if query != strings.ReplaceAll(mustQuery(query).Encode(), "+", "%20") {
		return errors.New("the parameters are not in order, or not encoded as they are signed")
	}
	return nil
}

func mustQuery(query string) url.Values {
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil
	}
	return v
}

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      goodCredential(),
		MoreCredentials: []exchanges.Credential{pairCredential()},
		DetectsSwap:     true,
		Routes:          routes,
		ClockCall:       "GET " + timePath,
		Called:          called,
		Verify:          verify,
		Refusals:        refusals(),
		Manage:          manage(),
	})
}

// opened opens HTX on a server.
func opened(t *testing.T, server *exchangetest.Server) *venue {
	t.Helper()
	site, _ := info().Site(exchanges.Live, "")
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}).(*venue)
}

// inspect runs Inspect against one answer about keys.
func inspect(t *testing.T, reply exchangetest.Reply) (exchanges.KeyInfo, error) {
	t.Helper()
	all := routes(exchanges.Site{})
	all["GET "+keysPath] = reply.Handler()
	return opened(t, exchangetest.NewServer(t, all)).Inspect(t.Context(), goodCredential())
}

// The addresses are compared with a copy, since a wrong one would send a key to
// a host where it does not belong.
func TestAddressesAreTheDocumentedOnes(t *testing.T) {
	i := info()
	if len(i.Sites) != 1 || i.Sites[0].Origin != "https://api.huobi.pro" || i.Sites[0].Environment != exchanges.Live {
		t.Errorf("%+v", i.Sites)
	}
	if a := i.Aliases[exchanges.Live]; len(i.Aliases) != 1 || len(a) != 1 || a[0] != "api-aws.huobi.pro" {
		t.Errorf("%v", i.Aliases)
	}
}

func TestHostThatIsSignedIsTheOneThatIsCalled(t *testing.T) {
	site, _ := info().Site(exchanges.Live, "")
	for origin, want := range map[string]string{
		"https://api.huobi.pro": "api.huobi.pro", "https://API-aws.huobi.pro": "api-aws.huobi.pro", "http://127.0.0.1:8080": "127.0.0.1",
	} {
		x, err := open(exchanges.Connection{Site: site, Origin: origin})
		if err != nil {
			t.Fatal(err)
		}
		r, at := rest.Request{Method: "GET", Path: uidPath}, time.Unix(1700000000, 0)
		got, err := x.(*venue).Sign(goodCredential(), r, at)
		same, serr := signedFor(want)(goodCredential(), r, at)
		if err != nil || serr != nil || got.Query != same.Query {
			t.Errorf("%s: %s is not signed for %s (%v, %v)", origin, got.Query, want, err, serr)
		}
	}
}

func TestInspectAsksFirstWhoseTheKeyIs(t *testing.T) {
	server := exchangetest.NewServer(t, routes(exchanges.Site{}))
	if _, err := opened(t, server).Inspect(t.Context(), pairCredential()); err != nil {
		t.Fatal(err)
	}
	var calls []string
	for _, r := range server.Requests() {
		calls = append(calls, r.Call())
	}
	if got := strings.Join(calls, ", "); got != "GET "+timePath+", GET "+uidPath+", GET "+keysPath {
		t.Errorf("calls: %s", got)
	}
	for _, body := range []string{`{"code":200}`, `{"code":200,"data":0}`, `{"code":200,"data":"somebody"}`} {
		server.Handle("GET "+uidPath, exchangetest.JSON(body).Handler())
		if _, err := opened(t, server).Inspect(t.Context(), goodCredential()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestLive holds the adapter against the exchange itself: see exchangetest.Live.
func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	return exchangetest.AskedBefore(r, "Timestamp", "AccessKeyId", "SignatureMethod", "SignatureVersion", "Signature"), true
}
