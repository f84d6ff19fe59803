package upbit

import (
	"errors"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestATokenVouchesForQueryAndBody(t *testing.T) {
	for name, c := range map[string]struct{ query, body, want string }{
		"query":   {"market=KRW-BTC&states[]=wait", "", "market=KRW-BTC&states[]=wait"},
		"escaped": {"market=KRW-BTC&states%5B%5D=wait", "", "market=KRW-BTC&states[]=wait"},
		"body":    {"", `{"market":"KRW-BTC","volume":"0.01","price":1000000.50,"post":true}`, "market=KRW-BTC&volume=0.01&price=1000000.50&post=true"},
	} {
		got, err := exchangetest.Shown(t, Adapter(), testCredential(), exchanges.Call{Method: "POST", Path: "/v1/orders", Query: c.query, Body: c.body})
		if step, _ := got.Step(exchanges.StepHashed); err != nil || step.Text != c.want || got.Body != c.body {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestABodyThatCannotBeVouchedForIsRefused(t *testing.T) {
	for _, body := range []string{"a=1", "[1]", `{"a":{"b":1}}`, `{"a":[1]}`, `{"a":null}`, `{"a"`, `{"a":1`} {
		_, err := exchangetest.Shown(t, Adapter(), testCredential(), exchanges.Call{Method: "POST", Path: "/v1/orders", Body: body})
		if !errors.Is(err, exchanges.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
}
