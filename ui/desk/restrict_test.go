package desk

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// pageBench is a desk whose exchange has a page on which keys are changed.
func pageBench(t *testing.T, steps ...exchanges.GuideStep) *Desk {
	t.Helper()
	b := newBench(t)
	info := b.toy.info
	info.Guide.Boxes = []exchanges.Box{
		{Words: "Read", Gives: []exchanges.Permission{exchanges.Read}},
		{Words: "Trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
		{Words: "Move", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
	}
	info.Guide.Restrict, info.Guide.IPs = steps, exchanges.IPRule{Separator: " ", Most: 2}
	b.registry = exchanges.NewRegistry(exchanges.Adapter{Info: info}, other.Adapter())
	return b.Desk
}

// wholePage lets everything be changed.
func wholePage() []exchanges.GuideStep {
	return []exchanges.GuideStep{
		{Text: "Keys"}, {Text: "Find the key", Put: exchanges.PutKey}, {Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks}, {Text: "Addresses", Put: exchanges.PutIPs}, {Text: "Sign", Only: exchanges.FromKeyPair},
	}
}

func keyOf(may exchanges.PermissionSet, state exchanges.IPState, entries ...string) *store.Record {
	return &store.Record{
		ID: "a", Name: "bot", Exchange: "toy", Environment: exchanges.Live, KeyID: "vm…8A", Source: exchanges.FromExchange,
		Facts: store.Facts{Label: "lab", Permissions: may, IPs: exchanges.IPWhitelist{State: state, Entries: entries}},
	}
}

var mayAll = exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Transfer, exchanges.Withdraw)

// stepText writes what is put into each step: "Tick [Read Trade]".
func stepText(lines []flow.Line) string {
	var out []string
	for _, l := range lines {
		if v := slices.Concat(l.Many, strings.Fields(l.Copy)); len(v) > 0 {
			out = append(out, l.Text+" ["+strings.Join(v, "|")+"]")
		} else {
			out = append(out, l.Text)
		}
	}
	return strings.Join(out, "; ")
}

func TestAKeyIsNarrowedToWhatItHasWithoutWhatEmptiesTheAccount(t *testing.T) {
	got := pageBench(t, wholePage()...).RestrictByHand(keyOf(mayAll, exchanges.IPList, "203.0.113.7", "198.51.0.0/16", "*"))
	want := Restriction{
		ByHand: ByHand{Page: "https://toy.example/keys", AsOf: "2026-11-23"}, Rights: true, IPs: true,
		Want: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin), Off: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw},
		From: exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}, Cut: []string{"198.51.0.0/16", "*"}, Most: 2, List: true,
	}
	steps := stepText(got.Steps)
	got.Steps = nil
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(exchanges.PermissionSet{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w := "Keys; Find the key [vm…8A|lab]; Tick [Read|Trade]; Leave off [Move]; Addresses [203.0.113.7]"; steps != w {
		t.Errorf("%s\nwant %s", steps, w)
	}
}

func TestAKeyIsNarrowedToItsPurpose(t *testing.T) {
	r := keyOf(mayAll, exchanges.IPRestricted)
	r.Purpose = "portfolio"
	got := pageBench(t, wholePage()...).RestrictByHand(r)
	if !got.Needed || got.Want != exchanges.NewPermissionSet(exchanges.Read) || len(got.Off) != 4 {
		t.Errorf("%+v", got)
	}
	if s := stepText(got.Steps); !strings.Contains(s, "Tick [Read]; Leave off [Trade|Move]; Addresses [as it is,") {
		t.Errorf("%s", s)
	}
}

func TestWhatNoBoxTakesOffStays(t *testing.T) {
	r := keyOf(exchanges.NewPermissionSet(exchanges.Read, exchanges.Earn, exchanges.Withdraw), exchanges.IPList, "203.0.113.7")
	if got := pageBench(t, wholePage()...).RestrictByHand(r); !got.Want.Has(exchanges.Earn) || !slices.Equal(got.Off, []exchanges.Permission{exchanges.Withdraw}) {
		t.Errorf("%+v", got)
	}
}

func TestOfAnUnknownKeyNothingIsPlanned(t *testing.T) {
	got := pageBench(t, wholePage()...).RestrictByHand(keyOf(exchanges.PermissionSet{}, exchanges.IPUnknown))
	if got.Want.Known() || got.From.State != exchanges.IPUnknown || got.Off != nil {
		t.Errorf("%+v", got)
	}
	if s := stepText(got.Steps); !strings.Contains(s, "Tick [what its program needs, and nothing else]; Leave off [everything else]; Addresses [as it is,") {
		t.Errorf("%s", s)
	}
}

func TestAPageThatChangesLittle(t *testing.T) {
	r := keyOf(mayAll, exchanges.IPAny)
	if got := pageBench(t, exchanges.GuideStep{Text: "Addresses", Put: exchanges.PutIPs}).RestrictByHand(r); got.Rights || !got.IPs {
		t.Errorf("%+v", got)
	}
	if got := pageBench(t, exchanges.GuideStep{Text: "Nothing can be changed"}).RestrictByHand(r); got.Rights || got.IPs || got.List {
		t.Errorf("%+v", got)
	}
	r.Exchange = "nowhere"
	if got := pageBench(t).RestrictByHand(r); got.Page != "" || got.Steps != nil {
		t.Errorf("%+v", got)
	}
}

func TestAnExchangeThatNobodyCanAskHasThePersonsPage(t *testing.T) {
	r := keyOf(mayAll, exchanges.IPList, "203.0.113.7")
	r.Exchange, r.Venue, r.KeysPage, r.Facts.Stated = other.ID, "Phemex", "https://phemex.example/api", true
	got := pageBench(t).RestrictByHand(r)
	if !got.Manual || got.Page != "https://phemex.example/api" || !got.Rights || !got.IPs {
		t.Errorf("%+v", got)
	}
}

func TestThisMachinesAddressesGoOnTheList(t *testing.T) {
	machine := store.Machine{}.Seen(on(11, 25), netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9"))
	rules := store.DefaultRules()
	for what, c := range map[string]struct {
		r       *store.Record
		ipv6    bool
		byProxy bool
		want    string
	}{
		"beside others":           {keyOf(mayAll, exchanges.IPList, "203.0.113.7"), false, false, "203.0.113.7 203.0.113.9"},
		"both kinds":              {keyOf(mayAll, exchanges.IPList, "203.0.113.7"), true, false, "203.0.113.7 203.0.113.9 2001:db8::9"},
		"on it already":           {keyOf(mayAll, exchanges.IPList, "203.0.113.0/24"), false, false, "203.0.113.0/24"},
		"in place of a block":     {keyOf(mayAll, exchanges.IPList, "203.0.0.0/16"), false, false, "203.0.113.9"},
		"where there was none":    {keyOf(mayAll, exchanges.IPAny), false, false, "203.0.113.9"},
		"not to a hidden list":    {keyOf(mayAll, exchanges.IPRestricted), false, false, ""},
		"not if nothing is known": {keyOf(mayAll, exchanges.IPUnknown), false, false, ""},
		"not behind a proxy":      {keyOf(mayAll, exchanges.IPList, "203.0.113.7"), false, true, "203.0.113.7"},
	} {
		o := Restriction{}
		o.chooseIPs(c.r, &rules, policy.World{Machine: machine, Terms: func(*store.Record) policy.Terms { return policy.Terms{ByProxy: c.byProxy} }}, c.ipv6)
		if got := strings.Join(o.From.Entries, " "); got != c.want || (o.From.State == exchanges.IPList) != (c.want != "") {
			t.Errorf("%s: %q (%s), want %q", what, got, o.From.State, c.want)
		}
	}
	o, play := Restriction{}, keyOf(mayAll, exchanges.IPAny)
	play.Environment = exchanges.Testnet
	if o.chooseIPs(play, &rules, policy.World{Machine: machine}, false); o.List || len(o.Added) > 0 {
		t.Errorf("play money is bound: %+v", o)
	}
}

func TestReviewOfWhatWasNarrowed(t *testing.T) {
	plan := Restriction{Rights: true, IPs: true, List: true, Want: exchanges.NewPermissionSet(exchanges.Read), Off: []exchanges.Permission{exchanges.Withdraw}, Cut: []string{"10.0.0.0/8"}}
	exact := plan
	exact.From = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}
	read, both := exchanges.NewPermissionSet(exchanges.Read), exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw)
	for what, c := range map[string]struct {
		plan *Restriction
		r    *store.Record
		want string
	}{
		"as wanted":           {&exact, keyOf(read, exchanges.IPList, "203.0.113.7"), "read same, IP whitelist same, withdraw same"},
		"nothing was done":    {&exact, keyOf(both, exchanges.IPAny), "read same, withdraw wider, IP whitelist wider"},
		"rights are not told": {&exact, keyOf(exchanges.PermissionSet{}, exchanges.IPUnknown), "read unknown, IP whitelist unknown, withdraw unknown"},
		"any list":            {&plan, keyOf(read, exchanges.IPRestricted), "read same, withdraw same, IP whitelist same"},
		"no list":             {&plan, keyOf(read, exchanges.IPAny), "read same, withdraw same, IP whitelist wider"},
		"the broad one still": {&plan, keyOf(read, exchanges.IPList, "203.0.113.7", "10.0.0.0/8"), "read same, withdraw same, IP whitelist wider"},
		"a list not told":     {&plan, keyOf(read, exchanges.IPUnknown), "read same, withdraw same, IP whitelist unknown"},
		"nothing was planned": {&Restriction{}, keyOf(both, exchanges.IPAny), ""},
	} {
		var got []string
		for _, l := range c.plan.Review(&c.r.Facts, on(11, 25)).Lines {
			got = append(got, l.What+" "+l.Mark)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", what, s, c.want)
		}
	}
}
