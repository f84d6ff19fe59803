package kraken

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestCheckAccepts(t *testing.T) {
	for name, c := range map[string]struct{ key, secret, otp, wantOTP string }{
		"a key":                        {testKey, testSecret, "", ""},
		"line ends around it":          {" " + testKey + "\r\n", "\ufeff" + testSecret + "\n", "\n", ""},
		"a static second factor":       {testKey, testSecret, " correct horse battery\n", "correct horse battery"},
		"a second factor beyond ASCII": {testKey, testSecret, "pässwörd", "pässwörd"},
	} {
		got, err := check(exchanges.Credential{
			KeyID: c.key, Secret: exchanges.NewSecret(c.secret), Passphrase: exchanges.NewSecret(c.otp), Nonce: exchanges.NonceMicroseconds,
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.KeyID != testKey || got.Secret.Reveal() != testSecret || got.Passphrase.Reveal() != c.wantOTP || got.Nonce != exchanges.NonceMicroseconds {
			t.Errorf("%s: got %q, %q, %q, %q", name, got.KeyID, got.Secret.Reveal(), got.Passphrase.Reveal(), got.Nonce)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	pem := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpgupqJ1QqQCp0qMq0u0QyqGqYpVbY0ZgZp\n-----END PRIVATE KEY-----\n"
	for name, c := range map[string]struct {
		cred exchanges.Credential
		want string // in the error or its hint
	}{
		"key and private key swapped":     {credential(testSecret, testKey), "swapped"},
		"the private key twice":           {credential(testSecret, testSecret), "same"},
		"a key that was cut":              {credential(testKey[:55], testSecret), "56"},
		"a key with something behind it":  {credential(testKey+"AAAA", testSecret), "56"},
		"a private key without ==":        {credential(testKey, testSecret[:86]), "=="},
		"a private key that was cut":      {credential(testKey, testSecret[4:]), "88"},
		"88 characters that are no 64":    {credential(testKey, strings.Repeat("Ab+/", 22)), "88"},
		"a line end inside":               {credential(testKey, testSecret[:40]+"\n"+testSecret[40:]), "line end"},
		"URL-safe base64":                 {credential(testKey, strings.Repeat("-_AB", 21)+"AA=="), "88"},
		"a PEM":                           {credential(testKey, pem), "private key"},
		"a PEM in its own field":          {exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(pem)}, "private key"},
		"a second factor of several rows": {exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret("a\nb")}, "second factor"},
	} {
		_, err := check(c.cred)
		e := exchanges.AsError(err)
		if err == nil || e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Exchange != ID {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := e.Error() + " " + e.Hint
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %q does not speak of %q", name, text, c.want)
		}
		for _, v := range []string{c.cred.KeyID, c.cred.Secret.Reveal()} {
			if len(v) > 8 && strings.Contains(text, v) {
				t.Errorf("%s: quotes a value: %q", name, text)
			}
		}
	}
}

func credential(key, secret string) exchanges.Credential {
	return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)}
}

func FuzzCheck(f *testing.F) {
	f.Add(testKey, testSecret, "", "")
	f.Add(testSecret, testKey, "123456", "")
	f.Add(" "+testKey+"\n", testSecret[:86], "a\x00b", "-----BEGIN PRIVATE KEY-----")
	f.Fuzz(func(t *testing.T, key, secret, otp, pem string) {
		got, ok := exchangetest.Checked(t, check, exchanges.Credential{
			KeyID: key, Secret: exchanges.NewSecret(secret), Passphrase: exchanges.NewSecret(otp), PrivateKey: exchanges.NewSecret(pem),
		})
		if !ok {
			return
		}
		if !isKey(got.KeyID) || !secretShape.Fits(got.Secret.Reveal()) || !got.PrivateKey.IsZero() {
			t.Fatalf("accepted key of %d characters, secret of %d", len(got.KeyID), got.Secret.Len())
		}
		if !strings.Contains(key, got.KeyID) || !strings.Contains(secret, got.Secret.Reveal()) {
			t.Fatal("what was accepted is not a part of what was pasted")
		}
		wantUsable(t, got)
	})
}

// wantUsable checks a credential that was accepted.
func wantUsable(t *testing.T, c exchanges.Credential) {
	t.Helper()
	if _, err := signed(c, rest.Request{Path: inspectPath, Body: inspectForm("1", c.Passphrase)}, "1"); err != nil {
		t.Fatalf("accepted and cannot sign: %v", err)
	}
}
