package other

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// Made up, and no key of anything.
const (
	anyKey    = "phx-0f2c9a1e77b84d"
	anySecret = "c4n4ry/Secret+of=noForm"
	anyPEM    = "-----BEGIN EC PRIVATE KEY-----\nMHQCAQEEIBkFRk9sYXJnZW5vdWdodG9iZWFrZXkxMjM0NTY3oAcGBSuBBAAKoUQD\nQgAE\n-----END EC PRIVATE KEY-----\n"
)

func secret(s string) exchanges.Secret { return exchanges.NewSecret(s) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:    Adapter(),
		Credential: exchanges.Credential{KeyID: anyKey, Secret: secret(anySecret)},
		MoreCredentials: []exchanges.Credential{
			{KeyID: "ci-token", Secret: secret("tok_2f8e")},
			{KeyID: anyKey, Secret: secret(anySecret), Passphrase: secret("my own words")},
			{KeyID: anyKey, PrivateKey: secret(anyPEM)},
			{KeyID: anyKey, PrivateKey: secret("0x4c0883a69102937d6231471b5dbb6204fe512961708279")},
			{KeyID: anyKey, Secret: secret(anySecret), PrivateKey: secret(anyPEM), Passphrase: secret("opens it")},
		},
	})
}

func TestWhatIsRefusedOfAnyForm(t *testing.T) {
	good := exchanges.Credential{KeyID: anyKey, Secret: secret(anySecret)}
	for name, c := range map[string]struct {
		change func(*exchanges.Credential)
		field  exchanges.FieldName
	}{
		"a passphrase that is the secret": {func(c *exchanges.Credential) { c.Passphrase = c.Secret }, exchanges.FieldPassphrase},
		"a passphrase with an escape":     {func(c *exchanges.Credential) { c.Passphrase = secret("a\x1b[2Jb") }, exchanges.FieldPassphrase},
		"half a PEM":                      {func(c *exchanges.Credential) { c.PrivateKey = secret(anyPEM[:60]) }, exchanges.FieldPrivateKey},
		"two PEMs":                        {func(c *exchanges.Credential) { c.PrivateKey = secret(anyPEM + anyPEM) }, exchanges.FieldPrivateKey},
		"two words as private key":        {func(c *exchanges.Credential) { c.PrivateKey = secret("0x12 34") }, exchanges.FieldPrivateKey},
		"the key as its own secret":       {func(c *exchanges.Credential) { c.Secret = secret(anyKey) }, exchanges.FieldSecret},
		"no secret of any kind":           {func(c *exchanges.Credential) { c.Secret = exchanges.Secret{} }, exchanges.FieldSecret},
	} {
		bad := good
		c.change(&bad)
		_, err := Adapter().Check(bad)
		if e := exchanges.AsError(err); err == nil || e.Kind != exchanges.Invalid || e.Op != "check "+string(c.field) || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnyExchangeHasAllEnvironmentsAndAllPermissions(t *testing.T) {
	info := Adapter().Info
	if got := info.Environments(); !slices.Equal(got, []exchanges.Environment{exchanges.Live, exchanges.Testnet, exchanges.Demo}) {
		t.Errorf("environments %v", got)
	}
	for _, p := range exchanges.Permissions() {
		on, _, will, missing := info.Guide.Plan([]exchanges.Permission{p})
		if p == exchanges.Other { // nobody plans something else
			continue
		}
		if len(missing) > 0 || len(on) != 1 || !slices.Equal(will.All(exchanges.Granted), []exchanges.Permission{p}) {
			t.Errorf("who asks for %s ticks %v and gets %v", p, on, will.All(exchanges.Granted))
		}
	}
}

func TestInspectSaysThatNobodyCanBeAsked(t *testing.T) {
	x, err := Adapter().New(exchanges.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = x.Inspect(t.Context(), exchanges.Credential{KeyID: anyKey, Secret: secret(anySecret)})
	if !errors.Is(err, exchanges.Unsupported) || !strings.Contains(exchanges.AsError(err).Hint, "what you state") {
		t.Errorf("%v", err)
	}
}
