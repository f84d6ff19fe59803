package oskeyring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
)

// The library's file backend takes any passphrase, also one that fits nothing
// that is stored, and spends only 8,192 rounds on it. So the person's
// passphrase goes through Argon2id and is compared with a sentinel before the
// library sees anything; see header.go. The library writes files in place:
// see put.go for what that means.

// PassphraseRequest tells what to ask the person for.
type PassphraseRequest struct {
	Dir     string // folder of the encrypted files
	New     bool   // it will be created: choose a passphrase
	Confirm bool   // the chosen one, once more
	Problem string // why the last answer would not do; empty at first
}

const maxTries = 3

var (
	errWrongPassphrase = errors.New("wrong passphrase")
	errNoPassphrase    = errors.New("no passphrase was chosen")
)

// unlockFiles asks for the passphrase of the file backend and returns the
// library's one. Other backends need none.
func (cfg Config) unlockFiles(ctx context.Context) (key string, err error) {
	if cfg.Backend != File {
		return "", nil
	}
	if cfg.Dir == "" {
		return "", errors.New("no folder is given for the encrypted files")
	}
	if cfg.Passphrase == nil {
		return "", locked(errors.New("its passphrase is needed"),
			"give it with --passphrase-file or KEYROTA_PASSPHRASE_FILE")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return "", err
	}
	if err := os.Chmod(cfg.Dir, 0o700); err != nil { //nolint:gosec // a folder needs x
		return "", err
	}
	h, err := readHeader(cfg.Dir)
	if errors.Is(err, errNoHeader) {
		return cfg.createFiles(ctx)
	}
	if err != nil {
		return "", cfg.headerLost(err)
	}
	return cfg.openFiles(ctx, h)
}

// openFiles asks until the passphrase is right.
func (cfg Config) openFiles(ctx context.Context, h header) (key string, err error) {
	r := PassphraseRequest{Dir: cfg.Dir}
	for range maxTries {
		passphrase, err := cfg.ask(ctx, r)
		if err != nil {
			return "", err
		}
		key, ok := h.open(passphrase)
		clear(passphrase)
		if ok {
			return key, nil
		}
		r.Problem = "that is not the passphrase"
	}
	return "", locked(errWrongPassphrase, "it is the one chosen when "+cfg.Dir+" was created; nothing was changed")
}

// createFiles makes a header for a folder that holds no items yet.
func (cfg Config) createFiles(ctx context.Context) (key string, err error) {
	if n, err := cfg.countItems(); err != nil || n > 0 {
		return "", cmp.Or(err, cfg.headerLost(errNoHeader))
	}
	passphrase, err := cfg.choose(ctx)
	if err != nil {
		return "", err
	}
	defer clear(passphrase)
	h := newHeader()
	key, h.Sentinel = h.derive(passphrase)
	err = h.write(cfg.Dir)
	if errors.Is(err, fs.ErrExist) {
		// Another keyrota was faster; its passphrase counts.
		if h, err = readHeader(cfg.Dir); err != nil {
			return "", err
		}
		return cfg.openFiles(ctx, h)
	}
	return key, err
}

// choose asks for a new passphrase twice.
func (cfg Config) choose(ctx context.Context) ([]byte, error) {
	problem := ""
	for range maxTries {
		first, err := cfg.ask(ctx, PassphraseRequest{Dir: cfg.Dir, New: true, Problem: problem})
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			problem = "an empty passphrase protects nothing"
			continue
		}
		second, err := cfg.ask(ctx, PassphraseRequest{Dir: cfg.Dir, New: true, Confirm: true})
		if err != nil {
			return nil, err
		}
		same := string(first) == string(second)
		clear(second)
		if same {
			return first, nil
		}
		clear(first)
		problem = "the two passphrases differ"
	}
	return nil, locked(errNoPassphrase, "start again, and type the same passphrase twice")
}

func (cfg Config) ask(ctx context.Context, r PassphraseRequest) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return cfg.Passphrase(ctx, r)
}

// headerLost explains what a lost or damaged header means.
func (cfg Config) headerLost(err error) error {
	n, countErr := cfg.countItems()
	if countErr != nil {
		return countErr
	}
	hint := fmt.Sprintf("restore %s in %s from a backup: the %d items there cannot be opened without it", headerFile, cfg.Dir, n)
	if n == 0 {
		hint = fmt.Sprintf("%s holds no items; remove %s to start over", cfg.Dir, headerFile)
	}
	return &store.KeyringError{Backend: string(File), Op: "open", Hint: hint, Err: err}
}

func (cfg Config) countItems() (n int, err error) {
	entries, err := os.ReadDir(cfg.Dir)
	for _, e := range entries {
		if _, _, ok := slotOf(e.Name()); ok {
			n++
		}
	}
	return n, err
}

func locked(err error, hint string) error {
	return &store.KeyringError{Backend: string(File), Op: "open", Locked: true, Hint: hint, Err: err}
}

// fileLibrary adds to the library's file backend what it leaves out.
type fileLibrary struct {
	library
	dir string
}

func openFile(lc keyring.Config) (library, error) {
	lib, err := keyring.Open(lc)
	return fileLibrary{lib, lc.FileDir}, err
}

// Get tells items that are cut off from files that cannot be read. The
// passphrase was checked, so it is not the reason.
func (f fileLibrary) Get(name string) (keyring.Item, error) {
	item, err := f.library.Get(name)
	var path *fs.PathError
	if err != nil && !isMissing(err) && !errors.As(err, &path) {
		return keyring.Item{}, errDamaged
	}
	return item, err
}

// Set does not return before the item is on the disk.
func (f fileLibrary) Set(item keyring.Item) error {
	if err := f.library.Set(item); err != nil {
		return err
	}
	path := filepath.Join(f.dir, item.Key)
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return syncFile(path)
}

// Keys fails if the folder cannot be read; the library returns nothing then.
func (f fileLibrary) Keys() ([]string, error) {
	if _, err := os.ReadDir(f.dir); err != nil {
		return nil, err
	}
	return f.library.Keys()
}
