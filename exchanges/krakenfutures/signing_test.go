package krakenfutures

import (
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// An order is signed alike as query and as form.
func TestAFormIsSignedAsAQueryIs(t *testing.T) {
	const order = "orderType=lmt&symbol=PF_XBTUSD"
	for _, nonce := range []string{"", "1700000000000"} {
		call := exchanges.Call{Method: "POST", Path: "/derivatives/api/v3/sendorder", Query: order, Nonce: nonce}
		query, err := exchangetest.Shown(t, Adapter(), testCredential(), call)
		call.Query, call.Body = "", order
		form, ferr := exchangetest.Shown(t, Adapter(), testCredential(), call)
		if err != nil || ferr != nil || query.Header["Authent"][0] != form.Header["Authent"][0] || form.Body != order {
			t.Errorf("%+v, %v\n%+v, %v", query, err, form, ferr)
		}
		if hashed, _ := form.Step(exchanges.StepHashed); hashed.Text != order+nonce+"/api/v3/sendorder" {
			t.Errorf("hashed is %q", hashed.Text)
		}
	}
}
