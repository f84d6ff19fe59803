package store

import (
	"bytes"
	"reflect"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// schema is the version of keys.toml that this keyrota writes.
const schema = 4

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
	Source      string `toml:"secret_from,omitempty"`
	Notes       string `toml:"notes,omitempty"`

	// What the exchange said when it last accepted the key, or the person did.
	Stated      bool     `toml:"stated,omitempty"`
	Seen        string   `toml:"seen,omitempty"`
	Since       string   `toml:"since,omitempty"`
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
	Failing string `toml:"failing_since,omitempty"`
	Clock   string `toml:"clock,omitempty"`

	Consumers []fileConsumer   `toml:"consumer,omitempty"`
	Past      []fileSight      `toml:"past,omitempty"`
	Accepted  []fileAcceptance `toml:"accepted,omitempty"`
}

type fileConsumer struct {
	Name     string `toml:"name"`
	By       string `toml:"by,omitempty"`
	OnRotate string `toml:"on_rotate,omitempty"`
	File     string `toml:"file,omitempty"`
	Template string `toml:"template,omitempty"`
}

// fileSight is what the exchange said before it said something else.
type fileSight struct {
	First     string   `toml:"first,omitempty"`
	Last      string   `toml:"last,omitempty"`
	Label     string   `toml:"exchange_label,omitempty"`
	Owner     string   `toml:"exchange_account,omitempty"`
	Granted   string   `toml:"granted,omitempty"`
	Denied    string   `toml:"denied,omitempty"`
	IP        string   `toml:"ip,omitempty"`
	IPEntries []string `toml:"ip_entries,omitempty"`
}

// fileAcceptance is a finding that the person accepted.
type fileAcceptance struct {
	Code   string `toml:"code"`
	Fact   string `toml:"fact"`
	Reason string `toml:"reason"`
	At     string `toml:"at"`
	Until  string `toml:"until"`
	Actor  string `toml:"by,omitempty"`
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
		Source:      string(r.Source),

		Stated: r.Facts.Stated, Seen: timeText(r.Facts.Seen), Since: timeText(r.Facts.Since), Label: r.Facts.Label, Owner: r.Facts.Account,
		Granted:     permissionText(r.Facts.Permissions, exchanges.Granted),
		Denied:      permissionText(r.Facts.Permissions, exchanges.NotGranted),
		Permissions: r.Facts.ExchangePermissions,
		IP:          string(r.Facts.IPs.State), IPEntries: r.Facts.IPs.Entries,
		Created: momentText(r.Facts.Created), Expires: momentText(r.Facts.Expires),
		LastUsed: momentText(r.Facts.LastUsed), Remarks: r.Facts.Notes,

		Checked: timeText(r.Check.At), Failure: string(r.Check.Kind), Code: r.Check.Code, Hint: r.Check.Hint,
		Failing: timeText(r.Check.Failing), Clock: offsetText(r.Check.Clock),
	}
	for _, c := range r.Consumers {
		k.Consumers = append(k.Consumers, fileConsumer{c.Name, string(c.By), c.OnRotate, c.File, c.Template})
	}
	for i := range r.Past {
		k.Past = append(k.Past, sightToFile(&r.Past[i]))
	}
	for _, a := range r.Accepted {
		k.Accepted = append(k.Accepted, fileAcceptance{a.Code, a.Fact, a.Reason, timeText(a.At), timeText(a.Until), a.Actor})
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
		Source: errs.source(k.Source),
		Facts: Facts{
			Stated: k.Stated, Seen: errs.time("seen", k.Seen), Since: errs.time("since", k.Since), Label: k.Label, Account: k.Owner,
			Permissions:         errs.permissions(k.Granted, k.Denied),
			ExchangePermissions: k.Permissions,
			IPs:                 exchanges.IPWhitelist{State: errs.ipState(k.IP), Entries: k.IPEntries},
			Created:             errs.moment("created", k.Created),
			Expires:             errs.moment("expires", k.Expires),
			LastUsed:            errs.moment("last_used", k.LastUsed),
			Notes:               k.Remarks,
		},
		Check: Check{
			At: errs.time("checked", k.Checked), Kind: exchanges.Kind(k.Failure), Code: k.Code, Hint: k.Hint,
			Failing: errs.time("failing_since", k.Failing), Clock: errs.clock(k.Clock),
		},
	}
	for _, c := range k.Consumers {
		r.Consumers = append(r.Consumers, Consumer{c.Name, Handover(c.By), c.OnRotate, c.File, c.Template})
	}
	for i := range k.Past {
		r.Past = append(r.Past, errs.sight(&k.Past[i]))
	}
	for _, a := range k.Accepted {
		r.Accepted = append(r.Accepted, Acceptance{
			Code: a.Code, Fact: a.Fact, Reason: a.Reason, Actor: a.Actor,
			At: errs.time("accepted.at", a.At), Until: errs.time("accepted.until", a.Until),
		})
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

// fieldNames returns the TOML names of a wire type's fields.
func fieldNames(t reflect.Type) map[string]bool {
	names := map[string]bool{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		names[name] = true
	}
	return names
}
