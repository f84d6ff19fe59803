package gate

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestAQueryIsSignedAsItReads(t *testing.T) {
	c := exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret("secret")}
	got, err := exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "GET", Path: "/api/v4/spot/trades", Query: "text=t-a%2Fb%20c"})
	text, _ := got.Step(exchanges.StepText)
	if err != nil || !strings.HasPrefix(text.Text, "GET\n/api/v4/spot/trades\ntext=t-a/b c\n") || !strings.HasSuffix(got.URL, "?text=t-a%2Fb%20c") {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "GET", Path: "/api/v4/x", Query: "a=%zz"}); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("an escape that is none: %v", err)
	}
}
