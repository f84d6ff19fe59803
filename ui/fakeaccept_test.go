package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// Accept accepts what is found, unless accept is set.
func (d *fakeDesk) Accept(_ context.Context, id store.RecordID, code, reason string, until time.Time) error {
	d.note("Accept %s %s until %s", code, reason, until.Format(time.RFC3339))
	if d.refuse != nil {
		return d.refuse
	}
	before, ok := d.Snapshot().ByID(id)
	if !ok {
		return errors.New("no such key")
	}
	judged := d.World(noon).Judge(before, d.Snapshot().Records())
	f, found := judged.Of(code)
	if !found {
		return desk.Refuse("nothing called so is found", "There is something else.")
	}
	after := *before
	after.Accepted = slices.Clone(before.Accepted)
	after.Accept(store.Acceptance{Code: code, Fact: f.Fact, Reason: reason, At: noon, Until: until, Actor: "ann"})
	d.replace(&after)
	return nil
}

func (d *fakeDesk) Object(_ context.Context, id store.RecordID, code string) error {
	d.note("Object %s", code)
	if d.refuse != nil {
		return d.refuse
	}
	before, ok := d.Snapshot().ByID(id)
	if !ok {
		return errors.New("no such key")
	}
	after := *before
	after.Object(code)
	d.replace(&after)
	return nil
}

func (d *fakeDesk) RestrictByHand(*store.Record) desk.Restriction { return d.narrow }
