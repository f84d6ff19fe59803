package subkeys

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

var desk = Desk{ID: "toy", Name: "Toy"}

func TestRefusalsHereSendNothing(t *testing.T) {
	for name, err := range map[string]error{
		"no label":    desk.CheckNew("op", exchanges.KeyRequest{}),
		"public key":  desk.CheckNew("op", exchanges.KeyRequest{Label: "x", PublicKey: "pem"}),
		"missing":     desk.Missing("op", []exchanges.Permission{exchanges.Earn, exchanges.Withdraw}, "Ask for less."),
		"invalid":     desk.Invalid("op", "hint"),
		"unsupported": desk.Unsupported("op", "hint"),
	} {
		if e := exchanges.AsError(err); e.Exchange != "toy" || e.Op != "op" || e.Hint == "" || e.Outcome != exchanges.NotSent {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if err := desk.CheckNew("op", exchanges.KeyRequest{Label: "x"}); err != nil {
		t.Error(err)
	}
	if hint := desk.Missing("op", []exchanges.Permission{exchanges.Earn, exchanges.Withdraw}, "Ask for less.").Hint; !strings.Contains(hint, "earn, withdraw") {
		t.Error(hint)
	}
	if e := desk.NotFound("op"); e.Kind != exchanges.NotFound || e.Outcome != exchanges.Refused || e.Hint == "" {
		t.Errorf("%+v", e)
	}
}

func TestManagingKeyIsNoneOfTheManaged(t *testing.T) {
	m := exchanges.Manager{Credential: exchanges.Credential{KeyID: " boss\n"}}
	for id, ok := range map[string]bool{"": false, "boss": false, "other": true} {
		if err := desk.CheckKey("op", m, id); (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestPassphraseOfTheKeyIsGivenOrAskedFor(t *testing.T) {
	if _, err := desk.Own("op", exchanges.Manager{}); !errors.Is(err, exchanges.Invalid) || !strings.Contains(exchanges.AsError(err).Hint, "by hand") {
		t.Errorf("%v", err)
	}
	if p, err := desk.Own("op", exchanges.Manager{KeyPassphrase: exchanges.NewSecret("phrase")}); err != nil || p.Reveal() != "phrase" {
		t.Errorf("%v", err)
	}
}

func TestOnlyARefusalIsBlamedOnThePassphrase(t *testing.T) {
	for _, c := range []struct {
		kind    exchanges.Kind
		outcome exchanges.Outcome
		blamed  bool
	}{
		{exchanges.Auth, exchanges.Refused, true}, {exchanges.Protocol, exchanges.Refused, true}, {exchanges.Denied, exchanges.Refused, true},
		{exchanges.Protocol, exchanges.OutcomeUnknown, false}, {exchanges.IPBlocked, exchanges.Refused, false},
	} {
		e := exchanges.AsError(desk.OfOwn(&exchanges.Error{Kind: c.kind, Outcome: c.outcome}))
		if strings.Contains(e.Hint, "passphrase") != c.blamed {
			t.Errorf("%+v: %q", c, e.Hint)
		}
	}
	if desk.OfOwn(nil) != nil {
		t.Error("a failure out of nothing")
	}
}

func TestAddressesAreKnownOrRefused(t *testing.T) {
	for _, w := range []exchanges.IPWhitelist{{}, {State: exchanges.IPRestricted}, {State: exchanges.IPList}} {
		if got, err := desk.Addresses("op", w); err == nil || got != nil {
			t.Errorf("%+v: %v", w, got)
		}
	}
	if got, err := desk.Addresses("op", exchanges.IPWhitelist{State: exchanges.IPAny}); err != nil || got == nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := desk.Addresses("op", exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"a", "b"}}); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestListsWithHoles(t *testing.T) {
	if err := desk.Unique("op", []string{"a", "b"}); err != nil {
		t.Error(err)
	}
	for _, ids := range [][]string{{"a", "a"}, {""}} {
		if err := desk.Unique("op", ids); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%q: %v", ids, err)
		}
	}
}

func TestFind(t *testing.T) {
	keys := []string{"a", "b"}
	if got := Find(keys, func(k string) bool { return k == "b" }); got != &keys[1] {
		t.Errorf("%v", got)
	}
	if got := Find(keys, func(k string) bool { return k == "c" }); got != nil {
		t.Errorf("%v", *got)
	}
}

func TestGoneIsSaidByTheListAlone(t *testing.T) {
	refused := &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused}
	slow := &exchanges.Error{Kind: exchanges.RateLimited, Outcome: exchanges.Refused}
	for name, c := range map[string]struct {
		err   error
		found bool
		fails error
		want  bool
	}{
		"no failure":    {nil, false, nil, false},
		"it is there":   {refused, true, nil, false},
		"it is gone":    {refused, false, nil, true},
		"no list":       {refused, false, slow, false},
		"no use to ask": {slow, false, nil, false},
	} {
		if got := Gone(c.err, func() (bool, error) { return c.found, c.fails }); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestAnswersToAMaking(t *testing.T) {
	fails := func(c exchanges.Credential) (exchanges.Credential, error) { return c, errors.New("no") }
	if c, e := desk.Made(exchanges.Credential{KeyID: "x"}, fails); e == nil || c.KeyID != "" || e.Outcome != exchanges.OutcomeUnknown || e.Hint == "" {
		t.Errorf("%+v, %v", c, e)
	}
	passes := func(c exchanges.Credential) (exchanges.Credential, error) { return c, nil }
	if c, e := desk.Made(exchanges.Credential{KeyID: "x"}, passes); e != nil || c.KeyID != "x" {
		t.Errorf("%+v, %v", c, e)
	}
}

func TestAnUnknownManagerIsNotTheKey(t *testing.T) {
	if OfManager(nil) != nil {
		t.Error("a failure out of nothing")
	}
	if err := OfManager(&exchanges.Error{Kind: exchanges.Auth, UnknownKey: true}); exchanges.AsError(err).UnknownKey {
		t.Error("it is the manager that is unknown")
	}
}
