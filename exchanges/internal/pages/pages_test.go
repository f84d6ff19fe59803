package pages

import (
	"reflect"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestStepsOfAPage(t *testing.T) {
	got := slices.Concat(
		Go("Menu → Keys", "New key"), Label("Name"), Rights("Tick", "Leave off"), IPs("Addresses"),
		Only(exchanges.FromExchange, Go("Copy the secret")), Only(exchanges.FromKeyPair, PublicKey("Paste")),
	)
	want := []exchanges.GuideStep{
		{Text: "Menu → Keys"},
		{Text: "New key"},
		{Text: "Name", Put: exchanges.PutLabel},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks},
		{Text: "Addresses", Put: exchanges.PutIPs},
		{Text: "Copy the secret", Only: exchanges.FromExchange},
		{Text: "Paste", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestOnlyLeavesItsStepsAlone(t *testing.T) {
	steps := Go("Copy")
	if Only(exchanges.FromKeyPair, steps); steps[0].Only != "" {
		t.Error("the steps of others were changed")
	}
}

func TestPageLeadsToAKeyAndBack(t *testing.T) {
	g := Page{
		Place: "Keys", Make: Go("New"), Rights: Put(exchanges.PutTicks, "Tick"), Made: Go("Copy"),
		Edit: Go("Edit"), Edited: Go("Save"), Delete: Go("Delete"),
	}.Guide(exchanges.Guide{MostKeys: 7})
	for name, c := range map[string]struct {
		steps []exchanges.GuideStep
		want  []string
	}{
		"create":   {g.Create, []string{"Keys", "New", "Tick", "Copy"}},
		"restrict": {g.Restrict, []string{"Keys", "Find the key", "Edit", "Tick", "Save"}},
		"delete":   {g.Delete, []string{"Keys", "Find the key", "Delete"}},
	} {
		var got []string
		for _, s := range c.steps {
			got = append(got, s.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if g.MostKeys != 7 || g.Delete[1].Put != exchanges.PutKey || g.Restrict[3].Put != exchanges.PutTicks {
		t.Errorf("%+v", g)
	}
}
