package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// introspect asks Kraken about a key over the network.
func (v Venue) introspect(t *testing.T, key Key, nonce string) (reply, error) {
	t.Helper()
	const path = "/0/private/GetApiKeyInfo"
	body := "nonce=" + nonce
	if key.Passphrase != "" {
		body += "&otp=" + url.QueryEscape(key.Passphrase)
	}
	return try(t, http.MethodPost, v.BaseURL+path, body, http.Header{
		"Api-Key": {key.Key}, "Api-Sign": {signKraken(key.Secret, path, nonce, body)},
		"Content-Type": {"application/x-www-form-urlencoded"},
	})
}

// signIn gets a token from Deribit over the network, with the kind of
// signature that the key has.
func (v Venue) signIn(t *testing.T, key Key, at time.Time) reply {
	t.Helper()
	ts := strconv.FormatInt(at.UnixMilli(), 10)
	text := ts + "\n" + key.Label + "\n"
	var signature string
	if key.PrivateKey == "" {
		signature = hexHMAC(key.Secret, text)
	} else {
		signature = signWithPEM(t, key.PrivateKey, text)
	}
	return get(t, v.BaseURL+"/api/v2/public/auth?"+url.Values{
		"grant_type": {"client_signature"}, "client_id": {key.Key}, "timestamp": {ts}, "nonce": {key.Label}, "signature": {signature},
	}.Encode())
}

// works reports whether a key of the demo world ought to be accepted from here.
func works(key Key) bool {
	for _, seeds := range seedsBySite() {
		if slices.ContainsFunc(seeds, func(s seed) bool { return s.Label == key.Label && s.Disabled }) {
			return false
		}
	}
	return len(key.IPWhitelist) == 0 || slices.Contains(key.IPWhitelist, DefaultCaller.String())
}

func TestDescribedKrakenKeysOpenTheirAccount(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.Describe().venue(t, "kraken", "live")
	if len(v.Keys) == 0 {
		t.Fatal("no keys")
	}
	for _, key := range v.Keys {
		got, err := v.introspect(t, key, "1700000000000")
		if err != nil {
			t.Fatal(err)
		}
		if accepted := strings.Contains(string(got.body), `"apiKeyName":"`+key.Label+`"`); accepted != works(key) {
			t.Errorf("%s: %s", key.Label, got.body)
		}
	}
}

func TestDescribedDeribitKeysOpenTheirAccount(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	for _, env := range []string{"live", "testnet"} {
		v := s.Describe().venue(t, "deribit", env)
		if len(v.Keys) == 0 {
			t.Fatalf("no keys on %s", env)
		}
		for _, key := range v.Keys {
			got := v.signIn(t, key, noon)
			if accepted := strings.Contains(string(got.body), `"access_token"`); accepted != works(key) {
				t.Errorf("%s: %s", key.Label, got.body)
			}
		}
	}
}

// A reply that is lost does not undo what the request did.
func TestKrakenDroppedReplySpendsTheNonce(t *testing.T) {
	s := startAt(t, Options{World: "demo", Faults: []Fault{{Exchange: "kraken", Kind: FaultDropReply, Rate: 1}}})
	v := s.Describe().venue(t, "kraken", "live")
	key := v.Keys[0]
	if got, err := v.introspect(t, key, "1700000000000"); err == nil {
		t.Fatalf("answered with %s", got.body)
	}
	s.SetFaults()
	got, err := v.introspect(t, key, "1700000000000")
	if err != nil || !strings.Contains(string(got.body), string(krakenInvalidNonce)) {
		t.Errorf("%s (%v)", got.body, err)
	}
}

func TestDeribitSkewShowsInTimeAndRefusesSignatures(t *testing.T) {
	s := startAt(t, Options{World: "demo", Faults: []Fault{{Kind: FaultSkew, Rate: 1}}})
	v := s.Describe().venue(t, "deribit", "testnet")
	ahead := noon.Add(clockSkew)
	if now := get(t, v.BaseURL+"/api/v2/public/get_time").object(t)["result"]; now != float64(ahead.UnixMilli()) {
		t.Errorf("time %v", now)
	}
	if got := v.signIn(t, v.Keys[0], noon); got.status != http.StatusUnauthorized {
		t.Errorf("a signature of the old time: %s", got.body)
	}
	if got := v.signIn(t, v.Keys[0], ahead); got.status != http.StatusOK {
		t.Errorf("a signature of the exchange's time: %s", got.body)
	}
}
