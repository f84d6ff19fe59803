package command

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges/sim"
)

// TestNoSecretAnywhere adds every key there is, makes everything fail once,
// and looks for the secrets in every file and every word printed.
func TestNoSecretAnywhere(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	log := filepath.Join(tr.home, "http.log")
	tr.addWorld()
	tr.run("", "check", "--json", "--log", log)
	for _, fault := range []string{"400", "401", "html", "malformed"} {
		f, err := sim.ParseFault(fault)
		if err != nil {
			t.Fatal(err)
		}
		tr.world.SetFaults(f)
		tr.run("", "check", "--log", log)
	}
	tr.world.SetFaults()
	for _, args := range [][]string{{"list"}, {"list", "--json"}, {"audit"}, {"audit", "--json"}, {"doctor"}, {"check", "--offline"}} {
		tr.run("", args...)
	}
	canaries := tr.secrets()
	if len(canaries) < 20 {
		t.Fatalf("only %d values to look for", len(canaries))
	}
	look := func(where string, content []byte) {
		for _, c := range canaries {
			if i := bytes.Index(content, c); i >= 0 {
				t.Errorf("%s holds a value of %d bytes at %d", where, len(c), i)
			}
		}
	}
	look("the output", tr.said.Bytes())
	files := 0
	err := filepath.WalkDir(tr.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		look(path, content)
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("looked at %d files, %v", files, err)
	}
}

// secrets returns every value of the world that may lie in the keyring only.
// The full key ID is no secret, but it stays there too.
func (tr *trader) secrets() [][]byte {
	var out [][]byte
	for _, v := range tr.world.Describe().Venues {
		for _, k := range v.Keys {
			for _, s := range []string{k.Key, k.Secret, k.Passphrase, pemBody(k.PrivateKey)} {
				if len(s) > 6 {
					out = append(out, []byte(s))
				}
			}
		}
	}
	return out
}

// pemBody is a line from the middle of a PEM.
func pemBody(pem string) string {
	lines := strings.Split(pem, "\n")
	if len(lines) < 3 {
		return ""
	}
	return lines[1]
}
