package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var listLaws = []Law{
	{"ListKeys lists every key", listsAll},
	{"ListKeys lists hundreds of keys", listsHundreds},
	{"ListKeys fails rather than leave a key out", listsNoPart},
	{"ListKeys reads every spelling of an answer", listsEverySpelling},
	{"what a list does not tell is unknown", listsWithheldAsUnknown},
	{"a public list needs the account's name only", listsForAnyone},
}

func listsAll(s Subject) error {
	return s.managing(lists, func(d *desk) error {
		none, err := d.list(context.Background())
		if err != nil || len(none) != 0 {
			return fmt.Errorf("an account without keys has %d: %w", len(none), err)
		}
		for range max(3, d.Manage.Many) {
			d.account.Make(keyOf(d.Manage.New))
		}
		d.account.Delete(d.key(2))
		got, err := d.list(context.Background())
		if err != nil {
			return err
		}
		return errors.Join(d.listed(got), d.judged())
	})
}

// hundreds is more than any exchange lets an account have.
const hundreds = 500

func listsHundreds(s Subject) error {
	return s.managing(lists, func(d *desk) error {
		for range hundreds {
			d.account.Make(keyOf(d.Manage.New))
		}
		got, err := d.list(context.Background())
		if err != nil {
			return err
		}
		return d.listed(got)
	})
}

// listsForAnyone asks without a key for the list of the account that the keys
// in it name.
func listsForAnyone(s Subject) error {
	return s.managing(func(c exchanges.Capabilities) bool { return c.ListIsPublic }, func(d *desk) error {
		d.account.Make(keyOf(d.Manage.New))
		first, err := d.list(context.Background())
		if err != nil || len(first) != 1 || first[0].Account == "" {
			return fmt.Errorf("%d keys of one, or one without account: %w", len(first), err)
		}
		d.manager = exchanges.Manager{SubAccount: first[0].Account}
		got, err := d.list(context.Background())
		if err != nil {
			return err
		}
		return errors.Join(d.listed(got), d.judged())
	})
}

// listed holds a list against the account.
func (d *desk) listed(got []exchanges.KeyInfo) error {
	var p problems
	p.in("KeyInfo", d.leaks(dump(got)))
	want := d.account.Keys()
	if len(got) != len(want) {
		p.addf("%d keys of %d", len(got), len(want))
	}
	seen := map[string]bool{}
	for _, info := range got {
		k, ok := d.account.Key(info.KeyID)
		switch {
		case !ok || seen[info.KeyID]:
			p.addf("%q is not in the account, or is there twice", info.KeyID)
		case info.Label != k.Label:
			p.addf("the label of %q is %q, not %q", info.KeyID, info.Label, k.Label)
		case info.Permissions.Known() && info.Permissions != k.Permissions:
			p.addf("the permissions of %q are %s, not %s", info.KeyID, words(info.Permissions), words(k.Permissions))
		case info.IPs.State != exchanges.IPUnknown && info.IPs.State != exchanges.IPRestricted && !sameIPs(info.IPs, k.IPs):
			p.addf("the IP whitelist of %q is %v, not %v", info.KeyID, info.IPs, k.IPs)
		}
		seen[info.KeyID] = true
	}
	return p.err()
}

// stocked gives the account three keys.
func (d *desk) stocked() *desk {
	for range 3 {
		d.account.Make(keyOf(d.Manage.New))
	}
	return d
}

// eachVariant asks once, then again for every variant of every answer, and gives
// what comes of it to judge. Calls for the time stay as they are.
func (d *desk) eachVariant(ask func(*desk) ([]exchanges.KeyInfo, error), m mutator, judge func(string, []exchanges.KeyInfo, error) error) error {
	if _, err := ask(d); err != nil {
		return err
	}
	var p problems
	good := d.Routes(d.site)
	for _, first := range d.server.Requests() {
		call := first.Call()
		if call == d.ClockCall || slices.Contains(d.Manage.Writes, call) {
			continue
		}
		err := walk(good[call](first).Body, func(path []string, node any, encode func(any) string) {
			for _, v := range m(node) {
				d.server.Handle(call, JSON(encode(v)).Handler())
				got, err := ask(d)
				p.in(call, judge(strings.Join(path, "."), got, err))
			}
		})
		p.in(call, err)
		d.server.Handle(call, good[call])
	}
	return p.err()
}

func (d *desk) listNow() ([]exchanges.KeyInfo, error) { return d.list(context.Background()) }

// listsNoPart replaces every part of the answers. What is not in a list counts as
// gone, so that one with holes, with a key twice or under a name that is not its
// own is no list.
func listsNoPart(s Subject) error {
	return s.managing(lists, func(d *desk) error {
		ids := []string{d.key(1), d.key(2), d.key(3)}
		odd := func(node any) []any {
			out := swapTypes(node)
			out = slices.DeleteFunc(out, func(v any) bool { // an empty list is a good one, of no keys
				list, ok := v.([]any)
				return ok && len(list) == 0
			})
			if id, ok := node.(string); ok && slices.Contains(ids, id) {
				out = append(out, id[:4]+"****"+id[len(id)-4:], id[:len(id)/2]+"…", ids[(slices.Index(ids, id)+1)%len(ids)])
			}
			return out
		}
		return d.stocked().eachVariant((*desk).listNow, odd, func(where string, got []exchanges.KeyInfo, err error) error {
			if err != nil {
				return d.lawful(err)
			}
			var listed []string
			for _, k := range got {
				listed = append(listed, k.KeyID)
			}
			slices.Sort(listed)
			odd := slices.ContainsFunc(listed, func(id string) bool { return id == "" || strings.ContainsAny(id, "*…") })
			if odd || len(slices.Compact(listed)) != len(ids) { // what has another name now is another key
				return fmt.Errorf("%s: the list has the keys %q", where, listed)
			}
			return nil
		})
	})
}

// listsEverySpelling compares lists that say the same in other forms.
func listsEverySpelling(s Subject) error {
	return s.managing(lists, func(d *desk) error {
		want, err := d.stocked().listNow()
		if err != nil {
			return err
		}
		for i := range want {
			want[i] = still(want[i])
		}
		return d.eachVariant((*desk).listNow, respell, func(where string, got []exchanges.KeyInfo, err error) error {
			for i := range got {
				got[i] = still(got[i])
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				return fmt.Errorf("%s in another spelling: %+v, not %+v (%w)", where, got, want, err)
			}
			return nil
		})
	})
}
