package flow

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// keyRecord is a record of a live key at the toy exchange.
func keyRecord(id string, may ...exchanges.Permission) *store.Record {
	return &store.Record{ID: store.RecordID(id), Name: id, Exchange: testExchange, Environment: exchanges.Live,
		Facts: store.Facts{Permissions: exchanges.NewPermissionSet(may...), IPs: ipList("203.0.113.7")}, Check: store.Check{At: noon}}
}

func with(r *store.Record, change func(*store.Record)) *store.Record { change(r); return r }

func TestManagersOfOnesOwnKeys(t *testing.T) {
	plan := Plan{Exchange: testExchange, Environment: exchanges.Live, Can: full}
	old := with(keyRecord("old", exchanges.Admin), func(r *store.Record) { r.Facts.Account = "main"; r.Check.Kind = exchanges.Network })
	all := []*store.Record{
		keyRecord("no-right", exchanges.Read),
		with(keyRecord("unreached", exchanges.Admin), func(r *store.Record) { r.Check.Kind = exchanges.Network }),
		keyRecord("good", exchanges.Admin),
		with(keyRecord("marked", exchanges.Read), func(r *store.Record) { r.Manager = true }),
		with(keyRecord("elsewhere", exchanges.Admin), func(r *store.Record) { r.Exchange = "other" }),
		with(keyRecord("play", exchanges.Admin), func(r *store.Record) { r.Environment = exchanges.Testnet }),
		with(keyRecord("site", exchanges.Admin), func(r *store.Record) { r.Site = "eu" }),
		with(keyRecord("stranger", exchanges.Admin), func(r *store.Record) { r.Facts.Account = "someone else" }),
		old,
	}
	if got := names(managers(all, plan, old)); !slices.Equal(got, []string{"old", "good", "unreached"}) {
		t.Errorf("managers: %v", got)
	}
	if got := names(managers(all, plan, nil)); !slices.Equal(got, []string{"good", "stranger", "unreached", "old"}) {
		t.Errorf("managers of a new key: %v", got)
	}
	plan.Can.Reach = exchanges.NoKeys
	if got := managers(all, plan, old); len(got) != 0 {
		t.Errorf("managers where none can be: %v", names(got))
	}
}

func names(rs []*store.Record) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.Name
	}
	return out
}

func TestManagersOfSubAccounts(t *testing.T) {
	plan := Plan{Exchange: testExchange, Environment: exchanges.Live, SubAccount: "sub-7", Can: full}
	plan.Can.Reach = exchanges.SubAccountKeys
	all := []*store.Record{
		keyRecord("unmarked", exchanges.Admin),
		with(keyRecord("marked", exchanges.Read), func(r *store.Record) { r.Manager = true }),
		with(keyRecord("itself-a-sub", exchanges.Read), func(r *store.Record) { r.Manager = true; r.SubAccount = "sub-7" }),
	}
	if got := names(managers(all, plan, nil)); !slices.Equal(got, []string{"marked"}) {
		t.Errorf("managers: %v", got)
	}
	plan.SubAccount = ""
	if got := managers(all, plan, nil); len(got) != 0 {
		t.Errorf("a key of the main account is managed by %v", names(got))
	}
}

func TestWhoKillsTheOldKey(t *testing.T) {
	itself := full
	itself.Reach, itself.RevokesItself = exchanges.SubAccountKeys, true
	old := keyRecord("rec", exchanges.Read, exchanges.Admin)
	boss := keyRecord("boss", exchanges.Admin)
	admin := func(s *State) {
		s.Old.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Admin)
	}
	for _, c := range []struct {
		name  string
		s     State
		all   []*store.Record
		route Route
		by    Killer
	}{
		{"the new key, where it may", stateAt(Rotate, StepPreflight, func(s *State) { s.Plan.Permissions = []string{"admin"} }), []*store.Record{old, boss}, ByAPI, Killer{New: true}},
		{"another key rather than itself", stateAt(Rotate, StepPreflight), []*store.Record{old, boss}, ByAPI, Killer{Record: "boss"}},
		{"itself, where nobody else may", stateAt(Revoke, StepPreflight), []*store.Record{old}, ByAPI, Killer{Itself: true}},
		{"nobody", stateAt(Revoke, StepPreflight), nil, ByHand, Killer{}},
		{"nobody, where there is no API", stateAt(Revoke, StepPreflight, func(s *State) { s.Plan.Can = byHandOnly }), []*store.Record{old, boss}, ByHand, Killer{}},
		{"itself, where keys retire themselves", stateAt(Revoke, StepPreflight, admin, func(s *State) { s.Plan.Can = itself }), []*store.Record{old}, ByAPI, Killer{Itself: true}},
		{"not itself without its secret", stateAt(Revoke, StepPreflight, admin, func(s *State) { s.Plan.Can, s.Old.Blind = itself, true }), []*store.Record{old}, ByHand, Killer{}},
		{"not itself without the right", stateAt(Revoke, StepPreflight, func(s *State) { s.Plan.Can = itself }), []*store.Record{old}, ByHand, Killer{}},
	} {
		if route, by := killer(c.all, &c.s, old); route != c.route || by != c.by {
			t.Errorf("%s: %s %+v", c.name, route, by)
		}
	}
}

func TestBlastPutsTheWorstFirst(t *testing.T) {
	worstFirst := []*store.Record{
		with(keyRecord("withdraws from anywhere", exchanges.Withdraw), func(r *store.Record) { r.Facts.IPs = anywhere }),
		keyRecord("withdraws", exchanges.Withdraw),
		with(keyRecord("unknown"), func(r *store.Record) { r.Facts = store.Facts{} }),
		keyRecord("makes keys", exchanges.Admin),
		keyRecord("transfers", exchanges.Transfer),
		with(keyRecord("trades from anywhere", exchanges.Read, exchanges.Spot), func(r *store.Record) { r.Facts.IPs = anywhere }),
		with(keyRecord("trades from who knows where", exchanges.Read, exchanges.Spot), func(r *store.Record) { r.Facts.IPs = untold }),
		keyRecord("trades", exchanges.Read, exchanges.Spot),
		keyRecord("reads", exchanges.Read),
		with(keyRecord("plays", exchanges.Withdraw), func(r *store.Record) { r.Environment = exchanges.Testnet }),
		keyRecord("nothing"),
	}
	for i := 1; i < len(worstFirst); i++ {
		a, b := worstFirst[i-1], worstFirst[i]
		if Blast(a) <= Blast(b) {
			t.Errorf("%s (%d) is no worse than %s (%d)", a.Name, Blast(a), b.Name, Blast(b))
		}
	}
}

func TestNoPurposeWithdraws(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range store.Purposes() {
		if slices.Contains(p.Permissions, exchanges.Withdraw) || slices.Contains(p.Permissions, exchanges.Admin) || slices.Contains(p.Permissions, exchanges.Transfer) {
			t.Errorf("%s asks for %v", p.ID, p.Permissions)
		}
		if len(p.Permissions) == 0 != (p.ID == OwnChoice) {
			t.Errorf("%s asks for %v", p.ID, p.Permissions)
		}
		if again, ok := PurposeByID(p.ID); !ok || again.Words != p.Words || p.Words == "" || seen[p.ID] {
			t.Errorf("%q is found as %+v", p.ID, again)
		}
		seen[p.ID] = true
	}
	if _, ok := PurposeByID("nonsense"); ok {
		t.Error("there is a purpose of any name")
	}
}

// TestTheUsualSiteHasTwoNames: a record may name the default site or leave it
// out, and another site is another one.
func TestTheUsualSiteHasTwoNames(t *testing.T) {
	p := Plan{Site: "", Usual: "global"}
	for site, want := range map[string]bool{"": true, "global": true, "eu": false} {
		if got := p.sameSite(site); got != want {
			t.Errorf("%q: %v", site, got)
		}
	}
	p.Site = "eu"
	if p.sameSite("") || p.sameSite("global") || !p.sameSite("eu") {
		t.Error("a key of the usual site manages one of another")
	}
}
