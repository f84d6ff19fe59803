package upbit

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func refusals() []exchangetest.Refusal {
	refused := func(status int, name string, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{
			Name: fmt.Sprintf("%d %s", status, name), Kind: kind, Outcome: exchanges.Refused,
			Reply: exchangetest.Status(status, fmt.Sprintf(`{"error":{"name":%q,"message":"this is not allowed"}}`, name)),
		}
	}
	return []exchangetest.Refusal{
		refused(401, "invalid_access_key", exchanges.Auth),
		refused(401, "jwt_verification", exchanges.Auth),
		refused(401, "expired_access_key", exchanges.Expired),
		refused(401, "no_authorization_ip", exchanges.IPBlocked),
		refused(401, "no_authorization_i_p", exchanges.IPBlocked),
		refused(401, "out_of_scope", exchanges.Denied),
		refused(403, "out_of_scope", exchanges.Denied),
		refused(401, "nonce_used", exchanges.Protocol),
		refused(401, "no_authorization_token", exchanges.Protocol),
		refused(401, "invalid_query_payload", exchanges.Protocol),
		refused(400, "something_new", exchanges.Protocol),
		refused(401, "something_new", exchanges.Auth),
		refused(429, "too_many_requests", exchanges.RateLimited),
		{Name: "429 object", Reply: exchangetest.Status(429, `{"name":"too_many_requests"}`), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "418", Reply: exchangetest.Status(418, `{}`), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "500", Reply: exchangetest.Status(500, `{"error":{"name":"server_error","message":"it broke"}}`), Kind: exchanges.Unavailable},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for name, causes := range map[string][]string{
		"invalid_access_key":   {"deleted", "site", "swapped"},
		"jwt_verification":     {"secret key", "swapped", "site", "expired", "signed in another way"},
		"expired_access_key":   {"new key"},
		"no_authorization_i_p": {"address"},
		"out_of_scope":         {"new key"},
		"nonce_used":           {"repeats"},
	} {
		e := refusal(rest.Response{Status: 401, Body: []byte(`{"error":{"name":"` + name + `","message":"a\u001b[2J"}}`)})
		exchangetest.Hints(t, e, causes...)
		if e.UnknownKey || e.Code != name+": a[2J" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestInspectTellsTheExpiryAndNothingElse(t *testing.T) {
	x, _ := at(t, korea, exchangetest.JSON(goodList).With("Remaining-Req", "group=default; min=1799; sec=29"))
	got, err := x.Inspect(t.Context(), testCredential())
	if err != nil {
		t.Fatal(err)
	}
	want := exchanges.KeyInfo{
		KeyID: testKey, Expires: exchanges.At(time.Date(2027, 6, 25, 2, 22, 54, 0, time.UTC)), Usage: "29 calls left in this second",
		Notes: []string{noteRights}, Seen: got.Seen,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The list may mask its keys, and then one may look like another.
func TestKeyIsFoundWithoutDoubt(t *testing.T) {
	row := func(key string, year int) string {
		return fmt.Sprintf(`{"access_key":%q,"expire_at":"%d-06-25T11:22:54+09:00"}`, key, year)
	}
	head, tail := testKey[:4], testKey[len(testKey)-4:]
	for name, c := range map[string]struct {
		rows []string
		year int // 0: not found
	}{
		"whole":                      {[]string{row("x"+testKey, 2030), row(testKey, 2027)}, 2027},
		"whole beside a masked one":  {[]string{row(head+"****"+tail, 2030), row(testKey, 2027)}, 2027},
		"masked":                     {[]string{row("abcd****wxyz", 2030), row(head+"****"+tail, 2027)}, 2027},
		"masked with an ellipsis":    {[]string{row(head+"…"+tail, 2027)}, 2027},
		"masked with dots":           {[]string{row(head+"..."+tail, 2027)}, 2027},
		"the end masked":             {[]string{row(testKey[:8]+strings.Repeat("*", 32), 2027)}, 2027},
		"two that look alike":        {[]string{row(head+"****"+tail, 2027), row(head+"**"+tail, 2030)}, 0},
		"too little is shown":        {[]string{row("Kq***Cd", 2027)}, 0},
		"nothing is shown":           {[]string{row("**********", 2027)}, 0},
		"another key":                {[]string{row("abcd****wxyz", 2027)}, 0},
		"a part of the key":          {[]string{row(testKey[:39], 2027)}, 0},
		"more than the key":          {[]string{row(testKey+"*", 2027)}, 0},
		"in another case":            {[]string{row(strings.ToUpper(testKey), 2027)}, 0},
		"beside what cannot be read": {[]string{`null`, `7`, `{}`, `{"access_key":null}`, row(testKey, 2027)}, 2027},
	} {
		got, e := parseKeys(rest.Response{Status: 200, Body: []byte("[" + strings.Join(c.rows, ",") + "]")}, testKey)
		if e != nil {
			t.Errorf("%s: %v", name, e)
			continue
		}
		at, known := got.Expires.Time()
		if known != (c.year > 0) || known && at.Year() != c.year || slices.Contains(got.Notes, noteMissing) == known {
			t.Errorf("%s: %v, notes %q", name, at, got.Notes)
		}
	}
}

func TestExpiryThatCannotBeReadIsUnknown(t *testing.T) {
	for _, at := range []string{`null`, `""`, `"soon"`, `0`, `"2027-06-25"`, `"9999-12-31T00:00:00+09:00"`, `{}`} {
		got, e := parseKeys(rest.Response{Status: 200, Body: []byte(`[{"access_key":"` + testKey + `","expire_at":` + at + `}]`)}, testKey)
		if e != nil || got.Expires.Known() {
			t.Errorf("%s: %+v, %v", at, got.Expires, e)
		}
	}
}

func TestOnlyAListOfKeysIsOne(t *testing.T) {
	for _, body := range []string{`[]`, `[null]`, `[{}]`, `["` + testKey + `"]`, `{"access_key":"` + testKey + `"}`, `null`, `7`} {
		if _, e := parseKeys(rest.Response{Status: 200, Body: []byte(body)}, testKey); e == nil || e.Kind != exchanges.Protocol {
			t.Errorf("%s: %v", body, e)
		}
	}
}

func TestGuideAsksForNoMoreThanIsWanted(t *testing.T) {
	on, off, will, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Spot})
	if len(on) != 5 || len(off) != 2 || len(missing) != 0 || will != exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot) {
		t.Errorf("on %v, off %v, missing %v", on, off, missing)
	}
	if _, _, _, missing = guide().Plan([]exchanges.Permission{exchanges.Futures, exchanges.Transfer}); len(missing) != 2 {
		t.Errorf("Upbit has no box for futures and transfers; missing %v", missing)
	}
}

// The expiry is all that an inspection tells, so the steps must say what it
// cannot check.
func TestGuideSaysWhatCannotBeChangedLater(t *testing.T) {
	for _, step := range guide().Restrict {
		if step.Put == exchanges.PutTicks || step.Put == exchanges.PutNoTicks {
			t.Errorf("functions of a key cannot be changed: %q", step.Text)
		}
	}
}
