package diagnose

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

var (
	now    = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	before = now.Add(-9 * 24 * time.Hour)
)

// refused is the evidence of a key that was read in good form and refused.
func refused(kind exchanges.Kind, code string, causes ...exchanges.Cause) *Evidence {
	return &Evidence{
		Now: now, Exchange: "Toy", Environment: exchanges.Live, KeyID: "vmPU…uh8A", Read: true, Asked: true,
		Shape:        Shape{Swap: SwapSame},
		Err:          &exchanges.Error{Kind: kind, Outcome: exchanges.Refused, Code: code, Causes: causes, Hint: "mend it"},
		Clock:        exchanges.Clock{Known: true, Offset: 41 * time.Millisecond},
		Environments: Elsewhere{Names: []string{"testnet"}}, Sites: Elsewhere{Names: []string{"Toy EU"}},
	}
}

// with changes the evidence.
func (e *Evidence) with(change func(*Evidence)) *Evidence { change(e); return e }

func worked(e *Evidence) {
	e.Accepted, e.IPs.State = before, exchanges.IPAny
	e.Permissions = exchanges.NewPermissionSet(exchanges.Read)
}

func listed(ips ...string) func(*Evidence) {
	return func(e *Evidence) {
		worked(e)
		e.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: ips}
	}
}

func unknownKey(e *Evidence) { e.Err.UnknownKey = true }

// The codes of exchanges, as their tables have them.
var (
	vague  = []exchanges.Cause{exchanges.CauseIP, exchanges.CauseRight, exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseSwapped}
	noKey  = []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged}
	badSig = []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseDamaged, exchanges.CauseEncoding, exchanges.CauseSwapped}
	ended  = []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseRight}
)

// TestRefusals is the table of refusals: the first cause that is left with its
// likelihood, and the states of checks: ✗ the cause, ! likely, ? possible,
// · untested, ✓ ruled out.
func TestRefusals(t *testing.T) {
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			d := Diagnose(tt.evidence)
			first := "nothing"
			if len(d.Causes) > 0 {
				first = string(d.Causes[0].Code) + " " + string(d.Causes[0].Likelihood)
			}
			if first != tt.first {
				t.Errorf("the first cause is %q, want %q: %+v", first, tt.first, d.Causes)
			}
			for _, want := range strings.Fields(tt.states) {
				code, mark := want[:len(want)-1], want[len(want)-1:]
				if got := stateOf(d, code); got != marks[mark] {
					t.Errorf("%s is %q, want %q", code, got, marks[mark])
				}
			}
		})
	}
}

var marks = map[string]State{"x": StateProblem, "!": StateLikely, "?": StatePossible, ".": StateUntested, "-": StateRuledOut, "0": ""}

func stateOf(d Diagnosis, code string) State {
	for _, c := range d.Checks {
		if string(c.Code) == code {
			return c.State
		}
	}
	return ""
}

type refusal struct {
	name     string
	evidence *Evidence
	first    string
	states   string
}

func refusals() []refusal {
	all := append(credentialRefusals(), keyRefusals()...)
	return append(all, wayRefusals()...)
}

func credentialRefusals() []refusal {
	invalid := func(cause exchanges.Cause) *Evidence {
		return refused(exchanges.Invalid, "").with(func(e *Evidence) {
			e.Err.Outcome, e.Err.Err, e.Err.Causes = exchanges.NotSent, errors.New("the form is wrong"), []exchanges.Cause{cause}
			e.Shape.Problem = e.Err
		})
	}
	return []refusal{
		{"swapped, by their form", invalid(exchanges.CauseSwapped), "swapped-fields certain", "swapped-fieldsx damaged-field. ip. network."},
		{"white space inside", invalid(exchanges.CauseDamaged), "damaged-field certain", "damaged-fieldx swapped-fields. deleted."},
		{"a secret that does not decode", invalid(exchanges.CauseEncoding), "secret-encoding certain", "secret-encodingx damaged-field."},
		{"no passphrase", invalid(exchanges.CausePassphrase), "passphrase certain", "passphrasex"},
		{"a signature that does not verify", refused(exchanges.Auth, "10004", badSig...), "wrong-secret possible",
			"wrong-secret? damaged-field? swapped-fields? deleted- wrong-environment- wrong-site- ip. clock- network-"},
		{"and the secret has odd length", refused(exchanges.Auth, "10004", badSig...).with(func(e *Evidence) { e.Shape.Odd = []string{"35 characters"} }),
			"damaged-field likely", "damaged-field! wrong-secret?"},
		{"and both have the usual length", refused(exchanges.Auth, "10004", badSig...).with(func(e *Evidence) { e.Shape.Usual, e.Shape.Swap = true, SwapWorse }),
			"wrong-secret likely", "damaged-field? swapped-fields- secret-encoding-"},
		{"a secret that is still packed", refused(exchanges.Auth, "10004", badSig...).with(func(e *Evidence) { e.Shape.Encoded = []string{"percent"} }),
			"secret-encoding likely", "secret-encoding!"},
		{"in order only the other way round", refused(exchanges.Auth, "10003", noKey...).with(func(e *Evidence) { e.Shape.Swap = SwapBetter }),
			"swapped-fields likely", "swapped-fields! wrong-environment."},
		{"a wrong passphrase", refused(exchanges.Auth, "50105", exchanges.CausePassphrase).with(func(e *Evidence) { e.Shape.Third = true }),
			"passphrase certain", "passphrasex deleted- wrong-environment-"},
		{"no secret in the keyring", &Evidence{Keyless: &exchanges.Error{Kind: "keyring", Err: errors.New("gone"), Hint: "add it"}},
			"keyring certain", "keyringx ip. deleted. clock. network."},
	}
}

func keyRefusals() []refusal {
	ending := func(how exchanges.LifeEnd) func(*Evidence) {
		return func(e *Evidence) {
			worked(e)
			e.Endings = []policy.Ending{{Rule: &exchanges.Lifetime{Then: how, Words: "keys live 90 days."}, At: now.Add(-time.Hour)}}
		}
	}
	tried := func(err *exchanges.Error) func(*Evidence) {
		return func(e *Evidence) { e.Environments.Trials = []Trial{{"testnet", err}} }
	}
	away := &exchanges.Error{Kind: exchanges.Auth, UnknownKey: true, Outcome: exchanges.Refused}
	return []refusal{
		{"unknown, never accepted", refused(exchanges.Auth, "10003", noKey...).with(unknownKey), "wrong-environment possible",
			"wrong-environment. wrong-site. deleted? swapped-fields? ip. expired. wrong-secret."},
		{"unknown, accepted before", refused(exchanges.Auth, "10003", noKey...).with(worked).with(unknownKey), "deleted certain",
			"deletedx wrong-environment- wrong-site- swapped-fields- damaged-field-"},
		{"perhaps expired, accepted before", refused(exchanges.Auth, "400003", ended...).with(worked).with(unknownKey), "deleted possible", "deleted? expired?"},
		{"accepted by the testnet", refused(exchanges.Auth, "10003", noKey...).with(tried(nil)), "wrong-environment certain", "wrong-environmentx deleted. wrong-site."},
		{"known to the testnet", refused(exchanges.Auth, "10003", noKey...).with(tried(&exchanges.Error{Kind: exchanges.IPBlocked, Code: "10010"})),
			"wrong-environment likely", "wrong-environment!"},
		{"unknown to the testnet", refused(exchanges.Auth, "10003", noKey...).with(tried(away)), "wrong-site possible", "wrong-environment- wrong-site."},
		{"nothing else left", refused(exchanges.Auth, "10003", noKey...).with(tried(away)).with(func(e *Evidence) {
			e.Sites, e.Shape.Swap, e.Shape.Usual = Elsewhere{}, SwapWorse, true
		}), "wrong-site possible", "wrong-environment- deleted? swapped-fields-"},
		{"of another site, by a trial", refused(exchanges.Auth, "10003", noKey...).with(func(e *Evidence) { e.Sites.Trials = []Trial{{"Toy EU", nil}} }),
			"wrong-site certain", "wrong-sitex"},
		{"vague, the list has another address", refused(exchanges.Auth, "-2015", vague...).with(listed("203.0.113.7")).with(saw("198.51.100.20")),
			"ip likely", "ip! missing-right? deleted?"},
		{"vague, the list has the address", refused(exchanges.Auth, "-2015", vague...).with(listed("203.0.113.0/24")).with(saw("203.0.113.9")),
			"deleted likely", "ip? missing-right? deleted!"},
		{"vague, nothing is known", refused(exchanges.Auth, "-2015", vague...), "ip possible", "ip? missing-right? wrong-environment. deleted? swapped-fields?"},
		{"vague, accepted without a list", refused(exchanges.Auth, "-2015", vague...).with(worked), "deleted likely", "ip? wrong-environment- swapped-fields-"},
		{"vague, no right to read", refused(exchanges.Auth, "-2015", vague...).with(worked).with(func(e *Evidence) {
			e.Permissions = exchanges.PermissionSet{}.With(exchanges.Read, exchanges.NotGranted)
		}), "missing-right likely", "missing-right!"},
		{"vague, addresses unasked", refused(exchanges.Auth, "-2015", vague...).with(listed("203.0.113.7")), "ip possible", "ip. deleted?"},
		{"one of two addresses is on the list", refused(exchanges.Auth, "-2015", vague...).with(listed("203.0.113.7")).with(has("203.0.113.7", "2001:db8::7")),
			"ip possible", "ip? deleted?"},
		{"not from here", refused(exchanges.IPBlocked, "10010"), "ip certain", "ipx deleted- wrong-environment- wrong-secret."},
		{"not from here, or this country", refused(exchanges.IPBlocked, "IP_FORBIDDEN", exchanges.CauseIP, exchanges.CauseBlocked), "ip possible", "ip? blocked?"},
		{"expired, it says", refused(exchanges.Expired, "33004"), "expired certain", "expiredx deleted- wrong-site-"},
		{"perhaps expired, and the date is past", refused(exchanges.Auth, "400003", ended...).with(worked).with(func(e *Evidence) { e.Expires = exchanges.At(before) }),
			"expired likely", "expired! deleted?"},
		{"perhaps expired, and the date is to come", refused(exchanges.Auth, "400003", ended...).with(worked).with(func(e *Evidence) {
			e.Expires = exchanges.At(now.Add(time.Hour))
		}), "deleted likely", "expired?"},
		{"by rule deleted", refused(exchanges.Auth, "10072", ended...).with(ending(exchanges.EndsDeleted)), "deleted likely", "deleted! expired?"},
		{"by rule expired", refused(exchanges.Auth, "10072", ended...).with(ending(exchanges.EndsExpired)), "expired likely", "expired!"},
		{"not on the list", refused(exchanges.Auth, "1", ended...).with(func(e *Evidence) { e.Listing = Listing{Absent, "admin"} }), "deleted certain", "deletedx expired."},
		{"on the list", refused(exchanges.Auth, "1", ended...).with(func(e *Evidence) { e.Listing = Listing{Present, "admin"} }), "expired possible", "deleted-"},
		{"no right", refused(exchanges.Denied, "10005"), "missing-right certain", "missing-rightx deleted- wrong-environment- ip."},
		{"product not opened", refused(exchanges.Unsupported, "10028"), "product-not-opened certain", "product-not-openedx network-"},
		{"account frozen", refused(exchanges.Denied, "411100", exchanges.CauseAccount), "account-restricted certain", "account-restrictedx deleted-"},
		{"wrong environment, it says", refused(exchanges.Auth, "50101", exchanges.CauseEnvironment).with(worked), "wrong-environment certain", "wrong-environmentx"},
	}
}

func saw(a string) func(*Evidence) { return func(e *Evidence) { e.Seen = netip.MustParseAddr(a) } }

func has(all ...string) func(*Evidence) {
	return func(e *Evidence) {
		for _, a := range all {
			e.Mine = append(e.Mine, netip.MustParseAddr(a))
		}
	}
}

func wayRefusals() []refusal {
	off := func(d time.Duration) func(*Evidence) { return func(e *Evidence) { e.Clock.Offset = d } }
	works := func(e *Evidence) { e.Err = nil }
	unsent := func(e *Evidence) { e.Err.Outcome = exchanges.NotSent }
	counts := []exchanges.Cause{exchanges.CauseNonce, exchanges.CauseClock}
	return []refusal{
		{"the clock is behind", refused(exchanges.ClockSkew, "-1021").with(off(90 * time.Second)), "clock certain", "clockx network- deleted. ip. wrong-secret."},
		{"the clock is refused and right", refused(exchanges.ClockSkew, "-1021"), "clock likely", "clock!"},
		{"the clock is refused and unknown", refused(exchanges.ClockSkew, "-1021").with(func(e *Evidence) { e.Clock = exchanges.Clock{} }), "clock certain", "clockx"},
		{"it works, with a bad clock", refused(exchanges.Auth, "").with(works).with(off(-10 * time.Minute)), "clock likely", "clock! ip- deleted- network- wrong-secret-"},
		{"it works", refused(exchanges.Auth, "").with(works), "nothing", "clock- ip- deleted- network- missing-right- nonce-"},
		{"a larger nonce", refused(exchanges.Nonce, "EAPI:Invalid nonce", counts...), "nonce likely", "nonce! clock- deleted. ip."},
		{"a larger nonce, or the clock", refused(exchanges.Nonce, "EAPI:Invalid nonce", counts...).with(off(time.Minute)), "clock likely", "nonce? clock!"},
		{"too many calls", refused(exchanges.RateLimited, "429"), "rate-limited certain", "rate-limitedx network- deleted. ip. clock-"},
		{"a firewall", refused(exchanges.Blocked, "HTTP 403"), "blocked certain", "blockedx network- deleted."},
		{"a web page", refused(exchanges.Protocol, "HTTP 200, a web page", exchanges.CauseBlocked, exchanges.CauseNetwork, exchanges.CauseAnswer), "blocked possible", "blocked? network? deleted."},
		{"an odd answer", refused(exchanges.Protocol, "HTTP 404"), "unexpected-answer likely", "unexpected-answer! network- deleted."},
		{"down", refused(exchanges.Unavailable, "HTTP 503"), "exchange-down certain", "exchange-downx network- deleted."},
		{"no network", refused(exchanges.Network, "timed out").with(unsent), "network certain", "networkx exchange-down. deleted. wrong-secret."},
		{"nobody was asked", (&Evidence{Now: now, Exchange: "Toy", Read: true, Shape: Shape{Swap: SwapWorse}}), "nothing", "ip. deleted. clock. damaged-field- swapped-fields-"},
		{"given up", refused(exchanges.Canceled, ""), "nothing", "network. deleted."},
	}
}
