package gemini

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestCheckAccepts(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"an account's key":    credential(testKey, testSecret),
		"a master key":        credential(testMaster, testSecret),
		"line ends around it": credential(" "+testKey+"\r\n", "\ufeff"+testSecret+"\n"),
		"a short secret":      credential(testKey, "1234abcd"),
	} {
		got, err := check(c)
		if err != nil || !isKey(got.KeyID) || got.Secret.Reveal() != strings.Trim(c.Secret.Reveal(), "\ufeff\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"
	for name, c := range map[string]struct{ key, secret, want string }{
		"swapped":              {testSecret, testKey, "swapped"},
		"without the prefix":   {"Canary1234567890", testSecret, "account-"},
		"the prefix alone":     {"account-", testSecret, "account-"},
		"the key twice":        {testKey, testKey, "same"},
		"a line end inside":    {testKey, testSecret[:9] + "\n" + testSecret[9:], "line end"},
		"a PEM as secret":      {testKey, pem, "private key"},
		"a key of Google's":    {"AIzaSyCanaryCanaryCanary", testSecret, "begins with"},
		"a placeholder in key": {"your-key", testSecret, "example"},
	} {
		_, err := check(credential(c.key, c.secret))
		e := exchanges.AsError(err)
		if err == nil || e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Exchange != ID {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := e.Error() + " " + e.Hint; !strings.Contains(text, c.want) || strings.Contains(text, c.secret) {
			t.Errorf("%s: %q", name, text)
		}
	}
}
