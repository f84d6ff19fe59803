package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) machineCommand(g *globals) *cobra.Command {
	asJSON, ask := false, false
	c := &cobra.Command{
		Use:   "machine",
		Short: "Show this machine's public addresses and which keys may be used from them",
		Long: "machine shows the public addresses that this machine had when it was last asked for, which keys have them\n" +
			"on their IP whitelist, and what to paste into each exchange's page. Only with --ask does it use the network:\n" +
			"the services of ip_echo in config.toml get an ordinary web request, and see your address and nothing else.",
		Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.machine(c.Context(), g, asJSON, ask) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&ask, "ask", false, "ask the echo services now")
	return c
}

func (a *App) machine(ctx context.Context, g *globals, asJSON, ask bool) error {
	with := a.looking
	if ask {
		with = a.withSession
	}
	return with(ctx, g, func(s *session) error {
		if ask {
			if _, err := s.desk.AskMachine(ctx); err != nil {
				return err
			}
		}
		if asJSON {
			return a.printJSON(newMachineJSON(s))
		}
		return a.printMachine(s)
	})
}

func (a *App) printMachine(s *session) error {
	m := s.desk.Machine()
	if err := a.printAddresses(m, s.desk.EchoHosts()); err != nil {
		return err
	}
	records := s.desk.Snapshot().Records()
	if len(records) == 0 {
		return nil
	}
	fmt.Fprintln(a.Stdout)
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tEXCHANGE\tENV\tTHIS MACHINE\tIP WHITELIST")
	for _, r := range records {
		standing, by := s.desk.Standing(r)
		text := desk.StandingText(standing)
		if by.IsValid() {
			text = by.String() + " " + text
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, placeOf(r), r.Environment, text, ipText(r.Facts.IPs)+statedMark(r))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if m.Asked().IsZero() {
		return nil
	}
	fmt.Fprintln(a.Stdout, "\nto paste, as each exchange takes it")
	for _, p := range s.places() {
		if err := a.printPlace(p); err != nil {
			return err
		}
	}
	return nil
}

// printAddresses says which addresses there are, since when, and how old that is.
func (a *App) printAddresses(m store.Machine, hosts []string) error {
	now := a.Now()
	if m.Asked().IsZero() {
		return a.say("this machine's addresses are not known: nobody was asked yet\n  keyrota machine --ask asks %s, which see your address and nothing else\n",
			orDash(strings.Join(hosts, ", ")))
	}
	for _, at := range m.Current() {
		if err := a.say("%s  since %s, last told %s\n", at.Addr, minuteText(at.First), howLong(at.Last, now)); err != nil {
			return err
		}
	}
	for _, c := range m.Changed() {
		if err := a.say("changed: it was %s until %s at least\n", c.From.Addr, minuteText(c.From.Last)); err != nil {
			return err
		}
	}
	return nil
}

func minuteText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// howLong says how long ago something was.
func howLong(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute") + " ago"
	case d < 24*time.Hour:
		return count(int(d/time.Hour), "hour") + " ago"
	default:
		return count(int(d/(24*time.Hour)), "day") + " ago"
	}
}

// place is an exchange at which there are keys, with what its page takes.
type place struct {
	id    exchanges.ID
	name  string // as people know it
	paste desk.Paste
	keys  []pasteKey
}

type pasteKey struct {
	record *store.Record
	paste  desk.Paste
}

// places returns the exchanges at which there are keys, by name.
func (s *session) places() []*place {
	m := s.desk.Machine()
	infos := map[exchanges.ID]exchanges.Info{}
	for _, i := range s.desk.Exchanges() {
		infos[i.ID] = i
	}
	var out []*place
	for _, r := range s.desk.Snapshot().Records() {
		info := infos[r.Exchange]
		name := first(exchanges.Clean(r.Venue), info.Name, exchanges.Clean(string(r.Exchange)))
		i := slices.IndexFunc(out, func(p *place) bool { return p.id == r.Exchange && p.name == name })
		if i < 0 {
			i = len(out)
			bare := desk.PasteFor(name, info.Guide.IPs, m, exchanges.IPWhitelist{State: exchanges.IPAny})
			out = append(out, &place{id: r.Exchange, name: name, paste: bare})
		}
		out[i].keys = append(out[i].keys, pasteKey{r, desk.PasteFor(name, info.Guide.IPs, m, r.Facts.IPs)})
	}
	slices.SortFunc(out, func(a, b *place) int { return strings.Compare(a.name, b.name) })
	return out
}

// printPlace prints what to paste at an exchange, and below it what to paste for
// keys that have a list; a remark that was made is not made again.
func (a *App) printPlace(p *place) error {
	if err := a.say("%s: %s\n", p.name, first(p.paste.Text, "-")); err != nil {
		return err
	}
	if err := a.printRemarks("  ", p.paste.Remarks, nil); err != nil {
		return err
	}
	var hidden []string
	for _, k := range p.keys {
		switch k.record.Facts.IPs.State {
		case exchanges.IPAny:
		case exchanges.IPList:
			if err := a.say("  %s (%s): %s\n", k.record.Name, p.name, k.paste.Text); err != nil {
				return err
			}
			if err := a.printRemarks("    ", k.paste.Remarks, p.paste.Remarks); err != nil {
				return err
			}
		case exchanges.IPRestricted, exchanges.IPUnknown:
			hidden = append(hidden, k.record.Name)
		}
	}
	switch {
	case len(hidden) == 0, p.paste.Text == "":
		return nil
	case len(hidden) == 1:
		return a.say("  the list of %s is not known: add to it on the page, or what is there is lost\n", hidden[0])
	}
	return a.say("  the lists of %s are not known: add to them on the page, or what is there is lost\n", strings.Join(hidden, ", "))
}

func (a *App) printRemarks(indent string, remarks, made []string) error {
	for _, r := range remarks {
		if slices.Contains(made, r) {
			continue
		}
		if err := a.say("%s%s\n", indent, r); err != nil {
			return err
		}
	}
	return nil
}
