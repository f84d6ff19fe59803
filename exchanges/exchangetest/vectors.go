package exchangetest

import (
	"encoding/json"
	"os"
	"testing"
)

// Vectors reads an adapter's signed requests, which others computed, from
// testdata/vectors.json. There must be as many as want says, so that none is
// lost.
func Vectors[V any](tb testing.TB, want int) []V {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []V
	if err := json.Unmarshal(raw, &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) != want {
		tb.Fatalf("%d vectors, want %d", len(all), want)
	}
	return all
}
