package bingx

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestVectors(t *testing.T) {
	for _, v := range exchangetest.Vectors[exchangetest.Vector](t, 1) {
		r, err := signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path}, v.At())
		if want := v.Query + "&signature=" + v.Signature; err != nil || r.Query != want || r.Method != v.Method || r.Path != v.Path {
			t.Errorf("%s: %+v, %v, want the query %s", v.Name, r, err, want)
		}
		if got := fmt.Sprint(r.Header); !strings.Contains(got, v.Key) {
			t.Errorf("%s: header %s", v.Name, got)
		}
	}
}

// The traps of this exchange: what is signed is in the order of the names, and
// not escaped as it is sent.
func TestQueryIsSignedSortedAndWithoutEscapes(t *testing.T) {
	r, err := signed(testCredential(), rest.Request{Method: "GET", Path: "/x", Query: "uid=5&apiKey=a%20b%2Fc&zone=1"}, time.UnixMilli(7))
	want := "apiKey=a%20b%2Fc&timestamp=7&uid=5&zone=1&signature=" + exchangetest.MAC256(testSecret, "apiKey=a b/c&timestamp=7&uid=5&zone=1")
	if err != nil || r.Query != want {
		t.Errorf("%s, %v\nwant %s", r.Query, err, want)
	}
}

func TestBodyIsSignedAsItReads(t *testing.T) {
	body := `{"subUid":16789,"note":"a \"b\" & c","permissions":[2,3],"ipAddresses":["203.0.113.7","203.0.113.8"]}`
	r, err := signed(testCredential(), rest.Request{Method: "POST", Path: "/x", Body: body}, time.UnixMilli(7))
	if err != nil || r.Query != "" || r.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%+v, %v", r, err)
	}
	text := `ipAddresses=["203.0.113.7","203.0.113.8"]&note=a "b" & c&permissions=[2,3]&subUid=16789&timestamp=7`
	var sent map[string]any
	if err := json.Unmarshal([]byte(r.Body), &sent); err != nil || sent["signature"] != exchangetest.MAC256(testSecret, text) || sent["timestamp"] != 7. || sent["note"] != `a "b" & c` {
		t.Errorf("%s, %v", r.Body, err)
	}
}

func TestWhatCannotBeSignedIsNotSent(t *testing.T) {
	for name, r := range map[string]rest.Request{
		"body":  {Method: "POST", Path: "/x", Body: `[]`},
		"query": {Method: "GET", Path: "/x", Query: "a=%zz"},
	} {
		if got, err := signed(testCredential(), r, time.UnixMilli(7)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
