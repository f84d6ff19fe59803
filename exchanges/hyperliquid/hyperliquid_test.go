package hyperliquid

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	testMaster  = "0x14791697260e4c9a71f18484c9f997b308e59325"
	testAgent   = "0x5e61b5bc1b4e7d404d72ce66fad3861a4b9edbb9"
	testPrivate = "0xc0ffee5ec2e70123456789abcdef0fedcba98765432101234567ca7a41e50001"

	roleCall   = "POST /info userRole"
	agentsCall = "POST /info extraAgents"

	goodRole   = `{"role":"agent","data":{"user":"` + testMaster + `"}}`
	goodAgents = `[{"name":"tax","address":"0x286edfa08c04f6899dab3bfdecf2dd133f9733b9","validUntil":1767776120478},
		{"name":"bot-a","address":"` + testAgent + `","validUntil":1799312120478}]`
)

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testAgent, PrivateKey: exchanges.NewSecret(testPrivate)}
}

// asked tells the calls apart: all of them go to one path.
func asked(r exchangetest.Request) string { return questionOf(r).Type }

func questionOf(r exchangetest.Request) (q struct{ Type, User string }) {
	_ = json.Unmarshal([]byte(r.Body), &q) // what it is not, has no type
	return q
}

// about returns a judge of requests: each asks one thing about an address that
// is public, and carries nothing that proves who asks.
func about(agents ...string) func(exchangetest.Request) error {
	return func(r exchangetest.Request) error {
		q := questionOf(r)
		var exact map[string]string
		if err := json.Unmarshal([]byte(r.Body), &exact); err != nil || len(exact) != 2 || r.Query != "" || r.Header.Get("Content-Type") != "application/json" {
			return fmt.Errorf("%s?%s with body %q", r.Call(), r.Query, r.Body)
		}
		who := agents
		if r.Call() == agentsCall {
			who = []string{testMaster}
		}
		if !slices.Contains(who, q.User) {
			return fmt.Errorf("%s is about %s", r.Call(), q.User)
		}
		if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r), strings.TrimPrefix(testPrivate, "0x")) {
			return errors.New("a secret was sent")
		}
		return nil
	}
}

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(), Verify: about(testAgent), Refusals: refusals(), Manage: manage(),
		DerivesKey: true, OneKind: true, Detail: asked,
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{roleCall: exchangetest.JSON(goodRole).Handler(), agentsCall: exchangetest.JSON(goodAgents).Handler()}
		},
	})
}

// at opens the live site on a scripted server.
func at(t *testing.T, role, agents exchangetest.Reply) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{roleCall: role.Handler(), agentsCall: agents.Handler()})
	server.Tell(asked)
	site, _ := info().Site(exchanges.Live, "")
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: site, Origin: server.URL}), server
}

// The environments are told apart by the host alone, so that a wrong one would
// show a living agent as gone.
func TestSitesAreTheDocumentedOnes(t *testing.T) {
	var got []string
	for _, s := range info().Sites {
		got = append(got, fmt.Sprintf("%s %s %s", s.Environment, s.Origin, s.KeysPage))
	}
	want := []string{
		"live https://api.hyperliquid.xyz https://app.hyperliquid.xyz/API",
		"testnet https://api.hyperliquid-testnet.xyz https://app.hyperliquid-testnet.xyz/API",
	}
	if !slices.Equal(got, want) {
		t.Errorf("sites %q", got)
	}
}

func TestGuideWarnsOfWhatARotationNeeds(t *testing.T) {
	g := guide()
	label := g.Label.Make("my long bot name", "ab12")
	if len(label) > 16 || strings.Contains(label, "valid_until") || label == g.Label.Make("my long bot name", "ab13") {
		t.Errorf("label %q", label)
	}
	steps := func(all []exchanges.GuideStep, source exchanges.KeySource) string {
		var text []string
		for _, s := range source.Steps(all) {
			text = append(text, s.Text)
		}
		return strings.Join(text, "\n")
	}
	for _, source := range []exchanges.KeySource{exchanges.FromKeyPair, exchanges.FromExchange} {
		if text := steps(g.Create, source); !strings.Contains(text, "replaced at once") || !strings.Contains(text, "never needs the key of that wallet") {
			t.Errorf("%s: %s", source, text)
		}
	}
	if strings.Contains(steps(g.Create, exchanges.FromKeyPair), "shown once") || !strings.Contains(steps(g.Create, exchanges.FromExchange), "shown once") {
		t.Error("what is to be copied depends on who makes the key")
	}
	if !strings.Contains(steps(g.Delete, exchanges.FromKeyPair), "under the same name") {
		t.Error("there is no word of the way to remove one by another")
	}
}

// What the one box promises is what an inspection reports.
func TestTheBoxAgreesWithTheRights(t *testing.T) {
	_, _, will, missing := guide().Plan([]exchanges.Permission{exchanges.Read})
	if !slices.Equal(will.All(exchanges.Granted), rights().All(exchanges.Granted)) || len(missing) != 0 {
		t.Errorf("the box gives %v, the rights are %v", will.All(exchanges.Granted), rights().All(exchanges.Granted))
	}
	if got := rights().All(exchanges.NotGranted); !slices.Equal(got, []exchanges.Permission{exchanges.Withdraw}) {
		t.Errorf("denied: %v", got)
	}
}

// TestLive holds the adapter against the exchange itself: see exchangetest.Live.
func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }
