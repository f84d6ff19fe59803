package oskeyring

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

// Backend names a kind of keyring, as in the configuration.
type Backend string

// The backends. All of them exist on every platform as names; Available tells
// which can work here.
const (
	SecretService Backend = "secret-service" // GNOME Keyring, KeePassXC, KDE Wallet …
	Keychain      Backend = "keychain"       // macOS
	WinCred       Backend = "wincred"        // Windows Credential Manager
	KWallet       Backend = "kwallet"        // kwalletd5
	Pass          Backend = "pass"           // the standard unix password manager
	File          Backend = "file"           // encrypted files, opened with a passphrase
)

// traits are the ways in which backends differ that keyrota has to know.
type traits struct {
	// limit is the largest item in bytes; 0 means that there is none worth
	// knowing.
	limit int
	// atomic says that a Set which fails or is killed leaves the old item.
	atomic bool
	// prompts says that a call may wait for a person to unlock something.
	prompts bool
}

// winCredLimit is CRED_MAX_CREDENTIAL_BLOB_SIZE, 5*512 bytes, see
// https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentiala.
const winCredLimit = 2560

func (b Backend) traits() traits {
	switch b {
	case SecretService, KWallet, Keychain:
		return traits{atomic: true, prompts: true}
	case WinCred:
		return traits{atomic: true, limit: winCredLimit}
	case Pass:
		return traits{prompts: true}
	default:
		return traits{}
	}
}

// Backends returns all backends, platform keyrings first.
func Backends() []Backend {
	return []Backend{SecretService, Keychain, WinCred, KWallet, Pass, File}
}

// Parse returns the backend of that name.
func Parse(name string) (Backend, error) {
	if b := Backend(name); slices.Contains(Backends(), b) {
		return b, nil
	}
	var names []string
	for _, b := range Backends() {
		names = append(names, string(b))
	}
	return "", fmt.Errorf("no keyring backend is called %q; there are %s", name, strings.Join(names, ", "))
}

// Default returns the keyring that belongs to this platform. It may not be
// available; keyrota then says why, and never takes another one by itself.
func Default() Backend {
	switch runtime.GOOS {
	case "darwin":
		return Keychain
	case "windows":
		return WinCred
	}
	return SecretService
}

// Available reports whether a backend can work here, as far as can be told
// without asking it, or why not. It neither blocks nor prompts; only Prove
// tells that a backend really works.
func Available(b Backend) (ok bool, why string) {
	why = obstacle(b)
	return why == "", why
}

func obstacle(b Backend) string {
	if why := prerequisite(b); why != "" {
		return why
	}
	if !slices.Contains(keyring.AvailableBackends(), keyring.BackendType(b)) {
		return "this build of keyrota does not support it"
	}
	return ""
}

// prerequisite returns what the machine or the build lacks.
func prerequisite(b Backend) string {
	switch b {
	case SecretService, KWallet:
		if runtime.GOOS != "linux" {
			return "keyrota supports it on Linux only"
		}
		if why := busguard.Why(); why != "" {
			return why
		}
		if b == KWallet {
			return noKWallet()
		}
	case Keychain:
		if runtime.GOOS != "darwin" {
			return "it is part of macOS"
		}
		if !slices.Contains(keyring.AvailableBackends(), keyring.KeychainBackend) {
			return "this build has no Keychain: it was built without cgo"
		}
	case WinCred:
		if runtime.GOOS != "windows" {
			return "it is part of Windows"
		}
	case Pass:
		return noPass()
	case File:
	default:
		return fmt.Sprintf("no keyring backend is called %q", b)
	}
	return ""
}

func noPass() string {
	if runtime.GOOS == "windows" {
		return "pass does not run on Windows"
	}
	if _, err := exec.LookPath("pass"); err != nil {
		return "pass is not installed"
	}
	for _, gpg := range []string{"gpg2", "gpg"} {
		if _, err := exec.LookPath(gpg); err == nil {
			return ""
		}
	}
	return "pass needs gpg, which is not installed"
}

// noKWallet looks for the program and for its D-Bus service file, since
// distributions keep the program out of PATH. Version 6 speaks another name
// on the bus, which the library does not know, and serves Secret Service.
func noKWallet() string {
	if os.Getenv("DISABLE_KWALLET") == "1" {
		return "DISABLE_KWALLET is set"
	}
	if _, err := exec.LookPath("kwalletd5"); err == nil {
		return ""
	}
	dirs := os.Getenv("XDG_DATA_DIRS")
	if dirs == "" {
		dirs = "/usr/local/share:/usr/share"
	}
	for _, dir := range filepath.SplitList(dirs) {
		if _, err := os.Stat(filepath.Join(dir, "dbus-1", "services", "org.kde.kwalletd5.service")); err == nil {
			return ""
		}
	}
	return "kwalletd5 is not installed; newer KDE desktops offer their wallet as secret-service"
}
