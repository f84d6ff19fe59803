package oskeyring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

// Config says which keyring to open and how to talk to the person meanwhile.
type Config struct {
	Backend Backend

	// Dir is the folder of the file backend. It is created if need be.
	Dir string

	// PassPrefix is the folder inside the password store of pass; "keyrota"
	// if empty.
	PassPrefix string

	// Collection is the Secret Service collection; "login" if empty. Every
	// desktop has that one; for another name the daemon asks to create it.
	Collection string

	// Passphrase asks for the passphrase of the file backend. Open calls it;
	// it may take as long as it likes while ctx lives. Open clears the result.
	Passphrase func(ctx context.Context, r PassphraseRequest) ([]byte, error)

	// Unlocking, if set, is called by a call that has been waiting for about
	// a second, most likely for an unlock dialog. It says that a person is
	// there: calls then wait for UnlockTimeout, not CallTimeout.
	Unlocking func()

	CallTimeout   time.Duration // for each call of the library; 5 s if zero
	UnlockTimeout time.Duration // the same while a person may answer; 60 s if zero

	// Tests replace the library, and the traits of the backend with it.
	library library
	traits  *traits
}

// patience is how long a call may take before the person is told.
const patience = time.Second

// service names keyrota where backends want a name.
const service = "keyrota"

// Open opens the keyring of cfg and no other. That it succeeds does not prove
// that the keyring works; Prove does. Errors are *store.KeyringError, with a
// hint for the person, or the error of cfg.Passphrase wrapped in one.
func Open(ctx context.Context, cfg Config) (store.Secrets, error) {
	k := &ring{
		backend:   cfg.Backend,
		traits:    cfg.Backend.traits(),
		limit:     cmp.Or(cfg.CallTimeout, 5*time.Second),
		listLimit: cmp.Or(cfg.UnlockTimeout, time.Minute),
	}
	if cfg.traits != nil {
		k.traits = *cfg.traits
	}
	var slow func()
	if k.traits.prompts && cfg.Unlocking != nil {
		slow = cfg.Unlocking
		k.limit = k.listLimit
	}
	k.turn = newTurn(patience, slow)
	if cfg.library != nil {
		k.lib = cfg.library
		return k, nil
	}
	if err := Usable(cfg.Backend); err != nil {
		return nil, err
	}
	passphrase, err := cfg.unlockFiles(ctx)
	if err != nil {
		return nil, explain(cfg.Backend, "open", err)
	}
	err = k.turn.do(ctx, k.limit, func(o *operation) error {
		c := calls{operation: o}
		return c.call(func() (err error) {
			k.lib, err = cfg.openLibrary(ctx, passphrase)
			return err
		})
	})
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		return nil, unavailable(cfg.Backend, "nothing answers on the session bus")
	}
	if err != nil {
		return nil, explain(cfg.Backend, "open", err)
	}
	return k, nil
}

// Usable returns nil if a backend can work here as far as Available can tell,
// else the error with which Open would fail.
func Usable(b Backend) error {
	if ok, why := Available(b); !ok {
		return unavailable(b, why)
	}
	return nil
}

// unavailable is the error for a backend that cannot work here.
func unavailable(b Backend, why string) error {
	hint := "choose another keyring with --keyring pass or --keyring file"
	switch {
	case b == SecretService && busguard.Why() != "":
		hint = hintNoBus
	case b == SecretService:
		hint = hintNoService
	case b == Pass:
		hint = "install pass and gnupg and run “pass init GPG-ID”, or choose --keyring file"
	}
	return &store.KeyringError{
		Backend: string(b), Op: "open", Hint: hint,
		Err: fmt.Errorf("it is not available: %s", why),
	}
}

// openLibrary opens the library with exactly one backend.
func (cfg Config) openLibrary(ctx context.Context, passphrase string) (library, error) {
	lc := keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.BackendType(cfg.Backend)},
		ServiceName:     service,

		LibSecretCollectionName: cmp.Or(cfg.Collection, "login"),

		KeychainTrustApplication:       true, // or macOS asks at every read
		KeychainAccessibleWhenUnlocked: true,
		KeychainSynchronizable:         false, // secrets stay on this machine

		KWalletAppID:  service,
		KWalletFolder: service,

		WinCredPrefix: service,

		PassPrefix: cmp.Or(cfg.PassPrefix, service),

		FileDir:          cfg.Dir,
		FilePasswordFunc: keyring.FixedStringPrompt(passphrase),
	}
	if cfg.Backend == KWallet {
		lc.ServiceName = "kdewallet" // the wallet; for another name it asks to create one
	}
	switch cfg.Backend {
	case Pass:
		return openPass(ctx, lc)
	case File:
		return openFile(lc)
	default:
		return keyring.Open(lc)
	}
}
