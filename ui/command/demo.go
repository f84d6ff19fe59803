package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring"
	"github.com/keyrota/keyrota/ui/desk"
)

// openDemo builds a world that is gone afterwards: simulated exchanges, an
// in-memory keyring, a temporary folder, and the keys a trader might have.
func (a *App) openDemo(ctx context.Context, pace pace) (_ *session, err error) {
	s := &session{demo: true}
	defer func() {
		if err != nil {
			err = s.closeAfter(err)
		}
	}()
	world, err := sim.Start(ctx, sim.Options{World: "demo", Now: a.Now, Latency: pace.latency})
	if err != nil {
		return nil, err
	}
	s.close = append(s.close, world.Close)
	home, err := os.MkdirTemp("", "keyrota-demo-")
	if err != nil {
		return nil, err
	}
	s.close = append(s.close, func() error { return os.RemoveAll(home) })
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(demoConfig(world.Describe())), 0o600); err != nil {
		return nil, err
	}
	if s.store, err = store.Open(store.Options{Home: home, Now: a.Now, Actor: "demo", Host: "demo"}); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.store.Close)
	s.spare, s.lost = spareKey(world.Describe()), lostKey(world.Describe())
	memory := store.NewMemorySecrets()
	s.simulate = hands{world, store.NewVault(memory)}.simulate
	s.ring = func(context.Context) (store.Secrets, error) { return memory, nil }
	s.desk = desk.New(desk.Deps{
		Store: s.store, Registry: simulated(world.Describe()), Platform: memory.Backend(), Now: a.Now, UserAgent: "keyrota-demo/" + a.Version,
		OpenKeyring:  func(context.Context, string) (store.Secrets, error) { return memory, nil },
		ProveKeyring: oskeyring.Prove,
		KeysPage:     consoles(world.Describe()),
		ProveFor:     pace.proveFor, ProveEvery: pace.proveEvery, Sleep: pace.sleep,
	})
	s.close = append(s.close, s.desk.Close)
	if _, err := s.desk.Load(); err != nil {
		return nil, err
	}
	return s, s.seed(ctx, world.Describe(), a.Now(), pace.only)
}

// simulated returns the adapters of the exchanges that the world has, and of
// those that nobody can ask: nothing in the demo may reach a real one.
func simulated(d sim.Description) *exchanges.Registry {
	var known []exchanges.Adapter
	for _, a := range all.Registry().All() {
		if a.Info.Manual || slices.ContainsFunc(d.Venues, func(v sim.Venue) bool { return v.Exchange == string(a.Info.ID) }) {
			known = append(known, a)
		}
	}
	return exchanges.NewRegistry(known...)
}

// pace is how quick the demo's world is, and how large: with only, it has the
// keys of one exchange.
type pace struct {
	latency, proveFor, proveEvery time.Duration
	only                          exchanges.ID
	sleep                         func(context.Context, time.Duration) error // for rate limits; nil: as long as they say
}

// demoPace makes the exchanges feel like ones across a network; but a stranger
// who looks around does not watch a refused key for minutes.
var demoPace = pace{latency: demoLatency, proveFor: 20 * time.Second, proveEvery: 5 * time.Second}

// consoles returns the address of each site's page for keys.
func consoles(d sim.Description) func(exchanges.ID, exchanges.Environment) string {
	return func(id exchanges.ID, env exchanges.Environment) string {
		for _, v := range d.Venues {
			if v.Exchange == string(id) && v.Environment == string(env) {
				return v.ConsoleURL
			}
		}
		return ""
	}
}

// demoConfig points every exchange at its simulation.
func demoConfig(d sim.Description) string {
	var b strings.Builder
	for _, v := range d.Venues {
		fmt.Fprintf(&b, "[exchange.%s.%s]\nbase_url = %q\n", v.Exchange, v.Environment, v.BaseURL)
	}
	return fmt.Sprintf("ip_echo = [%q]\n", d.IPEcho) + b.String()
}

// seed adds the world's keys as a person would have, each with its verdict.
func (s *session) seed(ctx context.Context, d sim.Description, now time.Time, only exchanges.ID) error {
	var keys []desk.NewKey
	for _, v := range d.Venues {
		for _, k := range v.Keys {
			if strings.HasPrefix(k.Label, spare) || strings.HasPrefix(k.Label, lost) {
				continue
			}
			keys = append(keys, desk.NewKey{
				Name: k.Label, Exchange: exchanges.ID(v.Exchange), Environment: exchanges.Environment(v.Environment),
				Details: desk.Details{
					Consumers: demoConsumers(k.Label), Purpose: demoPurposes[k.Label], SubAccount: k.Account, Manager: k.Manages && demoManagers[k.Label],
				},
				Credential: credentialOf(k), Since: k.Created,
			})
		}
	}
	keys = append(keys, statedKeys(now)...)
	if only != "" {
		keys = slices.DeleteFunc(keys, func(k desk.NewKey) bool { return k.Exchange != only })
	}
	if _, err := s.desk.AddAll(ctx, keys); err != nil {
		return err
	}
	if err := s.desk.Verify(ctx, nil, nil); err != nil {
		return err
	}
	if err := s.remember(now); err != nil {
		return err
	}
	if err := s.acceptSome(ctx, now); err != nil {
		return err
	}
	_, err := s.desk.Survey(ctx)
	return err
}

// demoManagers are the keys that the demo's trader uses to manage those of
// sub-accounts; others could, and are not marked for it.
var demoManagers = map[string]bool{
	"sub-admin": true, "subs": true, "okx-master": true, "gate-admin": true, "ku-master": true, "bg-master": true, "htx-admin": true,
	"mexc-master": true, "bx-master": true,
}

// What the labels of keys begin with that the demo does not add: spare ones are
// left for a stranger to add, and nobody remembers the lost ones.
const (
	spare = "spare-"
	lost  = "lost-"
)

func credentialOf(k sim.Key) exchanges.Credential {
	return exchanges.Credential{
		KeyID: k.Key, Secret: exchanges.NewSecret(k.Secret),
		Passphrase: exchanges.NewSecret(k.Passphrase), PrivateKey: exchanges.NewSecret(k.PrivateKey),
	}
}

// spareKey returns a made-up key that a stranger can add in the demo.
func spareKey(d sim.Description) func(exchanges.ID, exchanges.Environment) (exchanges.Credential, bool) {
	return func(id exchanges.ID, env exchanges.Environment) (exchanges.Credential, bool) {
		if nobodyToAsk(id) {
			return invented(), true
		}
		for _, v := range d.Venues {
			for _, k := range v.Keys {
				if v.Exchange == string(id) && v.Environment == string(env) && strings.HasPrefix(k.Label, spare) {
					return credentialOf(k), true
				}
			}
		}
		return exchanges.Credential{}, false
	}
}

// lostKey returns the key of a fingerprint: in the demo nobody has the secret of
// a key that an exchange lists.
func lostKey(d sim.Description) func(string) (exchanges.Credential, bool) {
	return func(fingerprint string) (exchanges.Credential, bool) {
		for _, v := range d.Venues {
			for _, k := range v.Keys {
				if store.Fingerprint(k.Key) == fingerprint {
					return credentialOf(k), true
				}
			}
		}
		return exchanges.Credential{}, false
	}
}

// demoConsumers gives bots a consumer, since the label of a bot's key is the bot.
func demoConsumers(label string) []store.Consumer {
	if !strings.HasSuffix(label, "-bot") {
		return nil
	}
	return []store.Consumer{{Name: label, OnRotate: "true # in earnest: systemctl --user restart " + label}}
}
