package hyperliquid

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"golang.org/x/crypto/sha3"

	"github.com/keyrota/keyrota/exchanges"
)

// Published private keys and their addresses. The vectors are about signatures of
// the master wallet, which keyrota never makes; what it computes is the address.
func TestAddressesMatchVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct{ Name, Key, Secret string }
	if err := json.Unmarshal(raw, &all); err != nil || len(all) != 4 {
		t.Fatalf("%d vectors, want 4: %v", len(all), err)
	}
	for _, v := range all {
		got, err := check(exchanges.Credential{PrivateKey: exchanges.NewSecret(v.Secret)})
		if err != nil || got.KeyID != strings.ToLower(v.Key) {
			t.Errorf("%s: %s, want %s (%v)", v.Name, got.KeyID, v.Key, err)
		}
	}
}

func TestAddressesOfTheEndsOfTheCurve(t *testing.T) {
	zeros, order := strings.Repeat("0", 63), "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036414"
	for private, want := range map[string]string{ // the addresses of the private keys 1 and order-1 are widely known
		"0x" + zeros + "1":             "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
		"0x" + order + "0":             "0x80c0dbf239224071c59dd8970ab9d542e3414ab2",
		"0x" + zeros + "0":             "",
		"0x" + order + "1":             "",
		"0x" + order + "2":             "",
		"0x" + strings.Repeat("f", 64): "",
		"0x" + strings.Repeat("g", 64): "",
		"0x12":                         "", "": "",
	} {
		got, err := publicHalf(exchanges.NewSecret(private))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, want %q (%v)", private, got, want, err)
		}
		if err != nil && len(private) > 4 && strings.Contains(err.Error(), private[2:]) {
			t.Errorf("the error quotes the key: %v", err)
		}
	}
}

// Another library for the same curve, with other arithmetic, finds the same
// addresses: of random keys, and of keys next to powers of two, whose long runs
// of equal bits take the paths of the multiplication that chance seldom takes.
func TestAnotherLibraryFindsTheSameAddresses(t *testing.T) {
	var keys []exchanges.Secret
	for range 100 {
		private, public, err := newPair()
		if got := addressByDecred(t, private); err != nil || got != public {
			t.Fatalf("the pair's address is %s, want %s (%v)", public, got, err)
		}
	}
	for bit := range uint(256) {
		for _, near := range []int64{-1, 1} {
			n := new(big.Int).Lsh(big.NewInt(1), bit)
			if n.Add(n, big.NewInt(near)).Sign() > 0 {
				keys = append(keys, exchanges.NewSecret(fmt.Appendf(nil, "0x%064x", n)))
			}
		}
	}
	for _, private := range keys {
		if got, err := publicHalf(private); err != nil || got != addressByDecred(t, private) {
			t.Errorf("%s: %s, want %s (%v)", private.Reveal(), got, addressByDecred(t, private), err)
		}
	}
}

func addressByDecred(t *testing.T, private exchanges.Secret) string {
	t.Helper()
	raw, err := hex.DecodeString(strings.TrimPrefix(private.Reveal(), "0x"))
	if err != nil {
		t.Fatal(err)
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(secp256k1.PrivKeyFromBytes(raw).PubKey().SerializeUncompressed()[1:])
	return "0x" + hex.EncodeToString(h.Sum(nil)[12:])
}

func TestPairsAreCredentials(t *testing.T) {
	seen := map[string]bool{}
	normal := regexp.MustCompile(`^0x[0-9a-f]{64}$`)
	for range 20 {
		private, public, err := newPair()
		if err != nil || seen[public] || !normal.MatchString(private.Reveal()) {
			t.Fatalf("address %s, seen before: %t, %v", public, seen[public], err)
		}
		seen[public] = true
		got, err := check(exchanges.Credential{KeyID: public, PrivateKey: private})
		if err != nil || got.KeyID != public || got.PrivateKey.Reveal() != private.Reveal() {
			t.Errorf("%s becomes %s: %v", public, got.KeyID, err)
		}
	}
}

// However a pair is pasted, it becomes one credential.
func TestCheckFindsTheNormalForm(t *testing.T) {
	bare := strings.TrimPrefix(testPrivate, "0x")
	for name, c := range map[string]exchanges.Credential{
		"as the exchange shows it": {KeyID: testAgent, PrivateKey: exchanges.NewSecret(testPrivate)},
		"with the checksum":        {KeyID: "0x" + strings.ToUpper(testAgent[2:]), PrivateKey: exchanges.NewSecret(testPrivate)},
		"without address":          {PrivateKey: exchanges.NewSecret(testPrivate)},
		"blank address":            {KeyID: " \n", PrivateKey: exchanges.NewSecret(testPrivate)},
		"without 0x":               {KeyID: testAgent, PrivateKey: exchanges.NewSecret(bare)},
		"in capitals":              {KeyID: testAgent, PrivateKey: exchanges.NewSecret("0X" + strings.ToUpper(bare))},
		"as secret":                {KeyID: testAgent, Secret: exchanges.NewSecret("\ufeff" + testPrivate + "\r\n")},
		"as secret, beside blanks": {KeyID: testAgent, Secret: exchanges.NewSecret(testPrivate), PrivateKey: exchanges.NewSecret(" ")},
	} {
		got, err := check(c)
		if err != nil || got.KeyID != testAgent || got.PrivateKey.Reveal() != testPrivate || !got.Secret.IsZero() {
			t.Errorf("%s: %s with %d and %d bytes: %v", name, got.KeyID, got.PrivateKey.Len(), got.Secret.Len(), err)
		}
	}
}

func TestCheckNamesTheFieldAndTheMistake(t *testing.T) {
	const other = "0x286edfa08c04f6899dab3bfdecf2dd133f9733b9"
	secret := exchanges.NewSecret[string]
	private := secret(testPrivate)
	for name, c := range map[string]struct {
		cred        exchanges.Credential
		field, want string
	}{
		"nothing":              {exchanges.Credential{}, "private_key", "missing"},
		"another's address":    {exchanges.Credential{KeyID: other, PrivateKey: private}, "private_key", "another address"},
		"swapped":              {exchanges.Credential{KeyID: testPrivate, PrivateKey: secret(testAgent)}, "private_key", "address in the place"},
		"private key twice":    {exchanges.Credential{KeyID: testPrivate, PrivateKey: private}, "key", "private key in the place"},
		"a piece of address":   {exchanges.Credential{KeyID: testAgent[:20], PrivateKey: private}, "key", "not an address"},
		"a piece of key":       {exchanges.Credential{KeyID: testAgent, PrivateKey: secret(testPrivate[:65])}, "private_key", "form"},
		"two in one":           {exchanges.Credential{KeyID: testAgent, PrivateKey: secret(testPrivate + testPrivate)}, "private_key", "form"},
		"no key of the curve":  {exchanges.Credential{PrivateKey: secret("0x" + strings.Repeat("f", 64))}, "private_key", "of the curve"},
		"a recovery phrase":    {exchanges.Credential{PrivateKey: secret(strings.Repeat("abandon ", 11) + "about")}, "private_key", "recovery phrase"},
		"a PEM":                {exchanges.Credential{Secret: secret("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----")}, "private_key", "form"},
		"secret, private key":  {exchanges.Credential{Secret: private, PrivateKey: private}, "secret", "beside"},
		"something for a word": {exchanges.Credential{PrivateKey: private, Passphrase: secret("hunter2")}, "passphrase", "none"},
	} {
		_, err := check(c.cred)
		e := exchanges.AsError(err)
		if err == nil || e.Kind != exchanges.Invalid || e.Op != "check "+c.field || !strings.Contains(e.Err.Error(), c.want) || e.Hint == "" {
			t.Errorf("%s: %v (%s)", name, err, e.Hint)
		}
		if text := e.Error() + e.Hint; strings.Contains(text, testPrivate[2:20]) || strings.Contains(text, "abandon") || strings.Contains(text, "hunter2") {
			t.Errorf("%s: the error quotes the secret: %s", name, text)
		}
	}
}
