package oskeyring

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring/busguard"
	"github.com/keyrota/keyrota/store/secretstest"
)

// The library connects to the session bus when the program starts. So a test
// that needs a bus starts one with a keyring daemon of its own and runs itself
// again in a child process on that bus; see onPrivateBus.

// session is the bus and the daemon that a test in a child process may abuse.
type session struct{ address, dir string }

const sessionVariable = "KEYROTA_TEST_SESSION"

// busConfig has no service folder: nothing is started on demand, so no dialog
// appears and no dead daemon comes back.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type><keep_umask/><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

// onPrivateBus runs the rest of the calling test in a child process on a bus
// of its own, with gnome-keyring unless without says otherwise.
func onPrivateBus(t *testing.T, withDaemon bool, test func(t *testing.T, s session)) {
	t.Helper()
	if dir := os.Getenv(sessionVariable); dir != "" {
		test(t, session{address: "unix:path=" + dir + "/bus", dir: dir})
		return
	}
	need(t, "dbus-daemon", "dbus-send", "gnome-keyring-daemon")
	dir, err := os.MkdirTemp("", "ks") // short: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	env := startBus(t, dir)
	if withDaemon {
		startDaemon(t, dir, env)
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(env, sessionVariable+"="+dir)
	out, err := child.CombinedOutput()
	t.Logf("in the child process:\n%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("the child process failed: %v", err)
	}
}

// startBus starts a bus and returns the environment of its clients.
func startBus(t *testing.T, dir string) (env []string) {
	t.Helper()
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile", "--print-address=1")
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	startProcess(t, bus, filepath.Join(dir, "bus.pid"))
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // the address: it listens
		t.Fatal(err)
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "DBUS_") && !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "GNOME_") &&
			name != "DISPLAY" && name != "WAYLAND_DISPLAY" && name != "HOME" {
			env = append(env, v)
		}
	}
	return append(env, busguard.Variable+"=unix:path="+dir+"/bus", "HOME="+dir,
		"XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir+"/data", "XDG_CACHE_HOME="+dir+"/cache", "XDG_CONFIG_HOME="+dir+"/config")
}

// startDaemon starts gnome-keyring with an unlocked collection "login" and
// returns when it is on the bus.
func startDaemon(t *testing.T, dir string, env []string) {
	t.Helper()
	daemon := exec.Command("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets", "--control-directory="+dir+"/control")
	daemon.Env = env
	daemon.Stdin = strings.NewReader("passphrase of the test keyring")
	daemon.Stdout, daemon.Stderr = io.Discard, io.Discard
	startProcess(t, daemon, filepath.Join(dir, "daemon.pid"))
	s := session{address: "unix:path=" + dir + "/bus", dir: dir}
	ask := []string{"--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"}
	eventually(t, "the keyring daemon is on the bus", func() bool {
		return strings.Contains(s.send(t, ask...), "true")
	})
}

// startProcess starts a process that ends with the test, and notes its id.
func startProcess(t *testing.T, cmd *exec.Cmd, pidFile string) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if err := os.WriteFile(pidFile, fmt.Appendf(nil, "%d", cmd.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(generousLimit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came true: %s", what)
		}
	}
}

// send makes a D-Bus call with dbus-send.
func (s session) send(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("dbus-send", append([]string{"--bus=" + s.address}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("dbus-send %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// signal sends a signal to the process that is called name.
func (s session) signal(t *testing.T, name string, sig syscall.Signal) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil || pid < 2 {
		t.Fatalf("process id %q: %v", text, err)
	}
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
}

// lock locks the collection "login", as when a desktop session is locked.
func (s session) lock(t *testing.T) {
	t.Helper()
	s.send(t, "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login")
}

func openSecretService(t *testing.T, cfg Config) store.Secrets {
	t.Helper()
	cfg.Backend = SecretService
	if cfg.CallTimeout == 0 {
		cfg.CallTimeout = generousLimit
	}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecretServiceConformance(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, _ session) {
		if why := busguard.Why(); why != "" {
			t.Fatalf("the guard refuses a bus that works: %s", why)
		}
		s := openSecretService(t, Config{})
		if err := Prove(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		secretstest.Run(t, func(*testing.T) store.Secrets { return s })
	})
}

func TestSecretServiceOthersItemsAreNotOurs(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, _ session) {
		lib, err := keyring.Open(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.SecretServiceBackend}, LibSecretCollectionName: "login",
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Chrome Safe Storage", "a", "keyrota"} {
			if err := lib.Set(keyring.Item{Key: name, Data: []byte("theirs")}); err != nil {
				t.Fatal(err)
			}
		}
		s := openSecretService(t, Config{})
		if slots, err := s.List(t.Context()); err != nil || len(slots) != 0 {
			t.Errorf("List = %q, %v", slots, err)
		}
		if err := errors.Join(s.Put(t.Context(), "a", []byte("ours")), s.Delete(t.Context(), "a")); err != nil {
			t.Fatal(err)
		}
		if item, err := lib.Get("a"); err != nil || string(item.Data) != "theirs" {
			t.Errorf("another program's item: %q, %v", item.Data, err)
		}
	})
}

func TestSecretServiceLockedCollection(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, bus session) {
		s := openSecretService(t, Config{})
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
		bus.lock(t)
		for op, err := range map[string]error{
			"read": get(s, "a"), "store": s.Put(t.Context(), "a", []byte("w")), "remove": s.Delete(t.Context(), "a"),
		} {
			if k := keyringError(t, err); k.Op != op || !k.Locked || k.Hint == "" {
				t.Errorf("%s: %v, locked %v, hint %q", op, k, k.Locked, k.Hint)
			}
		}
		if err := Prove(t.Context(), s); !keyringError(t, err).Locked {
			t.Errorf("Prove = %v", err)
		}
	})
}

func TestSecretServiceCollectionThatDoesNotExist(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, _ session) {
		s := openSecretService(t, Config{Collection: "nothing"})
		if err := get(s, "a"); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("Get = %v", err)
		}
		// It opens, reads and lists well: only the canary shows that nothing
		// can be stored.
		k := keyringError(t, Prove(t.Context(), s))
		if !k.Locked || k.Hint != hintCollection {
			t.Errorf("Prove = %v, hint %q", k, k.Hint)
		}
	})
}

func TestSecretServiceStoppedDaemon(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, bus session) {
		s := openSecretService(t, Config{CallTimeout: 200 * time.Millisecond})
		slow := openSecretService(t, Config{})
		if err := slow.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
		bus.signal(t, "daemon", syscall.SIGSTOP)
		k := keyringError(t, get(s, "a"))
		if !errors.As(k, new(noAnswerError)) || k.Hint == "" {
			t.Errorf("Get = %v, hint %q", k, k.Hint)
		}
		bus.signal(t, "daemon", syscall.SIGCONT)
		eventually(t, "the keyring works again", func() bool { return get(s, "a") == nil })
	})
}

func TestSecretServiceKilledDaemon(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, bus session) {
		s := openSecretService(t, Config{})
		bus.signal(t, "daemon", syscall.SIGKILL)
		eventually(t, "the daemon is gone", func() bool { return !errors.Is(get(s, "a"), store.ErrNoSecret) })
		if k := keyringError(t, get(s, "a")); k.Hint != hintNoService {
			t.Errorf("Get = %v, hint %q", k, k.Hint)
		}
	})
}

func TestSecretServiceKilledBus(t *testing.T) {
	onPrivateBus(t, true, func(t *testing.T, bus session) {
		s := openSecretService(t, Config{})
		bus.signal(t, "bus", syscall.SIGKILL)
		eventually(t, "the bus is gone", func() bool { return !errors.Is(get(s, "a"), store.ErrNoSecret) })
		for range 2 { // for the rest of the process
			if k := keyringError(t, get(s, "a")); k.Hint != hintRestart {
				t.Errorf("Get = %v, hint %q", k, k.Hint)
			}
		}
	})
}

func TestSecretServiceBusWithoutService(t *testing.T) {
	onPrivateBus(t, false, func(t *testing.T, _ session) {
		// The library would go on to the next backend; here there is none.
		_, err := Open(context.Background(), Config{Backend: SecretService, Dir: t.TempDir(), Passphrase: (&person{}).answer})
		if k := keyringError(t, err); k.Hint != hintNoService || k.Op != "open" {
			t.Errorf("Open = %v, hint %q", k, k.Hint)
		}
	})
}
