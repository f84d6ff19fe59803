package binance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status int, code int, msg string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"code":%d,"msg":%q}`, code, msg))
}

// refusals are Binance's answers to a signed read as its docs word them.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		{Name: "key, address or right", Reply: said(401, -2015, "Invalid API-key, IP, or permissions for action, request ip: 203.0.113.9"), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "the same with 400", Reply: said(400, -2015, "Invalid API-key, IP, or permissions for action."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "the same with 200", Reply: said(200, -2015, "Invalid API-key, IP, or permissions for action."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "malformed key", Reply: said(401, -2014, "API-key format invalid."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "unknown key", Reply: said(400, -2008, "Invalid Api-Key ID."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "signature", Reply: said(400, -1022, "Signature for this request is not valid."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
		{Name: "not authorised", Reply: said(401, -1002, "You are not authorized to execute this request."), Kind: exchanges.Denied, Outcome: exchanges.Refused},
		{Name: "clock", Reply: said(400, -1021, "Timestamp for this request is outside of the recvWindow."), Kind: exchanges.ClockSkew, Outcome: exchanges.Refused},
		{Name: "parameter", Reply: said(400, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."), Kind: exchanges.Protocol, Outcome: exchanges.Refused},
		{Name: "limit", Reply: said(429, -1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE.").With("Retry-After", "60"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "ban", Reply: said(418, -1003, "Way too much request weight used; IP banned until 1573987321000.").With("Retry-After", "259200"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "overload", Reply: said(503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes."), Kind: exchanges.Unavailable},
		{Name: "timeout inside", Reply: said(504, -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown."), Kind: exchanges.Unavailable},
		{Name: "not offered", Reply: said(400, -9000, "Unsupported operation for this key."), Kind: exchanges.Unsupported, Outcome: exchanges.Refused},
		{Name: "country", Reply: said(451, 0, "Service unavailable from a restricted location according to the terms of use."), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
		{Name: "new code", Reply: said(400, -7777, "Something that came later."), Kind: exchanges.Protocol, Outcome: exchanges.Refused},
		{Name: "new code with 200", Reply: said(200, -7777, "Something that came later."), Kind: exchanges.Protocol, Outcome: exchanges.Refused},
		{Name: "new code with 401", Reply: said(401, -7777, "Something that came later."), Kind: exchanges.Auth, Outcome: exchanges.Refused},
	}
}

// One vague refusal names every cause, so that no one concludes "revoked".
func TestVagueRefusalNamesEveryCause(t *testing.T) {
	_, err := inspect(t, exchanges.Live, restrictionsPath, said(401, -2015, "Invalid API-key, IP, or permissions for action, request ip: 203.0.113.9"))
	e := exchanges.AsError(err)
	exchangetest.Hints(t, e, "deleted", "testnet", "swapped", "IP list", "Enable Reading")
	if e.Code != "-2015: Invalid API-key, IP, or permissions for action, request ip: 203.0.113.9" {
		t.Errorf("code %q does not keep the exchange's words with our address", e.Code)
	}
}

func TestWrongSecretPointsToTheSecret(t *testing.T) {
	_, err := inspect(t, exchanges.Live, restrictionsPath, said(400, -1022, "Signature for this request is not valid."))
	if hint := exchanges.AsError(err).Hint; !strings.Contains(hint, "secret") || !strings.Contains(hint, "swapped") {
		t.Errorf("hint %q", hint)
	}
}

func TestBanTellsHowLong(t *testing.T) {
	_, err := inspect(t, exchanges.Live, restrictionsPath, said(418, -1003, "banned").With("Retry-After", "7200"))
	if e := exchanges.AsError(err); e.RetryAfter.Hours() != 2 {
		t.Errorf("retry after %s", e.RetryAfter)
	}
}

// The table is compared with a list of its own, since a line that is lost
// would turn a verdict into a riddle.
func TestEveryDocumentedCodeHasAVerdict(t *testing.T) {
	documented := []int64{
		-1000, -1001, -1002, -1003, -1004, -1006, -1007, -1008, -1015, -1016, -1020, -1021, -1022, -1099,
		-1100, -1101, -1102, -1103, -1104, -1105, -1106, -1130, -1131, -2008, -2014, -2015, -9000,
	}
	if len(verdicts.Codes()) != len(documented) {
		t.Errorf("%d verdicts, %d codes", len(verdicts.Codes()), len(documented))
	}
	for _, code := range documented {
		if v, ok := verdicts.Of(code); !ok || v.Hint == "" || v.Kind == "" {
			t.Errorf("code %d: %+v", code, v)
		}
	}
}

func TestFirewallPageIsNotAVerdictOnTheKey(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusUnavailableForLegalReasons} {
		_, err := inspect(t, exchanges.Live, restrictionsPath, exchangetest.Page(status))
		if e := exchanges.AsError(err); e.Kind != exchanges.Blocked || e.Kind.Verdict() {
			t.Errorf("%d: %v", status, err)
		}
	}
}
