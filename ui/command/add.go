package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

type addFlags struct {
	exchange, env, site, name, account, purpose, subAccount string

	consumers                        []string
	manager, noVerify, stdin, asJSON bool

	said statedFlags
}

func (a *App) addCommand(g *globals) *cobra.Command {
	f := addFlags{}
	c := &cobra.Command{
		Use:   "add --exchange E --env ENV --name N --stdin",
		Short: "Add a key that you have; its secret is read from standard input",
		Long: "add reads {\"key\":\"…\",\"secret\":\"…\",\"passphrase\":\"…\",\"private_key\":\"…\"} from standard input,\n" +
			"asks the exchange whether the key works, and then stores it. Leave out the parts the exchange does not use.\n\n" +
			"For an exchange that keyrota has no adapter for there is --exchange other: nobody is asked, and what the key\n" +
			"may do, from where and until when, is what you state.",
		Example: "  pass show bot | keyrota add --exchange kraken --env live --name bot --stdin\n" +
			"  pass show phx | keyrota add --exchange other --venue Phemex --keys-page https://phemex.com/ \\\n" +
			"      --env live --name phx-bot --permissions read,futures --no-permissions withdraw --ips any --created 2026-08-01 --stdin",
		Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := a.add(c.Context(), g, f)
			if err != nil && f.asJSON {
				return a.failJSON(err)
			}
			return err
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.exchange, "exchange", "", "exchange: "+exchangeIDs())
	fl.StringVar(&f.env, "env", "", "environment: live, testnet or demo")
	fl.StringVar(&f.site, "site", "", "regional site, where the exchange has several")
	fl.StringVar(&f.name, "name", "", "your name for the key")
	fl.StringVar(&f.account, "account", "", "login or sub-account that the key belongs to")
	fl.StringVar(&f.purpose, "purpose", "", "what the key is for")
	fl.StringVar(&f.subAccount, "sub-account", "", "sub-account that the key belongs to, as the exchange names it, when a managing key manages it")
	fl.BoolVar(&f.manager, "manager", false, "keyrota may manage the keys of sub-accounts with this key")
	fl.StringArrayVar(&f.consumers, "consumer", nil, `a program that uses the key: "bot", "bot: command", "bot = run" or "bot > FILE from TEMPLATE"; may be repeated`)
	f.said.register(fl)
	fl.BoolVar(&f.noVerify, "no-verify", false, "store the key without asking the exchange")
	fl.BoolVar(&f.stdin, "stdin", false, "read the credential from standard input")
	fl.BoolVar(&f.asJSON, "json", false, "print JSON")
	for _, n := range []string{"key", "secret", "passphrase", "private-key"} {
		fl.Var(refused(n), n, "")
		_ = fl.MarkHidden(n)
	}
	return c
}

func exchangeIDs() string {
	var ids []string
	for _, a := range all.Registry().All() {
		ids = append(ids, string(a.Info.ID))
	}
	return strings.Join(ids, ", ")
}

// refused is a flag that people try and that must not exist: what is on a
// command line is visible to every program and kept in shell histories.
type refused string

func (r refused) String() string   { return "" }
func (r refused) Type() string     { return "refused" }
func (r refused) Set(string) error { return errRefused }

var errRefused = errors.New("a secret on the command line is refused")

func (a *App) add(ctx context.Context, g *globals, f addFlags) error {
	k, err := f.key()
	if err != nil {
		return err
	}
	if k.Credential, err = readCredential(a.Stdin); err != nil {
		return err
	}
	return a.withSession(ctx, g, func(s *session) error { return a.addTo(ctx, s, k, f) })
}

// addTo asks the exchange about a key and stores it.
func (a *App) addTo(ctx context.Context, s *session, k desk.NewKey, f addFlags) error {
	var trial *desk.Trial
	if !f.noVerify && !nobodyToAsk(k.Exchange) {
		if err := s.desk.CheckName(k.Name); err != nil {
			return err
		}
		t, err := s.desk.Try(ctx, k)
		if err != nil {
			return err
		}
		if t.Err != nil {
			return fmt.Errorf("%q was not added: %w", k.Name, t.Err)
		}
		trial = &t
	}
	r, err := s.desk.Add(ctx, k, trial)
	if err != nil {
		return err
	}
	j := s.assess([]*store.Record{r}, a.Now())[0]
	if f.asJSON {
		return a.printJSON(newKeyJSON(r, j.assessment))
	}
	if _, err := fmt.Fprintf(a.Stdout, "added %s: %s %s, may do: %s%s\n", r.Name, placeOf(r), r.Environment, mayDo(r.Facts.Permissions), statedMark(r)); err != nil {
		return err
	}
	return a.printFindings(j)
}

func (f addFlags) key() (desk.NewKey, error) {
	for _, p := range [][2]string{{"--exchange", f.exchange}, {"--env", f.env}, {"--name", f.name}} {
		if p[1] == "" {
			return desk.NewKey{}, desk.Refuse(p[0]+" is missing", "See keyrota add --help, or run keyrota and press n.")
		}
	}
	if !f.stdin {
		return desk.NewKey{}, desk.Refuse("add reads the credential with --stdin only", `For example: pass show bot | keyrota add … --stdin, where pass prints {"key":"…","secret":"…"}.`)
	}
	env, err := exchanges.ParseEnvironment(f.env)
	if err != nil {
		return desk.NewKey{}, desk.Refuse(err.Error(), "")
	}
	k := desk.NewKey{
		Name: f.name, Exchange: exchanges.ID(f.exchange), Environment: env, Site: f.site,
		Details: desk.Details{Account: f.account, Purpose: f.purpose, SubAccount: f.subAccount, Manager: f.manager},
	}
	if f.manager && f.subAccount != "" {
		return k, desk.Refuse("a key of a sub-account manages no others", "Leave out --manager or --sub-account.")
	}
	if err := f.said.details(k.Exchange, &k.Details); err != nil {
		return k, err
	}
	k.Details.Consumers, err = consumersOf(f.consumers)
	return k, err
}

// consumersOf reads what --consumer got. A list of plain names may be given in
// one go.
func consumersOf(texts []string) ([]store.Consumer, error) {
	var out []store.Consumer
	for _, text := range texts {
		var read []store.Consumer
		c, some, err := store.ParseConsumer(text)
		if !strings.ContainsAny(text, `:=>"`) {
			read, err = store.ParseConsumers(text)
		} else if some {
			read = []store.Consumer{c}
		}
		if err != nil {
			return nil, desk.Refuse("--consumer: "+err.Error(), "See keyrota add --help.")
		}
		out = append(out, read...)
	}
	return out, nil
}

// maxCredential bounds what is read: an RSA key of 16,384 bits has 12 kB.
const maxCredential = 64 << 10

// readCredential reads the JSON form. Its errors never quote the input.
func readCredential(r io.Reader) (exchanges.Credential, error) {
	const shape = `Write {"key":"…","secret":"…"}, with "passphrase" or "private_key" where the exchange uses one.`
	raw, err := io.ReadAll(io.LimitReader(r, maxCredential+1))
	defer clear(raw)
	switch {
	case err != nil:
		return exchanges.Credential{}, desk.Refuse("standard input could not be read", shape)
	case len(raw) > maxCredential:
		return exchanges.Credential{}, desk.Refuse("standard input holds more than 64 KiB", shape)
	}
	var in map[string]*string
	if json.Unmarshal(raw, &in) != nil || in == nil {
		return exchanges.Credential{}, desk.Refuse("standard input is not a JSON object of texts", shape)
	}
	part := func(name exchanges.FieldName) string {
		v := in[string(name)]
		delete(in, string(name))
		if v == nil {
			return ""
		}
		return *v
	}
	c := exchanges.Credential{
		KeyID:      part(exchanges.FieldKey),
		Secret:     exchanges.NewSecret(part(exchanges.FieldSecret)),
		Passphrase: exchanges.NewSecret(part(exchanges.FieldPassphrase)),
		PrivateKey: exchanges.NewSecret(part(exchanges.FieldPrivateKey)),
	}
	if len(in) > 0 {
		return exchanges.Credential{}, desk.Refuse("standard input has a field that keyrota does not know", shape)
	}
	return c, nil
}

// failJSON prints an error and returns it.
func (a *App) failJSON(err error) error {
	return errors.Join(a.printJSON(map[string]*errorJSON{"error": errorOf(err)}), err)
}

// errorOf words any error in the JSON form.
func errorOf(err error) *errorJSON {
	if e, ok := errors.AsType[*exchanges.Error](err); ok {
		return &errorJSON{e.Kind, e.Code, e.Hint}
	}
	what, hint := desk.Explain(err)
	kind := exchanges.Invalid
	if _, ok := errors.AsType[*store.KeyringError](err); ok {
		kind = desk.Keyless
	}
	return &errorJSON{kind, what, hint}
}
