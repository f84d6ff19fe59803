package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring"
)

func (a *App) doctorCommand(g *globals) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "doctor", Short: "Look for what is wrong with files, keyring and log", Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context(), g, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// keyringJSON is one way to keep secrets on this machine.
type keyringJSON struct {
	Name   string `json:"name"`
	Usable bool   `json:"usable"`
	Why    string `json:"why"`
}

type doctorJSON struct {
	Version  string          `json:"version"`
	Keyring  string          `json:"keyring"`
	Keyrings []keyringJSON   `json:"keyrings"`
	Findings []store.Finding `json:"findings"`
}

func (a *App) doctor(ctx context.Context, g *globals, asJSON bool) error {
	s, err := a.open(ctx, g, a.plainly())
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	out := doctorJSON{Version: a.Version, Keyring: s.desk.Keyring().Backend}
	for _, b := range oskeyring.Backends() {
		ok, why := oskeyring.Available(b)
		out.Keyrings = append(out.Keyrings, keyringJSON{string(b), ok, why})
	}
	_, _ = s.desk.Load() // what is wrong with keys.toml is among the findings
	secrets, kerr := s.ring(ctx)
	if kerr == nil {
		kerr = oskeyring.Prove(ctx, secrets)
	}
	out.Findings = store.Doctor(ctx, s.store, secrets, kerr)
	if asJSON {
		err = a.printJSON(out)
	} else {
		err = a.printDoctor(out)
	}
	if err != nil {
		return err
	}
	for _, f := range out.Findings {
		if f.Level == store.LevelProblem {
			return &Exit{Code: 1}
		}
	}
	return nil
}

func (a *App) printDoctor(d doctorJSON) error {
	fmt.Fprintf(a.Stdout, "keyrota %s, secrets in %s\n\nkeyrings on this machine\n", d.Version, d.Keyring)
	for _, k := range d.Keyrings {
		word := "usable"
		if !k.Usable {
			word = "not usable: " + k.Why
		}
		fmt.Fprintf(a.Stdout, "  %-15s %s\n", k.Name, word)
	}
	fmt.Fprintln(a.Stdout)
	for _, f := range d.Findings {
		fmt.Fprintf(a.Stdout, "%-8s %s: %s\n", f.Level, f.Subject, f.Text)
		if f.Hint != "" {
			fmt.Fprintf(a.Stdout, "         %s\n", f.Hint)
		}
	}
	return nil
}
