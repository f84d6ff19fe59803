package exchanges

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// probe is an exchange that only knows how it was opened.
type probe struct{ with Connection }

func (probe) Info() Info { return Info{} }

func (probe) Inspect(context.Context, Credential) (KeyInfo, error) { return KeyInfo{}, nil }

func probeAdapter(id ID) Adapter {
	return Adapter{
		Info: Info{
			ID: id,
			Sites: []Site{
				{ID: "global", Environment: Live, Origin: "https://api.example.com"},
				{ID: "eu", Environment: Live, Origin: "https://api.example.eu"},
				{ID: "global", Environment: Testnet, Origin: "https://test.example.com"},
			},
			Aliases: map[Environment][]string{Live: {"api2.example.com"}},
		},
		New: func(c Connection) (Exchange, error) { return probe{c}, nil },
	}
}

func TestRegistryKeepsItsOrder(t *testing.T) {
	r := NewRegistry(probeAdapter("zeta"), probeAdapter("alpha"))
	if all := r.All(); len(all) != 2 || all[0].Info.ID != "zeta" || all[1].Info.ID != "alpha" {
		t.Errorf("%v", all)
	}
	if a, err := r.Get("alpha"); err != nil || a.Info.ID != "alpha" {
		t.Errorf("%v", err)
	}
	_, err := r.Get("mtgox\x1b[2J")
	e := AsError(err)
	if !errors.Is(err, Unsupported) || e.Code != "mtgox[2J" || !strings.Contains(e.Hint, "zeta, alpha") {
		t.Errorf("%+v", e)
	}
}

func TestRegistryRefusesTwins(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two adapters share an ID")
		}
	}()
	NewRegistry(probeAdapter("a"), probeAdapter("a"))
}

func TestOpenTakesTheSitesOrigin(t *testing.T) {
	r := NewRegistry(probeAdapter("acme"))
	for _, s := range probeAdapter("acme").Info.Sites {
		x, err := r.Open("acme", Connection{Site: s})
		if err != nil || x.(probe).with.Origin != s.Origin {
			t.Errorf("%s: %v", s.Origin, err)
		}
	}
	x, err := r.Open("acme", Connection{Site: Site{Environment: Live}, Origin: "http://127.0.0.1:8080"})
	if err != nil || x.(probe).with.Origin != "http://127.0.0.1:8080" {
		t.Errorf("an override does not count: %v", err)
	}
	if _, err := r.Open("other", Connection{}); !errors.Is(err, Unsupported) {
		t.Errorf("%v", err)
	}
}

// Regression for a testnet key on a live host, and the other way round.
func TestOpenTakesNoOriginWhereThereIsNoAPI(t *testing.T) {
	a := probeAdapter("hand")
	a.Info.Manual, a.Info.Aliases, a.Info.Sites = true, nil, []Site{{ID: "any", Environment: Live}}
	r := NewRegistry(a)
	if x, err := r.Open("hand", Connection{Site: a.Info.Sites[0]}); err != nil || x.(probe).with.Origin != "" {
		t.Errorf("%+v, %v", x, err)
	}
	_, err := r.Open("hand", Connection{Site: a.Info.Sites[0], Origin: "https://api.example.com"})
	if e := AsError(err); !errors.Is(err, Invalid) || e.Outcome != NotSent || !strings.Contains(e.Hint, "base_url") {
		t.Errorf("%v", err)
	}
}

func TestKeysStayInTheirEnvironment(t *testing.T) {
	r := NewRegistry(probeAdapter("acme"))
	for _, c := range []struct {
		env    Environment
		origin string
	}{
		{Testnet, "https://api.example.com"},
		{Testnet, "https://API.Example.com:443"},
		{Testnet, "https://api.example.com."},
		{Testnet, "https://api.example.eu/"},
		{Testnet, "https://api2.example.com"},
		{Live, "https://test.example.com"},
		{Live, "https://test.example.com:8443"},
		{Demo, "https://api.example.com"},
	} {
		_, err := r.Open("acme", Connection{Site: Site{Environment: c.env}, Origin: c.origin})
		if e := AsError(err); !errors.Is(err, Invalid) || e.Outcome != NotSent || !strings.Contains(e.Hint, string(c.env)) {
			t.Errorf("a %s key may go to %s: %v", c.env, c.origin, err)
		}
	}
	for _, origin := range []string{"https://api2.example.com", "https://api.example.eu", "https://proxy.example.net"} {
		if _, err := r.Open("acme", Connection{Site: Site{Environment: Live}, Origin: origin}); err != nil {
			t.Errorf("a live key may not go to %s: %v", origin, err)
		}
	}
}

func TestCheckOrigin(t *testing.T) {
	for _, good := range []string{
		"https://api.example.com", "https://api.example.com:8443", "https://api.example.com/", "https://[2001:db8::1]:443",
		"http://127.0.0.1", "http://127.9.9.9:80", "http://localhost:8080", "http://[::1]:8080",
	} {
		if err := CheckOrigin(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "api.example.com", "https://", "https://:443", "ftp://api.example.com", "file:///etc/passwd", "//api.example.com",
		"https://api.example.com/v5", "https://api.example.com?x=1", "https://api.example.com#x", "https://me:pw@api.example.com",
		"http://api.example.com", "http://192.168.1.5", "http://10.0.0.1:80", "http://localhost.example.com", "http://127.0.0.1.example.com",
		"http://0.0.0.0", "https://api.example.com\n", "javascript:alert(1)",
	} {
		if err := CheckOrigin(bad); err == nil {
			t.Errorf("%q is an origin", bad)
		}
	}
}

func TestCheckOriginQuotesNoPassword(t *testing.T) {
	for _, origin := range []string{
		"https://me:hunter2@api.example.com", "https://me:hunter2@api.example.com/%zz", "http://me:hunter2@/", "ftp://me:hunter2@h",
	} {
		err := CheckOrigin(origin)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
		r := NewRegistry(probeAdapter("acme"))
		if _, err := r.Open("acme", Connection{Origin: origin}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}
