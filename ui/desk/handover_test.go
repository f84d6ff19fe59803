package desk

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

const canary = "SECRET-CANARY-9f2c\"quoted\""

func handOver() (*store.Record, exchanges.Credential) {
	return &store.Record{Name: "grid-bot", Exchange: "binance", Environment: exchanges.Live},
		exchanges.Credential{KeyID: "the-key-id", Secret: exchanges.NewSecret(canary), Passphrase: exchanges.NewSecret("pass " + canary)}
}

func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
}

// TestAHookGetsTheKeyInItsEnvironmentOnly: the parts are there, keyrota's own
// variables are not, and no argument of any process holds the secret.
func TestAHookGetsTheKeyInItsEnvironmentOnly(t *testing.T) {
	needShell(t)
	out := filepath.Join(t.TempDir(), "seen")
	r, cred := handOver()
	h := handler{environ: func() []string {
		return []string{"PATH=" + os.Getenv("PATH"), "HOME=/home/x", "KEYROTA_PASSPHRASE_FILE=/secret/place", "KEYROTA_HOME=/x"}
	}}
	c := store.Consumer{Name: "bot", OnRotate: "env > " + out + "; cat /proc/$$/cmdline /proc/$PPID/cmdline >> " + out + ".args 2>/dev/null; true"}
	if err := h.RunHook(t.Context(), c, r, cred); err != nil {
		t.Fatal(err)
	}
	seen, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"KEYROTA_NAME=grid-bot", "KEYROTA_EXCHANGE=binance", "KEYROTA_ENVIRONMENT=live", "KEYROTA_KEY=the-key-id", "KEYROTA_SECRET=" + canary, "KEYROTA_PASSPHRASE=pass " + canary, "HOME=/home/x"} {
		if !strings.Contains(string(seen), want+"\n") {
			t.Errorf("the hook does not see %s", strings.SplitN(want, "=", 2)[0])
		}
	}
	for _, never := range []string{"KEYROTA_PASSPHRASE_FILE", "KEYROTA_HOME", "KEYROTA_PRIVATE_KEY"} {
		if strings.Contains(string(seen), never+"=") {
			t.Errorf("the hook sees %s", never)
		}
	}
	args, _ := os.ReadFile(out + ".args")
	if strings.Contains(string(args), "CANARY") {
		t.Error("an argument holds the secret")
	}
}

// TestAHookThatFails says so, with its exit code and nothing of what it said.
func TestAHookThatFails(t *testing.T) {
	needShell(t)
	r, cred := handOver()
	h := handler{environ: os.Environ}
	err := h.RunHook(t.Context(), store.Consumer{Name: "bot", OnRotate: `echo "$KEYROTA_SECRET"; echo "$KEYROTA_SECRET" >&2; exit 7`}, r, cred)
	if err == nil || !strings.Contains(err.Error(), "exit status 7") || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.RunHook(ctx, store.Consumer{Name: "bot", OnRotate: "true"}, r, cred); err == nil {
		t.Error("a canceled hook ran")
	}
}

func TestAFileFromATemplate(t *testing.T) {
	dir := t.TempDir()
	r, cred := handOver()
	c := store.Consumer{Name: "bot", By: store.HandFile, File: filepath.Join(dir, "bot.json"), Template: filepath.Join(dir, "bot.tmpl")}
	write := func(template string) error {
		if err := os.WriteFile(c.Template, []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		return handler{}.WriteFile(t.Context(), c, r, cred)
	}
	// What a crash left of an earlier attempt is taken away.
	if err := os.WriteFile(c.File+".keyrota", []byte("half a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write(`{"name":{{json .Name}},"key":{{json .Key}},"secret":{{json .Secret}}}`); err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"grid-bot","key":"the-key-id","secret":"SECRET-CANARY-9f2c\"quoted\""}`
	check := func() {
		t.Helper()
		got, err := os.ReadFile(c.File)
		if err != nil || string(got) != want {
			t.Errorf("the file holds %d bytes, want %d: %v", len(got), len(want), err)
		}
		entries, _ := os.ReadDir(dir)
		if len(entries) != 2 {
			t.Errorf("left in the folder: %v", entries)
		}
	}
	check()
	if info, _ := os.Stat(c.File); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	for _, bad := range []string{"{{.Secret", "{{.Nothing}}", "{{template \"x\"}}"} {
		err := write(bad)
		if err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: %v", bad, err)
		}
		check() // the old file stays
	}
}

func TestTemplates(t *testing.T) {
	values := map[string][]byte{"Key": []byte("k"), "Secret": []byte("a\"b\n"), "Passphrase": nil}
	for template, want := range map[string]string{
		"":                                 "",
		"no values":                        "no values",
		"{{.Key}}{{ .Key }}":               "kk",
		"s={{json .Secret}};":              `s="a\"b\n";`,
		"{{ json  .Passphrase }}":          `""`,
		"[{{.Passphrase}}]":                "[]",
		"{ {.Key} } }}":                    "{ {.Key} } }}",
		"KEY={{.Key}}\nSECRET={{.Secret}}": "KEY=k\nSECRET=a\"b\n",
	} {
		if got, err := fill([]byte(template), values); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", template, got, err)
		}
	}
	for template, want := range map[string]string{
		"{{.Key": "without its", "{{.Nothing}}": "not", "{{Key}}": "no name", "{{}}": "no name", "{{json}}": "no name",
		"{{html .Key}}": "no name", "{{if .Key}}": "no name", "{{.}}": "not", "{{json .Key .Secret}}": "no name",
	} {
		if _, err := fill([]byte(template), values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", template, err)
		}
	}
}

func TestAFileThatCannotBeWritten(t *testing.T) {
	r, cred := handOver()
	dir := t.TempDir()
	template := filepath.Join(dir, "t")
	if err := os.WriteFile(template, []byte("{{.Secret}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []store.Consumer{
		{Name: "bot", File: filepath.Join(dir, "missing", "f"), Template: template},
		{Name: "bot", File: filepath.Join(dir, "f"), Template: filepath.Join(dir, "nothing")},
	} {
		err := handler{}.WriteFile(t.Context(), c, r, cred)
		if err == nil {
			t.Fatalf("%+v was written", c)
		}
		if what, hint := Explain(err); strings.Contains(what, "CANARY") || hint == "" {
			t.Errorf("%s / %s", what, hint)
		}
	}
}
