package deribit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

var compareFacts = cmp.AllowUnexported(exchanges.Moment{}, exchanges.PermissionSet{})

func TestRowOfTheList(t *testing.T) {
	created := exchanges.At(time.UnixMilli(1721816749587))
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for raw, want := range map[string]exchanges.KeyInfo{
		`{"name":"grid_bot_a","timestamp":1721816749587,"enabled":true,"enabled_features":[],"ip_whitelist":["203.0.113.7","198.51.100.0/24"]}`: {
			Label: "grid_bot_a", Created: created,
			IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "198.51.100.0/24"}},
		},
		`{"name":"","timestamp":"1721816749587","ip_whitelist":[]}`: {Created: created, IPs: anywhere},
		`{}`:                                  {IPs: anywhere},
		`{"ip_whitelist":null}`:               {},
		`{"ip_whitelist":"203.0.113.7"}`:      {IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}},
		`{"ip_whitelist":{"203.0.113.7":1}}`:  {},
		`{"ip_whitelist":["203.0.113.7",7]}`:  {},
		`{"ip_whitelist":[" ",""]}`:           {},
		`{"ip_whitelist":["","203.0.113.7"]}`: {IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}},
		`{"name":{},"timestamp":true,"enabled":"maybe","enabled_features":{}}`: {IPs: anywhere},
		`{"timestamp":0}`:                    {IPs: anywhere},
		`{"timestamp":1721816749}`:           {IPs: anywhere}, // seconds: 1970
		`{"timestamp":92233720368547758070}`: {IPs: anywhere},
		`{"timestamp":-1}`:                   {IPs: anywhere},
		`{"enabled":false}`:                  {IPs: anywhere, Notes: []string{"Deribit's list calls the key disabled."}},
		`{"enabled_features":["block_trade_approval","restricted_block_trades"]}`: {
			IPs: anywhere, Notes: []string{"Enabled features: block_trade_approval, restricted_block_trades."},
		},
		`{"name":" \u001b[2Jbot\u202e "}`: {Label: "[2Jbot", IPs: anywhere},
	} {
		var row keyRow
		if err := json.Unmarshal([]byte(raw), &row); err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		var got exchanges.KeyInfo
		row.describe(&got)
		if diff := cmp.Diff(want, got, compareFacts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestListOrChallengeOrNeither(t *testing.T) {
	type form struct {
		rows                 int
		challenge, different bool
	}
	for raw, want := range map[string]form{
		`[]`:                  {},
		`[{"client_id":"x"}]`: {rows: 1},
		`{"security_key_authorization_required":true,"challenge":"canary","security_keys":[{"type":"tfa"}]}`: {challenge: true},
		`{"security_key_authorization_required":true,"challenge":"canary","security_keys":"tfa"}`:            {challenge: true},
		`{"security_key_authorization_required":false}`:                                                      {different: true},
		`{}`:             {different: true},
		`{"data":[]}`:    {different: true},
		`"text"`:         {different: true},
		`7`:              {different: true},
		`[1]`:            {different: true},
		`["x"]`:          {different: true},
		`[{"id":1},"x"]`: {different: true},
	} {
		var got answer[keyList]
		if err := json.Unmarshal([]byte(raw), &got); err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if have := (form{len(got.result.rows), got.challenge != nil, got.result.different}); have != want {
			t.Errorf("%s: %+v", raw, have)
		}
	}
}

func TestTokenMustFitAHeader(t *testing.T) {
	for raw, want := range map[string]bool{
		`"1700000000000.1AbC-_x"`:             true,
		`""`:                                  false,
		`"a b"`:                               false,
		`"a\r\nX-Evil: 1"`:                    false,
		`"é"`:                                 false,
		`7`:                                   false,
		`null`:                                false,
		`{}`:                                  false,
		`"` + strings.Repeat("x", 4097) + `"`: false,
	} {
		var got token
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got.IsZero() == want {
			t.Errorf("%.40s: taken %t, %v", raw, !got.IsZero(), err)
		}
		if text := fmt.Sprintf("%v %+v %#v", got, got, grant{AccessToken: got}); strings.Contains(text, "1AbC") {
			t.Errorf("a token is printed: %s", text)
		}
	}
}

// TestSecretsInTheListAreNotDecoded is about what an answer leaves in memory
// and not only about what is shown: no field takes client_secret.
func TestSecretsInTheListAreNotDecoded(t *testing.T) {
	var list keyList
	if err := json.Unmarshal([]byte(goodList), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.rows) != 2 || list.rows[1].Name != "grid_bot_a" {
		t.Fatalf("the list was not read: %+v", list)
	}
	if text := fmt.Sprintf("%+v %#v", list, list); strings.Contains(text, "canary") {
		t.Error("a secret of the list was decoded")
	}
	var g grant
	if err := json.Unmarshal([]byte(goodGrant), &g); err != nil {
		t.Fatal(err)
	}
	if g.AccessToken.Reveal() != testToken || strings.Contains(fmt.Sprintf("%+v %#v", g, g), "canary") {
		t.Error("the refresh token was decoded, or the access token is printed")
	}
}

func TestAuthParametersHaveNoSecret(t *testing.T) {
	raw, err := json.Marshal(authParams{GrantType: "client_signature"})
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	var names []string
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	if want := []string{"client_id", "data", "grant_type", "nonce", "signature", "timestamp"}; !slices.Equal(names, want) {
		t.Errorf("public/auth is sent %q, want %q: a scope would narrow the answer, a secret would cross the network", names, want)
	}
}
