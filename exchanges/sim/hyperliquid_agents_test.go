package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// works checks whether an address is an agent, by its role and by an action.
func (r *walletRig) works(what string, w wallet, want bool) {
	r.t.Helper()
	role, says := "agent", ""
	if !want {
		role, says = "missing", "User or API Wallet "+w.address+" does not exist."
	}
	r.says(what, r.act(w.private, noOp), says)
	if got := r.role(w.address); got != role {
		r.t.Errorf("%s: it is %s", what, got)
	}
}

// lists checks the names of the list of agents.
func (r *walletRig) lists(what, want string) {
	r.t.Helper()
	if got := r.agents(); got != want {
		r.t.Errorf("%s: the agents are %q, want %q", what, got, want)
	}
}

func (r *walletRig) approve(name, address string) reply {
	r.t.Helper()
	return r.act(r.master, r.approving(name, address))
}

// A name has one agent, which the next one of that name replaces.
func TestAgentsByName(t *testing.T) {
	rig := newWalletRig(t, "testnet", Options{})
	a, b := someWallet("a"), someWallet("b")
	rig.works("before", a, false)
	rig.says("approve", rig.approve("bot", "0x"+strings.ToUpper(a.address[2:])), "")
	rig.works("approved", a, true)
	rig.lists("approved", "bot")
	got := string(rig.about("extraAgents", rig.venue.master.address).body)
	if want := fmt.Sprintf(`[{"address":%q,"name":"bot","validUntil":%d}]`, a.address, noon.Add(90*day).UnixMilli()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	rig.says("replace", rig.approve("bot", b.address), "")
	rig.works("replaced", a, false)
	rig.works("in its place", b, true)
	rig.lists("replaced", "bot")
	rig.says("approve the old one again", rig.approve("bot", a.address), "Extra agent already used.")
	rig.says("approve it twice", rig.approve("bot2", b.address), "Extra agent already used.")
	rig.says("approve the master", rig.approve("bot2", rig.venue.master.address), "Extra agent already used.")
	rig.works("still", b, true)
	rig.says("remove", rig.approve("bot", noAddress), "")
	rig.works("removed", b, false)
	rig.lists("removed", "")
	rig.says("remove nothing", rig.approve("bot", noAddress), "Extra agent does not exist")
}

// The agent without a name is in no list, but on the account's page.
func TestAgentWithoutAName(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	a, b := someWallet("a"), someWallet("b")
	shown := func(what string, want any) {
		t.Helper()
		if o := rig.about("webData2", rig.venue.master.address).object(t); o["agentAddress"] != want || (o["agentValidUntil"] == nil) != (want == nil) {
			t.Errorf("%s: %v until %v", what, o["agentAddress"], o["agentValidUntil"])
		}
	}
	shown("before", nil)
	rig.says("approve", rig.approve("", a.address), "")
	shown("approved", a.address)
	rig.works("approved", a, true)
	rig.says("replace", rig.approve("", b.address), "")
	shown("replaced", b.address)
	rig.works("replaced", a, false)
	rig.works("in its place", b, true)
	rig.lists("as before", "bot")
	if o := rig.about("webData2", b.address).object(t); o["agentAddress"] != nil {
		t.Errorf("the agent's own page shows %v", o["agentAddress"])
	}
}

func TestNamesOfAgents(t *testing.T) {
	for name, says := range map[string]string{
		"b":                                    "",
		"sixteen chars ok":                     "",
		"größer ist besser":                    "between 1 and 16 characters",
		"seventeen chars..":                    "between 1 and 16 characters",
		" valid_until 99999999":                "already expired",
		"bot valid_until soon":                 "between 1 and 16 characters",
		"bot valid_until 99999999999999999999": "already expired",
		fmt.Sprintf("bot valid_until %d", noon.UnixMilli()):                    "already expired",
		fmt.Sprintf("bot valid_until %d", noon.UnixMilli()+1):                  "",
		fmt.Sprintf("bot valid_until %d", noon.Add(180*day).UnixMilli()):       "",
		fmt.Sprintf("bot valid_until %d", noon.Add(180*day).UnixMilli()+1):     "already expired",
		fmt.Sprintf(" valid_until %d", noon.Add(day).UnixMilli()):              "between 1 and 16 characters",
		fmt.Sprintf("sixteen chars ok valid_until %d", noon.UnixMilli()+1):     "",
		fmt.Sprintf("seventeen chars.. valid_until %d", noon.UnixMilli()+1000): "between 1 and 16 characters",
	} {
		rig := newWalletRig(t, "live", Options{})
		rig.says(name, rig.approve(name, someWallet("a").address), says)
		label, _, _ := strings.Cut(name, " valid_until")
		if says != "" {
			label = ""
		}
		rig.lists(name, label)
	}
	rig := newWalletRig(t, "live", Options{})
	blank := strings.Replace(rig.approving("x", someWallet("a").address), `"x"`, `""`, 1)
	rig.says("a blank name", rig.act(rig.master, blank), "between 1 and 16 characters")
}

// An account has room for 3 agents with a name, 2 more for each sub-account,
// and one without.
func TestRoomForAgents(t *testing.T) {
	at := hyperliquidSites[0]
	for subs, most := range map[int]int{0: 3, 1: 5} {
		a := account{ID: "7", SubWallets: subs}
		rig := newWalletRig(t, "live", Options{})
		rig.front = newFront(at, Options{}, a, rig.time)
		rig.venue = rig.front.venue.(*hyperliquid)
		rig.master = rig.venue.master.private
		for i := range most {
			name := fmt.Sprint("bot", i)
			rig.says(name, rig.approve(name, someWallet(name).address), "")
			if i == 0 {
				rig.says("without a name", rig.approve("", someWallet("nameless").address), "")
			}
		}
		full := fmt.Sprintf("Too many extra agents for cumulative volume traded. Current limit is %d", most)
		rig.says("one more", rig.approve("more", someWallet("more").address), full)
		rig.byHand("as many API keys", func(d *desk) *Refusal {
			_, refusal := d.create(form{Label: "more"}, confirmed)
			return refusal
		})
		rig.says("of a name in use", rig.approve("bot1", someWallet("more").address), "")
		rig.says("without a name again", rig.approve("", someWallet("nameless2").address), "")
		rig.says("remove one", rig.approve("bot0", noAddress), "")
		rig.says("in its place", rig.approve("other", someWallet("other").address), "")
		list := strings.Count(string(rig.about("subAccounts", rig.venue.master.address).body), "subAccountUser")
		if list != subs {
			t.Errorf("%d sub-accounts are told", list)
		}
		for _, address := range rig.venue.subs {
			if got := rig.about("userRole", address).object(t); got["role"] != "subAccount" || text(got["data"].(object), "master") != rig.venue.master.address {
				t.Errorf("%v", got)
			}
			rig.says("for it", rig.act(someWallet("other").private, anyOrder, `"vaultAddress":"`+address+`"`), "")
		}
	}
}

func TestAgentsExpire(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("seeded"))
	a := someWallet("a")
	rig.says("approve", rig.approve(fmt.Sprintf("bot valid_until %d", noon.Add(time.Hour).UnixMilli()), a.address), "")
	rig.pass(time.Hour - time.Second)
	rig.works("to the end", a, true)
	rig.pass(time.Second)
	rig.works("after it", a, false)
	rig.lists("after it", "seeded")
	rig.says("again", rig.approve("bot", a.address), "Extra agent already used.")
}

// Agents are listed at once, and known to the exchange after a while.
func TestAgentsPropagate(t *testing.T) {
	rig := newWalletRig(t, "live", Options{Propagation: 5 * time.Second})
	a, b := someWallet("a"), someWallet("b")
	rig.says("approve", rig.approve("bot", a.address), "")
	rig.lists("approved", "bot")
	rig.works("approved", a, false)
	rig.pass(5 * time.Second)
	rig.works("after a while", a, true)
	rig.says("replace", rig.approve("bot", b.address), "")
	rig.works("replaced", a, true)
	rig.pass(5 * time.Second)
	rig.works("replaced, after a while", a, false)
	rig.works("in its place", b, true)
}

func TestRolesOfAddresses(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	bot := rig.key("bot")
	got := rig.about("userRole", "0x"+strings.ToUpper(bot.Key[2:])).object(t)
	if got["role"] != "agent" || text(got["data"].(object), "user") != rig.venue.master.address {
		t.Errorf("%v", got)
	}
	for address, want := range map[string]string{rig.venue.master.address: "user", someWallet("x").address: "missing", noAddress: "missing"} {
		if got := rig.role(address); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{bot.Key, someWallet("x").address} {
		if got := string(rig.about("extraAgents", address).body); got != "[]" {
			t.Errorf("%s has %s", address, got)
		}
	}
}
