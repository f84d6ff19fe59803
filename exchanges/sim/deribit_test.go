package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// deribitRig is Deribit behind its front, with a clock that the test moves.
type deribitRig struct {
	*front
	t     *testing.T
	clock atomic.Int64 // Unix milliseconds
}

func newDeribitRig(t *testing.T, env string, a account) *deribitRig {
	t.Helper()
	rig := &deribitRig{t: t}
	rig.clock.Store(noon.UnixMilli())
	now := func() time.Time { return time.UnixMilli(rig.clock.Load()) }
	if a.ID == "" {
		a.ID = "4711"
	}
	rig.front = newFront(site{exchange: "deribit", environment: env, build: newDeribit}, Options{Caller: DefaultCaller}, a, now)
	return rig
}

func (d *deribitRig) pass(by time.Duration) { d.clock.Add(by.Milliseconds()) }

func (d *deribitRig) key(label string) Key {
	d.t.Helper()
	return Description{Venues: []Venue{{Exchange: "deribit", Keys: d.desk.book.keys()}}}.venue(d.t, "deribit", "").key(d.t, label)
}

// do sends a request through the front.
func (d *deribitRig) do(method, target, body, authorization string) reply {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, target, strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

// get calls a method with parameters in the query.
func (d *deribitRig) get(method, authorization string, params ...string) reply {
	d.t.Helper()
	query := url.Values{}
	for i := 0; i < len(params); i += 2 {
		query.Set(params[i], params[i+1])
	}
	return d.do(http.MethodGet, "/api/v2/"+method+"?"+query.Encode(), "", authorization)
}

// deribitReply is what every answer looks like.
type deribitReply struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   *deribitError   `json:"error"`
	Testnet *bool           `json:"testnet"`
	In      int64           `json:"usIn"`
	Out     int64           `json:"usOut"`
	Diff    *int64          `json:"usDiff"`
}

// read checks what every answer has.
func (d *deribitRig) read(r reply) deribitReply {
	d.t.Helper()
	var got deribitReply
	if err := json.Unmarshal(r.body, &got); err != nil {
		d.t.Fatalf("status %d, body %s: %v", r.status, r.body, err)
	}
	if got.Version != "2.0" || got.Testnet == nil || got.Diff == nil || got.Out-got.In != *got.Diff {
		d.t.Fatalf("body %s", r.body)
	}
	return got
}

// expect checks that a call succeeded and reads its result into out.
func (d *deribitRig) expect(r reply, out any) {
	d.t.Helper()
	got := d.read(r)
	if got.Error != nil || r.status != http.StatusOK {
		d.t.Fatalf("status %d, body %s", r.status, r.body)
	}
	if err := json.Unmarshal(got.Result, out); err != nil {
		d.t.Fatalf("result %s: %v", got.Result, err)
	}
}

// refused checks that a call failed with an error, its code and status.
func (d *deribitRig) refused(r reply, want deribitError) *deribitError {
	d.t.Helper()
	got := d.read(r)
	if got.Error == nil || got.Result != nil || got.Error.Code != want.Code || r.status != want.status {
		d.t.Fatalf("status %d, body %s, want %d with status %d", r.status, r.body, want.Code, want.status)
	}
	return got.Error
}

// deribitToken is what public/auth answers.
type deribitTokenReply struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Type    string `json:"token_type"`
	Life    int64  `json:"expires_in"`
	Scope   string `json:"scope"`
	State   string `json:"state"`
	TFA     string `json:"mandatory_tfa_status"`
}

// login gets a token with id and secret.
func (d *deribitRig) login(key Key, params ...string) deribitTokenReply {
	d.t.Helper()
	var token deribitTokenReply
	d.expect(d.get("public/auth", "", append([]string{
		"grant_type", "client_credentials", "client_id", key.Key, "client_secret", key.Secret,
	}, params...)...), &token)
	return token
}

func TestDeribitReadsBothForms(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	const target = "/api/v2/public/ticker?instrument_name=BTC-PERPETUAL"
	const body = `{"jsonrpc":"2.0","id":%ID%,"method":"public/ticker","params":{"instrument_name":"BTC-PERPETUAL"}}`
	for name, test := range map[string]struct {
		got reply
		id  string
	}{
		"GET":              {rig.do(http.MethodGet, target, "", ""), ""},
		"POST, no body":    {rig.do(http.MethodPost, target, "", ""), ""},
		"POST":             {rig.do(http.MethodPost, "/api/v2", strings.ReplaceAll(body, "%ID%", "7"), ""), "7"},
		"POST with slash":  {rig.do(http.MethodPost, "/api/v2/", strings.ReplaceAll(body, "%ID%", "-1"), ""), "-1"},
		"POST with method": {rig.do(http.MethodPost, "/api/v2/public/ticker", strings.ReplaceAll(body, "%ID%", `"a"`), ""), `"a"`},
		"null id":          {rig.do(http.MethodPost, "/api/v2", strings.ReplaceAll(body, "%ID%", "null"), ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			var ticker struct {
				Name string `json:"instrument_name"`
			}
			rig.expect(test.got, &ticker)
			if id := string(rig.read(test.got).ID); ticker.Name != "BTC-PERPETUAL" || id != test.id {
				t.Errorf("%s with id %q", ticker.Name, id)
			}
		})
	}
}

func TestDeribitRefusesMalformedRequests(t *testing.T) {
	rig := newDeribitRig(t, "live", account{})
	post := func(body string) reply { return rig.do(http.MethodPost, "/api/v2", body, "") }
	for name, test := range map[string]struct {
		got  reply
		want deribitError
	}{
		"not JSON":        {post(`{"jsonrpc"`), deribitParse},
		"a form":          {post(`method=public/test`), deribitParse},
		"batch":           {post(`[{"jsonrpc":"2.0","id":1,"method":"public/test"}]`), deribitBadRequest},
		"a string":        {post(`"public/test"`), deribitBadRequest},
		"version 1":       {post(`{"jsonrpc":"1.0","id":1,"method":"public/test"}`), deribitBadRequest},
		"no version":      {post(`{"id":1,"method":"public/test"}`), deribitBadRequest},
		"no method":       {post(`{"jsonrpc":"2.0","id":1}`), deribitBadRequest},
		"id is an object": {post(`{"jsonrpc":"2.0","id":{},"method":"public/test"}`), deribitBadRequest},
		"positional":      {post(`{"jsonrpc":"2.0","id":1,"method":"public/ticker","params":["BTC-PERPETUAL"]}`), deribitBadParams},
		"unknown method":  {post(`{"jsonrpc":"2.0","id":1,"method":"public/nope"}`), deribitNoMethod},
		"other method": {rig.do(http.MethodPost, "/api/v2/public/get_time",
			`{"jsonrpc":"2.0","id":1,"method":"public/test"}`, ""), deribitBadRequest},
		"no method, GET":    {rig.do(http.MethodGet, "/api/v2", "", ""), deribitBadRequest},
		"DELETE":            {rig.do(http.MethodDelete, "/api/v2/public/test", "", ""), deribitBadRequest},
		"parameter missing": {rig.get("public/ticker", ""), deribitBadParams},
		"no such currency":  {rig.get("public/get_book_summary_by_currency", "", "currency", "XYZ"), deribitBadParams},
		"depth of none":     {rig.get("public/get_order_book", "", "instrument_name", "BTC-PERPETUAL", "depth", "0"), deribitBadParams},
		"grant type":        {rig.get("public/auth", "", "grant_type", "password"), deribitBadParams},
		"no grant type":     {rig.get("public/auth", ""), deribitBadParams},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.refused(test.got, test.want)
		})
	}
	rig.t = t
	if got := rig.do(http.MethodGet, "/api/v1/public/test", "", ""); got.status != http.StatusNotFound {
		t.Errorf("another version answers with status %d", got.status)
	}
	if got := rig.read(post(`{"jsonrpc":"2.0","id":9,"method":"public/nope"}`)); string(got.ID) != "9" {
		t.Errorf("the error is for id %s", got.ID)
	}
}

func TestDeribitSaysWhichSideItIsFrom(t *testing.T) {
	for env, want := range map[string]bool{"live": false, "testnet": true} {
		rig := newDeribitRig(t, env, account{})
		if got := rig.read(rig.get("public/test", "")); *got.Testnet != want {
			t.Errorf("%s: testnet is %v", env, *got.Testnet)
		}
		if got := rig.read(rig.get("public/nope", "")); *got.Testnet != want {
			t.Errorf("%s: testnet is %v in an error", env, *got.Testnet)
		}
	}
}

func TestDeribitKeysDoNotCrossSides(t *testing.T) {
	a := account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}}
	live, testnet := newDeribitRig(t, "live", a), newDeribitRig(t, "testnet", a)
	key := live.key("k")
	live.login(key)
	testnet.refused(testnet.get("public/auth", "", "grant_type", "client_credentials",
		"client_id", key.Key, "client_secret", key.Secret), deribitBadCredentials)
}

func TestDeribitFaultsBearStatusAndCode(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k"}}})
	for kind, code := range map[FaultKind]int{
		FaultBadRequest: 11050, FaultUnauthorized: 13009, FaultRateLimit: 10028, FaultServerError: 11094, FaultUnavailable: 13028,
	} {
		rig.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := rig.get("public/auth", "", "client_id", rig.key("k").Key)
		if failure := rig.read(got).Error; failure == nil || failure.Code != code || string(kind) != strconv.Itoa(got.status) {
			t.Errorf("%s: status %d, body %s", kind, got.status, got.body)
		}
	}
}

// Whatever is sent, the answer has Deribit's shape, and nothing private comes
// without a credential.
func FuzzDeribitRequest(f *testing.F) {
	f.Add("GET", "public/ticker?instrument_name=BTC-PERPETUAL", "", "")
	f.Add("POST", "", `{"jsonrpc":"2.0","id":1,"method":"public/auth","params":{"grant_type":"client_signature","timestamp":1e3}}`, "")
	f.Add("POST", "private/list_api_keys", `{"jsonrpc":"2.0","id":"x","method":"private/list_api_keys"}`, "Bearer x")
	f.Add("GET", "private/get_positions", "", "deri-hmac-sha256 id=a,ts=1,sig=2,nonce=3")
	f.Add("GET", "public/auth?grant_type=refresh_token&refresh_token=x&scope=expires:9", "", "Basic Og==")
	v, _ := newDeribit("live", account{ID: "1", Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}}, func() time.Time { return noon })
	f.Fuzz(func(t *testing.T, method, target, body, authorization string) {
		u, err := url.Parse("/api/v2/" + target)
		if err != nil || strings.ContainsAny(method+authorization, "\r\n") {
			t.Skip()
		}
		r := &http.Request{Method: method, URL: u, Header: http.Header{"Authorization": {authorization}}, Body: io.NopCloser(strings.NewReader(body))}
		w := httptest.NewRecorder()
		v.ServeHTTP(w, r)
		if !strings.HasPrefix(u.Path, "/api/v2") {
			return
		}
		var got deribitReply
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Version != "2.0" || (got.Error == nil) == (got.Result == nil) {
			t.Fatalf("body %s: %v", w.Body, err)
		}
		if strings.HasPrefix(u.Path, "/api/v2/private/") && got.Error == nil {
			t.Fatalf("%q is answered", u.Path)
		}
	})
}
