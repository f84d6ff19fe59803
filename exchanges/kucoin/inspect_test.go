package kucoin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// with returns what is made of goodKey with members replaced, as JSON; "" takes
// one away.
func with(t *testing.T, changes map[string]string) exchanges.KeyInfo {
	t.Helper()
	members := map[string]any{}
	for name, v := range changes {
		members[name] = json.RawMessage(v)
	}
	got, e := parseKey(rest.Response{Status: 200, Body: []byte(exchangetest.Altered(t, goodKey, members, "data"))})
	if e != nil {
		t.Fatal(e)
	}
	return got.info(testKey, "global")
}

func TestInspectReadsTheKey(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodKey).With("gw-ratelimit-limit", "2000").With("gw-ratelimit-remaining", "1980"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Seen.IsZero() || !got.Clock.Known {
		t.Errorf("seen %v, clock %v", got.Seen, got.Clock)
	}
	got.Seen, got.Clock = time.Time{}, exchanges.Clock{}
	want := exchanges.KeyInfo{
		KeyID: testKey, Label: "grid bot", Account: "165111215", Usage: "weight 1980 of 2000 left",
		Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Transfer).
			With(exchanges.Admin, exchanges.Unknown),
		ExchangePermissions: []string{"Futures", "General", "InnerTransfer", "Margin", "Spot"},
		IPs:                 exchangetest.IPs("203.0.113.7", "203.0.113.8"),
		Created:             exchanges.At(time.Unix(1728443843, 0)),
		Expires:             exchanges.Never(),
		Notes:               got.Notes, // they have a test of their own
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(exchanges.Moment{}, exchanges.PermissionSet{})); diff != "" {
		t.Error(diff)
	}
}

func TestWordsOfKuCoin(t *testing.T) {
	const sub = "false"
	for words, want := range map[string]string{
		"General":                 "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		"General,Spot":            "+read +spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		"General,Trade":           "+read +spot -options -transfer -withdraw -earn -admin -other",
		"General, Transfer":       "+read -spot -margin -futures -options -transfer +withdraw -earn -admin -other",
		"General,Earn,Futures":    "+read -spot -margin +futures -options -transfer -withdraw +earn -admin -other",
		"General,Unified":         "+read +other",
		"General,Unified,Futures": "+read +futures +other",
	} {
		got := with(t, map[string]string{"permission": `"` + words + `"`, "isMaster": sub})
		if g := exchangetest.Grants(got.Permissions); g != want {
			t.Errorf("%s: %s, want %s", words, g, want)
		}
	}
}

// Whether a key of the master account may make keys is documented and has been
// seen by nobody.
func TestKeyOfAMasterAccountMayBeAbleToMakeKeys(t *testing.T) {
	for isMaster, want := range map[string]exchanges.Grant{"true": exchanges.Unknown, "": exchanges.Unknown, "false": exchanges.NotGranted} {
		if got := with(t, map[string]string{"isMaster": isMaster}).Permissions.Get(exchanges.Admin); got != want {
			t.Errorf("isMaster %s: admin is %s", isMaster, got)
		}
	}
}

func TestIPList(t *testing.T) {
	for raw, want := range map[string]exchanges.IPState{
		`""`: exchanges.IPAny, ``: exchanges.IPAny, `null`: exchanges.IPUnknown, `"203.0.113.7"`: exchanges.IPList,
		`"203.**.154"`: exchanges.IPRestricted, `"203.0.113.7,203.**.154"`: exchanges.IPRestricted,
		`7`: exchanges.IPUnknown, `{}`: exchanges.IPUnknown,
	} {
		got := with(t, map[string]string{"ipWhitelist": raw}).IPs
		if got.State != want || (len(got.Entries) > 0) != (want == exchanges.IPList) {
			t.Errorf("%s gives %+v, want %s", raw, got, want)
		}
	}
}

func TestExpiry(t *testing.T) {
	for raw, want := range map[string]string{
		"null": "never", "": "", "1795500000000": "2026-11-24T06:00:00Z", `"1795500000000"`: "2026-11-24T06:00:00Z",
		"0": "", "-1": "", `"soon"`: "", "{}": "", "true": "",
	} {
		text, _ := with(t, map[string]string{"expiredAt": raw}).Expires.MarshalText()
		if string(text) != want {
			t.Errorf("%s: %q, want %q", raw, text, want)
		}
	}
}

// The age that is in the key itself is documented nowhere: it is not told.
func TestMissingFieldsAreUnknown(t *testing.T) {
	got := with(t, map[string]string{"permission": "", "createdAt": "", "expiredAt": "", "uid": "", "remark": "", "isMaster": ""})
	if got.Permissions.Known() || got.Created.Known() || got.Expires.Known() || got.Account != "" || got.Label != "" || len(got.ExchangePermissions) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNotes(t *testing.T) {
	for name, c := range map[string]struct {
		changes map[string]string
		words   []string
	}{
		"master":      {nil, []string{"master account"}},
		"sub-account": {map[string]string{"isMaster": "false", "subName": `"bot01"`, "parentUid": "165111216"}, []string{"bot01", "165111216"}},
		"unnamed sub": {map[string]string{"isMaster": "false"}, []string{"(not named)"}},
		"partner":     {map[string]string{"thirdPartyApp": `"3Commas"`, "ipWhitelist": `""`}, []string{"master account", "3Commas"}},
		"idle":        {map[string]string{"ipWhitelist": `""`}, []string{"master account", "30 days"}},
		"idle reader": {map[string]string{"ipWhitelist": `""`, "permission": `"General"`}, []string{"master account"}},
		"other site":  {map[string]string{"siteType": `"europe"`}, []string{"master account", "europe"}},
		"another":     {map[string]string{"apiKey": `"ffff"`}, []string{"master account", "another key"}},
	} {
		all := strings.Join(with(t, c.changes).Notes, "\n")
		for _, w := range c.words {
			if !strings.Contains(all, w) {
				t.Errorf("%s: nothing of %q: %q", name, w, all)
			}
		}
		if n := strings.Count(all, "\n") + 1; name != "sub-account" && n != len(c.words) || name == "sub-account" && n != 1 {
			t.Errorf("%s: %d notes: %q", name, n, all)
		}
	}
}

// Country and identity check are nobody's business.
func TestPersonalFactsAreNotRead(t *testing.T) {
	got := with(t, map[string]string{"region": `"CANARY1"`, "kycStatus": `"CANARY2"`})
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "CANARY") {
		t.Errorf("%s", text)
	}
}

func TestAnswerWithoutAKeyIsRefused(t *testing.T) {
	for _, body := range []string{`{"code":"200000"}`, `{"code":"200000","data":null}`, `{"code":"200000","data":{}}`, `{"code":"200000","data":[]}`, `{"data":{"apiKey":"x"}}`} {
		if _, err := inspect(t, exchangetest.JSON(body)); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
