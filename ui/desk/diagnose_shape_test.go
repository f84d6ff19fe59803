package desk

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// formed is a desk at an exchange whose keys begin with k and have 4 characters;
// secrets have 8 in all examples.
func formed(swappable bool) *Desk {
	a := exchanges.Adapter{
		Info: exchanges.Info{ID: "toy", Form: exchanges.Form{Fields: []exchanges.Field{
			{Name: exchanges.FieldKey, Label: "API key", Usual: 4}, {Name: exchanges.FieldSecret, Label: "secret", Usual: 8},
			{Name: exchanges.FieldPassphrase, Label: "passphrase"},
		}}},
		Check: func(c exchanges.Credential) (exchanges.Credential, error) {
			if !swappable && !strings.HasPrefix(c.KeyID, "k") {
				return c, &exchanges.Error{Kind: exchanges.Invalid, Err: errors.New("no key")}
			}
			return c, nil
		},
	}
	return &Desk{registry: exchanges.NewRegistry(a)}
}

func TestTheShapeOfACredential(t *testing.T) {
	for name, tt := range map[string]struct {
		key, secret string
		swappable   bool
		swap        diagnose.Swap
		odd, packed int
		usual       bool
	}{
		"as it should be":            {"k234", "s2345678", false, diagnose.SwapWorse, 0, 0, true},
		"a cut secret":               {"k234", "s234567", false, diagnose.SwapWorse, 1, 0, false},
		"swapped":                    {"s2345678", "k234", false, diagnose.SwapBetter, 2, 0, false},
		"both begin alike, in order": {"k234", "k2345678", true, diagnose.SwapWorse, 0, 0, true},
		"both begin alike, odd":      {"k2345", "k234567", true, diagnose.SwapSame, 2, 0, false},
		"neither is a key":           {"x234", "s2345678", false, diagnose.SwapUnknown, 0, 0, true},
		"percent-encoded":            {"k234", "s2345%2B", false, diagnose.SwapWorse, 0, 1, true},
		"from JSON":                  {"k234", `s2\u003d`, false, diagnose.SwapWorse, 0, 1, true},
		"in quotes":                  {"k234", `"234567"`, false, diagnose.SwapWorse, 0, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := formed(tt.swappable).shape("toy", exchanges.Credential{KeyID: tt.key, Secret: exchanges.NewSecret(tt.secret)})
			if s.Swap != tt.swap || len(s.Odd) != tt.odd || len(s.Encoded) != tt.packed || s.Usual != tt.usual {
				t.Errorf("%+v", s)
			}
			if !s.Third || !s.Thirdless {
				t.Errorf("the passphrase is not missed: %+v", s)
			}
			if said := strings.Join(append(s.Odd, s.Encoded...), " "); strings.Contains(said, tt.key) || strings.Contains(said, tt.secret) {
				t.Errorf("a value is told: %s", said)
			}
		})
	}
}

func TestTheShapeAtAnUnknownExchange(t *testing.T) {
	if s := formed(true).shape("mtgox", exchanges.Credential{KeyID: "k"}); s.Usual || s.Problem != nil || s.Third {
		t.Errorf("%+v", s)
	}
}
