package store

import (
	"errors"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Unmanaged is a key that an exchange lists and that no record is about. It
// lies in unmanaged.toml, beside keys.toml, and can be found again by asking
// the exchange: only what the person said of it cannot.
type Unmanaged struct {
	Exchange    exchanges.ID
	Environment exchanges.Environment
	Site        string
	SubAccount  string   // where it is listed for one; empty: the account of the key that listed it
	By          RecordID // whose key listed it
	KeyID       string   // masked: see MaskKeyID
	Fingerprint string   // of the key ID as far as the exchange tells it
	Facts       Facts    // as the list has them; Seen is when it was last there
	Found       time.Time
	Was         Was
	Ignored     Ignored
}

// Was is how keyrota parted from a key that it had before. The zero value: it
// never had it, by the audit log.
type Was struct {
	Action Action // ActionRevoked and its like, or ActionForgotten
	At     time.Time
	Name   string // of the record
}

// Revoked reports whether keyrota saw the key off at its exchange. That it is
// listed again means that it is alive, or that it was made alive again.
func (w Was) Revoked() bool { return w.Action != "" && w.Action != ActionForgotten }

// Ignored is a person's word that an unmanaged key is well as it is. The zero
// value: nobody said so.
type Ignored struct {
	At     time.Time
	Reason string
	Actor  string
}

// ID returns a short name that commands take: the fingerprint's beginning.
func (u *Unmanaged) ID() string { return u.Fingerprint[:min(10, len(u.Fingerprint))] }

// Name returns what people know the key by: its label at the exchange, or its
// masked ID.
func (u *Unmanaged) Name() string {
	if u.Facts.Label != "" {
		return u.Facts.Label
	}
	return u.KeyID
}

// Hidden reports whether the exchange hides a part of the key's ID: then no
// call can name it.
func (u *Unmanaged) Hidden() bool { return strings.Contains(u.KeyID, "*") }

// Is reports whether a full key ID is that of the key, or may be, where the
// exchange hides a part of it.
func (u *Unmanaged) Is(keyID string) bool {
	if !u.Hidden() {
		return u.Fingerprint == Fingerprint(keyID)
	}
	start, end := u.KeyID[:strings.Index(u.KeyID, "*")], u.KeyID[strings.LastIndex(u.KeyID, "*")+1:]
	return len(keyID) >= len(start)+len(end) && strings.HasPrefix(keyID, start) && strings.HasSuffix(keyID, end)
}

// unmanagedComment is the first line of unmanaged.toml.
const unmanagedComment = "# Keys that exchanges list and keyrota does not manage. keyrota wrote this file and writes it again: comments are lost.\n"

type fileUnmanaged struct {
	Schema int             `toml:"schema"`
	Keys   []fileFoundling `toml:"key"`
}

// fileFoundling is laid out as fileKey is.
type fileFoundling struct {
	Exchange    string   `toml:"exchange"`
	Environment string   `toml:"environment"`
	Site        string   `toml:"site,omitempty"`
	SubAccount  string   `toml:"sub_account,omitempty"`
	By          string   `toml:"listed_by"`
	KeyID       string   `toml:"key_id"`
	Fingerprint string   `toml:"fingerprint"`
	Found       string   `toml:"found,omitempty"`
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
	Was         string   `toml:"was,omitempty"`
	WasAt       string   `toml:"was_at,omitempty"`
	WasName     string   `toml:"was_name,omitempty"`
	IgnoredAt   string   `toml:"ignored,omitempty"`
	Reason      string   `toml:"ignored_reason,omitempty"`
	Actor       string   `toml:"ignored_by,omitempty"`
}

const unmanagedSchema = 1

const unmanagedHint = "Mend that line, or remove the file: the keys are found again at the next look at your accounts; what you chose to ignore has to be said again."

func (f *fileUnmanaged) schema() int { return f.Schema }

// Unmanaged returns what unmanaged.toml has, in its order. A missing file has
// nothing.
func (s *Store) Unmanaged() ([]Unmanaged, error) {
	var f fileUnmanaged
	text, err := readSmall(s.paths.Unmanaged, &f, unmanagedSchema, unmanagedHint)
	if err != nil {
		return nil, err
	}
	all := make([]Unmanaged, len(f.Keys))
	for i, k := range f.Keys {
		if all[i], err = k.unmanaged(); err != nil {
			return nil, smallError(s.paths.Unmanaged, &lineError{keyLine([]byte(text), i), err}, unmanagedHint)
		}
	}
	return all, nil
}

// UpdateUnmanaged lets change work on what unmanaged.toml has and saves what it
// returns, at once or not at all.
func (s *Store) UpdateUnmanaged(change func([]Unmanaged) []Unmanaged) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable("change"); err != nil {
		return err
	}
	all, err := s.Unmanaged()
	if err != nil {
		return err
	}
	f := fileUnmanaged{Schema: unmanagedSchema}
	for _, u := range change(all) {
		u.Ignored.Reason, u.Ignored.Actor = exchanges.Clean(u.Ignored.Reason), exchanges.Clean(u.Ignored.Actor)
		f.Keys = append(f.Keys, foundling(&u))
	}
	return s.writeSmall(s.paths.Unmanaged, unmanagedComment, &f)
}

func foundling(u *Unmanaged) fileFoundling {
	f := u.Facts
	return fileFoundling{
		Exchange: string(u.Exchange), Environment: string(u.Environment), Site: u.Site, SubAccount: u.SubAccount, By: string(u.By),
		KeyID: exchanges.Clean(u.KeyID), Fingerprint: u.Fingerprint, Found: timeText(roundTime(u.Found)), Seen: timeText(roundTime(f.Seen)),
		Label: exchanges.Clean(f.Label), Owner: exchanges.Clean(f.Account),
		Granted: permissionText(f.Permissions, exchanges.Granted), Denied: permissionText(f.Permissions, exchanges.NotGranted),
		Permissions: cleanList(f.ExchangePermissions), IP: string(f.IPs.State), IPEntries: cleanList(f.IPs.Entries),
		Created: momentText(rounded(f.Created)), Expires: momentText(rounded(f.Expires)), LastUsed: momentText(rounded(f.LastUsed)),
		Was: exchanges.Clean(string(u.Was.Action)), WasAt: timeText(roundTime(u.Was.At)), WasName: exchanges.Clean(u.Was.Name),
		IgnoredAt: timeText(roundTime(u.Ignored.At)), Reason: u.Ignored.Reason, Actor: u.Ignored.Actor,
	}
}

// rounded returns a moment that a file can hold.
func rounded(m exchanges.Moment) exchanges.Moment {
	if t, ok := m.Time(); ok {
		return roundMoment(t)
	}
	return m
}

func (k fileFoundling) unmanaged() (Unmanaged, error) {
	var errs fieldErrors
	u := Unmanaged{
		Exchange: exchanges.ID(k.Exchange), Environment: exchanges.Environment(k.Environment), Site: exchanges.Clean(k.Site),
		SubAccount: exchanges.Clean(k.SubAccount), By: RecordID(k.By), KeyID: exchanges.Clean(k.KeyID), Fingerprint: k.Fingerprint,
		Found: errs.time("found", k.Found),
		Was:   Was{Action(exchanges.Clean(k.Was)), errs.time("was_at", k.WasAt), exchanges.Clean(k.WasName)},
		Facts: Facts{
			Seen: errs.time("seen", k.Seen), Label: exchanges.Clean(k.Label), Account: exchanges.Clean(k.Owner),
			Permissions: errs.permissions(k.Granted, k.Denied), ExchangePermissions: cleanList(k.Permissions),
			IPs:     exchanges.IPWhitelist{State: errs.ipState(k.IP), Entries: cleanList(k.IPEntries)},
			Created: errs.moment("created", k.Created), Expires: errs.moment("expires", k.Expires), LastUsed: errs.moment("last_used", k.LastUsed),
		},
		Ignored: Ignored{At: errs.time("ignored", k.IgnoredAt), Reason: exchanges.Clean(k.Reason), Actor: exchanges.Clean(k.Actor)},
	}
	if err := CheckExchange(u.Exchange); err != nil {
		errs.add("exchange", errors.New("not the name of an exchange"))
	}
	if _, err := exchanges.ParseEnvironment(k.Environment); err != nil {
		errs.add("environment", errors.New("use live, testnet or demo"))
	}
	if strings.Trim(u.Fingerprint, "0123456789abcdef") != "" || len(u.Fingerprint) != 64 {
		errs.add("fingerprint", errors.New("not 64 hexadecimal digits"))
	}
	return u, errs.first
}
