package bybit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

var (
	readWrite = wire.Flag{Value: false, Known: true}
	readOnly  = wire.Flag{Value: true, Known: true}
	untold    = wire.Flag{}
)

func parse(t *testing.T, raw string) groups {
	t.Helper()
	var g groups
	if err := json.Unmarshal([]byte(raw), &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestEachRightGivesItsPermissions(t *testing.T) {
	for right, want := range map[string]string{
		"Spot:SpotTrade":                           "+read +spot",
		"ContractTrade:Order":                      "+read +futures",
		"ContractTrade:Position":                   "+read +futures",
		"Derivatives:DerivativesTrade":             "+read +futures",
		"Options:OptionsTrade":                     "+read +options",
		"Wallet:AccountTransfer":                   "+read +transfer -withdraw +admin",
		"Wallet:SubMemberTransfer":                 "+read +transfer -withdraw +admin",
		"Wallet:SubMemberTransferList":             "+read +transfer -withdraw +admin",
		"Wallet:Withdraw":                          "+read -transfer +withdraw +admin",
		"Earn:Earn":                                "+read +earn",
		"Exchange:ExchangeHistory":                 "+read +other",
		"FiatP2P:FiatP2POrder":                     "+read +other",
		"FiatP2P:Advertising":                      "+read +other",
		"FiatBitPay:FaitPayOrder":                  "+read +other",
		"FiatBybitPay:FaitPayOrder":                "+read +other",
		"FiatConvertBroker:FiatConvertBrokerOrder": "+read +other",
		"FiatGlobalPay:FiatGlobalPayOrder":         "+read +other",
		"BitCard:BitCard":                          "+read +other",
		"BlockTrade:BlockTrade":                    "+read +other",
		"Affiliate:Affiliate":                      "+read +other",
		"ByXPost:ByXPost":                          "+read +other",
		"CopyTrading:CopyTrading":                  "+read +other",
		"Spot:SomethingNew":                        "+read +other", // perhaps more of the group
		"SomethingNew:Everything":                  "+read +other",
	} {
		group, word, _ := strings.Cut(right, ":")
		g := parse(t, `{"`+group+`":["`+word+`"]}`)
		if got := exchangetest.Grants(permissions(g, readWrite)); got != want {
			t.Errorf("%s gives %q, want %q", right, got, want)
		}
		if words := g.words(); !slices.Equal(words, []string{right}) {
			t.Errorf("%s is kept as %v", right, words)
		}
	}
}

const allEmpty = `{"ContractTrade":[],"Spot":[],"Wallet":[],"Options":[],"Derivatives":[],"Exchange":[],"Earn":[]}`

func TestEmptyGroupsDeny(t *testing.T) {
	if got := exchangetest.Grants(permissions(parse(t, allEmpty), readWrite)); got != "-spot -margin -futures -options -transfer -withdraw -earn -admin -other" {
		t.Errorf("%s", got)
	}
}

func TestAbsentGroupIsUnknown(t *testing.T) {
	for _, d := range deciders {
		p, group := d.of, d.group
		g := parse(t, allEmpty)
		delete(g, group)
		if got := permissions(g, readWrite).Get(p); got != exchanges.Unknown {
			t.Errorf("%s is %s without the group %s", p, got, group)
		}
		for _, odd := range []string{`null`, `"all"`, `[1]`, `[null]`, `{}`} {
			g := parse(t, strings.Replace(allEmpty, `"`+group+`":[]`, `"`+group+`":`+odd, 1))
			if got := permissions(g, readWrite).Get(p); got != exchanges.Unknown {
				t.Errorf("%s is %s with %s as %s", p, got, group, odd)
			}
		}
	}
	for _, raw := range []string{`null`, `[]`, `"x"`, `7`} {
		if s := permissions(parse(t, raw), readWrite); s.Known() {
			t.Errorf("%s gives %s", raw, exchangetest.Grants(s))
		}
	}
}

// A read-only key may still list SpotTrade and even Withdraw.
func TestReadOnlyOverridesTheLists(t *testing.T) {
	g := parse(t, `{"Spot":["SpotTrade"],"Wallet":["AccountTransfer","Withdraw"],"NewGroup":["NewRight"]}`)
	if got := permissions(g, readOnly); got != exchanges.NewPermissionSet(exchanges.Read) {
		t.Errorf("%s", exchangetest.Grants(got))
	}
	if got := permissions(nil, readOnly); got != exchanges.NewPermissionSet(exchanges.Read) {
		t.Errorf("without lists: %s", exchangetest.Grants(got))
	}
}

func TestUntoldModeLeavesRightsOpen(t *testing.T) {
	g := parse(t, `{"Spot":["SpotTrade"],"Wallet":["Withdraw"],"Options":[]}`)
	if got := exchangetest.Grants(permissions(g, untold)); got != "+read -options -transfer" {
		t.Errorf("%s", got)
	}
}

// What Bybit may bundle with a right is not denied.
func TestBundledRightsStayUnknown(t *testing.T) {
	set := permissions(parse(t, strings.Replace(allEmpty, `"Spot":[]`, `"Spot":["SpotTrade"]`, 1)), readWrite)
	if set.Get(exchanges.Margin) != exchanges.Unknown {
		t.Errorf("margin is %s beside spot", set.Get(exchanges.Margin))
	}
	set = permissions(parse(t, strings.Replace(allEmpty, `"Options":[]`, `"Options":["OptionsTrade"]`, 1)), readWrite)
	if set.Get(exchanges.Futures) != exchanges.Unknown {
		t.Errorf("futures is %s beside options", set.Get(exchanges.Futures))
	}
}
