package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Live holds an adapter against the exchange itself, with a key of the person
// who runs the tests. Without one it is skipped, so that ordinary runs send
// nothing. The key comes from the environment:
//
//	KEYROTA_LIVE_OKX_KEY, _SECRET, _PASSPHRASE, _PRIVATE_KEY   what the exchange gives out
//	KEYROTA_LIVE_OKX_ENVIRONMENT   testnet, demo or live; without it testnet or demo, never live
//	KEYROTA_LIVE_OKX_SITE          a site of it; without it the default one
//	KEYROTA_LIVE_OKX_WRITE=1       make a key that may read, change and revoke it
//	KEYROTA_LIVE_OKX_SUB_ACCOUNT   the sub-account whose keys are managed then
//
// OKX stands for the exchange's ID in capitals, with underscores. A private key
// is PEM, whose line ends may be written as \n. Run it like this:
//
//	go test ./exchanges/... -run Live -v
//
// Nothing that is secret is printed.
func Live(t *testing.T, a exchanges.Adapter) {
	t.Helper()
	l, err := newLive(a, os.Getenv, nil)
	if errors.Is(err, errNoLive) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.say = func(format string, args ...any) { t.Log(l.hushed(fmt.Sprintf(format, args...))) }
	if err := l.run(t.Context()); err != nil {
		t.Error(l.hushed(err.Error()))
	}
}

// live is a site of an exchange, and a person's key for it.
type live struct {
	site     exchanges.Site
	exchange exchanges.Exchange
	manager  exchanges.Manager // with the key
	write    bool
	pause    func(context.Context, time.Duration) error
	say      func(format string, args ...any)
	secrets  []exchanges.Credential // never printed
}

// errNoLive is why there is nothing to check.
var errNoLive = errors.New("no live check")

// variables are those of one exchange: its prefix and where they are.
type variables struct {
	prefix string
	lookup func(string) string
}

func (v variables) name(part string) string { return v.prefix + "_" + part }
func (v variables) get(part string) string  { return v.lookup(v.name(part)) }

// parts are the variables for the parts of a credential.
var parts = map[exchanges.FieldName]string{
	exchanges.FieldKey: "KEY", exchanges.FieldSecret: "SECRET",
	exchanges.FieldPassphrase: "PASSPHRASE", exchanges.FieldPrivateKey: "PRIVATE_KEY",
}

// newLive reads what is to be checked, and opens it. sleep may be nil.
func newLive(a exchanges.Adapter, lookup func(string) string, sleep func(context.Context, time.Duration) error) (*live, error) {
	v := variables{"KEYROTA_LIVE_" + strings.ToUpper(strings.ReplaceAll(string(a.Info.ID), "-", "_")), lookup}
	c, err := v.credential(a.Info.Form)
	if err != nil {
		return nil, err
	}
	site, err := v.site(a.Info)
	if err != nil {
		return nil, err
	}
	l := &live{site: site, write: v.get("WRITE") == "1", pause: sleep, secrets: []exchanges.Credential{c}}
	if c, err = a.Check(c); err != nil {
		return nil, fmt.Errorf("the key is refused before anything is sent: %s", l.hushed(err.Error()+": "+exchanges.AsError(err).Hint))
	}
	l.secrets = append(l.secrets, c)
	l.manager = exchanges.Manager{Credential: c, SubAccount: v.get("SUB_ACCOUNT")}
	if l.write && site.Capabilities.Reach == exchanges.SubAccountKeys && l.manager.SubAccount == "" {
		return nil, fmt.Errorf("keys of sub-accounts alone are managed here: set %s", v.name("SUB_ACCOUNT"))
	}
	if l.pause == nil {
		l.pause = wait
	}
	l.exchange, err = exchanges.NewRegistry(a).Open(a.Info.ID, exchanges.Connection{Site: site, Sleep: sleep})
	return l, err
}

// credential reads the key; errNoLive where there is none.
func (v variables) credential(form exchanges.Form) (exchanges.Credential, error) {
	var names []string
	for _, f := range form.Fields {
		names = append(names, v.name(parts[f.Name]))
		if f.PEM {
			names = append(names, v.name(parts[exchanges.FieldPrivateKey]))
		}
	}
	slices.Sort(names)
	if !slices.ContainsFunc(names, func(n string) bool { return v.lookup(n) != "" }) {
		return exchanges.Credential{}, fmt.Errorf("%w: set %s, as far as the key has them", errNoLive, strings.Join(slices.Compact(names), ", "))
	}
	return exchanges.Credential{
		KeyID: v.get("KEY"), Secret: exchanges.NewSecret(v.get("SECRET")), Passphrase: exchanges.NewSecret(v.get("PASSPHRASE")),
		PrivateKey: exchanges.NewSecret(strings.ReplaceAll(v.get("PRIVATE_KEY"), `\n`, "\n")),
	}, nil
}

// site chooses where the key belongs. A live site must be asked for by name.
func (v variables) site(info exchanges.Info) (exchanges.Site, error) {
	environments := []exchanges.Environment{exchanges.Testnet, exchanges.Demo}
	if word := v.get("ENVIRONMENT"); word != "" {
		env, err := exchanges.ParseEnvironment(word)
		if err != nil {
			return exchanges.Site{}, fmt.Errorf("%s: %w", v.name("ENVIRONMENT"), err)
		}
		environments = []exchanges.Environment{env}
	}
	id := v.get("SITE")
	for _, env := range environments {
		if site, ok := info.Site(env, id); ok {
			return site, nil
		}
	}
	if id == "" && len(environments) > 1 {
		return exchanges.Site{}, fmt.Errorf("%w: %s has neither testnet nor demo; set %s=live to check it with a key for real money", errNoLive, info.Name, v.name("ENVIRONMENT"))
	}
	return exchanges.Site{}, fmt.Errorf("%s has no site %q of %v: see %s and %s", info.Name, id, environments, v.name("SITE"), v.name("ENVIRONMENT"))
}

func (l *live) run(ctx context.Context) error {
	l.say("%s, %s, at %s", l.site.Name, l.site.Environment, l.site.Origin)
	err := l.reads(ctx)
	if err != nil || !l.write {
		return err
	}
	if c := l.site.Capabilities; !c.Create || !c.List || !c.Edit || !c.Revoke {
		l.say("keys are not made, listed, changed and revoked by API here: nothing was written")
		return nil
	}
	return l.writes(ctx)
}

// reads inspects the key twice: what it was used for last, some exchanges tell
// from the second time on.
func (l *live) reads(ctx context.Context) error {
	first, err := l.exchange.Inspect(ctx, l.manager.Credential)
	if err != nil {
		return explained("Inspect", err)
	}
	info, err := l.exchange.Inspect(ctx, l.manager.Credential)
	if err != nil {
		return explained("Inspect, for the second time", err)
	}
	l.say("permissions %s, in its words %q", words(info.Permissions), info.ExchangePermissions)
	l.say("IP whitelist %s, notes %q", info.IPs.State, info.Notes)
	var p problems
	if a, b := still(first), still(info); !reflect.DeepEqual(a, b) {
		p.addf("the second inspection of an unchanged key differs")
	}
	p.in("facts", l.promises(info))
	p.in("facts", consistent(info, l.manager.Credential))
	p.in("clock", l.clock(info.Clock))
	return p.err()
}

// promises checks that each fact that is declared was told. Of a real key some
// facts are that there is nothing.
func (l *live) promises(info exchanges.KeyInfo) error {
	caps := l.site.Capabilities
	facts := map[string][2]bool{ // promised, told
		"permissions":  {caps.Permissions, info.Permissions.Known()},
		"IP whitelist": {caps.IPList, info.IPs.State != exchanges.IPUnknown},
		"creation":     {caps.Created, info.Created.Known()},
		"expiry":       {caps.Expires, info.Expires.Known()},
		"last use":     {caps.LastUsed, info.LastUsed.Known()},
		"label":        {caps.Label, info.Label != ""},
	}
	var p problems
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		switch promised, told := facts[name][0], facts[name][1]; {
		case promised && !told && name == "label":
			p.addf("the label is declared and not told: give the key one, if it has none")
		case promised && !told:
			p.addf("the %s is declared and not told", name)
		case told && !promised:
			l.say("the %s is told and not declared", name)
		}
	}
	return p.err()
}

// clock judges the measured difference: a far larger one is a mistake in the
// reading, or this machine's, and fails calls.
func (l *live) clock(c exchanges.Clock) error {
	const most = time.Minute
	switch {
	case !c.Known:
		l.say("the exchange's clock was not read")
	case c.Offset.Abs() > most:
		return fmt.Errorf("it is %s ahead of this machine's", c.Offset.Round(time.Second))
	default:
		l.say("the exchange's clock is %s ahead", c.Offset.Round(time.Millisecond))
	}
	return nil
}

// explained is a failure with what to do about it.
func explained(what string, err error) error {
	return fmt.Errorf("%s: %w\n%s", what, err, exchanges.AsError(err).Hint)
}

// hushed takes everything out of a text that is secret.
func (l *live) hushed(text string) string {
	for _, c := range l.secrets {
		for _, part := range secretParts(c) {
			text = strings.ReplaceAll(text, part.value, "["+string(part.name)+"]")
		}
	}
	return text
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
