package subkeys

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func list(entries ...string) exchanges.IPWhitelist {
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
}

var anywhere = exchanges.IPWhitelist{State: exchanges.IPAny}

func TestWishesAreInTheWordsOfTheExchange(t *testing.T) {
	words := func(_ string, want exchanges.PermissionSet, have []string) ([]string, error) {
		if want.Has(exchanges.Earn) || have != nil {
			return nil, errors.New("no word for it")
		}
		return []string{"READ"}, nil
	}
	got, ips, err := Wish(desk, "op", exchanges.KeyRequest{Label: "bot", IPs: list("203.0.113.7")}, words, desk.Addresses)
	if err != nil || !slices.Equal(got, []string{"READ"}) || !slices.Equal(ips, []string{"203.0.113.7"}) {
		t.Errorf("%v, %v, %v", got, ips, err)
	}
	takes := desk
	takes.TakesPairs = true
	for name, c := range map[string]struct {
		desk Desk
		ask  exchanges.KeyRequest
		ok   bool
	}{
		"no label":            {desk, exchanges.KeyRequest{IPs: anywhere}, false},
		"no word":             {desk, exchanges.KeyRequest{Label: "bot", IPs: anywhere, Permissions: exchanges.NewPermissionSet(exchanges.Earn)}, false},
		"no address":          {desk, exchanges.KeyRequest{Label: "bot"}, false},
		"a pair":              {desk, exchanges.KeyRequest{Label: "bot", IPs: anywhere, PublicKey: "PEM"}, false},
		"a pair, where taken": {takes, exchanges.KeyRequest{Label: "bot", IPs: anywhere, PublicKey: "PEM"}, true},
	} {
		if _, _, err := Wish(c.desk, "op", c.ask, words, c.desk.Addresses); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddressesThatAnExchangeTakes(t *testing.T) {
	for name, c := range map[string]struct {
		ips            exchanges.IPWhitelist
		any, one, some bool // taken as they are, as single ones, as blocks
	}{
		"anywhere":  {anywhere, true, true, true},
		"two":       {list("203.0.113.7", "203.0.113.8"), true, true, true},
		"three":     {list("203.0.113.7", "203.0.113.8", "203.0.113.9"), true, false, false},
		"a block":   {list("203.0.113.0/24"), true, false, true},
		"IPv6":      {list("2001:db8::1"), true, false, true},
		"a word":    {list("soon"), true, false, false},
		"no entry":  {list(), false, false, false},
		"not known": {exchanges.IPWhitelist{}, false, false, false},
		"not told":  {exchanges.IPWhitelist{State: exchanges.IPRestricted}, false, false, false},
	} {
		got, err := desk.Addresses("op", c.ips)
		_, one := desk.Singles("op", c.ips, 2)
		_, some := desk.Blocks("op", c.ips, 2)
		if (err == nil) != c.any || (one == nil) != c.one || (some == nil) != c.some || err == nil && !slices.Equal(got, c.ips.Entries) {
			t.Errorf("%s: %v, %v; %v; %v", name, got, err, one, some)
		}
		for _, err := range []error{err, one, some} {
			if err != nil && (!errors.Is(err, exchanges.Invalid) || exchanges.AsError(err).Op != "op") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTheAnswerThatHasTheSecret(t *testing.T) {
	own := exchanges.NewSecret("words of its own")
	made := func(d Desk, body string) (exchanges.Credential, *exchanges.Error) {
		return d.Made(own, "apiKey", "secret", "data", "0")(rest.Response{Status: 200, Body: []byte(body)})
	}
	got, e := made(desk, `{"data":[{"apiKey":"k1","secret":"s\u200b1"}]}`)
	if e != nil || got.KeyID != "k1" || got.Secret.Reveal() != "s\u200b1" || got.Passphrase.Reveal() != own.Reveal() {
		t.Errorf("%+v, %v", got, e)
	}
	for _, body := range []string{`{}`, `OK`, ``, `{"data":[]}`, `{"data":[{"apiKey":"k1"}]}`, `{"data":[{"secret":"s"}]}`, `{"data":[{"apiKey":7,"secret":"s"}]}`, `{"data":[{"apiKey":"k1","secret":{}}]}`} {
		if got, e := made(desk, body); e == nil || e.Kind != exchanges.Protocol || e.Outcome != exchanges.OutcomeUnknown || got.KeyID != "" {
			t.Errorf("%s: %+v, %v", body, got, e)
		}
	}
}

func TestWhatAKeyBecame(t *testing.T) {
	asked, ips := []string{"READ", "TRADE"}, []string{"203.0.113.7"}
	for name, c := range map[string]struct {
		words []string
		told  exchanges.IPWhitelist
		ok    bool
	}{
		"as asked":      {[]string{"TRADE", "READ"}, list(ips...), true},
		"not told":      {nil, exchanges.IPWhitelist{}, true},
		"masked":        {asked, exchanges.IPWhitelist{State: exchanges.IPRestricted}, true},
		"another right": {[]string{"READ"}, list(ips...), false},
		"another list":  {asked, list("203.0.113.8"), false},
		"no list":       {asked, anywhere, false},
	} {
		if e := desk.Became(c.words, asked, c.told, ips); (e == nil) != c.ok {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestThePassphraseOfTheKeyItself(t *testing.T) {
	m := exchanges.Manager{KeyPassphrase: exchanges.NewSecret("pass")}
	if own, err := desk.Own("op", m); err != nil || own.Reveal() != "pass" {
		t.Errorf("%v", err)
	}
	if _, err := desk.Own("op", exchanges.Manager{}); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("%v", err)
	}
	for kind, hinted := range map[exchanges.Kind]bool{exchanges.Auth: true, exchanges.Denied: true, exchanges.Protocol: true, exchanges.RateLimited: false} {
		e := exchanges.AsError(desk.OfOwn(&exchanges.Error{Kind: kind, Outcome: exchanges.Refused}))
		if strings.Contains(e.Hint, "passphrase") != hinted {
			t.Errorf("%s: %q", kind, e.Hint)
		}
	}
	lost := &exchanges.Error{Kind: exchanges.Protocol}
	if desk.OfOwn(nil) != nil || exchanges.AsError(desk.OfOwn(lost)).Hint != "" {
		t.Error("only a refusal may be about the passphrase")
	}
}
