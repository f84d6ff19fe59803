package hyperliquid

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// agentOf is the n-th agent that the fake knows: a pair that does not change.
func agentOf(n int) exchanges.Credential {
	c, err := check(exchanges.Credential{PrivateKey: exchanges.NewSecret(fmt.Sprintf("0xfacade%058x", n))})
	if err != nil {
		panic(err) // the numbers are small
	}
	return c
}

// manage lists by the name of the account, with a key that the list does not
// have: that of the agent without a name.
func manage() *exchangetest.Manage {
	return &exchangetest.Manage{
		Manager: exchanges.Manager{Credential: testCredential(), SubAccount: testMaster},
		Key:     agentOf,
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes {
			return exchangetest.Routes{agentsCall: func(exchangetest.Request) exchangetest.Reply { return exchangetest.JSON(rowsOf(a)) }}
		},
		New:    exchanges.KeyRequest{Label: "keyrota-bot-ab12", Permissions: rights(), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}},
		Verify: about(),
	}
}

func rowsOf(a *exchangetest.Account) string {
	rows := []map[string]any{}
	for _, k := range a.Keys() {
		rows = append(rows, map[string]any{"name": k.Label, "address": k.ID, "validUntil": nil})
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		panic(err) // texts and nothing else
	}
	return string(raw)
}

func list(t *testing.T, x exchanges.Exchange, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	t.Helper()
	return x.(exchanges.Lister).ListKeys(t.Context(), m)
}

func TestTheListIsFoundByALivingAgent(t *testing.T) {
	x, server := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(goodAgents))
	got, err := list(t, x, exchanges.Manager{Credential: testCredential()})
	if err != nil || len(got) != 2 || got[0].Label != "tax" || got[1].KeyID != testAgent || got[1].Account != testMaster || !got[1].Expires.Known() {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(server.Requests(roleCall)); n != 1 {
		t.Errorf("asked %d times whose agent it is", n)
	}
}

// The list has no agent without a name; one that asks is alive all the same.
func TestAnAgentWithoutNameIsInItsOwnList(t *testing.T) {
	x, _ := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(`[]`))
	got, err := list(t, x, exchanges.Manager{Credential: testCredential()})
	if err != nil || len(got) != 1 || got[0].KeyID != testAgent || got[0].Label != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// After an agent is gone, its account can still be asked about.
func TestTheListOfANamedAccountNeedsNoAgent(t *testing.T) {
	x, server := at(t, exchangetest.JSON(`{"role":"missing"}`), exchangetest.JSON(goodAgents))
	got, err := list(t, x, exchanges.Manager{SubAccount: " 0x" + strings.ToUpper(testMaster[2:]) + "\n"})
	if err != nil || len(got) != 2 || got[0].Account != testMaster || len(server.Requests(roleCall)) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = list(t, x, exchanges.Manager{Credential: testCredential()})
	if e := exchanges.AsError(err); e.Kind != exchanges.NotFound || e.UnknownKey {
		t.Errorf("by an agent that is gone: %+v", e) // it says nothing of the key that is looked for
	}
}

func TestListsThatCannotBeReliedOn(t *testing.T) {
	for name, c := range map[string]struct {
		m    exchanges.Manager
		body string
		want exchanges.Kind
	}{
		"nobody's":           {exchanges.Manager{}, goodAgents, exchanges.Invalid},
		"of no address":      {exchanges.Manager{SubAccount: "main"}, goodAgents, exchanges.Invalid},
		"an agent twice":     {exchanges.Manager{SubAccount: testMaster}, strings.ReplaceAll(goodAgents, "0x286edfa08c04f6899dab3bfdecf2dd133f9733b9", testAgent), exchanges.Protocol},
		"a hidden address":   {exchanges.Manager{SubAccount: testMaster}, strings.ReplaceAll(goodAgents, testAgent, "0x28…b9"), exchanges.Protocol},
		"nothing documented": {exchanges.Manager{SubAccount: testMaster}, `{"agents":[]}`, exchanges.Protocol},
	} {
		x, _ := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(c.body))
		if got, err := list(t, x, c.m); err == nil || exchanges.AsError(err).Kind != c.want || exchanges.AsError(err).Hint == "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestNamesInAListAreCleaned(t *testing.T) {
	x, _ := at(t, exchangetest.JSON(goodRole), exchangetest.JSON(strings.Replace(goodAgents, "bot-a", `bot\u001b[2J\u202ea`, 1)))
	got, err := list(t, x, exchanges.Manager{SubAccount: testMaster})
	if err != nil || got[1].Label != "bot[2Ja" {
		t.Errorf("%q, %v", got[1].Label, err)
	}
}
