package hyperliquid

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestActionsAreNotSigned(t *testing.T) {
	_, err := exchangetest.Shown(t, Adapter(), testCredential(), exchanges.Call{Method: "POST", Path: "/exchange"})
	if !errors.Is(err, exchanges.Unsupported) || !strings.Contains(exchanges.AsError(err).Hint, "EIP-712") {
		t.Errorf("%v", err)
	}
}
