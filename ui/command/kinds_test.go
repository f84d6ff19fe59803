package command

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
)

// verdict of an added-but-unverified key after one check.
func (tr *trader) checked(name string) *errorJSON {
	tr.t.Helper()
	k, ok := tr.keys(tr.run("", "check", name, "--json").out)[name]
	if !ok {
		tr.t.Fatalf("check does not report %s", name)
	}
	return k.Error
}

// wants fails unless an error has the kind and a hint with the words.
func wants(t *testing.T, e *errorJSON, kind string, words ...string) {
	t.Helper()
	if e == nil {
		t.Errorf("no error, want %s", kind)
		return
	}
	if string(e.Kind) != kind || e.Hint == "" {
		t.Errorf("got %+v, want kind %s and a hint", *e, kind)
	}
	for _, w := range words {
		if !strings.Contains(strings.ToLower(e.Hint), w) {
			t.Errorf("hint %q does not mention %q", e.Hint, w)
		}
	}
}

// scrambled changes a secret without changing its shape.
func scrambled(s string) string {
	b := []byte(s)
	i := len(b) / 2
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}

func TestWrongCredentialsEndInTheRightKind(t *testing.T) {
	venues := []struct{ exchange, env string }{{"binance", "live"}, {"bybit", "live"}, {"kraken", "live"}, {"deribit", "live"}}
	for _, v := range venues {
		t.Run(v.exchange, func(t *testing.T) {
			t.Parallel()
			tr := newTrader(t, sim.Options{})
			good := tr.seeded(v.exchange, v.env, plain)

			wrong := good
			wrong.Secret = scrambled(good.Secret)
			if r := tr.add("wrong", v.exchange, v.env, wrong, "--no-verify"); r.code != 0 {
				t.Fatal(r.err)
			}
			wants(t, tr.checked("wrong"), "auth", "secret")
			tr.ok("", "forget", "wrong", "--confirm", "wrong")

			newline := good
			newline.Key, newline.Secret = good.Key+"\n", "  "+good.Secret+"\r\n"
			if r := tr.add("newline", v.exchange, v.env, newline); r.code != 0 {
				t.Errorf("a trailing newline was not trimmed: %s", r.err)
			}

			gone := good
			gone.Key = scrambled(good.Key)
			if r := tr.add("gone", v.exchange, v.env, gone, "--no-verify"); r.code != 0 {
				t.Fatal(r.err)
			}
			wants(t, tr.checked("gone"), "auth")
		})
	}
}

func TestSwappedFieldsAreFoundHereOrNamedAsACause(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	for _, v := range []struct{ exchange, env string }{{"bybit", "live"}, {"kraken", "live"}, {"deribit", "live"}} {
		k := tr.seeded(v.exchange, v.env, plain)
		k.Key, k.Secret = k.Secret, k.Key
		r := tr.add("swapped", v.exchange, v.env, k, "--json")
		var got struct{ Error *errorJSON }
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code == 0 {
			t.Fatalf("%s: %v %+v", v.exchange, err, r)
		}
		wants(t, got.Error, "invalid", "swap")
	}
	// On Binance both halves look the same: only the exchange can tell.
	k := tr.seeded("binance", "live", plain)
	k.Key, k.Secret = k.Secret, k.Key
	r := tr.add("swapped", "binance", "live", k, "--json")
	var got struct{ Error *errorJSON }
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code == 0 {
		t.Fatalf("%v %+v", err, r)
	}
	wants(t, got.Error, "auth", "swap")
}

func TestATestnetKeyOnLiveIsRefusedAndExplained(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	for _, exchange := range []string{"binance", "bybit", "deribit"} {
		r := tr.add(exchange, exchange, "live", tr.seeded(exchange, "testnet", plain), "--json")
		var got struct{ Error *errorJSON }
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code == 0 {
			t.Fatalf("%s: %v %+v", exchange, err, r)
		}
		wants(t, got.Error, "auth", "testnet")
	}
}

func TestAnAddressThatIsNotListed(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	for exchange, kind := range map[string]string{"binance": "auth", "bybit": "ip-blocked"} {
		k := tr.seeded(exchange, "live", func(k sim.Key) bool { return len(k.IPWhitelist) > 0 && !plain(k) && k.PrivateKey == "" })
		if r := tr.add(exchange, exchange, "live", k, "--no-verify"); r.code != 0 {
			t.Fatal(r.err)
		}
		wants(t, tr.checked(exchange), kind, "address")
	}
}

func TestAClockTenMinutesOff(t *testing.T) {
	t.Parallel()
	// The exchange tells its time, so a key works whatever this machine believes.
	tr := newTrader(t, sim.Options{Now: func() time.Time { return time.Now().Add(10 * time.Minute) }})
	for _, exchange := range []string{"binance", "bybit", "kraken", "deribit"} {
		if r := tr.add(exchange, exchange, "live", tr.seeded(exchange, "live", plain)); r.code != 0 {
			t.Errorf("%s: %s", exchange, r.err)
		}
	}
}

// odd is a server that answers every call in one odd way.
func odd(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// oddAnswer is what a captive portal, a proxy or a broken server may answer,
// and what check must call it.
type oddAnswer struct {
	name, kind string
	answer     http.HandlerFunc
}

// oddAnswers has one of each; the redirect goes to another host.
func oddAnswers(other string) []oddAnswer {
	return []oddAnswer{
		{"html", "protocol", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "<html><body>Log in to the Wi-Fi</body></html>")
		}},
		{"huge", "protocol", pourBrackets},
		{"redirect", "protocol", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other+r.URL.Path, http.StatusTemporaryRedirect)
		}},
		{"dropped", "network", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}
		}},
		{"null", "protocol", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "null") }},
		{"empty", "protocol", func(http.ResponseWriter, *http.Request) {}},
		{"firewall", "blocked", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html>denied</html>")
		}},
	}
}

// pourBrackets sends 100 MiB of what begins like JSON, to who takes it.
func pourBrackets(w http.ResponseWriter, r *http.Request) {
	block := []byte(strings.Repeat("[", 1<<20))
	for range 100 {
		if _, err := w.Write(block); err != nil || r.Context().Err() != nil {
			return
		}
	}
}

func TestOddAnswersEndInTheRightKind(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := odd(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	tr := newTrader(t, sim.Options{})
	exchanges := []string{"binance", "bybit", "kraken", "deribit"}
	for _, x := range exchanges {
		if r := tr.add(x, x, "live", tr.seeded(x, "live", plain), "--no-verify"); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	for _, tt := range oddAnswers(other) {
		t.Run(tt.name, func(t *testing.T) {
			url := odd(t, tt.answer)
			config := ""
			for _, x := range exchanges {
				config += fmt.Sprintf("[exchange.%s.live]\nbase_url = %q\n", x, url)
			}
			tr.config(config)
			r := tr.run("", "check", "--json")
			if r.code != 2 {
				t.Errorf("check exited %d: nobody could look", r.code)
			}
			for name, k := range tr.keys(r.out) {
				if k.Status != "unreachable" {
					t.Errorf("%s is %s", name, k.Status)
				}
				wants(t, k.Error, tt.kind)
			}
		})
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
}
