package oskeyring

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/keyrota/keyrota/store"
)

// A remedy says what an error of a backend means for the person. The library
// has no error types, so most are known by a piece of their text.
type remedy struct {
	backends []Backend // empty: any
	texts    []string  // one of them is in the error's text
	locked   bool
	hint     string
}

const (
	hintNoBus = "there is no desktop session here, as over ssh, in a container, under cron or in WSL; " +
		"start keyrota from the desktop, or choose another keyring with --keyring pass or --keyring file"
	hintNoService = "no program offers Secret Service; start gnome-keyring, KeePassXC or KDE Wallet, " +
		"or choose another keyring with --keyring pass or --keyring file"
	hintUnlock     = "unlock the keyring on your desktop (in GNOME: Passwords and Keys, keyring “Login”), then try again"
	hintCollection = "the keyring named “Login” does not exist and was not created; log in to the desktop with your password, " +
		"or create it in Passwords and Keys, then try again"
	hintRestart = "the connection to the session bus is gone for good; restart keyrota"
	hintGPG     = "unlock your GPG key first: run “pass show ENTRY” once in a terminal, so that gpg-agent knows it, then try again; " +
		"if that fails too, the key or its card is not on this machine"
	hintSilent  = "the keyring does not respond; restart it, or log out and in again"
	hintAnswer  = "answer the unlock dialog on your desktop, then try again; if there is none, restart the keyring"
	hintDamaged = "the item was cut off or changed by another program; store the key again"
	hintSpace   = "make room on the disk, then try again; what was stored before is unchanged"
	hintRights  = "keyrota may not use its keyring folder; check its owner and permissions"
)

var remedies = []remedy{
	{[]Backend{SecretService}, []string{"a locked ", "is locked", "IsLocked"}, true, hintUnlock},
	{[]Backend{SecretService}, []string{`Object does not exist at path`, "NoSuchObject"}, true, hintCollection},
	{[]Backend{SecretService, KWallet}, []string{"connection closed by user", "EOF", "broken pipe", "connection reset"}, false, hintRestart},
	{[]Backend{SecretService}, []string{"was not provided by any .service", "ServiceUnknown", "NameHasNoOwner"}, false, hintNoService},
	{[]Backend{SecretService, KWallet}, []string{"Did not receive a reply", "NoReply", "timed out", "TimedOut"}, false, hintSilent},
	{[]Backend{Pass}, []string{"pass init", "encryption failed"}, false,
		"set up pass for your own GPG key first: pass init GPG-ID"},
	{[]Backend{Pass}, []string{"gpg: command not found", "gpg2: command not found", "gpg: not found"}, false,
		"install gnupg, which pass needs"},
	// gpg says the same of a key that is locked and of one that is not there.
	{[]Backend{Pass}, []string{"No secret key", "pinentry", "Inappropriate ioctl", "Operation cancelled", "Bad passphrase", "Timeout"}, true, hintGPG},
	{[]Backend{WinCred}, []string{"stub received bad data"}, false,
		"Windows refuses items over 2,560 bytes; this is a bug in keyrota, please report it"},
	{[]Backend{WinCred}, []string{"specified logon session does not exist"}, true,
		"Windows has no vault for this kind of login (a service, or ssh with a key); log in with your password"},
	{[]Backend{Keychain}, []string{"(-25308)"}, true,
		"macOS may not show a dialog here, as over ssh; run “security unlock-keychain” first"},
	{[]Backend{Keychain}, []string{"(-128)", "(-25293)"}, true,
		"allow keyrota to use the keychain in the dialog of macOS, then try again"},
}

// explain makes a KeyringError out of an error.
func explain(b Backend, op string, err error) error {
	var done *store.KeyringError
	if errors.As(err, &done) {
		return err
	}
	k := &store.KeyringError{Backend: string(b), Op: op, Err: err}
	k.Hint, k.Locked = advise(b, err)
	return k
}

// known holds the hints for errors that have an identity.
var known = []struct {
	err  error
	hint string
}{
	{context.Canceled, ""},
	{context.DeadlineExceeded, ""},
	{errDamaged, hintDamaged},
	{errNewer, "update keyrota"},
	{syscall.ENOSPC, hintSpace},
	{syscall.EDQUOT, hintSpace},
	{fs.ErrPermission, hintRights},
	{syscall.EROFS, hintRights},
}

func advise(b Backend, err error) (hint string, locked bool) {
	switch {
	case errors.As(err, new(noAnswerError)) && b.traits().prompts:
		return hintAnswer, true
	case errors.As(err, new(noAnswerError)):
		return hintSilent, false
	case errors.As(err, new(dismissedError)):
		return hintUnlock, true
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return k.hint, false
		}
	}
	text := err.Error()
	for _, r := range remedies {
		if len(r.backends) > 0 && !slices.Contains(r.backends, b) {
			continue
		}
		if slices.ContainsFunc(r.texts, func(t string) bool { return strings.Contains(text, t) }) {
			return r.hint, r.locked
		}
	}
	return "", false
}
