package all

import (
	"os"
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

// adapterIn returns the adapter of a folder: its ID, without dashes.
func adapterIn(folder string) (exchanges.Adapter, bool) {
	for _, a := range Registry().All() {
		if strings.ReplaceAll(string(a.Info.ID), "-", "") == folder {
			return a, true
		}
	}
	return exchanges.Adapter{}, false
}

// A key of one environment must not reach a host of another, nor a key of one
// exchange a host of another exchange.
func TestNoTwoSitesShareAnOrigin(t *testing.T) {
	owner := map[string]string{}
	for _, a := range Registry().All() {
		for _, s := range a.Info.Sites {
			name := string(a.Info.ID) + " " + string(s.Environment) + "/" + s.ID
			if other, taken := owner[s.Origin]; taken {
				t.Errorf("%s and %s share %s", name, other, s.Origin)
			}
			owner[s.Origin] = name
		}
	}
}
