package gate

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func areas(list ...string) []any {
	out := []any{}
	for _, name := range list {
		readOnly := name[0] == '-'
		if readOnly {
			name = name[1:]
		}
		out = append(out, map[string]any{"name": name, "read_only": readOnly})
	}
	return out
}

func TestAreasInTheNormalForm(t *testing.T) {
	for name, c := range map[string]struct {
		perms []any
		want  string
	}{
		"nothing":               {areas(), "-read -spot -margin -futures -options -transfer -earn -other"},
		"reading":               {areas("-spot", "-wallet", "-account", "-pilot"), "+read -spot -margin -futures -options -transfer -earn -other"},
		"spot":                  {areas("spot"), "+read +spot +margin -futures -options -transfer -earn -other"},
		"unified":               {areas("unified"), "+read -spot +margin -futures -options -transfer -earn -other"},
		"delivery":              {areas("delivery"), "+read -spot -margin +futures -options -transfer -earn -other"},
		"options, wallet":       {areas("options", "wallet"), "+read -spot -margin -futures +options +transfer -earn -other"},
		"earn":                  {areas("earn"), "+read -spot -margin -futures -options -transfer +earn -other"},
		"withdraw":              {areas("withdraw"), "+read -spot -margin -futures -options -transfer +withdraw -earn -other"},
		"withdrawal":            {areas("withdrawal"), "+read -spot -margin -futures -options -transfer +withdraw -earn -other"},
		"withdrawal, to read":   {areas("-withdrawal"), "+read -spot -margin -futures -options -transfer -withdraw -earn -other"},
		"withdrawal, both":      {areas("withdraw", "-withdrawal"), "+read -spot -margin -futures -options -transfer +withdraw -earn -other"},
		"account":               {areas("account"), "+read -spot -margin -futures -options -transfer -earn +other"},
		"a newer area":          {areas("came_later"), "+read +other"},
		"a newer area, to read": {areas("-came_later"), "+read -spot -margin -futures -options -transfer -earn -other"},
		"newer products":        {areas("pilot", "otc", "alpha", "crossx", "copy", "custody", "loan"), "+read -spot -margin -futures -options -transfer -earn +other"},
		"no mode":               {[]any{map[string]any{"name": "futures"}}, "+read -spot -margin -options -transfer -earn -other"},
		"an odd mode":           {[]any{map[string]any{"name": "came_later", "read_only": "perhaps"}}, "+read"},
		"no mode, known twice":  {append(areas("futures"), map[string]any{"name": "futures"}), "+read -spot -margin +futures -options -transfer -earn -other"},
		"no name":               {append(areas("spot"), map[string]any{"read_only": false}), ""},
	} {
		if got := exchangetest.Grants(with(t, map[string]any{"perms": c.perms}).Permissions); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestWordsOfAreas(t *testing.T) {
	perms := append(areas("wallet", "-account", "came_later"), map[string]any{"name": "futures"}, map[string]any{"read_only": true})
	got := with(t, map[string]any{"perms": perms}).ExchangePermissions
	if !slices.Equal(got, []string{"account:read-only", "came_later:read-write", "futures", "wallet:read-write"}) {
		t.Errorf("%q", got)
	}
	for _, odd := range []any{"spot", map[string]any{"spot": true}, []any{"spot"}, 7} {
		if got := with(t, map[string]any{"perms": odd}); got.Permissions.Known() || got.ExchangePermissions != nil {
			t.Errorf("%v: %s, %v", odd, exchangetest.Grants(got.Permissions), got.ExchangePermissions)
		}
	}
}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		var all []perm
		for _, b := range boxes {
			if slices.Contains(ticked, b.words) {
				all = add(all, b.perms...)
			}
		}
		return perms{known: true, all: all}.permissions(ofMain)
	}, exchanges.Admin, exchanges.Other)
}

// A key made by API has the same rights as one that was made by the guide.
func TestAPIGivesWhatTheGuideDoes(t *testing.T) {
	for ask := range exchangetest.Wishes() {
		_, _, will, missing := guide().Plan(ask)
		made, e := asked("x", exchanges.NewPermissionSet(ask...), nil)
		if refused := slices.Contains(ask, exchanges.Withdraw) || len(missing) > 0; refused != (e != nil) {
			t.Errorf("asked %v: %v, %v", ask, made, e)
		}
		got := perms{known: true, all: made}.permissions(ofMain).All(exchanges.Granted)
		if want := will.All(exchanges.Granted); e == nil && !slices.Equal(got, want) {
			t.Errorf("asked %v: got %v, the guide says %v", ask, got, want)
		}
	}
}

func TestAreasThatStayAndGo(t *testing.T) {
	have := []perm{{"account", true}, {"futures", false}, {"loan", false}, {"spot", false}}
	set := exchanges.NewPermissionSet
	for name, c := range map[string]struct {
		want exchanges.PermissionSet
		out  []perm
	}{
		"all stay":       {set(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Other), have},
		"one right more": {exchanges.PermissionSet{}.With(exchanges.Earn, exchanges.Granted), []perm{{"account", true}, {"earn", false}, {"futures", false}, {"loan", false}, {"spot", false}}},
		"less":           {exchanges.PermissionSet{}.With(exchanges.Other, exchanges.NotGranted), []perm{{"account", true}, {"futures", false}, {"loan", true}, {"spot", false}}},
		"reading":        {set(exchanges.Read), []perm{{"account", true}, {"futures", true}, {"loan", true}, {"spot", true}}},
		"another":        {set(exchanges.Read, exchanges.Transfer), []perm{{"account", true}, {"futures", true}, {"loan", true}, {"spot", true}, {"wallet", false}}},
		"without margin": {set(exchanges.Read, exchanges.Spot), []perm{{"account", true}, {"futures", true}, {"loan", true}, {"spot", false}}},
		"no reading":     {set(exchanges.Futures), []perm{{"futures", false}}},
	} {
		out, e := asked("x", c.want, have)
		if e != nil || !slices.Equal(out, c.out) {
			t.Errorf("%s: %v, %v", name, out, e)
		}
	}
	if have[1].ReadOnly {
		t.Error("the key's own areas were changed")
	}
}
