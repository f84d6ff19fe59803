package subkeys

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// shelf is a sub-account whose keys are words.
type shelf struct {
	keys  []string
	fails error
	looks int
}

func (s *shelf) Keys() Keys[string] {
	return Keys[string]{
		Desk: desk, Op: "GET /keys", ID: func(k string) string { return k },
		List: func(context.Context) ([]string, error) {
			s.looks++
			return s.keys, s.fails
		},
	}
}

var refused = &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused}

func TestKeysOfAList(t *testing.T) {
	s := &shelf{keys: []string{"a", "b"}}
	infos, err := s.Keys().Infos(t.Context(), func(k string) exchanges.KeyInfo { return exchanges.KeyInfo{KeyID: k} })
	if err != nil || len(infos) != 2 || infos[1].KeyID != "b" {
		t.Errorf("%v, %v", infos, err)
	}
	for id, there := range map[string]bool{"b": true, "c": false} {
		if k, err := s.Keys().Find(t.Context(), id); err != nil || (k != nil) != there || there && *k != id {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAListWithHolesIsNone(t *testing.T) {
	for name, s := range map[string]*shelf{"twice": {keys: []string{"a", "a"}}, "nameless": {keys: []string{"a", ""}}, "refused": {fails: refused}} {
		infos, err := s.Keys().Infos(t.Context(), func(string) exchanges.KeyInfo { return exchanges.KeyInfo{} })
		k, found := s.Keys().Find(t.Context(), "a")
		if infos != nil || k != nil || !errors.Is(err, exchanges.Protocol) || !errors.Is(found, exchanges.Protocol) {
			t.Errorf("%s: %v, %v", name, err, found)
		}
	}
}

func TestEditLooksBeforeAndAfter(t *testing.T) {
	wrong := desk.Incomplete("GET /keys", "not told")
	for name, c := range map[string]struct {
		shelf   shelf
		prepare error
		send    error
		leaves  bool // the key goes while the change is under way
		kind    exchanges.Kind
		outcome exchanges.Outcome
		sent    bool
	}{
		"changed":      {shelf: shelf{keys: []string{"a"}}, sent: true},
		"no key":       {shelf: shelf{}, kind: exchanges.NotFound, outcome: exchanges.Refused},
		"no list":      {shelf: shelf{fails: &exchanges.Error{Kind: exchanges.Denied, Outcome: exchanges.Refused}}, kind: exchanges.Denied, outcome: exchanges.NotSent},
		"not prepared": {shelf: shelf{keys: []string{"a"}}, prepare: wrong, kind: exchanges.Protocol, outcome: exchanges.NotSent},
		"refused":      {shelf: shelf{keys: []string{"a"}}, send: refused, kind: exchanges.Protocol, outcome: exchanges.Refused, sent: true},
		"gone since":   {shelf: shelf{keys: []string{"a"}}, send: refused, leaves: true, kind: exchanges.NotFound, outcome: exchanges.Refused, sent: true},
	} {
		sent := false
		err := c.shelf.Keys().Edit(t.Context(), "op", "a", func(k string) (func() error, error) {
			return func() error {
				if sent = true; c.leaves {
					c.shelf.keys = nil
				}
				return c.send
			}, c.prepare
		})
		if (err == nil) != (c.kind == "") || sent != c.sent {
			t.Errorf("%s: sent %t, %v", name, sent, err)
		}
		if e := exchanges.AsError(err); err != nil && (e.Kind != c.kind || e.Outcome != c.outcome) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestRevokeBelievesTheList(t *testing.T) {
	for name, c := range map[string]struct {
		keys  []string
		send  error
		looks int
		good  bool
	}{
		"done":             {[]string{"a"}, nil, 0, true},
		"refused, gone":    {[]string{"b"}, refused, 1, true},
		"refused, there":   {[]string{"a"}, refused, 1, false},
		"no list to trust": {[]string{"b", "b"}, refused, 1, false},
		"nothing was sent": {nil, &exchanges.Error{Kind: exchanges.Invalid, Outcome: exchanges.NotSent}, 0, false},
	} {
		s := &shelf{keys: c.keys}
		err := s.Keys().Revoke(t.Context(), "a", func() error { return c.send })
		if (err == nil) != c.good || s.looks != c.looks {
			t.Errorf("%s: %d looks, %v", name, s.looks, err)
		}
	}
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	pages := map[string]string{"": "1", "1": "2", "2": ""}
	read := func(cursor string) ([]string, string, error) { return []string{"key " + cursor}, pages[cursor], nil }
	if all, err := Pages(desk, "op", 3, read); err != nil || !slices.Equal(all, []string{"key ", "key 1", "key 2"}) {
		t.Errorf("%q, %v", all, err)
	}
	if all, err := Pages(desk, "op", 2, read); all != nil || !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Op != "op" {
		t.Errorf("a list without end: %q, %v", all, err)
	}
	broken := func(cursor string) ([]string, string, error) {
		if cursor == "1" {
			return nil, "", refused
		}
		return read(cursor)
	}
	if all, err := Pages(desk, "op", 3, broken); all != nil || !errors.Is(err, refused) {
		t.Errorf("a part of a list: %q, %v", all, err)
	}
}
