package gate

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// with inspects the key of goodKeys with members replaced; nil takes one away.
func with(t *testing.T, changes map[string]any) exchanges.KeyInfo {
	t.Helper()
	got, err := inspect(t, exchangetest.JSON(exchangetest.Altered(t, goodKeys, changes, "1")), exchangetest.Status(404, ""))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestInspectReadsTheKey(t *testing.T) {
	limits := exchangetest.JSON(goodKeys).With("X-Gate-RateLimit-Limit", "150").With("X-Gate-RateLimit-Requests-Remain", "149")
	got, err := inspect(t, limits, exchangetest.Status(404, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != testKey || got.Label != "grid bot" || got.Account != "1667201533" || got.Usage != "149 of 150 calls left" {
		t.Errorf("%+v", got)
	}
	if p := exchangetest.Grants(got.Permissions); p != "+read +spot +margin -futures -options -transfer -earn -other" {
		t.Errorf("permissions %s", p)
	}
	if !slices.Equal(got.ExchangePermissions, []string{"account:read-only", "spot:read-write"}) {
		t.Errorf("words %v", got.ExchangePermissions)
	}
}

func TestInspectReadsAddressesAndMoments(t *testing.T) {
	got := with(t, nil)
	if got.IPs.State != exchanges.IPList || !slices.Equal(got.IPs.Entries, []string{"203.0.113.7", "203.0.113.8"}) {
		t.Errorf("IPs %+v", got.IPs)
	}
	made, _ := got.Created.Time()
	used, _ := got.LastUsed.Time()
	if made.Unix() != 1753030929 || used.Unix() != 1763800000 || got.Expires.Known() {
		t.Errorf("created %v, last used %v, expires %v", got.Created, got.LastUsed, got.Expires)
	}
	if got.Asked.IsZero() || got.Asked.Location() != time.UTC || got.Asked.After(got.Seen) {
		t.Errorf("asked %s, seen %s", got.Asked, got.Seen)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "withdraw") {
		t.Errorf("notes %q", got.Notes)
	}
}

func TestMomentsAreSecondsInNumbersOrText(t *testing.T) {
	got := with(t, map[string]any{"created_at": "1753030929", "last_access": "1763800000", "update_at": nil, "updated_at": "1756300567"})
	made, _ := got.Created.Time()
	used, _ := got.LastUsed.Time()
	if made.Unix() != 1753030929 || used.Unix() != 1763800000 {
		t.Errorf("created %v, last used %v", got.Created, got.LastUsed)
	}
	for _, odd := range []any{0, -1, "soon", 1.5, true, 1753030929000} {
		got := with(t, map[string]any{"created_at": odd, "last_access": odd})
		if got.Created.Known() || got.LastUsed.Known() {
			t.Errorf("%v: created %v, last used %v", odd, got.Created, got.LastUsed)
		}
	}
}

// That a key that was never used has its creation as last use is seen in
// examples only, so neither "then" nor "never" is claimed.
func TestCreationAsLastUseIsUnknown(t *testing.T) {
	got := with(t, map[string]any{"last_access": 1753030929})
	if got.LastUsed.Known() || !strings.Contains(strings.Join(got.Notes, "\n"), "never used") {
		t.Errorf("last used %v, notes %q", got.LastUsed, got.Notes)
	}
}

// The 90 days of an open key are an estimate: a note and no fact.
func TestOpenKeyHasAnEstimatedEnd(t *testing.T) {
	got := with(t, map[string]any{"ip_whitelist": []any{}})
	if got.IPs.State != exchanges.IPAny || got.Expires.Known() || !strings.Contains(strings.Join(got.Notes, "\n"), "about 2025-10-18") {
		t.Errorf("%+v", got)
	}
}

func TestMissingFieldsAreUnknown(t *testing.T) {
	got := with(t, map[string]any{"ip_whitelist": nil, "perms": nil, "created_at": nil, "last_access": nil, "name": nil, "user_id": nil, "state": nil, "mode": nil})
	if got.IPs.State != exchanges.IPUnknown || got.Permissions.Known() || got.ExchangePermissions != nil || got.Created.Known() ||
		got.LastUsed.Known() || got.Label != "" || got.Account != "" || got.Notes != nil {
		t.Errorf("%+v", got)
	}
	for _, odd := range []any{json.RawMessage("null"), "*", []any{1}, []any{nil}, map[string]any{}} {
		if ips := with(t, map[string]any{"ip_whitelist": odd}).IPs; ips.State != exchanges.IPUnknown || ips.Entries != nil {
			t.Errorf("%v: %+v", odd, ips)
		}
	}
}

func TestNotes(t *testing.T) {
	got := with(t, map[string]any{"state": 3, "mode": 2, "currency_pairs": []any{"BTC_USDT", "ETH_USDT"}, "perms": []any{}}).Notes
	all := strings.Join(got, "\n")
	for _, want := range []string{"locked or frozen (state 3)", "unified", "BTC_USDT, ETH_USDT"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if len(got) != 3 {
		t.Errorf("notes %q", got)
	}
}

// One object in place of the list: Gate's schema has it so, with something
// else than a name under "key".
func TestObjectInPlaceOfTheList(t *testing.T) {
	const rest = `"state":1,"name":"grid bot","user_id":1667201533,"perms":[{"name":"futures","read_only":false}],"ip_whitelist":["203.0.113.7"]}`
	for name, c := range map[string]struct {
		key      string
		nameless bool
	}{
		"named": {`"c5dcfbf1f3a7*****"`, false}, "in full": {`"` + testKey + `"`, false}, "nameless": {`{"mode":1}`, true}, "null": {`null`, true},
	} {
		got, err := inspect(t, exchangetest.JSON(`{"key":`+c.key+`,`+rest), exchangetest.Status(404, ""))
		if err != nil || !got.Permissions.Has(exchanges.Futures) || got.IPs.State != exchanges.IPList || got.KeyID != testKey {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if strings.Contains(strings.Join(got.Notes, "\n"), "does not name it") != c.nameless {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
	}
	if got, err := inspect(t, exchangetest.JSON(`{"key":"52fd0035f665*****",`+rest), exchangetest.Status(404, "")); err == nil {
		t.Errorf("another key is taken for this one: %+v", got)
	}
}

// lists are answers that do not have the calling key.
var lists = map[string]exchangetest.Reply{
	"another key":     exchangetest.JSON(`[{"key":"52fd0035f665*****","perms":[{"name":"spot","read_only":false}]}]`),
	"two alike":       exchangetest.JSON(`[{"key":"c5dcfbf1f3a7*****","perms":[]},{"key":"c5dcfbf1f3a7*****","perms":[]}]`),
	"too little":      exchangetest.JSON(`[{"key":"c5dcf*****","perms":[]}]`),
	"nothing but *":   exchangetest.JSON(`[{"key":"*****","perms":[]}]`),
	"no name":         exchangetest.JSON(`[{"perms":[{"name":"spot","read_only":false}]}]`),
	"the start alone": exchangetest.JSON(`[{"key":"c5dcfbf1f3a7","perms":[]}]`),
	"empty":           exchangetest.JSON(`[]`),
	"refused":         said(403, "FORBIDDEN", "Request API key does not have account permission"),
	"not there":       said(404, "NOT_FOUND", "no such path"),
	"no such page":    exchangetest.Page(404),
}

func TestKeyThatTheListDoesNotHaveIsDescribedInPart(t *testing.T) {
	for name, reply := range lists {
		got, err := inspect(t, reply, exchangetest.JSON(goodDetail))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Permissions != (exchanges.PermissionSet{}).With(exchanges.Read, exchanges.Granted) || got.ExchangePermissions != nil ||
			got.Account != "1667201533" || !slices.Equal(got.IPs.Entries, []string{"203.0.113.7"}) || got.KeyID != testKey || got.Asked.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
		if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, "sub-account") || !strings.Contains(notes, "BTC_USDT") {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
	}
}

// Where both calls fail, the error says what there is to do about the key.
func TestKeyThatIsNotDescribedAtAll(t *testing.T) {
	forbidden := said(403, "FORBIDDEN", "Request API key does not have account permission")
	for name, c := range map[string]struct {
		keys, detail exchangetest.Reply
		kind         exchanges.Kind
		path         string
	}{
		"no right":        {forbidden, forbidden, exchanges.Denied, keysPath},
		"not listed":      {lists["another key"], forbidden, exchanges.Protocol, keysPath},
		"no such call":    {lists["no such page"], exchangetest.Page(404), exchanges.Protocol, keysPath},
		"odd detail":      {lists["empty"], exchangetest.JSON(`{}`), exchanges.Protocol, keysPath},
		"down in between": {forbidden, exchangetest.Page(503), exchanges.Unavailable, detailPath},
		"gone in between": {forbidden, said(401, "INVALID_KEY", "Invalid key provided"), exchanges.Auth, detailPath},
	} {
		_, err := inspect(t, c.keys, c.detail)
		if e := exchanges.AsError(err); e.Kind != c.kind || e.Op != "GET "+c.path || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOtherRefusalsAskNothingMore(t *testing.T) {
	for _, r := range refusals() {
		if r.Kind == exchanges.Denied {
			continue
		}
		x, server := asks(t, exchangetest.Routes{"GET " + timePath: serverTime, "GET " + keysPath: r.Reply.Handler()})
		_, err := x.Inspect(t.Context(), testCredential())
		if !errors.Is(err, r.Kind) || len(server.Requests("GET "+detailPath)) != 0 {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}
