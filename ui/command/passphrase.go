package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring"
	"github.com/keyrota/keyrota/ui"
)

// passphraseFunc gives the passphrase of the file keyring.
type passphraseFunc = func(context.Context, oskeyring.PassphraseRequest) ([]byte, error)

// passphraseFromFile reads the first line of a file, anew for every request. A
// file cannot give a second answer, so a wrong passphrase ends the asking.
func passphraseFromFile(path string) passphraseFunc {
	return func(_ context.Context, r oskeyring.PassphraseRequest) ([]byte, error) {
		if r.Problem != "" {
			return nil, noPassphrase("the passphrase in "+path+" will not do: "+r.Problem, "Put the passphrase that this keyring was made with into the file.")
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, noPassphrase("the passphrase file cannot be read: "+err.Error(), "Check --passphrase-file or KEYROTA_PASSPHRASE_FILE.")
		}
		line, _, _ := bytes.Cut(raw, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return nil, noPassphrase("the passphrase file "+path+" is empty", "Put the passphrase into its first line.")
		}
		return line, nil
	}
}

// askOnTerminal asks without echo.
func (a *App) askOnTerminal(_ context.Context, r oskeyring.PassphraseRequest) ([]byte, error) {
	if !term.IsTerminal(int(a.Stdin.Fd())) {
		return nil, noPassphrase("the file keyring wants its passphrase and there is no terminal to ask on",
			"Name a file that holds it with --passphrase-file or KEYROTA_PASSPHRASE_FILE.")
	}
	if r.Problem != "" {
		fmt.Fprintln(a.Stderr, r.Problem)
	}
	switch {
	case r.Confirm:
		return a.readHidden("Once more: ")
	case r.New && r.Problem == "":
		fmt.Fprintln(a.Stderr, "A new encrypted keyring is made. Its passphrase cannot be recovered: keep it well.")
	}
	return a.readHidden("Passphrase: ")
}

func (a *App) readHidden(prompt string) ([]byte, error) {
	fmt.Fprint(a.Stderr, prompt)
	line, err := term.ReadPassword(int(a.Stdin.Fd()))
	fmt.Fprintln(a.Stderr)
	if err != nil {
		return nil, noPassphrase("the passphrase could not be read", "")
	}
	return line, nil
}

func noPassphrase(what, hint string) error {
	return &store.KeyringError{Backend: "file", Op: "open", Locked: true, Hint: hint, Err: errors.New(what)}
}

// askOnScreen asks in the running screen. The dialog has a new passphrase
// typed twice itself, so the confirmation is answered with the same words.
func askOnScreen(requests chan<- ui.PassphraseRequest) passphraseFunc {
	var chosen exchanges.Secret
	return func(ctx context.Context, r oskeyring.PassphraseRequest) ([]byte, error) {
		if r.Confirm && !chosen.IsZero() {
			defer func() { chosen.Wipe(); chosen = exchanges.Secret{} }()
			return []byte(chosen.Reveal()), nil
		}
		type answer struct {
			text exchanges.Secret
			ok   bool
		}
		answers := make(chan answer, 1)
		ask := ui.PassphraseRequest{Backend: "file", Create: r.New, Wrong: r.Problem != "",
			Reply: func(s exchanges.Secret, ok bool) { answers <- answer{s, ok} }}
		select {
		case requests <- ask:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		select {
		case got := <-answers:
			if !got.ok {
				return nil, noPassphrase("the keyring was left locked", "Do it again to be asked for the passphrase.")
			}
			if r.New {
				chosen = got.text
			}
			return []byte(got.text.Reveal()), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
