package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// placeInputs ask which exchange is meant, where keyrota has no adapter for it.
type placeInputs struct{ venue, page *textField }

func newPlaceInputs(venue, page string) placeInputs {
	return placeInputs{
		venue: newTextField("Name of the exchange", "as you call it: Phemex", venue),
		page:  newTextField("Page for keys", "the https address of its page for API keys; may stay empty", page),
	}
}

func (p placeInputs) fields() []field { return []field{p.venue, p.page} }

// read puts the exchange into d, or says beside a field what is wrong.
func (p placeInputs) read(f *form, d *desk.Details) bool {
	d.Venue, d.KeysPage = p.venue.value(), p.page.value()
	if err := store.CheckVenue(d.Venue); err != nil {
		f.refuse(slices.Index(f.fields, field(p.venue)), err.Error(), "Name it in a word or two.")
		return false
	}
	if d.KeysPage == "" {
		return true
	}
	if err := store.CheckKeysPage(d.KeysPage); err != nil {
		f.refuse(slices.Index(f.fields, field(p.page)), err.Error(), "Copy it from your browser, or leave it empty.")
		return false
	}
	return true
}

// statedInputs ask what a key may do, from where and until when, where nobody
// but the person can tell.
type statedInputs struct {
	may                   *grantField
	ips, created, expires *textField
}

func newStatedInputs(s desk.Stated) statedInputs {
	return statedInputs{
		may:     newGrantField("It may", s.Permissions),
		ips:     newTextField("IP whitelist", "addresses separated by commas; any: no restriction; empty: not known", ipInput(s.IPs)),
		created: newTextField("Created", "the day on which it was made: 2026-11-20; empty: not known", desk.DayText(s.Created)),
		expires: newTextField("Expires", "the day on which it ends by itself, or never; empty: not known", desk.DayText(s.Expires)),
	}
}

// ipInput writes a whitelist as flow.ParseIPs reads it.
func ipInput(w exchanges.IPWhitelist) string {
	if w.State == exchanges.IPAny {
		return "any"
	}
	return strings.Join(w.Entries, ", ")
}

func (s statedInputs) fields() []field { return []field{s.may, s.ips, s.created, s.expires} }

// read puts what is stated into d, or says beside a field what is wrong.
func (s statedInputs) read(f *form, d *desk.Details, now time.Time) bool {
	said := desk.Stated{Permissions: s.may.set, IPs: flow.ParseIPs(s.ips.value())}
	var errs [3]error
	errs[0] = desk.CheckIPs(said.IPs)
	if said.Created, errs[1] = desk.ParseDay(s.created.value()); errs[1] == nil {
		errs[1] = desk.CheckCreated(said.Created, now)
	}
	said.Expires, errs[2] = desk.ParseDay(s.expires.value())
	for i, from := range []*textField{s.ips, s.created, s.expires} {
		if errs[i] != nil {
			what, hint := explain(errs[i])
			f.refuse(slices.Index(f.fields, field(from)), what, hint)
			return false
		}
	}
	d.Stated = &said
	return true
}
