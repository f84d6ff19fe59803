package sim

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

func TestMaterialFollowsFromItsNames(t *testing.T) {
	draw := func(names ...string) string { return newMaterial(names...).text(alphanumeric, 64) }
	if first, again := draw("a", "b"), draw("a", "b"); first != again {
		t.Error("the same names give different keys")
	}
	seen := map[string]bool{}
	for _, names := range [][]string{{"a", "b"}, {"ab"}, {"a", "", "b"}, {"b", "a"}, {"a", "b", ""}, {}} {
		seen[draw(names...)] = true
	}
	if len(seen) != 6 {
		t.Errorf("6 different lists of names give %d different keys", len(seen))
	}
}

func TestMaterialStaysInItsAlphabet(t *testing.T) {
	m := newMaterial("alphabet")
	text := m.text("01", 1000)
	if len(text) != 1000 || strings.Trim(text, "01") != "" || !strings.Contains(text, "0") || !strings.Contains(text, "1") {
		t.Errorf("%q", text)
	}
	if n := len(m.bytes(64)); n != 64 {
		t.Errorf("%d bytes", n)
	}
}

// privateHalf parses a PEM as a client library would.
func privateHalf(t *testing.T, text string) any {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		t.Fatalf("not one PKCS#8 block: %q", text)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeyPairsBelongTogether(t *testing.T) {
	edPublic, text := newMaterial("pair").ed25519()
	if private, ok := privateHalf(t, text).(ed25519.PrivateKey); !ok || !edPublic.Equal(private.Public()) {
		t.Error("the Ed25519 halves differ")
	}
	rsaPublic, text := newMaterial("pair").rsa()
	if private, ok := privateHalf(t, text).(*rsa.PrivateKey); !ok || !rsaPublic.Equal(private.Public()) {
		t.Error("the RSA halves differ")
	}
	for _, public := range []any{edPublic, rsaPublic} {
		block, _ := pem.Decode([]byte(publicPEM(public)))
		if block == nil || block.Type != "PUBLIC KEY" {
			t.Fatalf("not a public key: %s", publicPEM(public))
		}
		if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			t.Error(err)
		}
	}
}

func TestSimulationRSAKeysAreSound(t *testing.T) {
	for i, text := range simulationRSAKeys {
		key, ok := privateHalf(t, text).(*rsa.PrivateKey)
		if !ok || key.Validate() != nil || key.N.BitLen() != 2048 {
			t.Errorf("key %d is no sound RSA key of 2048 bits", i+1)
		}
	}
}

func TestBookFromSeeds(t *testing.T) {
	seeds := []seed{
		{Label: "plain", Algorithm: algHMAC, Permissions: []string{"read"}, Age: day, LastUsed: time.Hour},
		{Label: "pair", Algorithm: algEd25519, Expires: -time.Hour, IPs: []string{"203.0.113.7"}},
	}
	b := newBook("binance", "live", account{ID: "1", Seeds: seeds}, atNoon, func(m *material, _ string) (string, string) {
		return m.text(alphanumeric, 8), m.text(alphanumeric, 16)
	})
	plain, pair := b.all()[0], b.all()[1]
	if !plain.Created.Equal(noon.Add(-day)) || !b.lastUsed(plain).Equal(noon.Add(-time.Hour)) || plain.expired(noon) {
		t.Errorf("%+v", plain)
	}
	if !b.lastUsed(pair).IsZero() || !pair.expired(noon) || pair.Number != 2 {
		t.Errorf("%+v", pair)
	}
	if plain.Secret == "" || plain.PrivatePEM != "" || pair.Secret != "" || pair.PrivatePEM == "" {
		t.Error("a key has a secret or a private half, never both")
	}
	b.touch(pair, noon)
	if !b.lastUsed(pair).Equal(noon) {
		t.Error("the use was not noted")
	}
}

func TestBookFindsByID(t *testing.T) {
	b := newBook("binance", "live", account{Seeds: []seed{{Label: "one"}}}, atNoon, func(*material, string) (string, string) { return "id", "secret" })
	if found, ok := b.find("id"); !ok || found.Label != "one" {
		t.Error("a key is not found by its id")
	}
	for _, other := range []string{"", "ID", "id ", "secret"} {
		if _, ok := b.find(other); ok {
			t.Errorf("%q finds a key", other)
		}
	}
}

func TestNoncesThatWorkOnce(t *testing.T) {
	b, e := &book{}, &entry{}
	for _, c := range []struct {
		nonce string
		after time.Duration
		want  bool
	}{
		{"a", 0, true}, {"a", 0, false}, {"b", 0, true}, {"a", time.Minute, false}, {"a", time.Minute + 1, true}, {"a", time.Minute + 2, false},
	} {
		if got := b.spendOnce(e, c.nonce, noon.Add(c.after), time.Minute); got != c.want {
			t.Errorf("%s after %s: %v", c.nonce, c.after, got)
		}
	}
}
