package bitfinex

import (
	"errors"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestANonceOfTheKeysScaleIsShown(t *testing.T) {
	c := exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret("secret"), Nonce: exchanges.NonceMicroseconds}
	call := exchanges.Call{Method: "POST", Path: "/v2/auth/w/order/submit", Body: `{"type":"LIMIT"}`, At: time.UnixMilli(1700000000000)}
	got, err := exchangetest.Shown(t, Adapter(), c, call)
	text, _ := got.Step(exchanges.StepText)
	if err != nil || text.Text != `/api/v2/auth/w/order/submit1700000000000000{"type":"LIMIT"}` || map[string][]string(got.Header)["bfx-nonce"][0] != "1700000000000000" {
		t.Errorf("%+v, %v", got, err)
	}
	call.Nonce = "0x5"
	if _, err := exchangetest.Shown(t, Adapter(), c, call); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("a nonce that is no number: %v", err)
	}
}
