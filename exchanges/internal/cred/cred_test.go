package cred

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	goodKey    = "AAAAbbbb11112222"
	goodSecret = "zzzzYYYYxxxxWWWWvvvvUUUUttttSSSS"
)

func letters(n int) Shape {
	return Shape{Words: "letters", Fits: func(s string) bool { return len(s) == n }}
}

var strict = Rules{Exchange: "acme", Key: letters(len(goodKey)), Secret: letters(len(goodSecret)), Pairs: []Algorithm{Ed25519, RSA}}

func pair(key, secret string) exchanges.Credential {
	return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)}
}

func TestCheckTrims(t *testing.T) {
	for _, space := range []string{"\n", "\r\n", " \t ", "\u00a0", "\ufeff", "\u200b", "\u3000"} {
		got, err := strict.Check(pair(space+goodKey+space, space+goodSecret+space))
		if err != nil || got.KeyID != goodKey || got.Secret.Reveal() != goodSecret {
			t.Errorf("%q: %+v, %v", space, got, err)
		}
	}
}

func TestCheckNamesTheFieldAndTheProblem(t *testing.T) {
	withPassphrase := pair(goodKey, goodSecret)
	withPassphrase.Passphrase = exchanges.NewSecret("x")
	both := pair(goodKey, goodSecret)
	both.PrivateKey = exchanges.NewSecret(edPEM)
	twoPEMs := pair(goodKey, edPEM)
	twoPEMs.PrivateKey = exchanges.NewSecret(edPEM)
	for _, c := range []struct {
		name    string
		cred    exchanges.Credential
		field   string
		problem string
	}{
		{"nothing", exchanges.Credential{}, "key", "missing"},
		{"no secret", pair(goodKey, ""), "secret", "missing"},
		{"blank secret", pair(goodKey, " \n"), "secret", "missing"},
		{"space", pair("AAAA bbbb1111222", goodSecret), "key", "white space"},
		{"line end", pair(goodKey, "zzzz\nYYYY"), "secret", "white space"},
		{"no-break space", pair(goodKey, "zzzz\u00a0YYYY"), "secret", "white space"},
		{"escape", pair("AAAA\x1b[31m", goodSecret), "key", "characters"},
		{"umlaut", pair(goodKey, "zzzzüYYYY"), "secret", "characters"},
		{"broken text", pair(goodKey, "zzzz\xffYYYY"), "secret", "characters"},
		{"masked", pair(goodKey, "zzzz******YYYY"), "secret", "masked"},
		{"dots", pair(goodKey, "zzzz...YYYY"), "secret", "masked"},
		{"bullets", pair(goodKey, "••••••••"), "secret", "masked"},
		{"your key", pair("your_api_key", goodSecret), "key", "example"},
		{"brackets", pair(goodKey, "<secret>"), "secret", "example"},
		{"variable", pair(goodKey, "${SECRET}"), "secret", "example"},
		{"template", pair("{{key}}", goodSecret), "key", "example"},
		{"one letter", pair("xxxxxxxxxxxxxxxx", goodSecret), "key", "example"},
		{"the same twice", pair(goodKey, goodKey), "secret", "same"},
		{"swapped", pair(goodSecret, goodKey), "key", "swapped"},
		{"short key", pair(goodKey[1:], goodSecret), "key", "form"},
		{"long secret", pair(goodKey, goodSecret+"S"), "secret", "form"},
		{"PEM as key", pair(edPEM, goodSecret), "key", "PEM"},
		{"passphrase", withPassphrase, "passphrase", "passphrase"},
		{"secret and PEM", both, "secret", "private key"},
		{"two PEMs", twoPEMs, "secret", "two private keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := strict.Check(c.cred)
			e := exchanges.AsError(err)
			if err == nil || e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Exchange != "acme" || e.Hint == "" {
				t.Fatalf("%+v", e)
			}
			if e.Op != "check "+c.field || !strings.Contains(e.Err.Error(), c.problem) {
				t.Errorf("%s: %v, want %q of the %s", e.Op, e.Err, c.problem, c.field)
			}
			for _, v := range []string{c.cred.KeyID, c.cred.Secret.Reveal()} {
				if v = strings.TrimSpace(v); len(v) > 7 && strings.Contains(e.Error()+e.Hint, v) {
					t.Errorf("quotes %q", v)
				}
			}
		})
	}
}

func TestCheckWithoutShapesIsLenient(t *testing.T) {
	loose := Rules{Exchange: "acme"}
	for _, c := range [][2]string{{"test_api_key", "test_secret"}, {"a/b+c==", "myself"}, {"k1", "Your1"}, {"aD-KFx-H", "B6RsF9rrLY5ezEGBQkyLlV-UC7whyPJ34BMA-kKYpes"}} {
		if _, err := loose.Check(pair(c[0], c[1])); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestOwnRuleForSwappedFields(t *testing.T) {
	r := Rules{Swapped: func(key, _ string) bool { return len(key) > 20 }}
	if _, err := r.Check(pair(goodSecret, goodKey)); err == nil || !strings.Contains(err.Error(), "swapped") {
		t.Errorf("%v", err)
	}
}

func TestPEMWhereTheExchangeTakesNone(t *testing.T) {
	_, err := Rules{Exchange: "acme"}.Check(pair(goodKey, edPEM))
	if e := exchanges.AsError(err); err == nil || e.Op != "check private_key" {
		t.Errorf("%v", err)
	}
}

func TestPasswordKeepsItsBlanks(t *testing.T) {
	c := exchanges.Credential{KeyID: goodKey, PrivateKey: exchanges.NewSecret(encrypted(t, edKey(t), " pass word ")), Passphrase: exchanges.NewSecret(" pass word \r\n")}
	got, err := strict.Check(c)
	if err != nil || got.Passphrase.Reveal() != " pass word " {
		t.Errorf("%q, %v", got.Passphrase.Reveal(), err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(goodKey, goodSecret, "", "")
	f.Add(" "+goodKey, edPEM, "", "pw")
	f.Add("", "", strings.ReplaceAll(edPEM, "\n", " "), "")
	f.Fuzz(func(t *testing.T, key, secret, private, password string) {
		if strings.Contains(secret+private, "ENCRYPTED") {
			t.Skip("a PEM may ask for any number of rounds of hashing")
		}
		c := exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret), PrivateKey: exchanges.NewSecret(private), Passphrase: exchanges.NewSecret(password)}
		for _, r := range []Rules{strict, {Exchange: "acme"}} {
			exchangetest.Checked(t, r.Check, c)
		}
	})
}

func TestPassphraseAsThirdPart(t *testing.T) {
	three := strict
	three.Passphrase = &Shape{Words: "8 characters", Fits: func(s string) bool { return len(s) == 8 }}
	for passphrase, want := range map[string]string{
		"Ab1@ xyz":     "",
		"Ab1@ xyz\r\n": "",
		"":             "missing",
		goodKey:        "same",
		goodSecret:     "same",
		"Ab1@\x00xyz":  "see",
		"Ab1@\u200b":   "see",
		"Ab1":          "form",
	} {
		c := pair(goodKey, goodSecret)
		c.Passphrase = exchanges.NewSecret(passphrase)
		got, err := three.Check(c)
		if want == "" {
			if err != nil || got.Passphrase.Reveal() != "Ab1@ xyz" {
				t.Errorf("%q: %v", passphrase, err)
			}
			continue
		}
		e := exchanges.AsError(err)
		if err == nil || e.Op != "check passphrase" || e.Hint == "" || !strings.Contains(e.Err.Error(), want) {
			t.Errorf("%q: %v, want %q", passphrase, err, want)
		}
	}
}

func TestCheckNamesTheCause(t *testing.T) {
	packed := Rules{Exchange: "acme", Secret: Base64("base64", func(n int) bool { return n == 8 }), Passphrase: &Shape{}}
	third := pair(goodKey, "AAAAAAAAAAA=")
	for name, tt := range map[string]struct {
		rules Rules
		cred  exchanges.Credential
		want  exchanges.Cause
	}{
		"swapped":              {strict, pair(goodSecret, goodKey), exchanges.CauseSwapped},
		"white space":          {strict, pair("AAAA bbbb", goodSecret), exchanges.CauseDamaged},
		"a secret that is cut": {strict, pair(goodKey, goodSecret[1:]), exchanges.CauseDamaged},
		"no passphrase":        {packed, third, exchanges.CausePassphrase},
		"no PEM":               {strict, pair(goodKey, "-----BEGIN PRIVATE KEY-----"), exchanges.CauseEncoding},
	} {
		_, err := tt.rules.Check(tt.cred)
		if got := exchanges.AsError(err).Possible(); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %v (%v)", name, got, err)
		}
	}
	packed.Passphrase = nil
	if _, err := packed.Check(pair(goodKey, "AAAA!")); exchanges.AsError(err).Possible()[0] != exchanges.CauseEncoding {
		t.Errorf("a secret that does not decode: %v", err)
	}
}
