package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges/sim"

	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) simCommand() *cobra.Command {
	o := sim.Options{Now: a.Now}
	var faults []string
	caller, asJSON := "", false
	c := &cobra.Command{
		Use:   "sim",
		Short: "Run simulated exchanges on loopback, to test bots against",
		Long: "sim runs simulated exchanges until it is interrupted. Once all are ready it prints one line of JSON:\n" +
			"where each listens, and the keys that its accounts have. The exchanges verify signatures, clocks, nonces\n" +
			"and IP whitelists like the real ones; the keys open nothing anywhere else.\n\n" +
			"--fault [EXCHANGE=]KIND[:RATE][@PATH][#TIMES] makes a share of the calls fail, those whose path or method\n" +
			"has PATH in it, the first TIMES of them. Kinds: " + faultKinds() + ".",
		Example: "  keyrota sim --world demo\n  keyrota sim --fault bybit=429:0.2 --fault timeout:0.05",
		Args:    noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, f := range faults {
				parsed, err := sim.ParseFault(f)
				if err != nil {
					return desk.Refuse(err.Error(), "See keyrota sim --help.")
				}
				o.Faults = append(o.Faults, parsed)
			}
			if caller != "" {
				ip, err := netip.ParseAddr(caller)
				if err != nil {
					return desk.Refuse("--caller is not an IP address", "It is the public address the exchanges see, for example 203.0.113.7.")
				}
				o.Caller = ip
			}
			return a.sim(c, o, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&o.World, "world", "demo", "demo, empty or large (10,000 keys)")
	f.StringVar(&o.Listen, "listen", "127.0.0.1", "loopback address to listen on")
	f.DurationVar(&o.Latency, "latency", 0, "how long each answer takes")
	f.DurationVar(&o.Propagation, "propagation", 0, "how long a new key needs until it works, and a deleted one until it stops")
	f.StringArrayVar(&faults, "fault", nil, "[EXCHANGE=]KIND[:RATE][@PATH][#TIMES]; may be repeated")
	f.StringVar(&caller, "caller", "", "public address that the exchanges see (default 203.0.113.7)")
	f.BoolVar(&asJSON, "json", true, "print the line as JSON; false prints a table")
	return c
}

func (a *App) sim(c *cobra.Command, o sim.Options, asJSON bool) error {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	s, err := sim.Start(ctx, o)
	if err != nil {
		return err
	}
	if err := a.printSim(s.Describe(), asJSON); err != nil {
		return errors.Join(err, s.Close())
	}
	<-ctx.Done()
	return s.Close()
}

func (a *App) printSim(d sim.Description, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.Stdout).Encode(d)
	}
	for _, v := range d.Venues {
		fmt.Fprintf(a.Stdout, "%-10s %-8s %s  %d keys\n", v.Exchange, v.Environment, v.BaseURL, len(v.Keys))
	}
	_, err := fmt.Fprintf(a.Stdout, "ip echo    %s\n", d.IPEcho)
	return err
}

func faultKinds() string {
	var words []string
	for _, k := range sim.FaultKinds() {
		words = append(words, string(k))
	}
	return strings.Join(words, ", ")
}

// demoLatency makes the demo's exchanges feel like ones across a network.
const demoLatency = 120 * time.Millisecond
