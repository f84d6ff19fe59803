package desk

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// branch is one site of an exchange with several, which all know different keys.
type branch struct {
	where exchanges.Site
	homes map[string]string // key ID to site and environment
	asked *[]string
	turn  *sync.Mutex
}

func (branch) Info() exchanges.Info { return exchanges.Info{} }

func (b branch) Inspect(_ context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	b.turn.Lock()
	defer b.turn.Unlock()
	here := b.where.ID + " " + string(b.where.Environment)
	*b.asked = append(*b.asked, here)
	if b.homes[c.KeyID] == here {
		return exchanges.KeyInfo{KeyID: c.KeyID}, nil
	}
	return exchanges.KeyInfo{}, &exchanges.Error{
		Kind: exchanges.Auth, Outcome: exchanges.Refused, Code: "no such key", UnknownKey: true,
		Causes: []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseSite, exchanges.CauseDeleted},
	}
}

// withBranches returns a desk at an exchange with two sites and a testnet.
func withBranches(t *testing.T, homes map[string]string) (b *bench, asked *[]string) {
	t.Helper()
	b, asked = newBench(t), new([]string)
	turn := new(sync.Mutex)
	site := func(id string, env exchanges.Environment) exchanges.Site {
		return exchanges.Site{ID: id, Name: strings.ToUpper(id), Environment: env, Origin: "https://" + id + "." + string(env) + ".example"}
	}
	b.registry = exchanges.NewRegistry(exchanges.Adapter{
		Info: exchanges.Info{ID: "chain", Name: "Chain", Form: exchanges.Form{Fields: []exchanges.Field{
			{Name: exchanges.FieldKey, Label: "key"}, {Name: exchanges.FieldSecret, Label: "secret"},
		}}, Sites: []exchanges.Site{
			site("global", exchanges.Live), site("eu", exchanges.Live), site("global", exchanges.Testnet), site("eu", exchanges.Testnet),
		}},
		Check: func(c exchanges.Credential) (exchanges.Credential, error) { return c, nil },
		New: func(c exchanges.Connection) (exchanges.Exchange, error) {
			return branch{c.Site, homes, asked, turn}, nil
		},
	})
	return b, asked
}

func chained(name, id, site string) NewKey {
	k := key(name, id)
	k.Exchange, k.Site = "chain", site
	return k
}

func diagnosed(t *testing.T, b *bench, r *store.Record, o DiagnoseOptions) Diagnosis {
	t.Helper()
	d, err := b.Diagnose(t.Context(), r.ID, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func stateOf(d Diagnosis, c exchanges.Cause) diagnose.State {
	for _, k := range d.Checks {
		if k.Code == c {
			return k.State
		}
	}
	return ""
}

func TestAKeyIsShownElsewhereWhenThePersonSaysSo(t *testing.T) {
	b, asked := withBranches(t, map[string]string{"id-of-eu": "eu live", "id-of-test": "eu testnet"})
	atEU, atTest := b.add(t, chained("a", "id-of-eu", "global")), b.add(t, chained("b", "id-of-test", "eu"))
	d := diagnosed(t, b, atEU, DiagnoseOptions{})
	if !slices.Equal(*asked, []string{"global live"}) || stateOf(d, exchanges.CauseSite) != diagnose.StateUntested {
		t.Errorf("asked %v, the site is %s", *asked, stateOf(d, exchanges.CauseSite))
	}
	*asked = nil
	d = diagnosed(t, b, atEU, DiagnoseOptions{Sites: true})
	if !slices.Equal(*asked, []string{"global live", "eu live"}) || stateOf(d, exchanges.CauseSite) != diagnose.StateProblem || d.Causes[0].Code != exchanges.CauseSite {
		t.Errorf("asked %v: %+v", *asked, d.Causes)
	}
	*asked = nil
	d = diagnosed(t, b, atTest, DiagnoseOptions{Environments: true})
	if !slices.Equal(*asked, []string{"eu live", "eu testnet"}) || stateOf(d, exchanges.CauseEnvironment) != diagnose.StateProblem {
		t.Errorf("asked %v: %+v", *asked, d.Causes)
	}
}

func TestWhatWasTriedElsewhereIsWrittenDown(t *testing.T) {
	b, _ := withBranches(t, nil)
	r := b.add(t, chained("a", "id-of-none", "global"))
	d := diagnosed(t, b, r, DiagnoseOptions{Sites: true, Environments: true})
	for _, c := range []exchanges.Cause{exchanges.CauseSite, exchanges.CauseEnvironment} {
		if stateOf(d, c) != diagnose.StateRuledOut {
			t.Errorf("%s is %s", c, stateOf(d, c))
		}
	}
	if d.Causes[0].Code != exchanges.CauseDeleted || d.Causes[0].Likelihood != diagnose.Likely {
		t.Errorf("%+v", d.Causes)
	}
	events, err := b.History(r.ID, 9)
	if err != nil {
		t.Fatal(err)
	}
	var details []string
	for _, e := range events {
		if e.Action == store.ActionVerifyFailed {
			details = append(details, string(e.Environment)+" "+e.Detail)
		}
	}
	want := []string{"testnet diagnosis: asked at testnet (global) no such key", "live diagnosis: asked at EU (eu) no such key", "live no such key"}
	slices.Sort(details)
	slices.Sort(want)
	if !slices.Equal(details, want) {
		t.Errorf("the log says %q, want %q", details, want)
	}
}

func TestADiagnosisIsAVerification(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-of-one"))
	d := diagnosed(t, b, r, DiagnoseOptions{})
	now, _ := b.Snapshot().ByID(r.ID)
	if !d.Works || now.Status() != store.OK || d.Record.Status() != store.OK || len(d.Causes) != 0 {
		t.Errorf("%+v, %s", d, now.Status())
	}
	b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
		return exchanges.KeyInfo{}, &exchanges.Error{Kind: exchanges.IPBlocked, Outcome: exchanges.Refused, Code: "from 198.51.100.9"}
	}
	d = diagnosed(t, b, r, DiagnoseOptions{})
	if d.Works || d.Causes[0].Code != exchanges.CauseIP || d.Evidence.Seen.String() != "198.51.100.9" || d.Record.Status() != store.Rejected {
		t.Errorf("%+v", d.Causes)
	}
	asked := len(b.toy.asked)
	if d = diagnosed(t, b, r, DiagnoseOptions{Offline: true}); len(b.toy.asked) != asked || d.Causes[0].Code != exchanges.CauseIP {
		t.Errorf("offline: asked %d times more, %+v", len(b.toy.asked)-asked, d.Causes)
	}
}

func TestDiagnosisOfAKeyWithoutItsSecret(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-of-one"))
	vault, err := b.ring.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.DeleteCredential(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	d := diagnosed(t, b, r, DiagnoseOptions{})
	if len(b.toy.asked) != 0 || d.Causes[0].Code != diagnose.CauseKeyring || stateOf(d, exchanges.CauseIP) != diagnose.StateUntested {
		t.Errorf("asked %d times: %+v", len(b.toy.asked), d.Causes)
	}
}

func TestWhatCannotBeDiagnosed(t *testing.T) {
	b := newBench(t)
	if _, err := b.Diagnose(t.Context(), "nobody", DiagnoseOptions{}); err == nil {
		t.Error("a key that is not there was diagnosed")
	}
	r := b.add(t, key("one", "id-of-one"))
	b.know(t, r.ID, func(r *store.Record) { r.Facts.Stated = true })
	if _, err := b.Diagnose(t.Context(), r.ID, DiagnoseOptions{}); err == nil {
		t.Error("a key that nobody can be asked about was diagnosed")
	}
	b = newBench(t)
	r = b.add(t, key("one", "id-of-one"))
	ctx, cancel := context.WithCancel(t.Context())
	b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
		cancel()
		return exchanges.KeyInfo{}, &exchanges.Error{Kind: exchanges.Canceled}
	}
	if d, err := b.Diagnose(ctx, r.ID, DiagnoseOptions{}); err == nil || d.Record != nil {
		t.Errorf("given up: %+v, %v", d, err)
	}
}

// TestTheListOfTheAccountSaysWhetherAKeyLives: another key of the account reads it.
func TestTheListOfTheAccountSaysWhetherAKeyLives(t *testing.T) {
	for name, tt := range map[string]struct {
		rows []exchanges.KeyInfo
		want diagnose.State
	}{
		"gone":             {rows("id-of-admin"), diagnose.StateProblem},
		"there":            {rows("id-of-admin", "identity-of-one-key"), diagnose.StateRuledOut},
		"hidden":           {rows("id-o****dmin", "zzzz****zzzz"), diagnose.StateLikely},
		"hidden and there": {rows("id-of-admin", "identity****one-key"), diagnose.StateRuledOut},
	} {
		t.Run(name, func(t *testing.T) {
			b, x := newRegistry(t, ownKeys)
			x.rows[""] = tt.rows
			admin, one := b.add(t, key("admin", "id-of-admin")), b.add(t, key("one", "identity-of-one-key"))
			for _, r := range []*store.Record{admin, one} {
				b.know(t, r.ID, func(r *store.Record) {
					r.Facts.Account, r.Facts.Seen, r.Check.At = "4711", b.clock, b.clock
				})
			}
			b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
				return exchanges.KeyInfo{}, &exchanges.Error{
					Kind: exchanges.Auth, Outcome: exchanges.Refused, Causes: []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseSecret},
				}
			}
			if d := diagnosed(t, b, one, DiagnoseOptions{}); stateOf(d, exchanges.CauseDeleted) != tt.want {
				t.Errorf("deleted is %s: %+v", stateOf(d, exchanges.CauseDeleted), d.Checks)
			}
		})
	}
}

// A secret that was missing at the last check and is there again is no refusal.
func TestDiagnosisOfflineOfASecretThatIsBack(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-of-one"))
	b.know(t, r.ID, func(r *store.Record) { r.Check = store.Check{At: b.clock, Kind: store.KindNoSecret} })
	r, _ = b.Snapshot().ByID(r.ID)
	if d := diagnosed(t, b, r, DiagnoseOptions{Offline: true}); d.Evidence.Err != nil || len(d.Causes) > 0 {
		t.Errorf("%+v", d.Causes)
	}
}

// What echo services told a moment ago counts without their being asked again;
// what they told yesterday does not, nor where a proxy stands between.
func TestADiagnosisKnowsWhereThisMachineIs(t *testing.T) {
	for what, c := range map[string]struct {
		age    time.Duration
		config string
		mine   int
	}{
		"a moment ago": {time.Minute, "", 1},
		"yesterday":    {24 * time.Hour, "", 0},
		"by a proxy":   {time.Minute, "[exchange.toy.live]\nproxy = \"http://10.0.0.1:3128\"\n", 0},
	} {
		b := newEchoes(t, map[string]string{"/v4": "203.0.113.7"}).at(t, c.config, "/v4")
		r := b.add(t, key("one", "id-of-one"))
		if _, err := b.AskMachine(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.clock = b.clock.Add(c.age)
		d := diagnosed(t, b, r, DiagnoseOptions{})
		if len(d.Evidence.Mine) != c.mine {
			t.Errorf("%s: %v, %q", what, d.Evidence.Mine, d.Evidence.NotMine)
		}
	}
}
