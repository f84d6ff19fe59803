package sim

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"
)

// noon is the exchanges' time in these tests.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// startAt starts a world at noon and stops it when the test ends.
func startAt(t *testing.T, o Options) *Sim {
	t.Helper()
	o.Now = atNoon
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (d Description) venue(t *testing.T, exchange, env string) Venue {
	t.Helper()
	i := slices.IndexFunc(d.Venues, func(v Venue) bool { return v.Exchange == exchange && v.Environment == env })
	if i < 0 {
		t.Fatalf("no %s %s", exchange, env)
	}
	return d.Venues[i]
}

func (v Venue) key(t *testing.T, label string) Key {
	t.Helper()
	i := slices.IndexFunc(v.Keys, func(k Key) bool { return k.Label == label })
	if i < 0 {
		t.Fatalf("%s %s has no key %s", v.Exchange, v.Environment, label)
	}
	return v.Keys[i]
}

// entryOf returns the server's side of a key, and with it the right to change
// it while no request is being served.
func (s *Sim) entryOf(t *testing.T, id string, change func(*entry)) {
	t.Helper()
	for _, f := range s.fronts {
		v, ok := f.venue.(interface{ find(string) (*entry, bool) })
		if !ok {
			continue
		}
		f.turn.Lock()
		e, found := v.find(id)
		if found {
			change(e)
		}
		f.turn.Unlock()
		if found {
			return
		}
	}
	t.Fatalf("no key %s", id)
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) object(t *testing.T) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("status %d, body %q: %v", r.status, r.body, err)
	}
	return o
}

// code returns the exchange's own code of a Binance or Bybit answer.
func (r reply) code(t *testing.T) int {
	t.Helper()
	o := r.object(t)
	for _, name := range []string{"code", "retCode"} {
		if n, ok := o[name].(float64); ok {
			return int(n)
		}
	}
	return 0
}

func try(t *testing.T, method, url, body string, header http.Header) (reply, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body = http.NoBody
	}
	maps.Copy(r.Header, header)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, text}, err
}

func send(t *testing.T, method, url, body string, header http.Header) reply {
	t.Helper()
	r, err := try(t, method, url, body, header)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func get(t *testing.T, url string) reply {
	t.Helper()
	return send(t, http.MethodGet, url, "", nil)
}

// stamp returns a timestamp so many milliseconds after noon.
func stamp(ms int) url.Values {
	return url.Values{"timestamp": {strconv.FormatInt(noon.Add(time.Duration(ms)*time.Millisecond).UnixMilli(), 10)}}
}

func header(k Key) http.Header { return http.Header{"X-Mbx-Apikey": {k.Key}} }

// sign makes the signature that a key's owner would: hex for an HMAC, base64
// for the others.
func sign(t *testing.T, k Key, text string) string {
	t.Helper()
	if k.PrivateKey == "" {
		mac := hmac.New(sha256.New, []byte(k.Secret))
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	}
	block, _ := pem.Decode([]byte(k.PrivateKey))
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	message, how := []byte(text), crypto.Hash(0)
	if _, isRSA := parsed.(*rsa.PrivateKey); isRSA {
		digest := sha256.Sum256(message)
		message, how = digest[:], crypto.SHA256
	}
	signature, err := parsed.(crypto.Signer).Sign(rand.Reader, message, how)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// signBinance returns the URL of a call signed with an HMAC secret.
func signBinance(v Venue, k Key, path string, params url.Values) string {
	query := params.Encode()
	mac := hmac.New(sha256.New, []byte(k.Secret))
	mac.Write([]byte(query))
	return v.BaseURL + path + "?" + query + "&signature=" + hex.EncodeToString(mac.Sum(nil))
}
