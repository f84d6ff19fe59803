package all

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// An adapter is every folder beside this one that is not listed here.
var notAdapters = map[string]bool{"all": true, "exchangetest": true, "internal": true, "sim": true}

func TestEveryAdapterIsListed(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	folders := 0
	for _, e := range entries {
		if !e.IsDir() || notAdapters[e.Name()] {
			continue
		}
		folders++
		a, found := adapterIn(e.Name())
		if !found {
			t.Errorf("the folder %s has no adapter in the list", e.Name())
		} else if a.Check == nil || a.New == nil {
			t.Errorf("the adapter %s is not complete", e.Name())
		}
	}
	if n := len(Registry().All()); n != folders {
		t.Errorf("%d adapters, %d folders", n, folders)
	}
}

// The suite and the check against the exchange itself are part of an adapter.
func TestEveryAdapterRunsTheSuite(t *testing.T) {
	for _, a := range Registry().All() {
		files, err := filepath.Glob(filepath.Join("..", strings.ReplaceAll(string(a.Info.ID), "-", ""), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, path := range files {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(raw)
		}
		calls := []string{"exchangetest.Run(t, ", "exchangetest.Live(t, Adapter())"}
		if a.Info.Manual {
			calls = calls[:1] // there is nobody to ask
		}
		for _, call := range calls {
			if !strings.Contains(text.String(), call) {
				t.Errorf("%s: no test calls %s", a.Info.ID, call)
			}
		}
	}
}

// adapterIn returns the adapter of a folder: its ID, without dashes.
func adapterIn(folder string) (exchanges.Adapter, bool) {
	for _, a := range Registry().All() {
		if strings.ReplaceAll(string(a.Info.ID), "-", "") == folder {
			return a, true
		}
	}
	return exchanges.Adapter{}, false
}

// A key of one exchange must not reach a host of another one. What the sites of
// one may share, the suite says.
func TestNoTwoExchangesShareAnOrigin(t *testing.T) {
	owner := map[string]exchanges.ID{}
	for _, a := range Registry().All() {
		if a.Info.Manual {
			continue // there is no address to go to: a law of exchangetest
		}
		for _, s := range a.Info.Sites {
			if other, taken := owner[s.Origin]; taken && other != a.Info.ID {
				t.Errorf("%s and %s share %s", a.Info.ID, other, s.Origin)
			}
			owner[s.Origin] = a.Info.ID
		}
	}
}
