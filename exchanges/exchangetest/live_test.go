package exchangetest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// environment are variables of the toy, without their prefix.
type environment map[string]string

func (e environment) lookup(name string) string {
	part, ok := strings.CutPrefix(name, "KEYROTA_LIVE_TOY_")
	if !ok {
		return "a variable of another exchange"
	}
	return e[part]
}

// with returns a copy with some variables changed.
func (e environment) with(changes environment) environment {
	out := environment{}
	for _, m := range []environment{e, changes} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

var toyEnvironment = environment{"KEY": toyKey, "SECRET": toySecret}

// onTestnet puts a toy's first site, a testnet, on a fake exchange with an account.
func onTestnet(t *testing.T, a *toy) (*exchangetest.Server, *exchangetest.Account) {
	t.Helper()
	account := exchangetest.NewAccount(a.managed().Manage.Key)
	server := exchangetest.NewServer(t, toyFake{account}.routes())
	a.info.Sites[0].Environment, a.info.Sites[0].Origin = exchanges.Testnet, server.URL
	return server, account
}

// writesOf returns the calls that a server was asked for a change by.
func writesOf(s *exchangetest.Server) string {
	var out []string
	for _, r := range s.Requests("POST /make", "POST /edit", "POST /drop") {
		out = append(out, r.Path)
	}
	return strings.Join(out, " ")
}

func TestLiveWithoutAKeyIsSkipped(t *testing.T) {
	_, err := exchangetest.RunLive(t.Context(), newToy().adapter(), environment{"WRITE": "1"}.lookup)
	if !errors.Is(err, exchangetest.ErrNoLive) || !strings.Contains(err.Error(), "KEYROTA_LIVE_TOY_KEY, KEYROTA_LIVE_TOY_SECRET,") {
		t.Errorf("%v", err)
	}
}

func TestLiveChoosesTheSite(t *testing.T) {
	for name, c := range map[string]struct {
		has  []exchanges.Environment
		set  environment
		want string // the site, or what the error says
	}{
		"testnet":           {[]exchanges.Environment{exchanges.Live, exchanges.Demo, exchanges.Testnet}, nil, "testnet/a"},
		"demo":              {[]exchanges.Environment{exchanges.Live, exchanges.Demo}, nil, "demo/a"},
		"neither":           {[]exchanges.Environment{exchanges.Live}, nil, "set KEYROTA_LIVE_TOY_ENVIRONMENT=live"},
		"live by its name":  {[]exchanges.Environment{exchanges.Live, exchanges.Testnet}, environment{"ENVIRONMENT": "live"}, "live/a"},
		"another site":      {[]exchanges.Environment{exchanges.Testnet, exchanges.Testnet}, environment{"SITE": "b"}, "testnet/b"},
		"no such site":      {[]exchanges.Environment{exchanges.Testnet}, environment{"SITE": "z"}, "KEYROTA_LIVE_TOY_SITE"},
		"a live site alone": {[]exchanges.Environment{exchanges.Live}, environment{"SITE": "a"}, "KEYROTA_LIVE_TOY_ENVIRONMENT"},
		"no environment":    {[]exchanges.Environment{exchanges.Testnet}, environment{"ENVIRONMENT": "prod"}, "KEYROTA_LIVE_TOY_ENVIRONMENT"},
	} {
		a := newToy()
		first := a.info.Sites[0]
		a.info.Sites = nil
		for i, env := range c.has {
			site := first
			site.Environment, site.ID, site.Name = env, string(rune('a'+i)), fmt.Sprintf("%s/%c", env, 'a'+i)
			if i > 0 && env != c.has[0] {
				site.ID, site.Name = "a", string(env)+"/a"
			}
			site.Origin = exchangetest.NewServer(t, a.subject().Routes(site)).URL
			a.info.Sites = append(a.info.Sites, site)
		}
		said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.with(c.set).lookup)
		if text := said + fmt.Sprint(err); !strings.Contains(text, c.want) || strings.Contains(c.want, "/") != (err == nil) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestLiveReadsAndWritesNothingUnasked(t *testing.T) {
	a := newKeeper(breach{})
	server, _ := onTestnet(t, a)
	said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.lookup)
	if err != nil || len(server.Requests("GET /me")) != 2 || writesOf(server) != "" {
		t.Errorf("%v, changes %q", err, writesOf(server))
	}
	for _, want := range []string{"Toy, testnet, at " + server.URL, "+read", "clock is"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func TestLiveSeesPromisesThatAreNotKept(t *testing.T) {
	for want, change := range map[string]func(*exchanges.Capabilities){
		"expiry is declared and not told":       func(c *exchanges.Capabilities) { c.Expires = true },
		"IP whitelist is declared and not told": func(c *exchanges.Capabilities) { c.IPList = true },
		"last use is declared and not told":     func(c *exchanges.Capabilities) { c.LastUsed = true },
	} {
		a := newToy()
		server, _ := onTestnet(t, a)
		change(&a.info.Sites[0].Capabilities)
		if said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.lookup); err == nil || !strings.Contains(said, want) {
			t.Errorf("%s: %v", want, err)
		}
		a.info.Sites[0].Capabilities = exchanges.Capabilities{Permissions: true, Created: true}
		if said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.lookup); err != nil || !strings.Contains(said, "label is told and not declared") {
			t.Errorf("%v, %s", err, said)
		}
		server.Handle("GET /me", exchangetest.JSON(`{"can":["look"],"made":1700000000000}`).Handler())
		a.info.Sites[0].Capabilities.Label = true
		if said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.lookup); err == nil || !strings.Contains(said, "give the key one") {
			t.Errorf("a key without label: %v", err)
		}
	}
}

func TestLiveSeesAClockThatIsFarOff(t *testing.T) {
	a := newToy()
	server, _ := onTestnet(t, a)
	server.Handle("GET /time", exchangetest.JSON("1700000000000").Handler())
	if said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.lookup); err == nil || !strings.Contains(said, "clock: it is -") {
		t.Errorf("%v, %s", err, said)
	}
}

func TestLiveMakesChangesAndRevokesAKey(t *testing.T) {
	a := newKeeper(breach{})
	server, account := onTestnet(t, a)
	said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.with(environment{"WRITE": "1"}).lookup)
	if err != nil || writesOf(server) != "/make /edit /drop /drop" || len(account.Keys()) != 0 {
		t.Errorf("%v, %s, %d keys left\n%s", err, writesOf(server), len(account.Keys()), said)
	}
	body := server.Requests("POST /make")[0].Body
	if !strings.Contains(body, `+read -spot`) || !strings.Contains(body, `"ips":null`) {
		t.Errorf("made by %s", body)
	}
}

func TestLiveWritesWhereThatIsPossible(t *testing.T) {
	write := toyEnvironment.with(environment{"WRITE": "1"})
	a := newToy()
	server, _ := onTestnet(t, a)
	if said, err := exchangetest.RunLive(t.Context(), a.adapter(), write.lookup); err != nil || !strings.Contains(said, "nothing was written") || writesOf(server) != "" {
		t.Errorf("%v, %s", err, said)
	}
	a = newKeeper(breach{})
	server, _ = onTestnet(t, a)
	a.info.Sites[0].Capabilities.Reach = exchanges.SubAccountKeys
	if _, err := exchangetest.RunLive(t.Context(), a.adapter(), write.lookup); err == nil || !strings.Contains(err.Error(), "KEYROTA_LIVE_TOY_SUB_ACCOUNT") || len(server.Requests()) != 0 {
		t.Errorf("no sub-account: %v", err)
	}
	if _, err := exchangetest.RunLive(t.Context(), a.adapter(), write.with(environment{"SUB_ACCOUNT": "bot"}).lookup); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong, the key that was made does not stay.
func TestLiveLeavesNoKeyBehind(t *testing.T) {
	for name, spoil := range map[string]func(*exchangetest.Server, *exchangetest.Account){
		"the list is empty": func(s *exchangetest.Server, _ *exchangetest.Account) {
			s.Handle("POST /list", exchangetest.JSON(`{"keys":[],"more":false}`).Handler())
		},
		"an edit is refused": func(s *exchangetest.Server, _ *exchangetest.Account) {
			s.Handle("POST /edit", exchangetest.Status(http.StatusBadRequest, `{"error":"no edit today"}`).Handler())
		},
		"an edit does nothing": func(s *exchangetest.Server, _ *exchangetest.Account) {
			s.Handle("POST /edit", exchangetest.JSON(`{"id":"x"}`).Handler())
		},
		"more rights than asked": func(s *exchangetest.Server, a *exchangetest.Account) {
			fake := toyFake{a}.routes()["POST /make"]
			s.Handle("POST /make", func(r exchangetest.Request) exchangetest.Reply {
				r.Body = strings.Replace(r.Body, "-spot", "+spot", 1)
				return fake(r)
			})
		},
		"the answer is lost": func(s *exchangetest.Server, a *exchangetest.Account) {
			fake := toyFake{a}.routes()["POST /make"]
			s.Handle("POST /make", func(r exchangetest.Request) exchangetest.Reply {
				_ = fake(r)
				return exchangetest.Drop()
			})
		},
	} {
		a := newKeeper(breach{})
		server, account := onTestnet(t, a)
		spoil(server, account)
		said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.with(environment{"WRITE": "1"}).lookup)
		if err == nil || len(account.Keys()) != 0 || account.Changes() == 0 {
			t.Errorf("%s: %v, %d keys left, %d changes\n%s", name, err, len(account.Keys()), account.Changes(), said)
		}
	}
}

func TestLiveSaysWhichKeyIsLeft(t *testing.T) {
	a := newKeeper(breach{})
	server, _ := onTestnet(t, a)
	server.Handle("POST /drop", exchangetest.Status(http.StatusBadRequest, `{"error":"no"}`).Handler())
	said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.with(environment{"WRITE": "1"}).lookup)
	if err == nil || !strings.Contains(said, "look for the key labelled live-") {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestLivePrintsNothingSecret(t *testing.T) {
	made := newToy().managed().Manage.Key(1).Secret.Reveal()
	for name, spoil := range map[string]func(*toy, *exchangetest.Server){
		"an adapter that tells": func(a *toy, s *exchangetest.Server) {
			s.Handle("GET /me", exchangetest.Status(401, `{"error":"no"}`).Handler())
			a.finish = func(err error) error {
				e := *exchanges.AsError(err)
				e.Hint += toySecret
				return &e
			}
		},
		"an exchange that echoes": func(_ *toy, s *exchangetest.Server) {
			s.Handle("GET /me", exchangetest.JSON(`{"label":"`+toySecret+`","can":["`+toySecret+`"],"made":1700000000000}`).Handler())
		},
		"a refusal with the new key's secret": func(_ *toy, s *exchangetest.Server) {
			s.Handle("POST /edit", exchangetest.Status(401, `{"error":"no `+made+`"}`).Handler())
		},
	} {
		a := newKeeper(breach{})
		server, _ := onTestnet(t, a)
		spoil(a, server)
		said, err := exchangetest.RunLive(t.Context(), a.adapter(), toyEnvironment.with(environment{"WRITE": "1"}).lookup)
		if strings.Contains(said, toySecret) || strings.Contains(said, made) || !strings.Contains(said, "[secret]") {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
	_, err := exchangetest.RunLive(t.Context(), newToy().adapter(), environment{"KEY": toySecret, "SECRET": toyKey}.lookup)
	if err == nil || strings.Contains(err.Error(), toySecret) || strings.Contains(err.Error(), toyKey) {
		t.Errorf("a key that is refused here: %v", err)
	}
}
