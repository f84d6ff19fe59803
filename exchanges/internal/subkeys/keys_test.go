package subkeys

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// shelf is an account whose keys are nothing but their IDs.
type shelf struct {
	keys   []string
	shown  func(string) string // nil: whole
	narrow bool                // answers with the key that is asked for alone
	fails  error
	looks  int
}

func (s *shelf) Keys() Keys[string] {
	shown := s.shown
	if shown == nil {
		shown = func(k string) string { return k }
	}
	return Keys[string]{Desk: desk, Op: "GET keys", ID: shown, Read: func(_ context.Context, id string) (all []string, err error) {
		s.looks++
		for _, k := range s.keys {
			if !s.narrow || id == "" || k == id {
				all = append(all, k)
			}
		}
		return all, s.fails
	}}
}

func hidden(k string) string { return k[:1] + "**" + k[len(k)-1:] }

func infoOf(k string) exchanges.KeyInfo { return exchanges.KeyInfo{Label: "label of " + k} }

var (
	refused = &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused}
	slow    = &exchanges.Error{Kind: exchanges.RateLimited, Outcome: exchanges.Refused}
	down    = &exchanges.Error{Kind: exchanges.Unavailable}
)

func TestInfosNameEveryKey(t *testing.T) {
	got, err := (&shelf{keys: []string{"k1", "k2"}}).Keys().Infos(t.Context(), infoOf)
	if err != nil || len(got) != 2 || got[1].KeyID != "k2" || got[1].Label != "label of k2" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, s := range map[string]*shelf{
		"masked": {keys: []string{"k1"}, shown: hidden}, "twice": {keys: []string{"k1", "k1"}}, "no name": {keys: []string{""}},
	} {
		if got, err := s.Keys().Infos(t.Context(), infoOf); got != nil || !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Op != "GET keys" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := (&shelf{fails: down}).Keys().Infos(t.Context(), infoOf); !errors.Is(err, exchanges.Unavailable) {
		t.Error(err)
	}
}

func TestASurveyHasTheCallingKey(t *testing.T) {
	for name, c := range map[string]struct {
		shelf shelf
		ids   []string // nil: it fails
	}{
		"whole":             {shelf{keys: []string{"k1", "me2"}}, []string{"k1", "me2"}},
		"masked":            {shelf{keys: []string{"k1", "me2"}, shown: hidden}, []string{"k*1", "m*2"}},
		"masked and alike":  {shelf{keys: []string{"mx2", "me2"}, shown: hidden}, []string{"m*2", "m*2"}},
		"without it":        {shelf{keys: []string{"k1"}}, nil},
		"masked without it": {shelf{keys: []string{"k1"}, shown: hidden}, nil},
		"nobody":            {shelf{}, nil},
		"a key twice":       {shelf{keys: []string{"me2", "k1", "k1"}}, nil},
		"a nameless one":    {shelf{keys: []string{"me2", ""}}, nil},
		"no list":           {shelf{keys: []string{"me2"}, fails: down}, nil},
	} {
		got, err := c.shelf.Keys().Survey(t.Context(), "me2", infoOf)
		var ids []string
		for _, k := range got {
			ids = append(ids, k.KeyID)
		}
		if !slices.Equal(ids, c.ids) || (err == nil) != (c.ids != nil) {
			t.Errorf("%s: %q, %v", name, ids, err)
		}
	}
}

func TestAKeyIsFoundWithoutDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		shelf        shelf
		found, fails bool
	}{
		"there":                  {shelf{keys: []string{"k1", "k2"}}, true, false},
		"not there":              {shelf{keys: []string{"k1"}}, false, false},
		"masked and asked for":   {shelf{keys: []string{"k1", "k-2", "k2"}, narrow: true, shown: func(k string) string { return k[:1] + "*" }}, true, false},
		"masked and gone":        {shelf{keys: []string{"k1"}, narrow: true, shown: hidden}, false, false},
		"masked among others":    {shelf{keys: []string{"k1", "k2"}, shown: hidden}, false, true},
		"masked and another":     {shelf{keys: []string{"x9"}, shown: hidden}, false, true},
		"there beside a stray":   {shelf{keys: []string{"k2", ""}}, false, true},
		"not there, but a stray": {shelf{keys: []string{""}}, false, true},
		"not there, and twice":   {shelf{keys: []string{"k1", "k1"}}, false, true},
		"a list that fails":      {shelf{keys: []string{"k2"}, fails: down}, false, true},
	} {
		k, err := c.shelf.Keys().Find(t.Context(), "k2")
		if (k != nil) != c.found || (err != nil) != c.fails || k != nil && *k != "k2" {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

func TestEditLooksBeforeAndAfter(t *testing.T) {
	denied := &exchanges.Error{Kind: exchanges.Denied, Outcome: exchanges.Refused}
	for name, c := range map[string]struct {
		shelf   shelf
		change  error
		leaves  bool // the key goes while the change is under way
		kind    exchanges.Kind
		outcome exchanges.Outcome
		looks   int
	}{
		"changed":      {shelf: shelf{keys: []string{"a"}}, looks: 1},
		"no key":       {shelf: shelf{}, kind: exchanges.NotFound, outcome: exchanges.Refused, looks: 1},
		"no list":      {shelf: shelf{fails: denied}, kind: exchanges.Denied, outcome: exchanges.NotSent, looks: 1},
		"not prepared": {shelf: shelf{keys: []string{"a"}}, change: desk.Untold("op", "label"), kind: exchanges.Protocol, outcome: exchanges.NotSent, looks: 1},
		"refused":      {shelf: shelf{keys: []string{"a"}}, change: refused, kind: exchanges.Protocol, outcome: exchanges.Refused, looks: 2},
		"no use":       {shelf: shelf{keys: []string{"a"}}, change: slow, kind: exchanges.RateLimited, outcome: exchanges.Refused, looks: 1},
		"gone since":   {shelf: shelf{keys: []string{"a"}}, change: refused, leaves: true, kind: exchanges.NotFound, outcome: exchanges.Refused, looks: 2},
	} {
		err := c.shelf.Keys().Edit(t.Context(), "op", "a", func(string) error {
			if c.leaves {
				c.shelf.keys = nil
			}
			return c.change
		})
		if e := exchanges.AsError(err); (err == nil) != (c.kind == "") || err != nil && (e.Kind != c.kind || e.Outcome != c.outcome) || c.shelf.looks != c.looks {
			t.Errorf("%s: %d looks, %v", name, c.shelf.looks, err)
		}
	}
}

func TestRevokeBelievesTheList(t *testing.T) {
	for name, c := range map[string]struct {
		shelf shelf
		sent  error
		looks int
		good  bool
	}{
		"done":              {shelf{keys: []string{"k1"}}, nil, 0, true},
		"refused, gone":     {shelf{keys: []string{"b"}}, refused, 1, true},
		"refused, there":    {shelf{keys: []string{"k1"}}, refused, 1, false},
		"no list to trust":  {shelf{keys: []string{"b", "b"}}, refused, 1, false},
		"nobody can tell":   {shelf{fails: down}, refused, 1, false},
		"masked, all alike": {shelf{keys: []string{"k1", "k2"}, shown: hidden}, refused, 1, false},
		"nothing was sent":  {shelf{}, &exchanges.Error{Kind: exchanges.Invalid, Outcome: exchanges.NotSent}, 0, false},
	} {
		err := c.shelf.Keys().Revoke(t.Context(), "k1", func() error { return c.sent })
		if (err == nil) != c.good || c.shelf.looks != c.looks {
			t.Errorf("%s: %d looks, %v", name, c.shelf.looks, err)
		}
	}
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	pages := map[string]string{"": "1", "1": "2", "2": ""}
	read := func(cursor string) ([]string, string, error) { return []string{"key " + cursor}, pages[cursor], nil }
	if all, err := Pages(desk, "op", 3, read); err != nil || !slices.Equal(all, []string{"key ", "key 1", "key 2"}) {
		t.Errorf("%q, %v", all, err)
	}
	again := func(string) ([]string, string, error) { return []string{"key"}, "1", nil }
	broken := func(cursor string) ([]string, string, error) {
		if cursor == "1" {
			return nil, "", refused
		}
		return read(cursor)
	}
	for name, c := range map[string]struct {
		most int
		page func(string) ([]string, string, error)
	}{"no end": {2, read}, "in a circle": {9, again}, "a part": {3, broken}} {
		if all, err := Pages(desk, "op", c.most, c.page); all != nil || !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %q, %v", name, all, err)
		}
	}
}
