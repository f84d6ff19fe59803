package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"

	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) showCommand(g *globals) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "show NAME", Short: "Show what is known of one key; never its secret", Args: oneName,
		RunE: func(c *cobra.Command, args []string) error {
			return a.looking(c.Context(), g, func(s *session) error {
				r, err := s.find(args[0])
				if err != nil {
					return err
				}
				k := s.assess([]*store.Record{r}, a.Now())[0]
				if asJSON {
					return a.printJSON(newShownJSON(k))
				}
				return a.printKey(k)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func oneName(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return &Exit{Code: 2, Err: desk.Refuse(fmt.Sprintf("%s takes the name of one key, got %d", c.CommandPath(), len(args)),
		"keyrota list shows the names.")}
}

// find returns the record called name.
func (s *session) find(name string) (*store.Record, error) {
	if r, ok := s.desk.Snapshot().ByName(name); ok {
		return r, nil
	}
	return nil, desk.Refuse(fmt.Sprintf("there is no key named %q", exchanges.Clean(name)), "keyrota list shows the names.")
}

func (a *App) printKey(k judged) error {
	r := k.record
	created, exact := r.Created()
	seen := created.UTC().Format("2006-01-02")
	if !exact {
		seen = "not told; first seen " + seen
	}
	if exact {
		seen += statedMark(r)
	}
	place := fmt.Sprintf("%s · %s %s", placeOf(r), r.Environment, r.Site)
	pairs := [][2]string{
		{"name", r.Name},
		{"exchange", place},
		{"account", r.Account}, {"purpose", r.Purpose},
		{"key id", r.KeyID}, {"fingerprint", r.Fingerprint},
		{"status", string(r.Status())},
		{"may do", mayDo(r.Facts.Permissions) + statedMark(r)},
		{"exchange says", strings.Join(r.Facts.ExchangePermissions, " ")},
		{"from", ipText(r.Facts.IPs) + statedMark(r)},
		{"created", seen},
		{"expires", momentText(r.Facts.Expires)},
		{"last used", momentText(r.Facts.LastUsed)},
		{"deadline", deadlineText(k.assessment.Deadline) + groundsText(k)},
	}
	pairs = append(pairs, pastPairs(r)...)
	pairs = append(pairs, statedPairs(r)...)
	for _, c := range r.Consumers {
		pairs = append(pairs, [2]string{"used by", c.Name})
	}
	if r.Notes != "" {
		pairs = append(pairs, [2]string{"notes", r.Notes})
	}
	if r.Check.Kind != "" {
		pairs = append(pairs, [2]string{"last check", r.Check.Kind.Sentence() + " " + r.Check.Code}, [2]string{"", r.Check.Hint})
	}
	if err := fields(a.Stdout, pairs...); err != nil {
		return err
	}
	return a.printFindings(k)
}
