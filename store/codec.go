package store

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// schema is the version of keys.toml that this keyrota writes.
const schema = 3

// fileComment is the first line of keys.toml.
const fileComment = "# keyrota wrote this file and writes it again at every change: comments are lost. Settings belong in config.toml.\n"

// fileKeys is keys.toml. The wire types are apart from Record so that the
// file stays small and readable: few fields, none of them empty, sets as words
// in a row. Moments are RFC 3339 in UTC or "never"; a missing one is unknown.
type fileKeys struct {
	Schema  int       `toml:"schema"`
	Keyring string    `toml:"keyring,omitempty"`
	Keys    []fileKey `toml:"key"`
}

type fileKey struct {
	ID          string `toml:"id"`
	Name        string `toml:"name"`
	Exchange    string `toml:"exchange"`
	Environment string `toml:"environment"`
	Site        string `toml:"site,omitempty"`
	Venue       string `toml:"venue,omitempty"`
	KeysPage    string `toml:"keys_page,omitempty"`
	Account     string `toml:"account,omitempty"`
	Purpose     string `toml:"purpose,omitempty"`
	KeyID       string `toml:"key_id"`
	Fingerprint string `toml:"fingerprint"`
	Slot        string `toml:"slot,omitempty"`
	SubAccount  string `toml:"sub_account,omitempty"`
	Manager     bool   `toml:"manager,omitempty"`
	Added       string `toml:"added,omitempty"`
	Rotated     string `toml:"rotated,omitempty"`
	RotateEvery string `toml:"rotate_every,omitempty"`
	WarnBefore  string `toml:"warn_before,omitempty"`
	UnusedAfter string `toml:"unused_after,omitempty"`
	Notes       string `toml:"notes,omitempty"`

	// What the exchange said when it last accepted the key, or the person did.
	Stated      bool     `toml:"stated,omitempty"`
	Seen        string   `toml:"seen,omitempty"`
	Label       string   `toml:"exchange_label,omitempty"`
	Owner       string   `toml:"exchange_account,omitempty"`
	Granted     string   `toml:"granted,omitempty"`
	Denied      string   `toml:"denied,omitempty"`
	Permissions []string `toml:"exchange_permissions,omitempty"`
	IP          string   `toml:"ip,omitempty"`
	IPEntries   []string `toml:"ip_entries,omitempty"`
	Created     string   `toml:"created,omitempty"`
	Expires     string   `toml:"expires,omitempty"`
	LastUsed    string   `toml:"last_used,omitempty"`
	Remarks     []string `toml:"exchange_notes,omitempty"`

	// The last time that the exchange was asked.
	Checked string `toml:"checked,omitempty"`
	Failure string `toml:"failure,omitempty"`
	Code    string `toml:"failure_code,omitempty"`
	Hint    string `toml:"failure_hint,omitempty"`

	Consumers []fileConsumer `toml:"consumer,omitempty"`
}

type fileConsumer struct {
	Name     string `toml:"name"`
	By       string `toml:"by,omitempty"`
	OnRotate string `toml:"on_rotate,omitempty"`
	File     string `toml:"file,omitempty"`
	Template string `toml:"template,omitempty"`
}

// encode writes records as keys.toml.
func encode(keyring string, records []*Record) ([]byte, error) {
	f := fileKeys{Schema: schema, Keyring: keyring, Keys: make([]fileKey, len(records))}
	for i, r := range records {
		f.Keys[i] = toFile(r)
	}
	var b bytes.Buffer
	b.Grow(len(fileComment) + 600*len(records))
	b.WriteString(fileComment)
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func toFile(r *Record) fileKey {
	k := fileKey{
		ID: string(r.ID), Name: r.Name, Exchange: string(r.Exchange), Environment: string(r.Environment),
		Site: r.Site, Venue: r.Venue, KeysPage: r.KeysPage, Account: r.Account, Purpose: r.Purpose,
		KeyID: r.KeyID, Fingerprint: r.Fingerprint,
		Slot: string(r.Slot), SubAccount: r.SubAccount, Manager: r.Manager,
		Added: timeText(r.Added), Rotated: timeText(r.Rotated), Notes: r.Notes,
		RotateEvery: overrideText(r.Rules.RotateEvery),
		WarnBefore:  overrideText(r.Rules.WarnBefore),
		UnusedAfter: overrideText(r.Rules.UnusedAfter),

		Stated: r.Facts.Stated, Seen: timeText(r.Facts.Seen), Label: r.Facts.Label, Owner: r.Facts.Account,
		Granted:     permissionText(r.Facts.Permissions, exchanges.Granted),
		Denied:      permissionText(r.Facts.Permissions, exchanges.NotGranted),
		Permissions: r.Facts.ExchangePermissions,
		IP:          string(r.Facts.IPs.State), IPEntries: r.Facts.IPs.Entries,
		Created: momentText(r.Facts.Created), Expires: momentText(r.Facts.Expires),
		LastUsed: momentText(r.Facts.LastUsed), Remarks: r.Facts.Notes,

		Checked: timeText(r.Check.At), Failure: string(r.Check.Kind), Code: r.Check.Code, Hint: r.Check.Hint,
	}
	for _, c := range r.Consumers {
		k.Consumers = append(k.Consumers, fileConsumer{c.Name, string(c.By), c.OnRotate, c.File, c.Template})
	}
	return k
}

// fromFile fills r and says which field is wrong. It never quotes a value.
func fromFile(k *fileKey, r *Record) error {
	var errs fieldErrors
	*r = Record{
		ID: RecordID(k.ID), Name: k.Name,
		Exchange: exchanges.ID(k.Exchange), Environment: exchanges.Environment(k.Environment),
		Site: k.Site, Venue: k.Venue, KeysPage: k.KeysPage, Account: k.Account, Purpose: k.Purpose,
		KeyID: k.KeyID, Fingerprint: k.Fingerprint,
		Slot: Slot(k.Slot), SubAccount: k.SubAccount, Manager: k.Manager,
		Added: errs.time("added", k.Added), Rotated: errs.time("rotated", k.Rotated), Notes: k.Notes,
		Rules: Overrides{
			RotateEvery: errs.override("rotate_every", k.RotateEvery),
			WarnBefore:  errs.override("warn_before", k.WarnBefore),
			UnusedAfter: errs.override("unused_after", k.UnusedAfter),
		},
		Facts: Facts{
			Stated: k.Stated, Seen: errs.time("seen", k.Seen), Label: k.Label, Account: k.Owner,
			Permissions:         errs.permissions(k.Granted, k.Denied),
			ExchangePermissions: k.Permissions,
			IPs:                 exchanges.IPWhitelist{State: errs.ipState(k.IP), Entries: k.IPEntries},
			Created:             errs.moment("created", k.Created),
			Expires:             errs.moment("expires", k.Expires),
			LastUsed:            errs.moment("last_used", k.LastUsed),
			Notes:               k.Remarks,
		},
		Check: Check{At: errs.time("checked", k.Checked), Kind: exchanges.Kind(k.Failure), Code: k.Code, Hint: k.Hint},
	}
	for _, c := range k.Consumers {
		r.Consumers = append(r.Consumers, Consumer{c.Name, Handover(c.By), c.OnRotate, c.File, c.Template})
	}
	if errs.first != nil {
		return errs.first
	}
	return checkRecord(r)
}

const never = "never"

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func momentText(m exchanges.Moment) string {
	if m.IsNever() {
		return never
	}
	t, _ := m.Time()
	return timeText(t)
}

func overrideText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return FormatPeriod(d)
}

func permissionText(s exchanges.PermissionSet, g exchanges.Grant) string {
	var b strings.Builder
	for _, p := range permissions {
		if s.Get(p) == g {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(p.String())
		}
	}
	return b.String()
}

var permissions = exchanges.Permissions()

// fieldErrors reads fields and keeps the first error.
type fieldErrors struct{ first error }

func (e *fieldErrors) add(field string, err error) {
	if e.first == nil {
		e.first = fmt.Errorf("%s: %w", field, err)
	}
}

var errTime = errors.New("not a time such as 2026-11-25T20:40:00Z")

func (e *fieldErrors) time(field, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		e.add(field, errTime) // not err: it quotes the value
	}
	return t.UTC()
}

func (e *fieldErrors) moment(field, s string) exchanges.Moment {
	switch s {
	case "":
		return exchanges.Moment{}
	case never:
		return exchanges.Never()
	}
	return exchanges.At(e.time(field, s))
}

func (e *fieldErrors) override(field, s string) time.Duration {
	if s == "" {
		return 0
	}
	d, err := ParsePeriod(s)
	if err != nil {
		e.add(field, err)
	}
	if d == 0 {
		return Off
	}
	return d
}

func (e *fieldErrors) permissions(granted, denied string) exchanges.PermissionSet {
	var set exchanges.PermissionSet
	for word := range strings.FieldsSeq(denied) {
		set = e.permission(set, "denied", word, exchanges.NotGranted)
	}
	for word := range strings.FieldsSeq(granted) {
		set = e.permission(set, "granted", word, exchanges.Granted)
	}
	return set
}

func (e *fieldErrors) permission(set exchanges.PermissionSet, field, word string, g exchanges.Grant) exchanges.PermissionSet {
	p, err := exchanges.ParsePermission(word)
	if err != nil {
		e.add(field, errors.New("not a permission of the normal form"))
		return set
	}
	return set.With(p, g)
}

func (e *fieldErrors) ipState(s string) exchanges.IPState {
	if state := exchanges.IPState(s); knownIPState(state) {
		return state
	}
	e.add("ip", errors.New("use any, restricted or list"))
	return exchanges.IPUnknown
}

// fieldNames returns the TOML names of a wire type's fields.
func fieldNames(t reflect.Type) map[string]bool {
	names := map[string]bool{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		names[name] = true
	}
	return names
}
