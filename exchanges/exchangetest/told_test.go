package exchangetest_test

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// witness hears what a helper has to say.
type witness struct {
	testing.TB
	said int
}

func (w *witness) Helper()               {}
func (w *witness) Errorf(string, ...any) { w.said++ }

func TestHelpersSpeakUp(t *testing.T) {
	still := func() time.Time { return time.Unix(0, 0) }
	refused := func(c exchanges.Credential) (exchanges.Credential, error) {
		return c, &exchanges.Error{Kind: exchanges.Invalid, Outcome: exchanges.NotSent}
	}
	grows := func(c exchanges.Credential) (exchanges.Credential, error) {
		c.KeyID += "x"
		return c, nil
	}
	same := func(c exchanges.Credential) (exchanges.Credential, error) { return c, nil }
	vector := exchangetest.Vector{Expected: map[string]string{"header:Key": "k"}}
	for name, c := range map[string]struct {
		help func(testing.TB)
		said int
	}{
		"a hint with all words":    {func(tb testing.TB) { exchangetest.Hints(tb, &exchanges.Error{Hint: "a or b"}, "a", "b") }, 0},
		"a hint without two words": {func(tb testing.TB) { exchangetest.Hints(tb, &exchanges.Error{Hint: "a"}, "a", "b", "c") }, 2},
		"the right header":         {func(tb testing.TB) { vector.Signs(tb, map[string][]string{"Key": {"k"}}) }, 0},
		"a wrong header":           {func(tb testing.TB) { vector.Signs(tb, map[string][]string{"Key": {"x"}}) }, 1},
		"another header":           {func(tb testing.TB) { vector.Signs(tb, map[string][]string{"Key": {"k"}, "More": {"x"}}) }, 1},
		"a check that is lawful":   {func(tb testing.TB) { exchangetest.Checked(tb, same, exchanges.Credential{}) }, 0},
		"a check without a hint":   {func(tb testing.TB) { exchangetest.Checked(tb, refused, exchanges.Credential{}) }, 1},
		"a check that adds":        {func(tb testing.TB) { exchangetest.Checked(tb, grows, exchanges.Credential{}) }, 1},
		"calls that are too fast":  {func(tb testing.TB) { exchangetest.Paced(tb, still, 2, time.Second, func() error { return nil }) }, 1},
		"calls without a limit":    {func(tb testing.TB) { exchangetest.Paced(tb, still, 2, 0, func() error { return nil }) }, 0},
	} {
		w := &witness{TB: t}
		if c.help(w); w.said != c.said {
			t.Errorf("%s: %d complaints, want %d", name, w.said, c.said)
		}
	}
}

func TestFresh(t *testing.T) {
	r := exchangetest.Request{At: time.Unix(1_764_000_000, 0)}
	for stamp, want := range map[string]bool{
		"1764000000000": true, "1763999995000": true, "1763999994999": false, "1764000001000": true, "1764000001001": false, "": false, "soon": false,
	} {
		if err := r.Fresh(stamp, time.Millisecond, 5*time.Second, time.Second); (err == nil) != want {
			t.Errorf("%q: %v", stamp, err)
		}
	}
	if err := r.Fresh("1764000000", time.Second, 0, 0); err != nil {
		t.Error(err)
	}
}

func TestAltered(t *testing.T) {
	const answer = `{"data":[{"id":9007199254740993,"name":"a"}],"code":"0"}`
	for want, members := range map[string]map[string]any{
		`{"code":"0","data":[{"id":9007199254740993,"name":"a"}]}`:           nil,
		`{"code":"0","data":[{"id":9007199254740993}]}`:                      {"name": nil},
		`{"code":"0","data":[{"id":[7],"more":{"x":null},"name":"a"}]}`:      {"id": []int{7}, "more": map[string]any{"x": nil}},
		`{"code":"0","data":[{"id":9007199254740993,"name":"b","on":true}]}`: {"name": "b", "on": true},
	} {
		if got := exchangetest.Altered(t, answer, members, "data", "0"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestSitesAndGrantsInWords(t *testing.T) {
	i := exchanges.Info{Sites: []exchanges.Site{
		{Environment: exchanges.Live, ID: "global", Origin: "https://a.example"}, {Environment: exchanges.Demo, ID: "eu", Origin: "https://b.example"},
	}}
	if got := exchangetest.SitesOf(i); got != "live/global https://a.example\ndemo/eu https://b.example\n" {
		t.Error(got)
	}
	set := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Withdraw, exchanges.NotGranted)
	if got := exchangetest.Grants(set); got != "+read -withdraw" {
		t.Error(got)
	}
}
