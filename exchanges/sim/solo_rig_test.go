package sim

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// soloRig is one exchange behind its front, with a clock that the test moves.
type soloRig struct {
	*front
	t     *testing.T
	clock atomic.Int64 // Unix seconds
}

func newSoloRig(t *testing.T, at site, seeds ...seed) *soloRig {
	t.Helper()
	rig := &soloRig{t: t}
	rig.clock.Store(noon.Unix())
	a := account{ID: "7", Balances: map[string]float64{"BTC": 0.5, "USDT": 100}, Seeds: seeds}
	rig.front = newFront(at, Options{Caller: DefaultCaller}, a, rig.time)
	return rig
}

func (r *soloRig) time() time.Time { return time.Unix(r.clock.Load(), 0) }

func (r *soloRig) pass(d time.Duration) { r.clock.Add(int64(d / time.Second)) }

func (r *soloRig) key(label string) Key {
	r.t.Helper()
	return Description{Venues: []Venue{{Keys: r.desk.book.keys()}}}.venue(r.t, "", "").key(r.t, label)
}

// do sends a request through the front.
func (r *soloRig) do(method, target, body string, header http.Header) reply {
	r.t.Helper()
	request := httptest.NewRequestWithContext(r.t.Context(), method, target, strings.NewReader(body))
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

// create makes a key on the page and returns what the page shows of it.
func (r *soloRig) create(f form) Key {
	r.t.Helper()
	e, refusal := r.desk.create(f, confirmed)
	if refusal != nil {
		r.t.Fatalf("%+v: %v", f, refusal)
	}
	return r.desk.describe(e)
}

// walkThePage makes, changes and deletes a key on the page, and asks works
// each time whether the exchange takes the key.
func (r *soloRig) walkThePage(f form, works func(Key) bool) {
	r.t.Helper()
	f.Label, f.IPs = "new_bot", DefaultCaller.String()
	k := r.create(f)
	e, _ := r.desk.book.listed(k.Key)
	check := func(when string, want bool, refusal *Refusal) {
		r.t.Helper()
		r.pass(time.Second)
		if refusal != nil || works(k) != want {
			r.t.Errorf("%s: works is not %v (%v)", when, want, refusal)
		}
	}
	check("new", true, nil)
	f.IPs = "192.0.2.44"
	check("with a foreign address on its list", false, r.desk.edit(e, f, confirmed))
	f.IPs = "192.0.2.44, " + DefaultCaller.String()
	check("with its address listed again", true, r.desk.edit(e, f, confirmed))
	check("deleted", false, r.desk.remove(e, confirmed))
}

// pageRefuses checks what the page says to a form instead of making a key.
func (r *soloRig) pageRefuses(f form, says string) {
	r.t.Helper()
	before := len(r.desk.book.all())
	_, refusal := r.desk.create(f, confirmed)
	if refusal == nil || !strings.Contains(refusal.Text, says) || len(r.desk.book.all()) != before {
		r.t.Errorf("%+v: %v does not say %q", f, refusal, says)
	}
}

// holdsDemo checks the labels of a site's demo keys, that the spare one is as
// good as new, and that the page could have made all of them: their edit forms
// can be sent back unchanged.
func holdsDemo(t *testing.T, at site, labels ...string) {
	t.Helper()
	var a account
	at.demo(&a)
	for _, s := range a.Seeds {
		if !slices.Contains(labels, s.Label) || len(s.Label) > 16 || !slices.Contains(at.algorithms, s.Algorithm) {
			t.Errorf("%s %s has %+v", at.exchange, at.environment, s)
		}
		home := len(s.IPs) == 0 || slices.Contains(s.IPs, DefaultCaller.String())
		if strings.HasPrefix(s.Label, "spare-") && (s.Age > day || s.LastUsed != 0 || s.Disabled || !home) {
			t.Errorf("%s is not fresh", s.Label)
		}
	}
	if len(a.Seeds) != len(labels) {
		t.Errorf("%s %s has %d keys", at.exchange, at.environment, len(a.Seeds))
	}
	newSoloRig(t, at, a.Seeds...).editsNothing()
}

// editsNothing sends the edit form of every key back as it is shown.
func (r *soloRig) editsNothing() {
	r.t.Helper()
	d := r.desk
	for _, e := range d.book.all() {
		before := *e
		boxes, gives := d.ticked(e), d.normal(d.wordsOf(e))
		refusal := d.edit(e, form{Boxes: boxes, IPs: strings.Join(e.IPs, ",")}, confirmed)
		same := slices.Equal(boxes, d.ticked(e)) && slices.Equal(gives, e.Permissions) && slices.Equal(before.IPs, e.IPs) && before.Expires.Equal(e.Expires)
		if refusal != nil || !same {
			r.t.Errorf("%s was edited to %+v (%v)", e.Label, e, refusal)
		}
	}
}
