package all

import (
	"os"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// readmeRow is what the README says that an exchange tells in an environment:
// permissions, IP whitelist, created, expires, last used, label.
type readmeRow [6]bool

// readmeRows reads the README's table of facts.
func readmeRows(t *testing.T) map[string]readmeRow {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]readmeRow{}
	_, table, _ := strings.Cut(string(text), "| exchange | environments |")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 8 {
			continue
		}
		var row readmeRow
		for i := range row {
			row[i] = strings.TrimSpace(cells[i+2]) == "yes"
		}
		for _, env := range []exchanges.Environment{exchanges.Live, exchanges.Testnet, exchanges.Demo} {
			if strings.Contains(cells[1], string(env)) {
				rows[strings.TrimSpace(cells[0])+" "+string(env)] = row
			}
		}
	}
	return rows
}

func TestTheReadmeSaysWhatEachExchangeTells(t *testing.T) {
	rows := readmeRows(t)
	for _, a := range Registry().All() {
		name := a.Info.Name
		if a.Info.Manual {
			name = "any other"
		}
		for _, env := range a.Info.Environments() {
			site, _ := a.Info.Site(env, "")
			c := site.Capabilities
			want := readmeRow{c.Permissions, c.IPList, c.Created, c.Expires, c.LastUsed, c.Label}
			got, there := rows[name+" "+string(env)]
			if !there || got != want {
				t.Errorf("%s %s: the README says %v (there: %t), the adapter %v", name, env, got, there, want)
			}
			delete(rows, name+" "+string(env))
		}
	}
	for name := range rows {
		t.Errorf("the README has %s, which there is not", name)
	}
}
