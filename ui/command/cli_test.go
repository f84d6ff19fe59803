package command

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/ui"
)

// trader is a person at a command line: a folder of their own, the encrypted
// file keyring, and simulated exchanges.
type trader struct {
	t     *testing.T
	home  string
	env   map[string]string
	world *sim.Sim
	said  bytes.Buffer // everything that any command printed
}

// result is what one command did.
type result struct {
	out, err string
	code     int
}

func newTrader(t *testing.T, o sim.Options) *trader {
	t.Helper()
	dir := t.TempDir()
	tr := &trader{t: t, home: filepath.Join(dir, "home")}
	pass := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tr.env = map[string]string{"KEYROTA_HOME": tr.home, "KEYROTA_KEYRING": "file", "KEYROTA_PASSPHRASE_FILE": pass}
	makeQuickKeyring(t, tr.home)
	if o.World == "" {
		o.World = "demo"
	}
	world, err := sim.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	tr.world = world
	tr.config(demoConfig(world.Describe()))
	return tr
}

// unplug takes the network away: every address of the simulations becomes that of
// a port on which nobody listens. One that was merely freed may be another
// server's by now.
func (tr *trader) unplug() {
	tr.t.Helper()
	tr.config(regexp.MustCompile(`http://127\.0\.0\.1:\d+`).ReplaceAllString(demoConfig(tr.world.Describe()), nobody))
}

const nobody = "http://127.0.0.1:1"

// quickKeyring is the header of an encrypted keyring without items that opens
// with "correct horse". Its Argon2id spends 64 KiB where a keyring of the
// program's own making spends 64 MiB, so that a story of forty commands need
// not wait forty times for what makes guessing slow.
//
//go:embed testdata/keyring.json
var quickKeyring []byte

// makeQuickKeyring gives a home the keyring above, as if it had been used.
func makeQuickKeyring(tb testing.TB, home string) {
	tb.Helper()
	dir := filepath.Join(home, "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keyring.json"), quickKeyring, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// config writes config.toml.
func (tr *trader) config(text string) {
	tr.t.Helper()
	if err := os.MkdirAll(tr.home, 0o700); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tr.home, "config.toml"), []byte(text), 0o600); err != nil {
		tr.t.Fatal(err)
	}
}

// run runs one command in this process.
func (tr *trader) run(stdin string, args ...string) result {
	tr.t.Helper()
	in := filepath.Join(tr.t.TempDir(), "stdin")
	if err := os.WriteFile(in, []byte(stdin), 0o600); err != nil {
		tr.t.Fatal(err)
	}
	f, err := os.Open(in)
	if err != nil {
		tr.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out, errs bytes.Buffer
	code := tr.app(f, &out, &errs, args...).Run(context.Background())
	tr.said.Write(out.Bytes())
	tr.said.Write(errs.Bytes())
	return result{out.String(), errs.String(), code}
}

// app is the program as the trader runs it.
func (tr *trader) app(in *os.File, out, errs io.Writer, args ...string) *App {
	return &App{
		Version: "test", Args: args, Stdin: in, Stdout: out, Stderr: errs, Now: time.Now,
		Getenv: func(name string) string { return tr.env[name] },
		Screen: func(context.Context, ui.Config) error { return ui.ErrNoTerminal },
	}
}

// ok runs a command that must succeed.
func (tr *trader) ok(stdin string, args ...string) string {
	tr.t.Helper()
	r := tr.run(stdin, args...)
	if r.code != 0 {
		tr.t.Fatalf("keyrota %s exited %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// keys decodes the output of list or check.
func (tr *trader) keys(out string) map[string]keyJSON {
	tr.t.Helper()
	var list []checkJSON
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		tr.t.Fatalf("%v in\n%s", err, out)
	}
	m := map[string]keyJSON{}
	for _, k := range list {
		m[k.Name] = k.keyJSON
	}
	return m
}

// seeded returns a key of the simulated world that satisfies want.
func (tr *trader) seeded(exchange, env string, want func(sim.Key) bool) sim.Key {
	tr.t.Helper()
	for _, v := range tr.world.Describe().Venues {
		for _, k := range v.Keys {
			if v.Exchange == exchange && v.Environment == env && (want == nil || want(k)) {
				return k
			}
		}
	}
	tr.t.Fatalf("the world has no such key at %s %s", exchange, env)
	return sim.Key{}
}

// plain accepts an HMAC key that works from the simulated caller's address.
func plain(k sim.Key) bool {
	usable := len(k.IPWhitelist) == 0
	for _, ip := range k.IPWhitelist {
		usable = usable || strings.HasPrefix(ip, "203.0.113.7")
	}
	return usable && k.PrivateKey == "" && k.Passphrase == "" && !strings.Contains(k.Label, "old") && !strings.Contains(k.Label, "revoked")
}

// stdinOf is the JSON form of a credential.
func stdinOf(k sim.Key) string {
	b, _ := json.Marshal(map[string]string{"key": k.Key, "secret": k.Secret, "passphrase": k.Passphrase, "private_key": k.PrivateKey})
	return string(b)
}

// add adds a key, verified or not.
func (tr *trader) add(name, exchange, env string, k sim.Key, more ...string) result {
	tr.t.Helper()
	return tr.run(stdinOf(k), append([]string{"add", "--exchange", exchange, "--env", env, "--name", name, "--stdin"}, more...)...)
}

// addWorld adds the keys of the world without asking, and returns them by the
// names that they got.
func (tr *trader) addWorld() map[string]sim.Key {
	tr.t.Helper()
	added, n := map[string]sim.Key{}, 0
	for _, v := range tr.world.Describe().Venues {
		for _, k := range v.Keys {
			if n++; n%everyNth != 0 {
				continue
			}
			name := fmt.Sprintf("%s-%d", k.Label, n)
			if r := tr.add(name, v.Exchange, v.Environment, k, "--no-verify"); r.code != 0 {
				tr.t.Fatalf("%s of %s %s was not added: %s", k.Label, v.Exchange, v.Environment, r.err)
			}
			added[name] = k
		}
	}
	return added
}
