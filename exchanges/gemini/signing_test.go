package gemini

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestParametersJoinThePayload(t *testing.T) {
	call := exchanges.Call{Method: "POST", Path: "/v1/order/status", Body: ` {"order_id":18834} `, At: time.Unix(1700000000, 0)}
	for nonce, want := range map[string]string{
		"":       `{"request":"/v1/order/status","nonce":"1700000000","order_id":18834}`,
		"123456": `{"request":"/v1/order/status","nonce":"123456","order_id":18834}`,
	} {
		call.Nonce = nonce
		got, err := exchangetest.Shown(t, Adapter(), credential("account-key", testSecret), call)
		text, derr := base64.StdEncoding.DecodeString(strings.Join(map[string][]string(got.Header)["X-GEMINI-PAYLOAD"], ""))
		if step, _ := got.Step(exchanges.StepPayload); err != nil || derr != nil || string(text) != want || step.Text != want || got.Body != "" {
			t.Errorf("payload %s, %+v, %v", text, got, err)
		}
	}
}

func TestWhatIsNoParametersIsRefused(t *testing.T) {
	for body, nonce := range map[string]string{"a=1": "", "[1]": "", "{": "", "{}": "soon"} {
		_, err := exchangetest.Shown(t, Adapter(), credential("account-key", testSecret), exchanges.Call{Method: "POST", Path: "/v1/x", Body: body, Nonce: nonce})
		if !errors.Is(err, exchanges.Invalid) {
			t.Errorf("%q %q: %v", body, nonce, err)
		}
	}
}
