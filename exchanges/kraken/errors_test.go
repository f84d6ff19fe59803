package kraken

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func judged(t *testing.T, status int, body string) *exchanges.Error {
	t.Helper()
	e := refusal(rest.Response{Status: status, Body: []byte(body)}, noon)
	if e == nil {
		t.Fatalf("HTTP %d %s was taken for success", status, body)
	}
	return e
}

func TestErrorTable(t *testing.T) {
	cases := map[string]exchanges.Kind{
		"EAPI:Invalid key":                    exchanges.Auth,
		"EAPI:Invalid signature":              exchanges.Auth,
		"EAPI:Invalid nonce":                  exchanges.Nonce,
		"EAPI:Rate limit exceeded":            exchanges.RateLimited,
		"EAPI:Bad request":                    exchanges.Protocol,
		"EAPI:Feature disabled":               exchanges.Unsupported,
		"EGeneral:Permission denied":          exchanges.Denied,
		"EGeneral:Temporary lockout":          exchanges.RateLimited,
		"EGeneral:Too many requests":          exchanges.RateLimited,
		"EGeneral:Unknown method":             exchanges.Unsupported,
		"EGeneral:Invalid arguments":          exchanges.Protocol,
		"EGeneral:Internal error":             exchanges.Unavailable,
		"EGeneral:Unknown error":              exchanges.Unavailable,
		"EGeneral:Timeout":                    exchanges.Unavailable,
		"EAuth:Account temporary disabled":    exchanges.Auth,
		"EAuth:Account unconfirmed":           exchanges.Auth,
		"EAuth:Rate limit exceeded":           exchanges.RateLimited,
		"EAuth:Too many requests":             exchanges.RateLimited,
		"EAccount:Invalid permissions":        exchanges.Denied,
		"EService:Unavailable":                exchanges.Unavailable,
		"EService:Busy":                       exchanges.Unavailable,
		"EService:Timeout":                    exchanges.Unavailable,
		"EService:Deadline elapsed":           exchanges.Unavailable,
		"EService:Market in cancel_only mode": exchanges.Unavailable,
		"EService:Market in post_only mode":   exchanges.Unavailable,
		"EService:Market in limit_only mode":  exchanges.Unavailable,
		"EService:Throttled":                  exchanges.RateLimited,
		"EDatabase:Internal error":            exchanges.Unavailable,
	}
	for words, kind := range cases {
		// Kraken adds details after a colon, and the edge may change the status.
		for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusServiceUnavailable} {
			for _, text := range []string{words, words + ":detail"} {
				e := judged(t, status, fmt.Sprintf(`{"error":[%q]}`, text))
				if e.Kind != kind || e.Code != text || e.Hint == "" {
					t.Errorf("HTTP %d %q: kind %s, code %q, hint %q; want %s", status, text, e.Kind, e.Code, e.Hint, kind)
				}
			}
		}
	}
	var tested []string
	for words := range cases {
		tested = append(tested, strings.ToLower(words))
	}
	slices.Sort(tested)
	if all := slices.Sorted(slices.Values(verdicts.Codes())); !slices.Equal(all, tested) {
		t.Errorf("the table and this test differ:\n%q\n%q", all, tested)
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for words, wants := range map[string][]string{
		"EAPI:Invalid key":           {"IP list", "Futures", "expired", "swapped"},
		"EAPI:Invalid signature":     {"private key", "second factor"},
		"EAPI:Invalid nonce":         {`nonce = "us"`, `nonce = "ns"`, `[key."NAME"]`, "nonce window", "unasked"},
		"EGeneral:Permission denied": {"IP list"},
		"EGeneral:Temporary lockout": {"15 minutes"},
		"EGeneral:Unknown method":    {"does not try rights out"},
	} {
		hint := judged(t, http.StatusOK, fmt.Sprintf(`{"error":[%q]}`, words)).Hint
		for _, want := range wants {
			if !strings.Contains(hint, want) {
				t.Errorf("%s: the hint does not speak of %q: %s", words, want, hint)
			}
		}
	}
}

func TestClassify(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		kind   exchanges.Kind
	}{
		"the first known error counts":  {200, `{"error":["ENew:Thing","WX:EAPI:Invalid key","EAPI:Invalid nonce","EAPI:Invalid key"]}`, exchanges.Nonce},
		"an error beats a result":       {200, `{"error":["EAPI:Invalid key"],"result":{}}`, exchanges.Auth},
		"case and blanks do not matter": {200, `{"error":["  eapi: invalid KEY "]}`, exchanges.Auth},
		"a service error that is new":   {200, `{"error":["EService:Market in new mode"]}`, exchanges.Unavailable},
		"an error that is new":          {200, `{"error":["ENew:Thing"]}`, exchanges.Protocol},
		"an error without a category":   {200, `{"error":["oops"]}`, exchanges.Protocol},
		"errors of another type":        {200, `{"error":{"EAPI":"Invalid key"}}`, exchanges.Protocol},
		"neither error nor result":      {200, `{"error":[]}`, exchanges.Protocol},
		"a result that is null":         {200, `{"error":[],"result":null}`, exchanges.Protocol},
		"only a warning, no result":     {200, `{"error":["WGeneral:careful"]}`, exchanges.Protocol},
		"a page of the edge":            {502, `<html>bad gateway</html>`, exchanges.Unavailable},
		"a firewall":                    {403, `<html>no</html>`, exchanges.Blocked},
		"no error words, but a status":  {520, `{"error":[],"result":{}}`, exchanges.Unavailable},
		"a status of too many requests": {429, ``, exchanges.RateLimited},
	} {
		if got := judged(t, c.status, c.body).Kind; got != c.kind {
			t.Errorf("%s: %s, want %s", name, got, c.kind)
		}
	}
	for _, good := range []string{`{"error":[],"result":{}}`, `{"result":{}}`, `{"error":null,"result":{}}`, `{"error":["WGeneral:careful",""],"result":{}}`} {
		if e := refusal(rest.Response{Status: 200, Body: []byte(good)}, noon); e != nil {
			t.Errorf("%s: %v", good, e)
		}
	}
}

func TestHowLongKrakenWantsUsToWait(t *testing.T) {
	for words, want := range map[string]time.Duration{
		"EService:Throttled: " + unix(noon.Add(90*time.Second)): 90 * time.Second,
		"EService:Throttled:" + unix(noon.Add(time.Second)):     time.Second,
		"EService:Throttled: " + unix(noon.Add(-time.Hour)):     0,
		"EService:Throttled: 9223372036854775807":               24 * time.Hour,
		"EService:Throttled: 99999999999999999999":              0,
		"EService:Throttled: soon":                              0,
		"EService:Throttled":                                    0,
		"EGeneral:Temporary lockout":                            15 * time.Minute,
		"EAPI:Rate limit exceeded":                              0,
	} {
		if got := judged(t, 200, fmt.Sprintf(`{"error":[%q]}`, words)).RetryAfter; got != want {
			t.Errorf("%s: %s, want %s", words, got, want)
		}
	}
	e := refusal(rest.Response{Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: []byte(`{"error":["EAPI:Rate limit exceeded"]}`)}, noon)
	if e.RetryAfter != 7*time.Second {
		t.Errorf("Retry-After was read as %s", e.RetryAfter)
	}
}

func unix(t time.Time) string { return fmt.Sprint(t.Unix()) }

func TestErrorTextIsCleaned(t *testing.T) {
	e := judged(t, 200, `{"error":["EAPI:Invalid key\u001b]52;c;aGk=\u0007\u202e\n"]}`)
	if e.Code != exchanges.Clean(e.Code) || strings.ContainsAny(e.Code, "\x1b\x07\n") {
		t.Errorf("code %q", e.Code)
	}
}
