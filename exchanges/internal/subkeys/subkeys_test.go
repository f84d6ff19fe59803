package subkeys

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

var errNoKey = errors.New("no key")

var desk = Desk{
	ID: "toy", Name: "Toy", Names: IsUID, Named: "by its number", Denied: "look", Manager: "manage",
	Check: func(c exchanges.Credential) (exchanges.Credential, error) {
		c.KeyID = strings.TrimSpace(c.KeyID)
		if c.KeyID == "" || c.Secret.IsZero() {
			return c, errNoKey
		}
		return c, nil
	},
}

var boss = exchanges.Credential{KeyID: " boss ", Secret: exchanges.NewSecret("s")}

func TestOpeningASubAccount(t *testing.T) {
	got, err := desk.OpenFor("op", exchanges.Manager{Credential: boss, SubAccount: " 5\n"}, "k1")
	if err != nil || got.Name != "5" || got.Manager.KeyID != "boss" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := desk.Open("op", exchanges.Manager{SubAccount: "5"}); !errors.Is(err, errNoKey) {
		t.Errorf("%v", err)
	}
	own := desk
	own.Main = "Look under Keys."
	for hint, d := range map[string]Desk{"by its number. Toy has no API": desk, "by its number. Look under Keys.": own} {
		_, err := d.Open("op", exchanges.Manager{Credential: boss, SubAccount: "x"})
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, hint) {
			t.Errorf("%+v", e)
		}
	}
	for _, id := range []string{"boss", ""} {
		if _, err := desk.OpenFor("op", exchanges.Manager{Credential: boss, SubAccount: "5"}, id); !errors.Is(err, exchanges.Invalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestNamesOfSubAccounts(t *testing.T) {
	for name, is := range map[string][2]bool{ // a number, a word
		"5":                    {true, true},
		"1370000000000000000":  {true, true},
		"0":                    {false, true},
		"007":                  {false, true},
		"+5":                   {false, true},
		"bot1":                 {false, true},
		"":                     {false, false},
		"two words":            {false, false},
		"a&b=c":                {false, false},
		"x\u200b":              {false, false},
		"99999999999999999999": {false, true},
	} {
		if IsUID(name) != is[0] || IsWord(name) != is[1] {
			t.Errorf("%q: number %t, word %t", name, IsUID(name), IsWord(name))
		}
	}
}

func TestTheHintIsForTheManagingKey(t *testing.T) {
	for own, want := range map[string]string{"look": "manage", "the account is locked": "the account is locked"} {
		err := desk.ByManager(&exchanges.Error{Kind: exchanges.Denied, Hint: own, UnknownKey: true})
		if e := exchanges.AsError(err); e.Hint != want || e.UnknownKey {
			t.Errorf("%+v", e)
		}
	}
	if desk.ByManager(nil) != nil {
		t.Error("a failure out of nothing")
	}
}

func TestErrorsSayWhoseTheyAreAndWhatWasSent(t *testing.T) {
	lacking := []exchanges.Permission{exchanges.Earn, exchanges.Withdraw}
	for name, c := range map[string]struct {
		err     *exchanges.Error
		kind    exchanges.Kind
		outcome exchanges.Outcome
		says    string
	}{
		"invalid":     {desk.Invalid("op", "hint"), exchanges.Invalid, exchanges.NotSent, "hint"},
		"unsupported": {desk.Unsupported("op", "hint"), exchanges.Unsupported, exchanges.NotSent, "hint"},
		"missing":     {desk.Missing("op", lacking, "Ask for less."), exchanges.Invalid, exchanges.NotSent, "earn, withdraw"},
		"untold":      {desk.Untold("op", "label"), exchanges.Protocol, exchanges.NotSent, "ask for all of it"},
		"not found":   {desk.NotFound("op"), exchanges.NotFound, exchanges.Refused, "no such key"},
		"incomplete":  {desk.Incomplete("op", "a hole"), exchanges.Protocol, exchanges.Refused, "try again"},
	} {
		if e := c.err; e.Exchange != "toy" || e.Op != "op" || e.Kind != c.kind || e.Outcome != c.outcome || !strings.Contains(e.Hint, c.says) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for name, e := range map[string]*exchanges.Error{"otherwise": desk.Otherwise(), "unmade": desk.Unmade()} {
		if e.Kind != exchanges.Protocol || e.Outcome != exchanges.OutcomeUnknown || e.Hint == "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestAListHasEachKeyOnce(t *testing.T) {
	for name, c := range map[string]struct {
		ids []string
		ok  bool
	}{"none": {nil, true}, "two": {[]string{"a", "b"}, true}, "twice": {[]string{"a", "b", "a"}, false}, "nameless": {[]string{"a", ""}, false}} {
		if err := desk.unique("op", c.ids); (err == nil) != c.ok || err != nil && exchanges.AsError(err).Op != "op" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !Same([]string{"b", "a", "a"}, []string{"a", "b"}) || Same([]string{"a"}, nil) || !Same(nil, []string{}) {
		t.Error("lists are compared by their words")
	}
}
