package exchangetest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestServerAnswersByTheScript(t *testing.T) {
	s := exchangetest.NewServer(t, exchangetest.Routes{"POST /a": exchangetest.Status(201, "made").With("X-Y", "z").Handler()})
	for call, want := range map[string]string{"/a": "201 made z", "/b": "404 {} "} {
		res, err := http.Post(s.URL+call, "application/x-www-form-urlencoded", strings.NewReader("z=3"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if got := fmt.Sprint(res.StatusCode, " ", string(body), " ", res.Header.Get("X-Y")); got != want {
			t.Errorf("POST %s: %q, want %q", call, got, want)
		}
	}
}

func TestServerKeepsRequests(t *testing.T) {
	s := exchangetest.NewServer(t, exchangetest.Routes{})
	for _, call := range []string{"/a/b?x=1&y=%40", "/other"} {
		res, err := http.Post(s.URL+call, "application/x-www-form-urlencoded", strings.NewReader("z=3"))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	got := s.Requests("POST /a/b")
	if len(got) != 1 || got[0].Query != "x=1&y=%40" || got[0].Body != "z=3" || got[0].Params().Encode() != "x=1&y=%40&z=3" {
		t.Errorf("%+v", got)
	}
	if len(s.Requests()) != 2 || len(s.Requests("POST /other", "GET /other")) != 1 {
		t.Errorf("%+v", s.Requests())
	}
}

func TestSequenceRepeatsItsLast(t *testing.T) {
	h := exchangetest.Sequence(exchangetest.JSON("1"), exchangetest.JSON("2"))
	var got string
	for range 4 {
		got += h(exchangetest.Request{}).Body
	}
	if got != "1222" {
		t.Errorf("%s", got)
	}
}
