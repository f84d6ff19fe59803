package krakenfutures

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// said is an answer of the trading API.
func said(status int, word string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"result":"error","error":%q,"serverTime":"2026-11-23T10:00:00.000Z"}`, word))
}

func refusals() []exchangetest.Refusal {
	refused := func(name string, reply exchangetest.Reply, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{Name: name, Reply: reply, Kind: kind, Outcome: exchanges.Refused}
	}
	return []exchangetest.Refusal{
		refused("the service for keys", exchangetest.Status(401, `{"error":"Unauthorized","message":"API key is not known here","suberror":null}`), exchanges.Auth),
		refused("the service for keys, no words", exchangetest.Status(401, `{}`), exchanges.Auth),
		refused("401 page", exchangetest.Page(401), exchanges.Auth),
		refused("403 object", exchangetest.Status(403, `{"error":"Forbidden","message":"not from here"}`), exchanges.Blocked),
		refused("authentication", said(200, "authenticationError"), exchanges.Auth),
		refused("authentication with 401", said(401, "authenticationError"), exchanges.Auth),
		refused("level", said(200, "insufficientPrivileges"), exchanges.Denied),
		refused("level with 403", said(403, "insufficientPrivileges"), exchanges.Denied),
		refused("nonce", said(200, "nonceBelowThreshold"), exchanges.Nonce),
		refused("nonce twice", said(200, "nonceDuplicate"), exchanges.Nonce),
		refused("limit", said(200, "apiLimitExceeded"), exchanges.RateLimited),
		refused("limit with 429", said(429, "apiLimitExceeded"), exchanges.RateLimited),
		refused("new word", said(200, "somethingNew"), exchanges.Protocol),
		refused("new word with 401", said(401, "somethingNew"), exchanges.Auth),
		{Name: "unavailable", Reply: said(200, "Unavailable"), Kind: exchanges.Unavailable},
		{Name: "500 object", Reply: exchangetest.Status(500, `{"error":"Internal Server Error"}`), Kind: exchanges.Unavailable},
	}
}

func judged(t *testing.T, status int, body string) *exchanges.Error {
	t.Helper()
	e := refusal(rest.Response{Status: status, Body: []byte(body)})
	if e == nil {
		t.Fatalf("HTTP %d %s was taken for success", status, body)
	}
	return e
}

func TestHintsNameEveryCause(t *testing.T) {
	for reply, causes := range map[string][]string{
		`401 {"error":"Unauthorized"}`:                            {"deleted", "demo", "spot", "swapped", "IP list"},
		`200 {"result":"error","error":"authenticationError"}`:    {"deleted", "demo", "spot", "swapped", "IP list"},
		`403 {"error":"Forbidden"}`:                               {"IP list", "right", "country"},
		`200 {"result":"error","error":"insufficientPrivileges"}`: {"General API", "IP list"},
	} {
		var status int
		var body string
		if _, err := fmt.Sscanf(reply, "%d %s", &status, &body); err != nil {
			t.Fatal(err)
		}
		e := judged(t, status, body)
		exchangetest.Hints(t, e, causes...)
		if e.UnknownKey {
			t.Errorf("%s is taken to mean that the key is gone", reply)
		}
	}
}

func TestWordsAreKeptCleanAndTogether(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":"Unauthorized","message":"no such key","suberror":"KEY"}`: "Unauthorized: no such key: KEY",
		`{"error":"a\u001b[2J","message":"b\nc","suberror":null}`:           "a[2J: b c",
		`{"result":"error"}`:                        "HTTP 200, no words",
		`{"result":"error","error":{"a":1}}`:        "HTTP 200, no words",
		`{"result":"error","error":"SomethingNew"}`: "SomethingNew",
	} {
		if got := judged(t, 200, body).Code; got != want {
			t.Errorf("%s: code %q, want %q", body, got, want)
		}
	}
	if got := judged(t, 502, `{}`).Code; got != "HTTP 502, no words" {
		t.Errorf("code %q without words", got)
	}
}

func TestAnErrorInTheBodyBeatsTheStatus(t *testing.T) {
	for _, word := range slices.Sorted(slices.Values(verdicts.Codes())) {
		for _, status := range []int{200, 400, 401, 403, 500} {
			e := judged(t, status, fmt.Sprintf(`{"result":"error","error":%q}`, strings.ToUpper(word)))
			if v, _ := verdicts.Of(word); e.Kind != v.Kind || e.Outcome != v.Outcome || e.Hint == "" {
				t.Errorf("HTTP %d %s: %+v", status, word, e)
			}
		}
	}
}
