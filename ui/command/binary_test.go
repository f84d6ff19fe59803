package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for a program before it calls it hung. It
// measures nothing: what it stops would not end by itself.
const patience = 20 * time.Second

// builds are the programs of this repository as a release has them, each
// built once for all tests.
var builds struct {
	sync.Mutex
	dir  string
	path map[string]string
}

// binary builds the program in a folder of this repository, seen from here.
func binary(tb testing.TB, folder string) string {
	tb.Helper()
	builds.Lock()
	defer builds.Unlock()
	if path, ok := builds.path[folder]; ok {
		return path
	}
	if builds.dir == "" {
		dir, err := os.MkdirTemp("", "keyrota-test-")
		if err != nil {
			tb.Fatal(err)
		}
		builds.dir, builds.path = dir, map[string]string{}
	}
	path := filepath.Join(builds.dir, fmt.Sprintf("program-%d.exe", len(builds.path)))
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X main.version=test", "-o", path, folder)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%s does not build: %v\n%s", folder, err, out)
	}
	builds.path[folder] = path
	return path
}

// removeBuilds is called when all tests are done.
func removeBuilds() {
	if builds.dir != "" {
		_ = os.RemoveAll(builds.dir)
	}
}

// person is someone who runs the real program: a home of their own, the
// encrypted file keyring, nobody's desktop.
type person struct {
	tb      testing.TB
	program string
	home    string
	env     map[string]string
}

func newPerson(tb testing.TB) *person {
	tb.Helper()
	dir := tb.TempDir()
	p := &person{tb: tb, program: binary(tb, top), home: filepath.Join(dir, "home")}
	pass := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	p.env = map[string]string{
		"HOME": dir, "PATH": os.Getenv("PATH"), "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": dir,
		"KEYROTA_HOME": p.home, "KEYROTA_KEYRING": "file", "KEYROTA_PASSPHRASE_FILE": pass,
		"DBUS_SESSION_BUS_ADDRESS": "disabled:",
	}
	// No test of this kind may reach a network on its own.
	p.config("sync_every = \"0\"\n")
	return p
}

// config writes config.toml.
func (p *person) config(text string) {
	p.tb.Helper()
	if err := os.MkdirAll(p.home, 0o700); err != nil {
		p.tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.home, "config.toml"), []byte(text), 0o600); err != nil {
		p.tb.Fatal(err)
	}
}

// command prepares a run of the program.
func (p *person) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.program, args...)
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// run runs the program to its end.
func (p *person) run(stdin string, args ...string) result {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := p.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		p.tb.Fatalf("keyrota %s hung\n%s%s", strings.Join(args, " "), out.String(), errs.String())
	}
	if x := (*exec.ExitError)(nil); err != nil && !errors.As(err, &x) {
		p.tb.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// ok runs the program, which must succeed.
func (p *person) ok(stdin string, args ...string) string {
	p.tb.Helper()
	r := p.run(stdin, args...)
	if r.code != 0 {
		p.tb.Fatalf("keyrota %s exited %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}
