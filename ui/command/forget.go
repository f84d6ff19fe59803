package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) forgetCommand(g *globals) *cobra.Command {
	confirm := ""
	c := &cobra.Command{
		Use: "forget NAME", Short: "Remove a key and its secret from keyrota; it lives on at the exchange", Args: oneName,
		RunE: func(c *cobra.Command, args []string) error { return a.forget(c.Context(), g, args[0], confirm) },
	}
	c.Flags().StringVar(&confirm, "confirm", "", "the key's name once more, instead of being asked for it")
	return c
}

func (a *App) forget(ctx context.Context, g *globals, name, confirm string) error {
	return a.withSession(ctx, g, func(s *session) error {
		r, err := s.find(name)
		if err != nil {
			return err
		}
		if confirm == "" {
			if confirm, err = a.askName(r.Name); err != nil {
				return err
			}
		}
		if confirm != r.Name {
			return desk.Refuse(fmt.Sprintf("%q was not forgotten: the name was not confirmed", r.Name), "Type the name exactly, or pass it with --confirm.")
		}
		if err := s.desk.Forget(ctx, r.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Stdout, "forgot %s; the key %s lives on at %s until you delete it there\n", r.Name, r.KeyID, placeOf(r))
		return err
	})
}

// askName wants the key's name typed on a terminal.
func (a *App) askName(name string) (string, error) {
	if !term.IsTerminal(int(a.Stdin.Fd())) {
		return "", desk.Refuse("forget wants the name confirmed", fmt.Sprintf("Without a terminal, add --confirm %q.", name))
	}
	fmt.Fprintf(a.Stderr, "This removes %q and its secret from this machine. The key lives on at the exchange.\nType its name to go on: ", name)
	line, err := bufio.NewReader(a.Stdin).ReadString('\n')
	if err != nil {
		return "", desk.Refuse("nothing was forgotten", "Type the name, or pass it with --confirm.")
	}
	return strings.TrimSpace(line), nil
}
