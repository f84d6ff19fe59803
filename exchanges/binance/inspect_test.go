package binance

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func restrictions(t *testing.T, body string) exchanges.KeyInfo {
	t.Helper()
	got, err := parseRestrictions(rest.Response{Status: 200, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestInspectReadsRestrictions(t *testing.T) {
	got, err := inspect(t, exchanges.Live, restrictionsPath, exchangetest.JSON(goodRestrictions).With("X-SAPI-USED-IP-WEIGHT-1M", "12"))
	if err != nil {
		t.Fatal(err)
	}
	if g := exchangetest.Grants(got.Permissions); g != "+read +spot -margin +futures -options -transfer -withdraw" {
		t.Errorf("permissions %s", g)
	}
	if want := []string{"enableFutures", "enableReading", "enableSpotAndMarginTrading"}; !slices.Equal(got.ExchangePermissions, want) {
		t.Errorf("words %v", got.ExchangePermissions)
	}
	if at, ok := got.Created.Time(); !ok || !at.Equal(time.UnixMilli(1698645219000)) {
		t.Errorf("created %v", got.Created)
	}
	if got.KeyID != testKey || got.IPs.State != exchanges.IPRestricted || got.Usage != "12/12000 per minute" {
		t.Errorf("key %q, IPs %+v, usage %q", got.KeyID, got.IPs, got.Usage)
	}
}

func TestInspectMakesUpNothing(t *testing.T) {
	got, err := inspect(t, exchanges.Live, restrictionsPath, exchangetest.JSON(goodRestrictions))
	if err != nil {
		t.Fatal(err)
	}
	if got.Expires.Known() || got.LastUsed.Known() || got.Label != "" || got.Account != "" || got.IPs.Entries != nil || got.Usage != "" {
		t.Errorf("facts that Binance does not tell: %+v", got)
	}
}

func TestEachSwitchGivesItsPermissions(t *testing.T) {
	for name, want := range map[string]string{
		"enableReading": "+read", "enableSpotAndMarginTrading": "+spot", "enableMargin": "+margin", "enableFutures": "+futures",
		"enableVanillaOptions": "+options", "enablePortfolioMarginTrading": "+margin +futures", "enableInternalTransfer": "+transfer",
		"permitsUniversalTransfer": "+transfer", "enableUniversalTransfer": "+transfer", "enableWithdrawals": "+withdraw",
		"enableFixApiTrade": "+spot", "enableFixReadOnly": "+read", "enableStockTrading": "+other", "permitsAlphaWithdrawal": "+other",
	} {
		got := restrictions(t, `{"`+name+`":true}`)
		if g := exchangetest.Grants(got.Permissions); g != want {
			t.Errorf("%s alone gives %q, want %q", name, g, want)
		}
		if !slices.Equal(got.ExchangePermissions, []string{name}) {
			t.Errorf("%s is kept as %v", name, got.ExchangePermissions)
		}
	}
	for _, right := range rights {
		name := right.Word
		if !strings.Contains(goodRestrictions, name) && name != "enableUniversalTransfer" {
			t.Errorf("%s is in the table and not in the documented answer", name)
		}
	}
}

func TestAbsentSwitchIsUnknown(t *testing.T) {
	var all map[string]any
	if err := json.Unmarshal([]byte(goodRestrictions), &all); err != nil {
		t.Fatal(err)
	}
	for _, d := range deciders {
		p := d.of
		for _, name := range d.switches {
			without := maps.Clone(all)
			for flag := range without {
				if strings.HasPrefix(flag, "enable") || strings.HasPrefix(flag, "permits") {
					without[flag] = false
				}
			}
			if g := restrictions(t, encode(t, without)).Permissions.Get(p); g != exchanges.NotGranted {
				t.Errorf("%s is %s with every switch off", p, g)
			}
			delete(without, name)
			if g := restrictions(t, encode(t, without)).Permissions.Get(p); g != exchanges.Unknown {
				t.Errorf("%s is %s without %s", p, g, name)
			}
			without[name] = "perhaps"
			if g := restrictions(t, encode(t, without)).Permissions.Get(p); g != exchanges.Unknown {
				t.Errorf("%s is %s with an odd %s", p, g, name)
			}
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestIPRestriction(t *testing.T) {
	for raw, want := range map[string]exchanges.IPState{
		`"ipRestrict":true,`: exchanges.IPRestricted, `"ipRestrict":false,`: exchanges.IPAny,
		`"ipRestrict":"true",`: exchanges.IPRestricted, `"ipRestrict":null,`: exchanges.IPUnknown, ``: exchanges.IPUnknown,
	} {
		if got := restrictions(t, `{`+raw+`"enableReading":true}`).IPs; got.State != want || got.Entries != nil {
			t.Errorf("%s gives %q", raw, got.State)
		}
	}
}

func TestTradingAuthorityExpiryIsReadWhenPresent(t *testing.T) {
	got := restrictions(t, `{"enableReading":true,"tradingAuthorityExpirationTime":1628985600000}`)
	if at, ok := got.Expires.Time(); !ok || at.Format(time.DateOnly) != "2021-08-15" {
		t.Errorf("expires %v", got.Expires)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "2021-08-15") {
		t.Errorf("notes %q", got.Notes)
	}
	for _, odd := range []string{`0`, `null`, `"soon"`, `-5`} {
		if got := restrictions(t, `{"enableReading":true,"tradingAuthorityExpirationTime":`+odd+`,"createTime":`+odd+`}`); got.Expires.Known() || got.Created.Known() {
			t.Errorf("%s became a time", odd)
		}
	}
}

func TestAnswerWithoutSwitchesIsRefused(t *testing.T) {
	for _, body := range []string{`{}`, `{"ipRestrict":true}`, `{"msg":"ok"}`, `{"enableReading":"perhaps"}`} {
		_, err := inspect(t, exchanges.Live, restrictionsPath, exchangetest.JSON(body))
		if !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAccountProvesReadingAndNothingElse(t *testing.T) {
	for _, env := range []exchanges.Environment{exchanges.Testnet, exchanges.Demo} {
		got, err := inspect(t, env, accountPath, exchangetest.JSON(goodAccount).With("X-MBX-USED-WEIGHT-1M", "20"))
		if err != nil {
			t.Fatal(err)
		}
		if g := exchangetest.Grants(got.Permissions); g != "+read" {
			t.Errorf("%s: permissions %s: canTrade speaks of the account", env, g)
		}
		if got.Account != "354937868" || got.Usage != "20/6000 per minute" || len(got.Notes) != 1 {
			t.Errorf("%s: %+v", env, got)
		}
		if got.IPs.State != exchanges.IPUnknown || got.Created.Known() || got.ExchangePermissions != nil {
			t.Errorf("%s: made up facts: %+v", env, got)
		}
	}
}

func TestAccountNeedsAnAccount(t *testing.T) {
	for _, body := range []string{`{}`, `{"ok":true}`} {
		if _, err := inspect(t, exchanges.Demo, accountPath, exchangetest.JSON(body)); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(goodRestrictions))
	f.Add([]byte(goodAccount))
	f.Add([]byte(`{"enableReading":"true","createTime":"1e12"}`))
	f.Add([]byte(`{"code":-2015,"msg":"no"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := rest.Response{Status: 200, Body: body}
		for _, parse := range []func(rest.Response) (exchanges.KeyInfo, *exchanges.Error){parseRestrictions, parseAccount} {
			got, err := parse(r)
			if err != nil {
				continue
			}
			if !got.Permissions.Known() && got.ExchangePermissions != nil {
				t.Errorf("words without permissions: %+v", got)
			}
			for _, text := range append(got.ExchangePermissions, got.Account) {
				if exchanges.Clean(text) != text {
					t.Errorf("%q is not clean", text)
				}
			}
		}
		if e := refusal(r); e != nil && (e.Kind == "" || e.Hint == "") {
			t.Errorf("refusal without kind or hint: %v", e)
		}
	})
}
