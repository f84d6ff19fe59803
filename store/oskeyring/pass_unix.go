//go:build !windows

package oskeyring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/exchanges"
)

// passLibrary runs the library's pass backend so that nothing reaches the
// terminal. The library connects pass to os.Stderr. Swapping that variable
// would race with everybody who writes to it, and file descriptor 2 belongs to
// the whole process. But the library lets us name the program to run: each
// call gets a small shell script that sends the messages to a file and then
// becomes pass. pass is a shell script itself, so a shell is there; the script
// costs about a millisecond of pass's thirty.
//
// gpg must not ask on the terminal either, since the screen owns it: the
// script hides the terminal from gpg, and without a graphical desktop gpg is
// told not to ask at all. A locked key is then an error with a hint.
type passLibrary struct {
	config  keyring.Config
	program string // path of pass
	folder  string // where the scripts can be executed
	desktop bool   // gpg may ask in a window
}

func openPass(ctx context.Context, lc keyring.Config) (library, error) {
	program, err := exec.LookPath("pass")
	if err != nil {
		return nil, err
	}
	if program, err = filepath.Abs(program); err != nil {
		return nil, err
	}
	if lc.PassDir, err = passwordStore(); err != nil {
		return nil, err
	}
	p := passLibrary{config: lc, program: program}
	p.desktop = runtime.GOOS == "darwin" || cmp.Or(os.Getenv("WAYLAND_DISPLAY"), os.Getenv("DISPLAY")) != ""
	return p.findFolder(ctx)
}

// passwordStore returns the folder that pass uses.
func passwordStore() (string, error) {
	if dir := os.Getenv("PASSWORD_STORE_DIR"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".password-store"), err
}

// findFolder tries where scripts can be executed: some machines forbid it in
// the temporary folder.
func (p passLibrary) findFolder(ctx context.Context) (library, error) {
	folders := []string{os.TempDir()}
	if cache, err := os.UserCacheDir(); err == nil {
		folders = append(folders, cache)
	}
	var failed error
	for _, p.folder = range folders {
		err := p.run(func(cmd string) error { return exec.CommandContext(ctx, cmd, "version").Run() })
		if err == nil {
			return p, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// passError is what pass or gpg said when it failed.
type passError struct{ message string }

func (e passError) Error() string { return cmp.Or(e.message, "pass failed and did not say why") }

// run calls f with the path of a script that acts like pass.
func (p passLibrary) run(f func(cmd string) error) error {
	dir, err := os.MkdirTemp(p.folder, "keyrota-pass-")
	if err != nil {
		return passError{"cannot prepare to run pass: " + err.Error()}
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd, messages := filepath.Join(dir, "pass"), filepath.Join(dir, "messages")
	if err := writeScript(cmd, p.script(messages)); err != nil {
		return passError{"cannot prepare to run pass: " + err.Error()}
	}
	err = f(cmd)
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, keyring.ErrKeyNotFound), isUndecodable(err):
		return err
	case errors.As(err, &exit):
		said, _ := os.ReadFile(messages) // nothing said, nothing to tell
		return passError{lastWords(string(said))}
	}
	return passError{err.Error()} // its path is not the item's: never "missing"
}

func (p passLibrary) script(messages string) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	fmt.Fprintf(&b, "exec 2>%s\n", shellQuote(messages))
	b.WriteString("unset GPG_TTY\n")
	b.WriteString("LC_ALL=C; export LC_ALL\n") // the messages are read below
	if !p.desktop {
		b.WriteString(`PASSWORD_STORE_GPG_OPTS="$PASSWORD_STORE_GPG_OPTS --pinentry-mode=error"` + "\n")
		b.WriteString("export PASSWORD_STORE_GPG_OPTS\n")
	}
	fmt.Fprintf(&b, "exec %s \"$@\"\n", shellQuote(p.program))
	return b.String()
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// writeScript writes a program. No other goroutine may start a process
// meanwhile: the child would hold the file open for writing for a moment, and
// the kernel refuses to execute such a file.
func writeScript(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700) //nolint:gosec // it is a program
}

// lastWords takes the end of what pass and gpg said: the reason comes last.
func lastWords(said string) string {
	lines := strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '\r' })
	const enough = 3
	return exchanges.Clean(strings.Join(lines[max(0, len(lines)-enough):], "; "))
}

// with calls f with the library on a script of its own. Opening the library
// costs nothing: it keeps no state for pass.
func (p passLibrary) with(f func(library) error) error {
	return p.run(func(cmd string) error {
		config := p.config
		config.PassCmd = cmd
		lib, err := keyring.Open(config)
		if err != nil {
			return err
		}
		return f(lib)
	})
}

// cutOff are words of gpg about files that end too early or hold no message.
var cutOff = []string{
	"no valid OpenPGP data", "decrypt_message failed", "length invalid", "block_filter", "encrypted_mdc packet",
	"CRC error", "nvalid packet", "unknown version", "premature eof",
}

// isCutOff tells items that are cut off from keys that are locked: the exit
// status is the same. Of some broken files gpg says nothing at all.
func isCutOff(err error) bool {
	var said passError
	return errors.As(err, &said) && (said.message == "" || slices.ContainsFunc(cutOff, func(words string) bool {
		return strings.Contains(said.message, words)
	}))
}

// Get reads an item.
func (p passLibrary) Get(name string) (item keyring.Item, err error) {
	err = p.with(func(lib library) error {
		item, err = lib.Get(name)
		return err
	})
	if isCutOff(err) {
		return keyring.Item{}, errDamaged
	}
	return item, err
}

// Set writes an item and returns when it is on the disk.
func (p passLibrary) Set(item keyring.Item) error {
	if err := p.with(func(lib library) error { return lib.Set(item) }); err != nil {
		return err
	}
	return syncFile(filepath.Join(p.config.PassDir, p.config.PassPrefix, item.Key+".gpg"))
}

// Remove removes an item.
func (p passLibrary) Remove(name string) error {
	return p.with(func(lib library) error { return lib.Remove(name) })
}

// Keys lists the items in the folder of keyrota. It runs no program.
func (p passLibrary) Keys() ([]string, error) {
	lib, err := keyring.Open(p.config)
	if err != nil {
		return nil, err
	}
	return lib.Keys()
}
