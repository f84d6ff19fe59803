package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whatever is sent, the answer has Kraken's shape, and nothing private comes
// without a signature.
func FuzzKrakenRequest(f *testing.F) {
	v, keys := newKraken("live", account{ID: "1", Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}}, func() time.Time { return noon })
	known := keys.keys()[0].Key
	f.Add("POST", "private/GetApiKeyInfo", "nonce=1", "application/x-www-form-urlencoded", known, "AAAA")
	f.Add("POST", "private/Balance", `{"nonce":18446744073709551615}`, "application/json", known, "")
	f.Add("GET", "public/Depth?pair=XBTUSD&count=500", "", "", "", "")
	f.Add("POST", "public/OHLC", "pair=ETHXBT&interval=1", "", "", "")
	f.Fuzz(func(t *testing.T, method, target, body, kind, key, sign string) {
		u, err := url.Parse("/0/" + target)
		if err != nil {
			t.Skip()
		}
		r := &http.Request{Method: method, URL: u, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {kind}, "Api-Key": {key}, "Api-Sign": {sign}}}
		w := httptest.NewRecorder()
		v.ServeHTTP(w, r)
		var got krakenReply
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Error == nil || (len(got.Error) == 0) == (got.Result == nil) {
			t.Fatalf("body %s: %v", w.Body, err)
		}
		if strings.HasPrefix(u.Path, "/0/private/") && len(got.Error) == 0 {
			t.Fatalf("%q is answered", u.Path)
		}
	})
}
