package bingx

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestInspectTellsFlagsAndList(t *testing.T) {
	got, err := inspect(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, words := got.Permissions, got.ExchangePermissions
	text, _ := set.MarshalText()
	if want := "+read -spot -margin +futures -options -transfer -withdraw"; string(text) != want || strings.Join(words, " ") != "enableFutures enableReading" {
		t.Errorf("%s, %q, want %s", text, words, want)
	}
	want := exchanges.KeyInfo{
		KeyID: testKey, Label: "grid bot", Account: testUID, Permissions: set, ExchangePermissions: words, IPs: exchangetest.IPs("203.0.113.7"),
		Created: exchanges.At(time.UnixMilli(1727193814249)), Notes: []string{noteAdmin}, Seen: got.Seen, Clock: got.Clock,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
}

// BingX's pages show two answers to the same call, wrapped up or not.
func TestDescriptionsInEveryForm(t *testing.T) {
	const numbers = `{"apiKey":"` + testKey + `","permissions":[2,1,9],"ipAddresses":["198.51.100.1"],"note":"by number"}`
	for name, c := range map[string]struct {
		reply  exchangetest.Reply
		grants string
		words  string
		label  string
	}{
		"flags, bare":       {exchangetest.JSON(goodFlags), "+read -spot -margin +futures -options -transfer -withdraw", "enableFutures enableReading", "grid bot"},
		"flags, with code":  {exchangetest.JSON(strings.Replace(goodFlags, "{", `{"code":0,"msg":"",`, 1)), "+read -spot -margin +futures -options -transfer -withdraw", "enableFutures enableReading", "grid bot"},
		"numbers, wrapped":  {wrapped(numbers), "+read +spot +other", "9 Read Spot Trading", "by number"},
		"numbers, as texts": {wrapped(`{"permissions":["2","5"]}`), "+read -spot -margin -futures -options -transfer +withdraw -earn -other", "Read Withdraw", "grid bot"},
		"a flag that came later": {
			wrapped(`{"enableReading":true,"enableMoon":true,"enableWithdrawals":"no"}`), "+read +other", "enableMoon enableReading", "grid bot",
		},
		"spot and margin": {wrapped(`{"enableSpotAndMarginTrading":1}`), "+spot +margin", "enableSpotAndMarginTrading", "grid bot"},
		"half of the transfers": {
			wrapped(`{"enableReading":false,"enableInternalTransfer":false}`), "-read", "", "grid bot",
		},
	} {
		got, err := inspect(t, map[string]exchangetest.Reply{calls.look: c.reply})
		grants, _ := got.Permissions.MarshalText()
		if err != nil || string(grants) != c.grants || strings.Join(got.ExchangePermissions, " ") != c.words || got.Label != c.label {
			t.Errorf("%s: %s, %q, %q, %v", name, grants, got.ExchangePermissions, got.Label, err)
		}
	}
}

func TestAddressesAreTakenFromWhereTheyAreTold(t *testing.T) {
	flags := func(confined string) exchangetest.Reply {
		return wrapped(`{"enableReading":true,"ipRestrict":` + confined + `}`)
	}
	rows := func(ips string) exchangetest.Reply {
		return wrapped(`[{"apiKey":"` + testKey + `","note":"x","ipAddresses":` + ips + `}]`)
	}
	for name, c := range map[string]struct {
		look, list exchangetest.Reply
		want       exchanges.IPWhitelist
	}{
		"both":             {flags("true"), rows(`["203.0.113.7"]`), exchangetest.IPs("203.0.113.7")},
		"flag alone":       {flags("true"), said(100004, "no permission"), exchanges.IPWhitelist{State: exchanges.IPRestricted}},
		"none":             {flags("false"), rows(`[]`), exchanges.IPWhitelist{State: exchanges.IPAny}},
		"none by the flag": {flags("false"), said(100004, "no permission"), exchanges.IPWhitelist{State: exchanges.IPAny}},
		"list alone":       {flags("null"), rows(`["203.0.113.7"]`), exchangetest.IPs("203.0.113.7")},
		"neither":          {flags("null"), rows(`null`), exchanges.IPWhitelist{}},
		"contradiction":    {flags("false"), rows(`["203.0.113.7"]`), exchanges.IPWhitelist{}},
		"a flag and none":  {flags("true"), rows(`[]`), exchanges.IPWhitelist{State: exchanges.IPRestricted}},
	} {
		got, err := inspect(t, map[string]exchangetest.Reply{calls.look: c.look, calls.list: c.list})
		if err != nil || !reflect.DeepEqual(got.IPs, c.want) {
			t.Errorf("%s: %+v, %v", name, got.IPs, err)
		}
	}
}

// A key of a sub-account may not ask for the list, and the list may hide a part
// of its keys.
func TestListAddsWhatItCan(t *testing.T) {
	masked := func(shown string) string { return strings.Replace(goodRow, testKey, shown, 1) }
	for name, c := range map[string]struct {
		list  exchangetest.Reply
		label string
	}{
		"refused":          {said(100413, "Incorrect apiKey"), ""},
		"gone":             {exchangetest.Page(404), ""},
		"another key":      {wrapped(`[` + masked("another") + `]`), ""},
		"masked":           {wrapped(`[` + masked(testKey[:4]+"****"+testKey[len(testKey)-4:]) + `]`), "grid bot"},
		"masked, another":  {wrapped(`[` + masked("abcd****wxyz") + `]`), ""},
		"two masked":       {wrapped(`[` + masked(testKey[:4]+"****") + `,` + masked(testKey[:4]+"***") + `]`), ""},
		"whole beside one": {wrapped(`{"apiKeyList":[` + masked("another") + `,` + goodRow + `]}`), "grid bot"},
	} {
		got, err := inspect(t, map[string]exchangetest.Reply{calls.list: c.list})
		if err != nil || got.Label != c.label || !got.Permissions.Has(exchanges.Futures) || !got.Created.Known() {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A refusal of the description ends the inspection, whatever the list does.
func TestTheDescriptionDecides(t *testing.T) {
	_, err := inspect(t, map[string]exchangetest.Reply{calls.look: said(100419, "your current request IP does not match"), calls.list: exchangetest.Hang()})
	if e := exchanges.AsError(err); e.Kind != exchanges.IPBlocked || e.Op != calls.look {
		t.Errorf("%v", err)
	}
	for _, body := range []string{`{}`, `{"ipRestrict":true,"createTime":1}`, `null`, `[]`, `"yes"`} {
		if _, err := inspect(t, map[string]exchangetest.Reply{calls.look: wrapped(body)}); exchanges.AsError(err).Kind != exchanges.Protocol {
			t.Errorf("%s: %v", body, err)
		}
	}
}
