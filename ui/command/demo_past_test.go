package command

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store/policy"
)

// TestTheDemoHasAPast: the world began a moment ago, its trader did not.
func TestTheDemoHasAPast(t *testing.T) {
	t.Parallel()
	r := newTrader(t, sim.Options{World: "empty"}).run("", "--demo", "check", "--offline", "--json")
	var keys []checkJSON
	if err := json.Unmarshal([]byte(r.out), &keys); err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, k := range keys {
		for _, f := range k.Findings {
			found[k.Name] = append(found[k.Name], f.Code)
		}
		for _, x := range k.Accepted {
			found[k.Name] = append(found[k.Name], "accepted "+x.Code)
		}
	}
	for name, code := range map[string]string{
		"dca-bot": policy.CodePermissions, "carry-bot": policy.CodeIPChanged, "grid-bot": policy.CodeOverPriv, "treasury": "accepted " + policy.CodeWithdraw,
	} {
		if !slices.Contains(found[name], code) {
			t.Errorf("%s has %v, want %s", name, found[name], code)
		}
	}
	met := map[string]bool{}
	for _, codes := range found {
		for _, c := range codes {
			met[c] = true
		}
	}
	if len(met) < 15 {
		t.Errorf("the demo shows %d kinds of findings", len(met))
	}
}
