package bybit

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCheckTakesAnyLength(t *testing.T) {
	for _, c := range [][2]string{{"test_api_key", "test_secret"}, {testKey, testSecret}, {"a2345678", strings.Repeat("Xy", 40)}} {
		if _, err := check(exchanges.Credential{KeyID: c[0], Secret: exchanges.NewSecret(c[1])}); err != nil {
			t.Errorf("%d and %d characters: %v", len(c[0]), len(c[1]), err)
		}
	}
}

func TestCheckMovesAPEMToItsField(t *testing.T) {
	pair := vectorNamed(t, "query-api-rsa").Credential()
	got, err := check(exchanges.Credential{KeyID: testKey, Secret: pair.PrivateKey})
	if err != nil || !got.Secret.IsZero() || got.PrivateKey.Reveal() != pair.PrivateKey.Reveal() {
		t.Errorf("the PEM did not move unchanged: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(testKey, testSecret)
	f.Add("\ufeff"+testKey, testSecret+"\n")
	f.Add(testSecret, testKey)
	f.Fuzz(func(t *testing.T, key, secret string) {
		exchangetest.Checked(t, check, exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)})
	})
}
