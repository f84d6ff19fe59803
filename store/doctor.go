package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Level says how bad a doctor's finding is.
type Level string

// The levels, as they appear in --json output.
const (
	LevelOK      Level = "ok"
	LevelWarning Level = "warning"
	LevelProblem Level = "problem"
)

// Finding is one thing that the doctor looked at.
type Finding struct {
	Level   Level  `json:"level"`
	Subject string `json:"subject"` // "keys.toml"
	Text    string `json:"text"`
	Hint    string `json:"hint,omitempty"` // what mends it
}

// Doctor looks at everything that the store keeps and changes none of it. It
// asks the keyring for every secret, which may take a second for a thousand.
// secrets is nil when the keyring could not be opened; why then says so.
func Doctor(ctx context.Context, s *Store, secrets Secrets, why error) []Finding {
	d := doctor{store: s}
	d.modes()
	d.settings()
	d.lock()
	d.keys()
	d.leftovers()
	d.flows(ctx)
	if secrets == nil {
		if why == nil {
			why = errors.New("it was not opened")
		}
		d.add(LevelProblem, "keyring", Hint(why), "%v", why)
		d.audit(ctx, nil)
		return d.findings
	}
	d.secrets(ctx, secrets)
	d.audit(ctx, VaultAnchor{secrets})
	return d.findings
}

type doctor struct {
	store    *Store
	snapshot *Snapshot // nil: keys.toml cannot be read
	findings []Finding

	unfinished  []*flowState
	unknownFlow bool // a journal cannot be read
}

//go:noinline // copied into its callers, it would take 15 kB
func (d *doctor) add(level Level, subject, hint, format string, args ...any) {
	d.findings = append(d.findings, Finding{level, subject, fmt.Sprintf(format, args...), hint})
}

// modes finds what others on this machine may read. Windows has no modes: the
// profile's own access list protects its folders.
func (d *doctor) modes() {
	if runtime.GOOS == "windows" {
		return
	}
	open := 0
	p := d.store.paths
	for _, dir := range p.folders() {
		open += d.mode(dir, folderMode)
	}
	for _, file := range []string{p.Config, p.Keys, p.Backup(), p.Audit, p.Lock, p.Unmanaged, p.Machine} {
		open += d.mode(file, fileMode)
	}
	if open == 0 {
		d.add(LevelOK, "permissions", "", "files and folders are for you alone")
	}
}

// mode returns 1 when others have access to path.
func (d *doctor) mode(path string, want fs.FileMode) int {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&^want == 0 {
		return 0
	}
	d.add(LevelWarning, path, fmt.Sprintf("Run: chmod %o %s", want, path),
		"mode %o, others on this machine may get at it", info.Mode().Perm())
	return 1
}

func (d *doctor) settings() {
	for _, w := range d.store.Warnings() {
		d.add(LevelWarning, at(w.File, &lineError{line: w.Line}), "", "%s", w.Text)
	}
	if len(d.store.Warnings()) == 0 {
		d.add(LevelOK, "config.toml", "", "every setting is understood")
	}
}

func (d *doctor) lock() {
	if reason, ro := d.store.ReadOnly(); ro {
		d.add(LevelWarning, "lock", "", "this keyrota may only read: %s", reason)
		return
	}
	d.add(LevelOK, "lock", "", "held by this keyrota")
}

func (d *doctor) keys() {
	snapshot, err := d.store.Load()
	if err != nil {
		d.add(LevelProblem, "keys.toml", Hint(err), "%v", err)
	} else {
		d.snapshot = snapshot
		d.add(LevelOK, "keys.toml", "", "%d keys", snapshot.Len())
		d.settingsOfNobody()
	}
	backup := followLink(d.store.paths.Keys) + ".bak"
	file, err := readKeys(backup)
	if err == nil && file.data != nil {
		_, _, err = decode(file.data)
	}
	switch {
	case err != nil:
		d.add(LevelWarning, "keys.toml.bak", "The next save replaces it.", "the backup cannot be read: %v", err)
	case file.data != nil:
		d.add(LevelOK, "keys.toml.bak", "", "the backup can be read")
	}
}

// settingsOfNobody finds rules that hold for no key, mostly after a renaming.
func (d *doctor) settingsOfNobody() {
	for _, name := range d.store.config.Keys() {
		if _, ok := d.snapshot.ByName(name); !ok {
			d.add(LevelWarning, "config.toml", "Correct the name, or remove the table.",
				"[key.%s] has rules, but there is no such key", quoteName(name))
		}
	}
}

func (d *doctor) leftovers() {
	for _, path := range leftovers(d.store.paths.Keys) {
		d.add(LevelWarning, filepath.Base(path), "The next start that may write removes it.", "left behind by a save that did not end")
	}
}

// secrets holds records and secrets against each other, both ways.
func (d *doctor) secrets(ctx context.Context, secrets Secrets) {
	slots, err := secrets.List(ctx)
	if err != nil {
		d.add(LevelProblem, "keyring", Hint(err), "%v", err)
		return
	}
	if d.snapshot == nil {
		return // every secret would look like an orphan
	}
	before := len(d.findings)
	d.orphans(slots)
	vault := NewVault(secrets)
	for _, r := range d.snapshot.Records() {
		if ctx.Err() != nil {
			d.add(LevelWarning, "keyring", "", "not every secret was looked at: %v", ctx.Err())
			return
		}
		d.secret(ctx, vault, r)
	}
	if len(d.findings) == before {
		d.add(LevelOK, "keyring", "", "%s holds the secret of every key", secrets.Backend())
	}
}

// orphans finds secrets that neither a record nor an unfinished flow needs.
func (d *doctor) orphans(slots []Slot) {
	hint := "keyrota ended while it added, rotated or forgot a key. Remove the item unless an older keys.toml knows it."
	if d.unknownFlow {
		hint = "It may be of the flow whose journal cannot be read. Keep the item until you know what became of that."
	}
	used := make(map[Slot]bool, d.snapshot.Len())
	for _, r := range d.snapshot.Records() {
		used[r.SecretSlot()] = true
	}
	for _, slot := range slots {
		if _, ours := recordOf(slot); ours && !used[slot] && !d.awaited(slot) {
			d.add(LevelWarning, "keyring", hint, "the secret %s belongs to no key", slot)
		}
	}
}

func (d *doctor) secret(ctx context.Context, vault *Vault, r *Record) {
	c, err := vault.Credential(ctx, r)
	if err == nil {
		err = CheckFingerprint(r, c)
	}
	wipe(c)
	switch {
	case errors.Is(err, ErrNoSecret):
		d.add(LevelProblem, quoteName(r.Name), "Forget the key and add it again, or choose the keyring that has it.", "%v", err)
	case err != nil:
		d.add(LevelProblem, quoteName(r.Name), Hint(err), "%v", err)
	}
}

func (d *doctor) audit(ctx context.Context, anchor Anchor) {
	report, err := d.store.VerifyAudit(ctx, anchor)
	switch {
	case err != nil:
		d.add(LevelProblem, "audit.log", Hint(err), "%v", err)
	case report.State == AuditTampered:
		d.add(LevelProblem, "audit.log", tamperedHint, "%s", report.Text)
	case report.State == AuditUnanchored && anchor != nil:
		d.add(LevelWarning, "audit.log", "The next entry takes them over and says so.", "%s", report.Text)
	default:
		d.add(LevelOK, "audit.log", "", "%s", report.Text)
	}
	if report.Torn > 0 {
		d.add(LevelWarning, "audit.log", "The next entry repairs it.", "the last line is unfinished: keyrota ended while it wrote")
	}
}
