package subkeys

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// listOf is a list of keys that are nothing but their IDs. narrow has it answer
// with the key that is asked for alone; shown is how the list shows a key.
func listOf(keys *[]string, narrow bool, shown func(string) string) List[string] {
	return List[string]{
		Desk: desk, Op: "GET keys", ID: func(k string) string { return shown(k) },
		Read: func(_ context.Context, keyID string) (all []string, err error) {
			for _, k := range *keys {
				if !narrow || keyID == "" || k == keyID {
					all = append(all, k)
				}
			}
			return all, nil
		},
	}
}

func plain(k string) string { return k }

func hidden(k string) string { return k[:1] + "**" + k[len(k)-1:] }

func infoOf(k string) exchanges.KeyInfo { return exchanges.KeyInfo{Label: "label of " + k} }

var errLook = &exchanges.Error{Kind: exchanges.Unavailable, Hint: "later"}

// broken is a list that cannot be read.
func broken() List[string] {
	l := listOf(&[]string{}, false, plain)
	l.Read = func(context.Context, string) ([]string, error) { return nil, errLook }
	return l
}

func TestInfosNameEveryKey(t *testing.T) {
	got, err := listOf(&[]string{"k1", "k2"}, false, plain).Infos(t.Context(), infoOf)
	if err != nil || len(got) != 2 || got[1].KeyID != "k2" || got[1].Label != "label of k2" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, l := range map[string]List[string]{
		"masked":  listOf(&[]string{"k1"}, false, hidden),
		"twice":   listOf(&[]string{"k1", "k1"}, false, plain),
		"no name": listOf(&[]string{""}, false, plain),
	} {
		if got, err := l.Infos(t.Context(), infoOf); !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Op != "GET keys" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := broken().Infos(t.Context(), infoOf); !errors.Is(err, exchanges.Unavailable) {
		t.Error(err)
	}
}

func TestAKeyIsFoundWithoutDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		list  List[string]
		id    string
		found bool
		fails bool
	}{
		"there":                  {listOf(&[]string{"k1", "k2"}, false, plain), "k2", true, false},
		"not there":              {listOf(&[]string{"k1"}, false, plain), "k2", false, false},
		"masked and asked for":   {listOf(&[]string{"k1", "k2"}, true, hidden), "k2", true, false},
		"masked and gone":        {listOf(&[]string{"k1"}, true, hidden), "k2", false, false},
		"masked among others":    {listOf(&[]string{"k1", "k2"}, false, hidden), "k2", false, true},
		"masked and another":     {listOf(&[]string{"x9"}, false, hidden), "k2", false, true},
		"there beside a stray":   {listOf(&[]string{"k2", ""}, false, plain), "k2", true, false},
		"not there, but a stray": {listOf(&[]string{""}, false, plain), "k2", false, true},
		"not there, and twice":   {listOf(&[]string{"k1", "k1"}, false, plain), "k2", false, true},
		"a list that fails":      {broken(), "k2", false, true},
	} {
		k, err := c.list.Find(t.Context(), c.id)
		if (k != nil) != c.found || (err != nil) != c.fails || k != nil && *k != c.id {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

func TestEditChangesTheKeyThatIsThere(t *testing.T) {
	keys := []string{"k1", "k2"}
	l := listOf(&keys, false, plain)
	refused := &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused}
	var changed []string
	note := func(err error) func(string) error {
		return func(k string) error { changed = append(changed, k); return err }
	}
	if err := l.Edit(t.Context(), "op", "k2", note(nil)); err != nil {
		t.Error(err)
	}
	if err := l.Edit(t.Context(), "op", "k2", note(refused)); !errors.Is(err, exchanges.Protocol) {
		t.Errorf("%v", err)
	}
	if err := l.Edit(t.Context(), "op", "k3", note(nil)); !errors.Is(err, exchanges.NotFound) || exchanges.AsError(err).Op != "op" {
		t.Errorf("%v", err)
	}
	if !slices.Equal(changed, []string{"k2", "k2"}) {
		t.Errorf("%q were changed", changed)
	}
	goes := func(string) error { keys = keys[:1]; return refused }
	if err := l.Edit(t.Context(), "op", "k2", goes); !errors.Is(err, exchanges.NotFound) {
		t.Errorf("somebody was faster: %v", err)
	}
	if err := broken().Edit(t.Context(), "op", "k2", note(nil)); exchanges.AsError(err).Outcome != exchanges.NotSent {
		t.Errorf("%v", err)
	}
}

func TestRevokeEndsWithTheKeyGone(t *testing.T) {
	refused := &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused}
	for name, c := range map[string]struct {
		list List[string]
		err  error
		gone bool
	}{
		"deleted":           {listOf(&[]string{}, false, plain), nil, true},
		"gone already":      {listOf(&[]string{"k1"}, false, plain), refused, true},
		"refused":           {listOf(&[]string{"k1", "k2"}, false, plain), refused, false},
		"nobody can tell":   {broken(), refused, false},
		"masked, all alike": {listOf(&[]string{"k1", "k2"}, false, hidden), refused, false},
	} {
		if err := c.list.Revoke(t.Context(), "k2", func() error { return c.err }); (err == nil) != c.gone {
			t.Errorf("%s: %v", name, err)
		}
	}
}
