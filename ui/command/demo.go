package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// openDemo builds a world that is gone afterwards: simulated exchanges, an
// in-memory keyring, a temporary folder, and the keys a trader might have.
func (a *App) openDemo(ctx context.Context) (_ *session, err error) {
	s := &session{demo: true}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	world, err := sim.Start(ctx, sim.Options{World: "demo", Now: a.Now, Latency: demoLatency})
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
	memory := store.NewMemorySecrets()
	s.ring = func(context.Context) (store.Secrets, error) { return memory, nil }
	s.desk = desk.New(desk.Deps{
		Store: s.store, Registry: all.Registry(), Platform: memory.Backend(), Now: a.Now, UserAgent: "keyrota-demo/" + a.Version,
		OpenKeyring:  func(context.Context, string) (store.Secrets, error) { return memory, nil },
		ProveKeyring: func(context.Context, store.Secrets) error { return nil },
	})
	if _, err := s.desk.Load(); err != nil {
		return nil, err
	}
	return s, s.seed(ctx, world.Describe())
}

// demoConfig points every exchange at its simulation.
func demoConfig(d sim.Description) string {
	var b strings.Builder
	for _, v := range d.Venues {
		fmt.Fprintf(&b, "[exchange.%s.%s]\nbase_url = %q\n", v.Exchange, v.Environment, v.BaseURL)
	}
	return b.String()
}

// seed adds the world's keys as a person would have, each with its verdict.
func (s *session) seed(ctx context.Context, d sim.Description) error {
	for _, v := range d.Venues {
		for _, k := range v.Keys {
			name := k.Label
			if s.desk.CheckName(name) != nil {
				name = fmt.Sprintf("%s-%s", k.Label, v.Environment)
			}
			_, err := s.desk.Add(ctx, desk.NewKey{
				Name: name, Exchange: exchanges.ID(v.Exchange), Environment: exchanges.Environment(v.Environment),
				Details: desk.Details{Consumers: demoConsumers(k.Label)},
				Credential: exchanges.Credential{KeyID: k.Key, Secret: exchanges.NewSecret(k.Secret),
					Passphrase: exchanges.NewSecret(k.Passphrase), PrivateKey: exchanges.NewSecret(k.PrivateKey)},
			}, nil)
			if err != nil {
				return err
			}
		}
	}
	return s.desk.Verify(ctx, nil, nil)
}

// demoConsumers gives bots a consumer, since the label of a bot's key is the bot.
func demoConsumers(label string) []store.Consumer {
	if !strings.HasSuffix(label, "-bot") {
		return nil
	}
	return []store.Consumer{{Name: label, OnRotate: "systemctl --user restart " + label}}
}
