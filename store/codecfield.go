package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

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

func (e *fieldErrors) source(s string) exchanges.KeySource {
	switch source := exchanges.KeySource(s); source {
	case "", exchanges.FromExchange, exchanges.FromKeyPair:
		return source
	}
	e.add("secret_from", errors.New("use secret or key-pair"))
	return ""
}

// clock reads an offset such as "-1.5s"; "": not measured.
func (e *fieldErrors) clock(s string) exchanges.Clock {
	if s == "" {
		return exchanges.Clock{}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		e.add("clock", errors.New("not an offset such as -1.5s")) // not err: it quotes the value
	}
	return exchanges.Clock{Known: true, Offset: d}
}

func offsetText(c exchanges.Clock) string {
	if !c.Known {
		return ""
	}
	return c.Offset.String()
}

func (e *fieldErrors) sight(f *fileSight) Sight {
	return Sight{
		First: e.time("past.first", f.First), Last: e.time("past.last", f.Last), Label: f.Label, Account: f.Owner,
		Permissions: e.permissions(f.Granted, f.Denied),
		IPs:         exchanges.IPWhitelist{State: e.ipState(f.IP), Entries: f.IPEntries},
	}
}

func sightToFile(s *Sight) fileSight {
	return fileSight{
		First: timeText(s.First), Last: timeText(s.Last), Label: s.Label, Owner: s.Account,
		Granted: permissionText(s.Permissions, exchanges.Granted), Denied: permissionText(s.Permissions, exchanges.NotGranted),
		IP: string(s.IPs.State), IPEntries: s.IPs.Entries,
	}
}
