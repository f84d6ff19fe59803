package wire

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

var someRights = Rights{
	{Word: "look", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Futures}},
	{Word: "spot", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "old", Gives: []exchanges.Permission{exchanges.Spot}, Maybe: []exchanges.Permission{exchanges.Margin}, Fixed: true},
	{Word: "pay", Gives: []exchanges.Permission{exchanges.Withdraw}, Fixed: true},
}

func text(s exchanges.PermissionSet) string {
	b, _ := s.MarshalText()
	return string(b)
}

func TestWordsAsPermissions(t *testing.T) {
	for words, want := range map[string]string{
		"":         "-read -spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		"look pay": "+read -spot -margin -futures -options -transfer +withdraw -earn -admin -other",
		"old look": "+read +spot -futures -options -transfer -withdraw -earn -admin -other",
		"new look": "+read +other",
		"LOOK":     "+other",
	} {
		if got := text(someRights.Set(strings.Fields(words))); got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}

func TestPermissionsAsWords(t *testing.T) {
	only := exchanges.NewPermissionSet
	also := func(p exchanges.Permission) exchanges.PermissionSet {
		return exchanges.PermissionSet{}.With(p, exchanges.Granted)
	}
	for name, c := range map[string]struct {
		want    exchanges.PermissionSet
		have    string
		words   string
		missing []exchanges.Permission
	}{
		"two in one word":       {only(exchanges.Read, exchanges.Spot, exchanges.Futures), "", "look trade", nil},
		"no more than is asked": {only(exchanges.Read, exchanges.Spot), "", "look spot", nil},
		"none so narrow":        {only(exchanges.Read, exchanges.Futures), "", "look", []exchanges.Permission{exchanges.Futures}},
		"wider is allowed":      {also(exchanges.Futures), "", "trade", nil},
		"not by API":            {only(exchanges.Withdraw), "", "", []exchanges.Permission{exchanges.Withdraw}},
		"stays, though fixed":   {also(exchanges.Read), "pay old", "pay old look", nil},
		"goes":                  {only(exchanges.Read), "pay trade look new", "look", nil},
		"nothing is told":       {exchanges.PermissionSet{}, "pay new", "pay new", nil},
	} {
		words, missing := someRights.Words(c.want, strings.Fields(c.have))
		if strings.Join(words, " ") != c.words || !slices.Equal(missing, c.missing) {
			t.Errorf("%s: %v, missing %v", name, words, missing)
		}
	}
}
