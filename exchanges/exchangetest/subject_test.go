package exchangetest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestServerTellsCallsOfOnePathApart(t *testing.T) {
	s := exchangetest.NewServer(t, exchangetest.Routes{
		"POST /info dogs": exchangetest.JSON("wuff").Handler(), "POST /info": exchangetest.JSON("anything").Handler(),
	})
	s.Tell(func(r exchangetest.Request) string { return strings.TrimPrefix(r.Body, "plain") })
	for body, want := range map[string]string{"dogs": "wuff", "plain": "anything", "cats": "{}"} {
		res, err := http.Post(s.URL+"/info", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(got) != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if dogs := s.Requests("POST /info dogs"); len(dogs) != 1 || dogs[0].Path != "/info" || len(s.Requests()) != 3 {
		t.Errorf("%+v", s.Requests())
	}
}

// deriving fills in the toy's key, as an adapter may whose keys follow from
// their secrets.
func deriving(c exchanges.Credential) (exchanges.Credential, error) {
	if strings.TrimSpace(c.KeyID) == "" {
		c.KeyID = toyKey
	}
	return newToy().check(c)
}

func TestAnEmptyKeyIsJudgedAsDeclared(t *testing.T) {
	law := lawOf(t, "Check refuses missing")
	stranger := func(c exchanges.Credential) (exchanges.Credential, error) {
		if c.KeyID == "" {
			c.KeyID = "strangeKEY"
		}
		return deriving(c)
	}
	for name, c := range map[string]struct {
		check    func(exchanges.Credential) (exchanges.Credential, error)
		declared bool
		lawful   bool
	}{
		"refused":                {newToy().check, false, true},
		"refused, and declared":  {newToy().check, true, false},
		"derived":                {deriving, true, true},
		"derived, not declared":  {deriving, false, false},
		"derived, but another's": {stranger, true, false},
	} {
		a := newToy()
		a.check = c.check
		s := a.subject()
		s.DerivesKey = c.declared
		if err := law.Hold(s); (err == nil) != c.lawful {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysOfOneKindHaveOneBoxAndNoTicks(t *testing.T) {
	oneBox := func(a *toy) {
		g := &a.info.Guide
		g.Boxes = []exchanges.Box{{Words: "key", Gives: []exchanges.Permission{exchanges.Read, exchanges.Spot}}}
		g.Create = []exchanges.GuideStep{{Text: "Name", Put: exchanges.PutLabel}}
	}
	for name, c := range map[string]struct {
		change  func(*toy)
		oneKind bool
		lawful  bool
	}{
		"several boxes":             {func(*toy) {}, false, true},
		"several boxes of one kind": {func(*toy) {}, true, false},
		"one box":                   {oneBox, true, true},
		"one box, not declared":     {oneBox, false, false},
		"one box that gives too much": {func(a *toy) {
			oneBox(a)
			a.info.Guide.Boxes[0].Gives = append(a.info.Guide.Boxes[0].Gives, exchanges.Admin)
		}, true, false},
	} {
		a := newToy()
		c.change(a)
		s := a.subject()
		s.OneKind = c.oneKind
		var broken []string
		for _, law := range []string{"the guide leads", "the guide's boxes"} {
			if err := lawOf(t, law).Hold(s); err != nil {
				broken = append(broken, err.Error())
			}
		}
		if (len(broken) == 0) != c.lawful {
			t.Errorf("%s: %q", name, broken)
		}
	}
}

// Where the public half is the key, both halves together are a credential.
func TestHalvesOfAPairAreHeldTogether(t *testing.T) {
	law := lawOf(t, "key pairs that are made here fit")
	maker := exchanges.PairMaker{
		New:        func() (exchanges.Secret, string, error) { return exchanges.NewSecret("private"), "public", nil },
		PublicHalf: func(exchanges.Secret) (string, error) { return "public", nil },
	}
	other := maker
	other.PublicHalf = func(exchanges.Secret) (string, error) { return "another", nil }
	for name, c := range map[string]struct {
		pairs  exchanges.PairMaker
		isKey  bool
		check  func(exchanges.Credential) (exchanges.Credential, error)
		lawful bool
	}{
		"a pair":                       {maker, false, newToy().check, true},
		"halves of two pairs":          {other, false, newToy().check, false},
		"halves that are a credential": {maker, true, accept, true},
		"halves that are none":         {maker, true, newToy().check, false},
		"halves that Check changes":    {maker, true, grow, false},
	} {
		a := newToy()
		a.pairs, a.check = &c.pairs, c.check
		can := &a.info.Sites[0].Capabilities
		can.KeyPair, can.KeyIsPublicHalf = exchanges.Secp256k1, c.isKey
		if err := law.Hold(exchangetest.Subject{Adapter: a.adapter()}); (err == nil) != c.lawful {
			t.Errorf("%s: %v", name, err)
		}
	}
}
