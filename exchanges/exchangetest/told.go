package exchangetest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Opened opens a connection with a time in which nobody has to wait: see Hurried.
func Opened(tb testing.TB, a exchanges.Adapter, c exchanges.Connection) exchanges.Exchange {
	tb.Helper()
	x, err := a.New(Hurried(c))
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// SitesOf lists an exchange's sites, a line for each: "live/global https://…".
// An adapter compares it with a copy, since a wrong line would send a key to a
// host where it does not belong.
func SitesOf(i exchanges.Info) string {
	var out strings.Builder
	for _, s := range i.Sites {
		fmt.Fprintf(&out, "%s/%s %s\n", s.Environment, s.ID, s.Origin)
	}
	return out.String()
}

// Grants words what is known of permissions: "+read -withdraw".
func Grants(s exchanges.PermissionSet) string {
	text, err := s.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Hints sees to it that the hint of an error names all that it should.
func Hints(tb testing.TB, err error, words ...string) {
	tb.Helper()
	e := exchanges.AsError(err)
	for _, w := range words {
		if !strings.Contains(e.Hint, w) {
			tb.Errorf("%s: the hint does not name %q: %s", e.Code, w, e.Hint)
		}
	}
}

// Signs compares headers with those of the vector, and sees that there are no
// others.
func (v Vector) Signs(tb testing.TB, h http.Header) {
	tb.Helper()
	if len(h) != len(v.Expected) {
		tb.Errorf("%d headers, want %d", len(h), len(v.Expected))
	}
	for name, want := range v.Expected {
		if got := h[strings.TrimPrefix(name, "header:")]; len(got) != 1 || got[0] != want {
			tb.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

// Fresh sees to it that the request was stamped no longer than late before it
// came, and no more than early after. The stamp counts units of time since 1970.
func (r Request) Fresh(stamp string, unit, late, early time.Duration) error {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return err
	}
	if age := r.At.Sub(time.Unix(0, 0).Add(time.Duration(n) * unit)); age > late || age < -early {
		return fmt.Errorf("the timestamp is %s old", age)
	}
	return nil
}
