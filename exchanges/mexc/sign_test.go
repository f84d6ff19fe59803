package mexc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestVectors(t *testing.T) {
	built := 0
	for _, v := range exchangetest.Vectors[exchangetest.Vector](t, 3) {
		if got, err := (*cred.Trace)(nil).Signature(v.Credential(), v.Query+v.Body); err != nil || got != v.Signature {
			t.Errorf("%s: %s, %v", v.Name, got, err)
		}
		own, ours := strings.CutSuffix(v.Query, "&timestamp=1700000000000&recvWindow=5000")
		if !ours {
			continue // an order, which keyrota never sends
		}
		built++
		r, err := signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path, Query: own}, v.At())
		if want := v.Query + "&signature=" + v.Signature; err != nil || r.Query != want || r.Body != "" || r.Method != v.Method || r.Path != v.Path {
			t.Errorf("%s: %+v, %v, want the query %s", v.Name, r, err, want)
		}
		if got := fmt.Sprint(r.Header); !strings.Contains(got, v.Key) {
			t.Errorf("%s: header %s", v.Name, got)
		}
	}
	if built != 1 {
		t.Errorf("%d vectors are requests as keyrota sends them, want 1", built)
	}
}

func TestACallWithoutParametersIsSignedToo(t *testing.T) {
	r, err := signed(testCredential(), rest.Request{Method: "GET", Path: accountPath}, time.UnixMilli(5))
	if text := "timestamp=5&recvWindow=5000"; err != nil || r.Query != text+"&signature="+exchangetest.MAC256(testSecret, text) {
		t.Errorf("%s, %v", r.Query, err)
	}
}
