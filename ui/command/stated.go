package command

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// placeFlags name an exchange that keyrota has no adapter for.
type placeFlags struct{ venue, page string }

func (f *placeFlags) register(fl *pflag.FlagSet) {
	fl.StringVar(&f.venue, "venue", "", "other exchanges: the exchange's name, as you call it")
	fl.StringVar(&f.page, "keys-page", "", "other exchanges: the https address of its page for API keys")
}

// preset is the plan of a new key there; the zero one without the flags.
func (f *placeFlags) preset() (flow.Plan, error) {
	switch {
	case f.venue == "" && f.page == "":
		return flow.Plan{}, nil
	case f.venue == "":
		return flow.Plan{}, desk.Refuse("--keys-page without --venue", "Name the exchange as well: --venue Phemex.")
	}
	if err := store.CheckVenue(f.venue); err != nil {
		return flow.Plan{}, desk.Refuse("--venue: "+err.Error(), "Name the exchange in a word or two.")
	}
	if f.page != "" {
		if err := store.CheckKeysPage(f.page); err != nil {
			return flow.Plan{}, desk.Refuse("--keys-page: "+err.Error(), "Copy it from your browser, or leave it out.")
		}
	}
	return flow.Plan{Exchange: other.ID, Venue: f.venue, KeysPage: f.page}, nil
}

// statedFlags are what a person says of a key that nobody can be asked about.
type statedFlags struct {
	placeFlags
	permissions, without, ips, created, expires string
}

func (f *statedFlags) register(fl *pflag.FlagSet) {
	f.placeFlags.register(fl)
	fl.StringVar(&f.permissions, "permissions", "", "other exchanges: what the key may do, separated by commas: read,spot")
	fl.StringVar(&f.without, "no-permissions", "", "other exchanges: what it may not do: withdraw; the rest is not known")
	fl.StringVar(&f.ips, "ips", "", "other exchanges: addresses from which it may be used, or any")
	fl.StringVar(&f.created, "created", "", "other exchanges: the day on which it was made: 2026-08-01")
	fl.StringVar(&f.expires, "expires", "", "other exchanges: the day on which it ends by itself, or never")
}

// given returns the first of the flags that has a value.
func (f *statedFlags) given() string {
	for _, x := range [][2]string{
		{"--venue", f.venue}, {"--keys-page", f.page}, {"--permissions", f.permissions}, {"--no-permissions", f.without},
		{"--ips", f.ips}, {"--created", f.created}, {"--expires", f.expires},
	} {
		if x[1] != "" {
			return x[0]
		}
	}
	return ""
}

// details puts what is stated into d. Where the exchange can be asked, nothing
// may be.
func (f *statedFlags) details(id exchanges.ID, d *desk.Details) (err error) {
	if !nobodyToAsk(id) {
		if flag := f.given(); flag != "" {
			return desk.Refuse(fmt.Sprintf("%s is for --exchange %s only", flag, other.ID), "Leave it out: keyrota asks "+exchanges.Clean(string(id))+" itself.")
		}
		return nil
	}
	if f.venue == "" {
		return desk.Refuse("--venue is missing", "Name the exchange: --venue Phemex.")
	}
	if _, err := f.preset(); err != nil {
		return err
	}
	s := desk.Stated{IPs: flow.ParseIPs(f.ips)}
	if s.Permissions, err = f.grants(); err != nil {
		return err
	}
	if s.Created, err = desk.ParseDay(f.created); err != nil {
		return err
	}
	if s.Expires, err = desk.ParseDay(f.expires); err != nil {
		return err
	}
	d.Venue, d.KeysPage, d.Stated = f.venue, f.page, &s
	return nil
}

// grants reads both lists of permissions; what is in neither is not known.
func (f *statedFlags) grants() (set exchanges.PermissionSet, err error) {
	for _, list := range []struct {
		flag, text string
		grant      exchanges.Grant
	}{{"--permissions", f.permissions, exchanges.Granted}, {"--no-permissions", f.without, exchanges.NotGranted}} {
		for word := range strings.FieldsFuncSeq(list.text, func(r rune) bool { return r == ',' || r == ' ' }) {
			p, err := exchanges.ParsePermission(word)
			if err != nil {
				return set, desk.Refuse(list.flag+": "+exchanges.Clean(err.Error()), "Separate several by commas: read,spot.")
			}
			if set.Get(p) != exchanges.Unknown && set.Get(p) != list.grant {
				return set, desk.Refuse(fmt.Sprintf("%s is in --permissions and in --no-permissions", p), "Name it in one of them.")
			}
			set = set.With(p, list.grant)
		}
	}
	return set, nil
}

// nobodyToAsk reports whether an exchange is one without adapter.
func nobodyToAsk(id exchanges.ID) bool {
	a, err := all.Registry().Get(id)
	return err == nil && a.Info.Manual
}

// placeOf names a key's exchange for people.
//
//go:noinline // it has many callers
func placeOf(r *store.Record) string { return placeName(r.Exchange, r.Venue) }

//go:noinline // it has many callers
func placeName(id exchanges.ID, venue string) string {
	if venue != "" {
		return exchanges.Clean(venue)
	}
	return string(id)
}

// statedMark tells behind a fact that it is the person's word.
func statedMark(r *store.Record) string {
	if r.Facts.Stated {
		return " (stated)"
	}
	return ""
}

// statedPairs says whose word the facts of a key are, and where its keys are
// managed; nothing where the exchange told them.
func statedPairs(r *store.Record) [][2]string {
	var pairs [][2]string
	if r.KeysPage != "" {
		pairs = append(pairs, [2]string{"page", r.KeysPage})
	}
	if r.Facts.Stated {
		pairs = append(pairs, [2]string{"stated", fmt.Sprintf("by you, on %s: keyrota cannot ask %s", r.Facts.Seen.UTC().Format("2006-01-02"), placeOf(r))})
	}
	return pairs
}
