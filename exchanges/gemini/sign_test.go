package gemini

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a signed request whose source is in testdata/vectors.json.
type vector struct {
	Name, Path, Key, Secret string
	Payload                 string `json:"payload_json"`
	Expected                map[string]string
}

func TestSignaturesMatchTheVectors(t *testing.T) {
	all := exchangetest.Vectors[vector](t, 2)
	for _, v := range all {
		body := base64.StdEncoding.EncodeToString([]byte(v.Payload))
		if want := v.Expected["X-GEMINI-PAYLOAD"]; body != want {
			t.Errorf("%s: payload %s, want %s", v.Name, body, want)
		}
		if got, want := sign(nil, exchanges.NewSecret(v.Secret), body), v.Expected["X-GEMINI-SIGNATURE"]; got != want {
			t.Errorf("%s: signature %s, want %s", v.Name, got, want)
		}
		if v.Path == rolesPath {
			wantWhole(t, v)
		}
	}
}

// wantWhole compares a whole request with a vector whose nonce is in
// milliseconds.
func wantWhole(t *testing.T, v vector) {
	t.Helper()
	got := signed(credential(v.Key, v.Secret), rest.Request{Path: v.Path}, "1700000000000")
	for name, want := range v.Expected {
		if h := got.Header[name]; len(h) != 1 || h[0] != want {
			t.Errorf("%s: %s = %q, want %q", v.Name, name, h, want)
		}
	}
}

// talking begins an inspection with nonces of a scale.
func talking(t *testing.T, u exchanges.NonceUnit) *talk {
	t.Helper()
	c := credential(testKey, testSecret)
	c.Nonce = u
	turn, err := new(nonce.Source).Begin(t.Context(), nonce.Call{}, c, ticks)
	if err != nil {
		t.Fatal(err)
	}
	return &talk{c: c, turn: turn}
}

func TestNoncesGrow(t *testing.T) {
	now := time.Unix(1700000000, 700_000_000)
	for u, want := range map[exchanges.NonceUnit]int64{
		"": 1700000000, exchanges.NonceMilliseconds: 1700000000700,
		exchanges.NonceMicroseconds: 1700000000700000, exchanges.NonceNanoseconds: 1700000000700000000,
	} {
		x := talking(t, u)
		for i := range int64(3) {
			if got := x.number(now, now); got != want+i {
				t.Errorf("%q: nonce %d is %d, want %d", u, i, got, want+i)
			}
		}
	}
}

// A key that goes by the time gets the time, also after the clock was set back;
// one that counts never gets less than before.
func TestNoncesWhenTheClockIsSetBack(t *testing.T) {
	now := time.Unix(1700000000, 0)
	back := now.Add(-time.Hour)
	byTime, counting := talking(t, ""), talking(t, exchanges.NonceMilliseconds)
	byTime.number(now, now)
	first := counting.number(now, now)
	if got := byTime.number(back, back); got != back.Unix() {
		t.Errorf("by the time: %d", got)
	}
	if got := counting.number(back, back); got != first+1 {
		t.Errorf("counting: %d after %d", got, first)
	}
}

func TestNoncesFollowTheClockOfGemini(t *testing.T) {
	now := time.Unix(1700000000, 600_000_000)
	for offset, want := range map[time.Duration]int64{
		0: 1700000000, time.Second: 1700000000, -time.Second: 1700000000, // the header can feign as much
		time.Minute: 1700000060, -time.Minute: 1699999940,
	} {
		if got := talking(t, "").number(now.Add(offset), now); got != want {
			t.Errorf("%s off: %d, want %d", offset, got, want)
		}
	}
}
