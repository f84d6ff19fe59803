package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/store"
)

func (a *App) auditCommand(g *globals) *cobra.Command {
	asJSON, verify := false, false
	c := &cobra.Command{
		Use: "audit", Short: "Show the audit log: which key was added, verified, changed, when and by whom", Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.looking(c.Context(), g, func(s *session) error {
				if verify {
					return a.verifyAudit(c.Context(), s, asJSON)
				}
				return a.printAudit(s, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&verify, "verify", false, "check the log's hash chain against the head in the keyring")
	return c
}

func (a *App) printAudit(s *session, asJSON bool) error {
	events := []store.Event{}
	for e, err := range s.store.ReadAudit() {
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	if asJSON {
		return a.printJSON(events)
	}
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range events {
		fmt.Fprintf(w, "%s\t%s@%s\t%s\t%s\t%s %s\t%s\t%s\n", e.At.UTC().Format(time.RFC3339), e.Actor, e.Host,
			e.Action, e.Key, e.Exchange, e.Environment, e.Result, e.Detail)
	}
	return w.Flush()
}

func (a *App) verifyAudit(ctx context.Context, s *session, asJSON bool) error {
	secrets, err := s.ring(ctx)
	if err != nil {
		return err
	}
	report, err := s.store.VerifyAudit(ctx, store.VaultAnchor{Secrets: secrets})
	if err != nil {
		return err
	}
	if asJSON {
		err = a.printJSON(auditJSON{report.State, report.Entries, report.Line, report.Text})
	} else {
		_, err = fmt.Fprintf(a.Stdout, "%s: %s\n", report.State, report.Text)
	}
	if err == nil && report.State == store.AuditTampered {
		return &Exit{Code: 1}
	}
	return err
}

type auditJSON struct {
	State   store.AuditState `json:"state"`
	Entries uint64           `json:"entries"`
	Line    int              `json:"line"` // the first wrong one; 0: none
	Text    string           `json:"text"`
}
