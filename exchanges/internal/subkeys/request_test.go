package subkeys

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestWishesAreInTheWordsOfTheExchange(t *testing.T) {
	words := func(_ string, want exchanges.PermissionSet) ([]string, error) {
		if want.Has(exchanges.Earn) {
			return nil, errors.New("no word for it")
		}
		return []string{"READ"}, nil
	}
	ips := func(op string, w exchanges.IPWhitelist) ([]string, error) { return desk.Singles(op, w, 2) }
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	got, err := desk.Wish("op", exchanges.KeyRequest{Label: "bot", IPs: anywhere}, words, ips)
	if err != nil || got.Label != "bot" || !slices.Equal(got.Words, []string{"READ"}) || len(got.IPs) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, r := range map[string]exchanges.KeyRequest{
		"no label":   {IPs: anywhere},
		"no word":    {Label: "bot", IPs: anywhere, Permissions: exchanges.NewPermissionSet(exchanges.Earn)},
		"no address": {Label: "bot"},
	} {
		if got, err := desk.Wish("op", r, words, ips); err == nil || got.Label != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestSinglesAreIPv4(t *testing.T) {
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	for text, w := range map[string]exchanges.IPWhitelist{
		"":      {State: exchanges.IPAny},
		"a few": list("203.0.113.7", "203.0.113.8"),
	} {
		if got, err := desk.Singles("op", w, 2); err != nil || !slices.Equal(got, w.Entries) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, w := range []exchanges.IPWhitelist{{}, list("203.0.113.0/24"), list("2001:db8::1"), list("soon"), list("203.0.113.7", "203.0.113.8", "203.0.113.9")} {
		if got, err := desk.Singles("op", w, 2); !errors.Is(err, exchanges.Invalid) || exchanges.AsError(err).Op != "op" {
			t.Errorf("%v: %v, %v", w, got, err)
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

func TestOpeningASubAccount(t *testing.T) {
	odd := errors.New("no key")
	office := Office{Desk: desk, Names: IsUID, Named: "by its number", Check: func(c exchanges.Credential) (exchanges.Credential, error) {
		if c.KeyID == "" {
			return c, odd
		}
		c.KeyID = strings.TrimSpace(c.KeyID)
		return c, nil
	}}
	boss := exchanges.Credential{KeyID: " boss "}
	got, err := office.OpenFor("op", exchanges.Manager{Credential: boss, SubAccount: " 5\n"}, "k1")
	if err != nil || got.Name != "5" || got.Manager.KeyID != "boss" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := office.Open("op", exchanges.Manager{SubAccount: "5"}); !errors.Is(err, odd) {
		t.Errorf("%v", err)
	}
	if _, err := office.Open("op", exchanges.Manager{Credential: boss, SubAccount: "x"}); !strings.Contains(exchanges.AsError(err).Hint, "by its number") {
		t.Errorf("%v", err)
	}
	for _, id := range []string{"boss", ""} {
		if _, err := office.OpenFor("op", exchanges.Manager{Credential: boss, SubAccount: "5"}, id); !errors.Is(err, exchanges.Invalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestTheHintIsForTheManagingKey(t *testing.T) {
	for own, want := range map[string]string{"look": "manage", "the account is locked": "the account is locked"} {
		err := ByManager(&exchanges.Error{Kind: exchanges.Denied, Hint: own, UnknownKey: true}, "look", "manage")
		if e := exchanges.AsError(err); e.Hint != want || e.UnknownKey {
			t.Errorf("%+v", e)
		}
	}
	if ByManager(nil, "", "manage") != nil {
		t.Error("a failure out of nothing")
	}
}

func TestAnotherOutcomeThanAskedFor(t *testing.T) {
	if e := desk.Otherwise(); e.Kind != exchanges.Protocol || e.Outcome != exchanges.OutcomeUnknown || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	if !Same([]string{"b", "a", "a"}, []string{"a", "b"}) || Same([]string{"a"}, nil) || !Same(nil, []string{}) {
		t.Error("lists are compared by their words")
	}
}
