package kraken

import (
	"errors"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// The order of Kraken's guide to authentication, given with its nonce and
// without.
func TestAnOrderIsSignedAsInTheGuide(t *testing.T) {
	const (
		secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
		order  = "ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
		want   = "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
	)
	c := exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret(secret)}
	for name, call := range map[string]exchanges.Call{
		"in the body": {Body: "nonce=1616492376594&" + order}, "apart": {Body: order, Nonce: "1616492376594"},
		"by the clock": {Body: order, At: time.UnixMilli(1616492376594)},
	} {
		call.Method, call.Path = "POST", "/0/private/AddOrder"
		got, err := exchangetest.Shown(t, Adapter(), c, call)
		if err != nil || map[string][]string(got.Header)["API-Sign"][0] != want || got.Body != "nonce=1616492376594&"+order {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoFormOrNonceIsRefused(t *testing.T) {
	c := exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret("c2VjcmV0")}
	for name, call := range map[string]exchanges.Call{
		"JSON": {Body: `{"a":1}`}, "escape": {Body: "a=%zz"}, "nonce": {Nonce: "soon"}, "nonce in it": {Body: "nonce=x"},
	} {
		call.Method, call.Path = "POST", "/0/private/Balance"
		if _, err := exchangetest.Shown(t, Adapter(), c, call); !errors.Is(err, exchanges.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.Nonce = "fortnights"
	if _, err := exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "POST", Path: "/0/private/Balance"}); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("a scale that is none: %v", err)
	}
}

// A static second factor is a part of the form, and a secret.
func TestASecondFactorIsSignedAndNotShown(t *testing.T) {
	c := exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret("c2VjcmV0"), Passphrase: exchanges.NewSecret("open sesame")}
	got, err := exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "POST", Path: "/0/private/Balance", Nonce: "5"})
	if hashed, _ := got.Step(exchanges.StepHashed); err != nil || got.Body != "nonce=5&otp=[secret]" || hashed.Text != "5nonce=5&otp=[secret]" {
		t.Errorf("%+v, %v", got, err)
	}
}
