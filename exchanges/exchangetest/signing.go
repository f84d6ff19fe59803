package exchangetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

var signingLaws = []Law{
	{"Signing shows what is sent, and sends nothing", signsWhatIsSent},
	{"Signing shows no secret, and marks what stands for it", signingIsQuiet},
	{"Signing refuses what is no call", signingRefuses},
}

// signsWhatIsSent signs the calls of Inspect once more.
func signsWhatIsSent(s Subject) error {
	return s.onEach(func(b *bench) error {
		signer, err := b.signer()
		if signer == nil || err != nil {
			return err
		}
		if _, err := b.inspect(); err != nil {
			return err
		}
		var p problems
		sent, compared := b.server.Requests(), 0
		for _, r := range b.signed() {
			call, ok := b.Called(r)
			if !ok {
				continue
			}
			compared++
			got, err := signer.Signing(b.cred, call)
			if err != nil {
				p.in(r.Call(), err)
				continue
			}
			p.in(r.Call(), b.equals(got, r))
		}
		if compared == 0 {
			p.addf("no signed call was recorded")
		}
		if n := len(b.server.Requests()); n != len(sent) {
			p.addf("Signing sent %d requests", n-len(sent))
		}
		return p.err()
	})
}

// signer returns the exchange as one that shows how it signs; nil where it does
// not, and says so.
func (b *bench) signer() (exchanges.Signer, error) {
	signer, ok := b.exchange.(exchanges.Signer)
	switch {
	case b.Called != nil && !ok:
		return nil, errors.New("there is no Signing, though Called is declared")
	case b.Called != nil:
		return signer, nil
	case !ok:
		return nil, nil
	}
	_, err := signer.Signing(b.cred, exchanges.Call{Method: "GET", Path: "/", At: time.Now()})
	return nil, b.kind(err, exchanges.Unsupported)
}

// equals holds a signing against the request that was sent. Of headers, those
// count that the signing has: the others are of the connection.
func (b *bench) equals(got *exchanges.Signing, sent Request) error {
	var p problems
	want := b.server.URL + sent.Path
	if sent.Query != "" {
		want += "?" + sent.Query
	}
	if got.Method != sent.Method || got.URL != b.cred.Conceal(want) {
		p.addf("%s %s was sent, and %s %s is shown", sent.Method, want, got.Method, got.URL)
	}
	if got.Body != b.cred.Conceal(sent.Body) {
		p.addf("the body %q was sent, and %q is shown", sent.Body, got.Body)
	}
	for name := range got.Header {
		was, is := "", strings.Join(got.Header[name], ",")
		for other, values := range sent.Header {
			if strings.EqualFold(other, name) {
				was = b.cred.Conceal(strings.Join(values, ","))
			}
		}
		if was != is {
			p.addf("the header %s was sent as %q, and is shown as %q", name, was, is)
		}
	}
	return p.err()
}

// signingIsQuiet looks for the secrets, and for a signature where it is masked.
func signingIsQuiet(s Subject) error {
	return s.onFirst(func(b *bench) error {
		signer, err := b.signer()
		if signer == nil || err != nil {
			return err
		}
		var p problems
		for i, c := range s.credentials() {
			c, err := s.Adapter.Check(c)
			if err != nil {
				return err
			}
			shown, err := signer.Signing(c, b.anyCall())
			if err != nil {
				p.in(fmt.Sprintf("credential %d", i), err)
				continue
			}
			p.in(fmt.Sprintf("credential %d", i), s.quiet(shown))
		}
		if n := len(b.server.Requests()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}

func (s Subject) quiet(shown *exchanges.Signing) error {
	var p problems
	text, ok := shown.Step(exchanges.StepText)
	signature, made := shown.Step(exchanges.StepSignature)
	if !ok || text.Text == "" || !made || signature.Text == "" || !signature.Secret {
		p.addf("no string to sign, or no signature that is a secret: %+v", shown.Steps)
	}
	if shown.Judge == nil {
		p.addf("nobody can be asked whether a signature is right")
	}
	p.in("the signing", s.leaks(all(shown)))
	const mask = "[hidden]"
	if masked := all(shown.Masked(mask)); strings.Contains(masked, signature.Text) || strings.Count(masked, mask) < 2 {
		p.addf("masked, the signature is still there, or in no header, query or body: %s", masked)
	}
	return p.err()
}

// all is every text of a signing.
func all(s *exchanges.Signing) string {
	parts := []string{s.Method, s.URL, s.Body, strings.Join(s.Notes, "\n")}
	for _, step := range s.Steps {
		parts = append(parts, string(step.Name), step.How, step.Text)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Header)) {
		parts = append(parts, name+": "+strings.Join(s.Header[name], ","))
	}
	return strings.Join(parts, "\n")
}

// anyCall is the first call of Inspect.
func (b *bench) anyCall() exchanges.Call {
	call := exchanges.Call{Method: "GET", Path: "/", At: time.Unix(1700000000, 0)}
	if calls, err := b.inspectCalls(b.site); err == nil {
		words := strings.Fields(calls[0])
		call.Method, call.Path = words[0], words[1]
	}
	return call
}

func signingRefuses(s Subject) error {
	return s.onFirst(func(b *bench) error {
		signer, err := b.signer()
		if signer == nil || err != nil {
			return err
		}
		var p problems
		good := b.anyCall()
		for name, spoil := range map[string]func(*exchanges.Call){
			"no method":       func(c *exchanges.Call) { c.Method = "" },
			"a small method":  func(c *exchanges.Call) { c.Method = "get" },
			"no path":         func(c *exchanges.Call) { c.Path = "" },
			"no slash":        func(c *exchanges.Call) { c.Path = "v1/orders" },
			"a query in it":   func(c *exchanges.Call) { c.Path += "?a=b" },
			"a line end":      func(c *exchanges.Call) { c.Path += "\r\nHost: example.com" },
			"a blank":         func(c *exchanges.Call) { c.Query = "a=b c" },
			"a broken escape": func(c *exchanges.Call) { c.Path += "%zz" },
		} {
			call := good
			spoil(&call)
			_, err := signer.Signing(b.cred, call)
			p.in(name, b.kind(err, exchanges.Invalid))
		}
		return p.err()
	})
}

// Asked is the call that a recorded request was made for, where its signature
// is in headers alone, and stamp is the one with its time; empty: it has none.
func Asked(r Request, stamp string) exchanges.Call {
	return exchanges.Call{Method: r.Method, Path: r.Path, Query: r.Query, Body: r.Body, At: moment(r.Header.Get(stamp))}
}

// AskedBefore is the call that a recorded request was made for, where the
// signing adds parameters behind those of the query; stamp has the time.
func AskedBefore(r Request, stamp string, added ...string) exchanges.Call {
	c := Asked(r, "")
	c.At = moment(r.Params().Get(stamp))
	var own []string
	for pair := range strings.SplitSeq(r.Query, "&") {
		if name, _, _ := strings.Cut(pair, "="); name != stamp && !slices.Contains(added, name) {
			own = append(own, pair)
		}
	}
	c.Query = strings.Join(own, "&")
	return c
}

// moment reads a time in s or ms, or by its digits in UTC.
func moment(text string) time.Time {
	const firstMilliseconds = 1e11 // in seconds, the year 5138
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && n < firstMilliseconds:
		return time.Unix(n, 0)
	case err == nil:
		return time.UnixMilli(n)
	}
	at, _ := time.Parse(time.RFC3339, strings.TrimSuffix(text, "Z")+"Z")
	return at
}

// Shown opens an adapter at its first site, which is not called, and returns how
// it signs a call.
func Shown(tb testing.TB, a exchanges.Adapter, c exchanges.Credential, call exchanges.Call) (*exchanges.Signing, error) {
	tb.Helper()
	signer, ok := Opened(tb, a, exchanges.Connection{Site: a.Info.Sites[0], Origin: a.Info.Sites[0].Origin}).(exchanges.Signer)
	if !ok {
		tb.Fatal("it shows no signing")
	}
	return signer.Signing(c, call)
}
