package command

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges/sim"
)

// TestTheWholeWorld adds every key there is, once, since that takes long.
func TestTheWholeWorld(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	log := filepath.Join(tr.home, "http.log")
	added := tr.addWorld()
	t.Run("every exchange is read", func(t *testing.T) { wantsWorldRead(t, tr, len(added), log) })
	t.Run("no secret anywhere", func(t *testing.T) { wantsNoSecretAnywhere(t, tr, added, log) })
}

// wantsNoSecretAnywhere makes everything fail once, and looks for the secrets in
// every file and every word printed.
func wantsNoSecretAnywhere(t *testing.T, tr *trader, added map[string]sim.Key, log string) {
	for _, fault := range []string{"400", "401", "html", "malformed"} {
		f, err := sim.ParseFault(fault)
		if err != nil {
			t.Fatal(err)
		}
		tr.world.SetFaults(f)
		tr.run("", "check", "--log", log)
	}
	tr.world.SetFaults()
	tr.sayAll()
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
	canaries = tr.sign(t, added)
	look("the workbench", tr.said.Bytes())
	canaries = tr.secrets() // for the files
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

// sayAll runs what prints anything of keys.
func (tr *trader) sayAll() {
	for _, args := range [][]string{
		{"list"}, {"list", "--json"}, {"audit"}, {"audit", "--json"}, {"doctor"}, {"check", "--offline"}, {"check", "--offline", "--format", "prometheus"},
		{"check", "--offline", "--format", "markdown"}, {"calendar"}, {"overview"}, {"overview", "--json"}, {"machine", "--json"},
	} {
		tr.run("", args...)
	}
	for i, name := range tr.names() {
		if i%12 != 0 { // they pace themselves
			continue
		}
		for _, args := range [][]string{{"diagnose", "--json"}, {"show"}, {"testrun", "--json"}, {"accept", "--undo"}} {
			tr.run("", append(args, name)...)
		}
	}
}

// sign shows how a call is signed with every key, and has it compared with a
// text that holds the secret. It returns what may not be shown: of a signed call
// the key ID is a part.
func (tr *trader) sign(t *testing.T, added map[string]sim.Key) (canaries [][]byte) {
	t.Helper()
	tr.said.Reset()
	paste := filepath.Join(t.TempDir(), "paste")
	for name, k := range added {
		own := slices.DeleteFunc([]string{k.Secret, k.Passphrase, pemBody(k.PrivateKey)}, func(s string) bool { return len(s) <= 6 })
		for _, s := range own {
			canaries = append(canaries, []byte(s))
		}
		if err := os.WriteFile(paste, []byte("GET /x "+strings.Join(own, " ")), 0o600); err != nil {
			t.Fatal(err)
		}
		tr.run("", "sign", name, "GET", "/x", "--query", "a=1", "--compare", paste)
		tr.run("", "sign", name, "POST", "/x", "--body", `{"a":1}`, "--reveal", "--json")
	}
	if !bytes.Contains(tr.said.Bytes(), []byte("string to sign")) {
		t.Error("nothing was signed")
	}
	return canaries
}

// names are the names of all keys.
func (tr *trader) names() []string {
	var names []string
	for name := range tr.keys(tr.run("", "list", "--json").out) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
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
