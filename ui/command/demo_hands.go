package command

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// hands do in the demo what a prompt asks a person to do at an exchange: on
// its page for API keys, or with an authenticator.
type hands struct {
	world *sim.Sim
	vault *store.Vault
}

// simulate does what is asked and returns the person's answer.
func (h hands) simulate(ctx context.Context, u flow.Update) (flow.Answer, error) {
	s := u.State
	exchange, env := string(s.Plan.Exchange), string(s.Plan.Environment)
	if s.Plan.Manual {
		return vouch(u.Prompt.ID)
	}
	switch u.Prompt.ID {
	case flow.AskPaste:
		return h.create(exchange, env, s)
	case flow.AskGone:
		return flow.Answer{Choice: flow.Go}, h.delete(ctx, exchange, env, s.Old.Slot)
	case flow.AskUndo:
		return flow.Answer{Choice: flow.Go}, h.delete(ctx, exchange, env, s.New.Slot)
	case flow.AskReview:
		return h.edit(ctx, exchange, env, s)
	case flow.AskCode:
		return h.code(ctx, exchange, env)
	default:
		return flow.Answer{}, desk.Refuse("there is nothing to do at the exchange here", "Answer yourself.")
	}
}

// code waits for the authenticator to show a code that was not used yet.
func (h hands) code(ctx context.Context, exchange, env string) (flow.Answer, error) {
	for {
		code, err := h.world.OneTimeCode(exchange, env)
		if _, spent := errors.AsType[*sim.Refusal](err); !spent {
			return flow.Answer{Choice: flow.Go, Code: exchanges.NewSecret(code)}, plainly(err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return flow.Answer{}, ctx.Err()
		}
	}
}

func (h hands) create(exchange, env string, s flow.State) (flow.Answer, error) {
	k, err := h.world.CreateByHand(exchange, env, wanted(s))
	if err != nil {
		return flow.Answer{}, plainly(err)
	}
	c := credentialOf(k)
	if s.Plan.Source == exchanges.FromKeyPair {
		c = exchanges.Credential{KeyID: k.Key}
	}
	return flow.Answer{Choice: flow.Go, Credential: c}, nil
}

func wanted(s flow.State) sim.Wanted {
	w := sim.Wanted{Label: s.Plan.Label, SubAccount: s.Plan.SubAccount, Permissions: s.Plan.Permissions, PublicKey: s.Plan.Public}
	if s.Plan.IPs.State == exchanges.IPList {
		w.IPs = slices.Clone(s.Plan.IPs.Entries)
	}
	if s.Plan.Source != exchanges.FromKeyPair {
		w.PublicKey = ""
	}
	return w
}

func (h hands) edit(ctx context.Context, exchange, env string, s flow.State) (flow.Answer, error) {
	c, err := h.vault.Get(ctx, s.New.Slot)
	if err != nil {
		return flow.Answer{}, err
	}
	return flow.Answer{Choice: flow.Retry}, plainly(h.world.EditByHand(exchange, env, c.KeyID, wanted(s)))
}

// delete deletes a key; one that is gone already is what was wanted.
func (h hands) delete(ctx context.Context, exchange, env string, slot store.Slot) error {
	c, err := h.vault.Get(ctx, slot)
	if err != nil {
		return err
	}
	err = h.world.DeleteByHand(exchange, env, c.KeyID)
	if refusal, ok := errors.AsType[*sim.Refusal](err); ok && refusal.Missing {
		return nil
	}
	return plainly(err)
}

// plainly words what a simulated page says.
func plainly(err error) error {
	if err == nil {
		return nil
	}
	return desk.Refuse("the page says: "+err.Error(), "Change the plan, or do it yourself on the page: o opens it.")
}
