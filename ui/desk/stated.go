package desk

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// manual reports whether an exchange is one that nobody can ask.
func (d *Desk) manual(id exchanges.ID) bool {
	a, err := d.registry.Get(id)
	return err == nil && a.Info.Manual
}

// checkStated judges what the person says of an exchange and of a key there.
func (d *Desk) checkStated(id exchanges.ID, det Details) error {
	if !d.manual(id) {
		if det.Venue != "" || det.KeysPage != "" || det.Stated != nil {
			return Refuse(fmt.Sprintf("%s is asked about its keys: nothing can be stated of them", exchanges.Clean(string(id))),
				"Leave that out; it is for exchanges that keyrota has no adapter for.")
		}
		return nil
	}
	if err := store.CheckVenue(det.Venue); err != nil {
		return Refuse(err.Error(), `Name the exchange in a word or two: "Phemex".`)
	}
	if det.KeysPage != "" {
		if err := store.CheckKeysPage(det.KeysPage); err != nil {
			return Refuse(err.Error(), "Copy it from your browser, or leave it empty.")
		}
	}
	if det.Stated == nil {
		return nil
	}
	if err := CheckIPs(det.Stated.IPs); err != nil {
		return err
	}
	return CheckCreated(det.Stated.Created, d.now())
}

// CheckIPs refuses a whitelist with an entry that is neither an address nor a
// block of them.
func CheckIPs(w exchanges.IPWhitelist) error {
	for _, entry := range w.Entries {
		_, single := netip.ParseAddr(entry)
		_, block := netip.ParsePrefix(entry)
		if single != nil && block != nil {
			return Refuse(fmt.Sprintf("%q is no address", exchanges.Clean(entry)), "Write it as 203.0.113.7; several are separated by commas. The word any: no restriction.")
		}
	}
	return nil
}

// CheckCreated refuses a day on which no key that is here can have been made. A
// day is written without its zone, so that today may be tomorrow in UTC.
func CheckCreated(m exchanges.Moment, now time.Time) error {
	if at, ok := m.Time(); ok && at.After(now.Add(24*time.Hour)) {
		return Refuse("a key cannot have been created in the future", "Write the day on which it was made, or leave it empty.")
	}
	return nil
}

// ParseDay reads a day as people write it for Stated: 2027-05-01, in UTC, never,
// or nothing for not known.
func ParseDay(text string) (exchanges.Moment, error) {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return exchanges.Moment{}, nil
	case strings.EqualFold(text, "never"):
		return exchanges.Never(), nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return exchanges.Moment{}, Refuse(fmt.Sprintf("%q is no day", exchanges.Clean(text)), "Write the year first: 2027-05-01. Leave it empty if you do not know it.")
	}
	return exchanges.At(at), nil
}

// DayText is the inverse of ParseDay.
func DayText(m exchanges.Moment) string {
	if at, ok := m.Time(); ok {
		return at.Format(time.DateOnly)
	}
	if m.IsNever() {
		return "never"
	}
	return ""
}

// state writes what the person says into a record. What they said before and
// say again keeps its time.
func (d *Desk) state(r *store.Record, s *Stated) {
	if s == nil {
		s = &Stated{}
	}
	was := statedOf(r)
	if was != nil && same(*was, *s) {
		return
	}
	at := s.At
	if at.IsZero() {
		at = d.now()
	}
	f := &r.Facts
	f.Stated, f.Seen = true, at.UTC()
	f.Permissions, f.IPs, f.Created, f.Expires = s.Permissions, s.IPs, s.Created, s.Expires
}

// same reports whether two statements say the same, whenever they were made.
func same(a, b Stated) bool {
	a.At, b.At = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

// statedOf returns what the person says of a key, nil where an exchange does.
func statedOf(r *store.Record) *Stated {
	if !r.Facts.Stated {
		return nil
	}
	f := r.Facts
	return &Stated{Permissions: f.Permissions, IPs: f.IPs, Created: f.Created, Expires: f.Expires, At: f.Seen}
}

// leaveStated reports the keys of exchanges that nobody can ask as done, as
// they are, and returns the others.
func (d *Desk) leaveStated(all map[site][]*store.Record, report func(Progress)) map[site][]*store.Record {
	for s, records := range all {
		if !d.manual(s.exchange) {
			continue
		}
		for _, r := range records {
			report(Progress{ID: r.ID, Phase: Done, Status: r.Status(), Record: r})
		}
		delete(all, s)
	}
	return all
}
