package exchangetest

import (
	"encoding/json"
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

// Altered is a JSON answer in which members of one object have other values, or
// are missing where the value is nil or no text of JSON. at leads to the object
// by the names of members and the numbers of elements.
func Altered(tb testing.TB, answer string, members map[string]any, at ...string) string {
	tb.Helper()
	var all any
	d := json.NewDecoder(strings.NewReader(answer))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		tb.Fatal(err)
	}
	object := all
	for _, name := range at {
		if list, ok := object.([]any); ok {
			n, err := strconv.Atoi(name)
			if err != nil || n >= len(list) {
				tb.Fatalf("there is no element %s", name)
			}
			object = list[n]
			continue
		}
		object = object.(map[string]any)[name]
	}
	for name, v := range members {
		if raw, ok := v.(json.RawMessage); v == nil || ok && len(raw) == 0 {
			delete(object.(map[string]any), name)
		} else {
			object.(map[string]any)[name] = v
		}
	}
	return Encoded(all).Body
}

// Checked is what a check makes of a credential, if it takes it. A check refuses
// with a hint and without a control character, and takes what it has taken
// unchanged.
func Checked(tb testing.TB, check func(exchanges.Credential) (exchanges.Credential, error), c exchanges.Credential) (exchanges.Credential, bool) {
	tb.Helper()
	once, err := check(c)
	if err != nil {
		if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Hint == "" || exchanges.Clean(e.Error()) != e.Error() {
			tb.Errorf("%#v", e)
		}
		return once, false
	}
	if twice, err := check(once); err != nil || reveal(once) != reveal(twice) {
		tb.Errorf("a second check differs: %v", err)
	}
	return once, true
}

// Paced makes calls one after the other, which by a limit of the exchange take
// as long as least, on a clock.
func Paced(tb testing.TB, now func() time.Time, calls int, least time.Duration, call func() error) {
	tb.Helper()
	began := now()
	for range calls {
		if err := call(); err != nil {
			tb.Fatal(err)
		}
	}
	if took := now().Sub(began); took < least {
		tb.Errorf("%d calls within %s", calls, took)
	}
}
