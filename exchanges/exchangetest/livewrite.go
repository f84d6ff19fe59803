package exchangetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// liveAddress is on the list of the key that a live check makes: one for
// documentation, which nobody has.
const liveAddress = "192.0.2.1"

// An exchange may take some seconds until its list has a change.
const (
	liveLooks = 5
	liveWait  = 2 * time.Second
)

// allAbilities is an exchange with all of them.
type allAbilities interface {
	exchanges.Creator
	exchanges.Lister
	exchanges.Editor
	exchanges.Revoker
}

// writes makes a key that may read, lists, changes and revokes it.
func (l *live) writes(ctx context.Context) error {
	keeper, ok := l.exchange.(allAbilities)
	if !ok {
		return errNotThere
	}
	label := l.exchange.Info().Guide.Label.Make("live", strings.ToLower(rand.Text()[:8]))
	c, err := keeper.CreateKey(ctx, l.manager, exchanges.KeyRequest{
		Label: label, Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
	})
	l.secrets = append(l.secrets, c)
	if err != nil {
		return errors.Join(explained("CreateKey", err), l.strays(ctx, keeper, label))
	}
	l.say("made a key labelled %s", label)
	m := l.manager
	m.KeyPassphrase = c.Passphrase
	return errors.Join(l.changes(ctx, keeper, m, c.KeyID, label), l.revokes(ctx, keeper, m, c.KeyID, label))
}

// changes looks for the new key, and gives it an IP whitelist.
func (l *live) changes(ctx context.Context, keeper allAbilities, m exchanges.Manager, id, label string) error {
	err := l.eventually(ctx, keeper, id, func(k *exchanges.KeyInfo) error {
		switch {
		case k == nil:
			return errors.New("the new key is not in the list")
		case k.Label != label:
			return fmt.Errorf("the new key is labelled %q, not %q", k.Label, label)
		case k.Permissions.Known() && !k.Permissions.Has(exchanges.Read):
			return fmt.Errorf("the new key may not read: %s", words(k.Permissions))
		}
		return onlyReads(k.Permissions)
	})
	if err != nil {
		return err
	}
	list := exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{liveAddress}}
	if err := keeper.EditKey(ctx, m, id, exchanges.KeyRequest{IPs: list}); err != nil {
		return explained("EditKey", err)
	}
	l.say("gave it the IP whitelist %s", liveAddress)
	return l.eventually(ctx, keeper, id, func(k *exchanges.KeyInfo) error {
		switch {
		case k == nil:
			return errors.New("after EditKey the key is not in the list")
		case k.IPs.State != exchanges.IPUnknown && k.IPs.State != exchanges.IPRestricted && !sameIPs(k.IPs, list):
			return fmt.Errorf("after EditKey the IP whitelist is %s %q", k.IPs.State, k.IPs.Entries)
		}
		return onlyReads(k.Permissions)
	})
}

// onlyReads refuses what moves money or makes keys.
func onlyReads(set exchanges.PermissionSet) error {
	for _, p := range set.All(exchanges.Granted) {
		if p != exchanges.Read && p != exchanges.Other {
			return fmt.Errorf("a key that was to read alone may %s", p)
		}
	}
	return nil
}

// revokes ends the key, whatever went wrong before, and once more for good
// measure.
func (l *live) revokes(ctx context.Context, keeper allAbilities, m exchanges.Manager, id, label string) error {
	for _, when := range []string{"RevokeKey", "RevokeKey of a key that is gone"} {
		if err := keeper.RevokeKey(ctx, m, id); err != nil {
			return fmt.Errorf("%w\nlook for the key labelled %s and delete it by hand", explained(when, err), label)
		}
	}
	l.say("revoked it")
	return l.eventually(ctx, keeper, id, func(k *exchanges.KeyInfo) error {
		if k != nil {
			return errors.New("the key is in the list after RevokeKey")
		}
		return nil
	})
}

// eventually judges the key in the list until the verdict is good, or has been
// bad for long enough. There is no key: k is nil.
func (l *live) eventually(ctx context.Context, keeper allAbilities, id string, judge func(k *exchanges.KeyInfo) error) error {
	for look := 1; ; look++ {
		keys, err := keeper.ListKeys(ctx, l.manager)
		if err != nil {
			return explained("ListKeys", err)
		}
		var found *exchanges.KeyInfo
		for i := range keys {
			if keys[i].KeyID == id {
				found = &keys[i]
			}
		}
		err = judge(found)
		if err == nil || look == liveLooks || l.pause(ctx, liveWait) != nil {
			return err
		}
	}
}

// strays revokes a key whose making may have succeeded all the same.
func (l *live) strays(ctx context.Context, keeper allAbilities, label string) error {
	keys, err := keeper.ListKeys(ctx, l.manager)
	if err != nil {
		return fmt.Errorf("%w\nlook for a key labelled %s and delete it by hand", explained("ListKeys", err), label)
	}
	for _, k := range keys {
		if k.Label == label {
			return l.revokes(ctx, keeper, l.manager, k.KeyID, label)
		}
	}
	return nil
}
