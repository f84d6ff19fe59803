//go:build linux

package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// addArgs is how a key is added without asking anybody.
func addArgs(name string) []string {
	return []string{"add", "--exchange", "bybit", "--env", "live", "--name", name, "--no-verify", "--stdin"}
}

// madeUp is a credential of the right form, one of its kind.
func madeUp(n int) string {
	sum := sha256.Sum256([]byte{byte(n)})
	return stdinOf(sim.Key{Key: fmt.Sprintf("xqEiKpgA%010d", n), Secret: hex.EncodeToString(sum[:18])})
}

// names returns the names of all keys.
func (p *person) names() []string {
	p.tb.Helper()
	var list []keyJSON
	if err := json.Unmarshal([]byte(p.ok("", "list", "--json")), &list); err != nil {
		p.tb.Fatal(err)
	}
	names := make([]string, len(list))
	for i, k := range list {
		names[i] = k.Name
	}
	return names
}

// healthy lets doctor look: a key without its secret is a problem, a secret
// without its key is only a warning.
func (p *person) healthy() {
	p.tb.Helper()
	r := p.run("", "doctor", "--json")
	var d doctorJSON
	if err := json.Unmarshal([]byte(r.out), &d); err != nil {
		p.tb.Fatalf("%v in %q, %s", err, r.out, r.err)
	}
	for _, f := range d.Findings {
		if f.Level == store.LevelProblem {
			p.tb.Errorf("doctor: %s: %s", f.Subject, f.Text)
		}
	}
	if r.code != 0 || len(d.Findings) < 5 {
		p.tb.Errorf("doctor exited %d with %d findings", r.code, len(d.Findings))
	}
}

// TestKilledAtAnyMomentNothingIsLost kills keyrota while it adds keys. Whatever
// the moment, the next one reads everything that an earlier one said was saved.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	makeQuickKeyring(t, p.home)
	began := time.Now()
	p.ok(madeUp(0), addArgs("key-0")...)
	whole := time.Since(began)
	saved, killed := []string{"key-0"}, 0
	for i := 1; i <= 24; i++ {
		name := fmt.Sprintf("key-%d", i)
		// The keyring and the files are written in the second half of a run.
		after := whole/4 + rand.N(whole)
		ctx, cancel := context.WithTimeout(context.Background(), after)
		cmd := p.command(ctx, addArgs(name)...) // killed when ctx ends
		cmd.Stdin = strings.NewReader(madeUp(i))
		err := cmd.Run()
		cancel()
		if err == nil {
			saved = append(saved, name)
		} else {
			killed++
		}
		listed := p.names()
		for _, s := range saved {
			if !slices.Contains(listed, s) {
				t.Fatalf("%s was saved and is gone after a kill at %s: %v", s, after, listed)
			}
		}
		saved = listed
	}
	if killed == 0 {
		t.Fatal("no run was killed, so that this shows nothing")
	}
	t.Logf("%d of 24 were killed, %d keys are there", killed, len(saved))
	p.healthy()
	p.ok(madeUp(99), addArgs("one-more")...)
}

func TestTwoAtOnceLoseNothingOfEachOther(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	for round := range 2 { // in the first there is no keyring yet
		var both sync.WaitGroup
		for _, hand := range []string{"left", "right"} {
			both.Go(func() {
				name := fmt.Sprintf("%s-%d", hand, round)
				if r := p.run(madeUp(10*round+len(hand)), addArgs(name)...); r.code != 0 {
					t.Errorf("add: %+v", r)
				}
			})
		}
		both.Wait()
	}
	if got, want := p.names(), []string{"left-0", "left-1", "right-0", "right-1"}; !slices.Equal(got, want) {
		t.Errorf("the keys are %v, want %v", got, want)
	}
	p.healthy()
	if out := p.ok("", "audit", "--verify"); !strings.HasPrefix(out, "intact") {
		t.Errorf("the audit log is %q", out)
	}
}

func TestBesideAnOpenDashboardOthersRead(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	world, err := sim.Start(context.Background(), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	p.config("sync_every = \"0\"\n" + demoConfig(world.Describe()))
	makeQuickKeyring(t, p.home)
	k := seededIn(t, world, "bybit", "live", "perp-bot")
	args := addArgs("perp-bot")
	p.ok(stdinOf(k), args...)
	x := p.open("xterm-256color")
	x.shows("perp-bot", "quit")

	if names := p.names(); !slices.Equal(names, []string{"perp-bot"}) {
		t.Errorf("list shows %v", names)
	}
	r := p.run(madeUp(1), addArgs("second")...)
	if holder := fmt.Sprintf("pid %d", x.cmd.Process.Pid); r.code == 0 || !strings.Contains(r.err, holder) {
		t.Errorf("adding beside the dashboard: %+v, want it to name %s", r, holder)
	}
	r = p.run("", "check", "--json", "--fail-on", "critical")
	var fresh []keyJSON
	if err := json.Unmarshal([]byte(r.out), &fresh); err != nil || r.code != 0 || len(fresh) != 1 {
		t.Fatalf("check: %v %+v", err, r)
	}
	if fresh[0].Status != store.OK || fresh[0].Permissions["read"] != "granted" || fresh[0].Verified == nil {
		t.Errorf("check prints old facts: %+v", fresh[0])
	}
	x.types("q")
	x.ends()
	p.ok(madeUp(1), addArgs("second")...)
}

// seededIn returns a key of a simulated world by its label.
func seededIn(tb testing.TB, world *sim.Sim, exchange, env, label string) sim.Key {
	tb.Helper()
	for _, v := range world.Describe().Venues {
		for _, k := range v.Keys {
			if v.Exchange == exchange && v.Environment == env && k.Label == label {
				return k
			}
		}
	}
	tb.Fatalf("the world has no %s at %s %s", label, exchange, env)
	return sim.Key{}
}

// TestAFullDiskLosesNothing fills the disk under keyrota's folder. Without the
// right to mount a small one, it takes away the right to write instead.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	if err := os.MkdirAll(p.home, 0o700); err != nil {
		t.Fatal(err)
	}
	fill, free, words := smallDisk(t, p.home)
	p.config("sync_every = \"0\"\n")
	makeQuickKeyring(t, p.home)
	p.ok(madeUp(1), addArgs("first")...)
	before := p.ok("", "list", "--json")
	fill()
	r := p.run(madeUp(2), addArgs("second")...)
	if r.code == 0 || !strings.Contains(r.err, words) || strings.Count(strings.TrimSpace(r.err), "\n") > 1 {
		t.Errorf("adding without room: exit %d, %q, want it to say %q", r.code, r.err, words)
	}
	if after := p.ok("", "list", "--json"); after != before {
		t.Errorf("the failed save changed the list from %s to %s", before, after)
	}
	free()
	p.healthy()
	p.ok(madeUp(2), addArgs("second")...)
	if names := p.names(); !slices.Equal(names, []string{"first", "second"}) {
		t.Errorf("the keys are %v", names)
	}
}

// smallDisk makes dir a disk of 256 KiB, or a folder whose right to write can
// be taken away, and returns how to do that, how to undo it, and the words
// that the person should then read.
func smallDisk(t *testing.T, dir string) (fill, free func(), words string) {
	t.Helper()
	mounted := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k,mode=0700")
	if mounted == nil {
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		filler := filepath.Join(dir, "filler")
		return func() { fillDisk(t, filler) }, func() { _ = os.Remove(filler) }, "no space left"
	}
	probe := filepath.Join(t.TempDir(), "probe")
	if err := os.Mkdir(probe, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(probe, "x"), nil, 0o600); !errors.Is(err, fs.ErrPermission) {
		if os.Getenv("KEYROTA_REQUIRE_KEYRINGS") == "1" {
			t.Fatalf("no small disk can be mounted: %v", mounted)
		}
		t.Skipf("no small disk can be mounted (%v), and this user may write to every folder", mounted)
	}
	chmod := func(mode fs.FileMode) func() {
		return func() {
			if err := os.Chmod(dir, mode); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(chmod(0o700))
	return chmod(0o500), chmod(0o700), "may not be written"
}

// fillDisk writes until there is no room left.
func fillDisk(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
