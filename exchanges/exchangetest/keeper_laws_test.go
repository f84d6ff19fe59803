package exchangetest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestALawfulKeeperPasses(t *testing.T) { exchangetest.Run(t, newKeeper(breach{}).managed()) }

func TestEachLawOfManagingCatchesItsBreach(t *testing.T) {
	for law, b := range map[string]breach{
		"CreateKey makes the key that was asked for":            {send: without("/make", "ips")},
		"CreateKey registers a public key":                      {send: without("/make", "public")},
		"CreateKey gives the exchange's refusals their kinds":   {finish: as(exchanges.Denied, exchanges.Refused)},
		"CreateKey takes no answer for a key that has none":     {lax: true},
		"CreateKey tolerates unknown JSON fields":               {picky: true},
		"keys may be made by many at once":                      {send: func(_ string, in map[string]any) { in["label"] = "same" }},
		"ListKeys lists every key":                              {short: true},
		"ListKeys lists hundreds of keys":                       {short: true},
		"ListKeys fails rather than leave a key out":            {trusts: true},
		"ListKeys reads every spelling of an answer":            {picky: true},
		"what a list does not tell is unknown":                  {trusts: true},
		"CreateKey refuses by itself what cannot be made":       {trusts: true},
		"EditKey fails where the exchange tells of another":     {trusts: true},
		"SurveyKeys shows every key of the own account":         {part: true},
		"SurveyKeys fails rather than leave a key out":          {trusts: true},
		"EditKey replaces what it is told and keeps the rest":   {send: forgetful},
		"EditKey finds no key where there is none":              {finish: as(exchanges.Auth, exchanges.Refused)},
		"RevokeKey ends with the key gone":                      {finish: as(exchanges.Auth, exchanges.Refused)},
		"a key revokes itself where that is declared":           {proud: true},
		"an unknown managing key is not the key":                {finish: gone},
		"a change is sent once, whatever comes back":            {again: true},
		"a change that is given up may have happened":           {finish: as("", exchanges.NotSent)},
		"a change by a context that has ended is not sent":      {finish: as("", exchanges.OutcomeUnknown)},
		"a change whose answer was lost is found or made again": {finish: as("", exchanges.Refused)},
		"a second factor is asked for before anything changes":  {mute: true},
		"managing keys shows no secret":                         {finish: tell},
	} {
		t.Run(law, func(t *testing.T) {
			t.Parallel()
			if err := lawOf(t, law).Hold(newKeeper(b).managed()); err == nil {
				t.Error("the breach was not seen")
			}
		})
	}
}

func TestASurveyThatChangesSomethingIsSeen(t *testing.T) {
	if err := lawOf(t, "SurveyKeys shows every key").Hold(newKeeper(breach{busy: true}).managed()); err == nil || !strings.Contains(err.Error(), "writes") {
		t.Errorf("%v", err)
	}
}

func TestASurveyWantsTheKeysOfTheAccount(t *testing.T) {
	s := newKeeper(breach{}).managed()
	s.Manage.OwnKeys = false
	if lawOf(t, "SurveyKeys shows every key").Hold(s) == nil {
		t.Error("a subject without keys of its own account passes")
	}
}

func TestDeclarationsThatDoNotFitAreSeen(t *testing.T) {
	law := lawOf(t, "what is declared of managing keys fits together")
	for name, change := range map[string]func(*exchanges.Capabilities){
		"nobody's keys":        func(c *exchanges.Capabilities) { c.Reach = exchanges.NoKeys },
		"an unknown reach":     func(c *exchanges.Capabilities) { c.Reach = "all" },
		"a reach for nothing":  func(c *exchanges.Capabilities) { *c = exchanges.Capabilities{Reach: exchanges.OwnKeys} },
		"itself, not revoking": func(c *exchanges.Capabilities) { c.Revoke = false },
		"IPs by no edit":       func(c *exchanges.Capabilities) { c.IPsByEdit, c.Edit = true, false },
		"a pair of no kind":    func(c *exchanges.Capabilities) { c.KeyPair = "" },
		"a public no-list":     func(c *exchanges.Capabilities) { c.ListIsPublic, c.List = true, false },
		"a half of nothing":    func(c *exchanges.Capabilities) { c.KeyIsPublicHalf, c.KeyPair, c.KeyPairByAPI = true, "", false },
		"a code for nothing":   func(c *exchanges.Capabilities) { *c = exchanges.Capabilities{SecondFactor: true} },
		"a pair, not creating": func(c *exchanges.Capabilities) { c.Create = false },
	} {
		a := newKeeper(breach{})
		change(&a.info.Sites[0].Capabilities)
		if law.Hold(a.managed()) == nil {
			t.Errorf("%s: the breach was not seen", name)
		}
	}
}

func TestAPublicListIsAskedForWithoutAKey(t *testing.T) {
	law := lawOf(t, "a public list needs the account's name only")
	for name, c := range map[string]struct {
		public, key bool
		lawful      bool
	}{
		"public, as declared":         {true, false, true},
		"declared, and a key is sent": {true, true, false},
		"not declared":                {false, true, true},
	} {
		a := newKeeper(breach{})
		a.info.Sites[0].Capabilities.ListIsPublic = c.public
		s := a.managed()
		if !c.key {
			s.Manage.Verify = nil // the toy sends an empty key where it is given none
		}
		if err := law.Hold(s); (err == nil) != c.lawful {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysThatCountAsGoneTooEasilyAreSeen(t *testing.T) {
	believes := func(_ string, _ exchanges.Manager, err error) error {
		if errors.Is(err, exchanges.Auth) {
			return nil
		}
		return err
	}
	for name, c := range map[string]struct {
		law string
		breach
		want string
	}{
		"revokes itself":     {"a managing key is none", breach{}, "Revoke"},
		"believes a refusal": {"RevokeKey believes the list", breach{finish: believes}, "a key that is there counts as gone"},
		"asks for no list":   {"RevokeKey believes the list", breach{}, "a key that is gone does not count as gone"},
	} {
		a := newKeeper(c.breach)
		a.info.Sites[0].Capabilities.Reach = exchanges.SubAccountKeys
		if err := lawOf(t, c.law).Hold(a.managed()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An adapter that declares an ability cannot leave its laws out.
func TestManageIsWantedWhereAnAbilityIsDeclared(t *testing.T) {
	for _, law := range []string{"CreateKey makes", "ListKeys lists", "EditKey replaces", "RevokeKey ends", "a change is sent once", "a second factor"} {
		if err := lawOf(t, law).Hold(newKeeper(breach{}).subject()); err == nil || !strings.Contains(err.Error(), "set Manage") {
			t.Errorf("%s: %v", law, err)
		}
		if err := lawOf(t, law).Hold(newToy().subject()); err != nil {
			t.Errorf("%s, of an adapter that declares nothing: %v", law, err)
		}
	}
}

func TestTheAccountIsTheTruth(t *testing.T) {
	a := exchangetest.NewAccount(newToy().managed().Manage.Key)
	one := a.Make(exchangetest.Key{Label: "one"})
	two := a.Make(exchangetest.Key{Label: "two", PublicKey: "PEM"})
	if one.Secret.IsZero() || !two.Secret.IsZero() || one.KeyID == two.KeyID {
		t.Errorf("secrets of %d and %d bytes, IDs %q and %q", one.Secret.Len(), two.Secret.Len(), one.KeyID, two.KeyID)
	}
	if !a.Change(one.KeyID, func(k *exchangetest.Key) { *k = exchangetest.Key{Label: "new"} }) || a.Change("none", nil) {
		t.Error("changed the wrong keys")
	}
	if k, ok := a.Key(one.KeyID); !ok || k.Label != "new" || k.Number != 1 || k.ID != one.KeyID {
		t.Errorf("%+v, %t", k, ok)
	}
}

func TestANumberIsNotUsedTwice(t *testing.T) {
	a := exchangetest.NewAccount(newToy().managed().Manage.Key)
	one, two := a.Make(exchangetest.Key{}), a.Make(exchangetest.Key{})
	if !a.Delete(one.KeyID) || a.Delete(one.KeyID) {
		t.Error("deleted the wrong keys")
	}
	three := a.Make(exchangetest.Key{})
	if keys := a.Keys(); len(keys) != 2 || keys[0].ID != two.KeyID || keys[1].ID != three.KeyID || keys[1].Number != 3 || a.Changes() != 4 {
		t.Errorf("%+v after %d changes", keys, a.Changes())
	}
}

// without leaves a member out of what a call sends.
func without(op, member string) func(string, map[string]any) {
	return func(to string, in map[string]any) {
		if to == op {
			delete(in, member)
		}
	}
}

// forgetful opens a key to the world where it was told nothing of addresses.
func forgetful(op string, in map[string]any) {
	if _, told := in["ips"]; op == "/edit" && !told {
		in["ips"] = []string{}
	}
}

// as gives every failure a kind, if any, and an outcome.
func as(kind exchanges.Kind, outcome exchanges.Outcome) func(string, exchanges.Manager, error) error {
	return func(_ string, _ exchanges.Manager, err error) error {
		e := *exchanges.AsError(err)
		if e.Outcome = outcome; kind != "" {
			e.Kind = kind
		}
		return &e
	}
}

// gone takes every failure for the end of the key.
func gone(_ string, _ exchanges.Manager, err error) error {
	e := *exchanges.AsError(err)
	e.UnknownKey = true
	return &e
}

// tell puts the managing key's secret into an error.
func tell(_ string, m exchanges.Manager, err error) error {
	e := *exchanges.AsError(err)
	e.Hint += " The secret was " + m.Credential.Secret.Reveal()
	return &e
}

func TestAPassphraseThatIsDeclaredAndNotWantedIsSeen(t *testing.T) {
	law := lawOf(t, "RevokeKey wants a key's own passphrase")
	for declared, lawful := range map[bool]bool{false: true, true: false} {
		a := newKeeper(breach{})
		a.info.Sites[0].Capabilities.RevokeWantsPassphrase = declared
		if err := law.Hold(a.managed()); (err == nil) != lawful {
			t.Errorf("declared %t: %v", declared, err)
		}
	}
}
