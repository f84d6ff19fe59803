package command

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

func (a *App) diagnoseCommand(g *globals) *cobra.Command {
	asJSON, o := false, desk.DiagnoseOptions{}
	c := &cobra.Command{
		Use:   "diagnose NAME",
		Short: "Find out why an exchange refuses a key",
		Long: "diagnose asks the exchange about one key and takes a refusal apart: which causes are left, which are ruled\n" +
			"out, and by what test. It exits 0 when the key works, 1 when a cause was found or is left open, 2 when it\n" +
			"could not look. Whoever would not be asked otherwise is asked only by a flag.",
		Args: oneName,
		RunE: func(c *cobra.Command, args []string) error {
			err := a.diagnose(c.Context(), g, args[0], asJSON, o)
			if _, decided := err.(*Exit); err != nil && !decided { //nolint:errorlint // only the outermost decides the code
				return &Exit{Code: 2, Err: err}
			}
			return err
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&o.Offline, "offline", false, "ask nobody: judge the last refusal by what is known")
	f.BoolVar(&o.Addresses, flagOf(diagnose.TestAddresses), false, "ask the services of ip_echo for this machine's public addresses")
	f.BoolVar(&o.Sites, flagOf(diagnose.TestSites), false, "show the key to the exchange's other sites of the same environment, read-only")
	f.BoolVar(&o.Environments, flagOf(diagnose.TestEnvironments), false,
		"show the key to the exchange's other environments, read-only: a live key is sent to a testnet, or the other way round")
	return c
}

func flagOf(t diagnose.Test) string { return strings.TrimPrefix(string(t), "--") }

func (a *App) diagnose(ctx context.Context, g *globals, name string, asJSON bool, o desk.DiagnoseOptions) error {
	return a.withSession(ctx, g, func(s *session) error {
		r, err := s.find(name)
		if err != nil {
			return err
		}
		d, err := s.desk.Diagnose(ctx, r.ID, o)
		if d.Record == nil {
			return err
		}
		// What was found is told even where it could not be written down.
		if asJSON {
			err = firstError(err, a.printJSON(newDiagnosisJSON(&d)))
		} else {
			err = firstError(err, a.printDiagnosis(&d))
		}
		if err == nil && (d.Found() || !d.Works) {
			return &Exit{Code: 1}
		}
		return err
	})
}

// diagnosisMarks are the marks of the checklist.
var diagnosisMarks = map[diagnose.State]string{
	diagnose.StateProblem: "✗", diagnose.StateLikely: "✗", diagnose.StatePossible: "?", diagnose.StateUntested: "·", diagnose.StateRuledOut: "✓",
}

// diagnosisWords say what a mark means, for who cannot see it.
var diagnosisWords = map[diagnose.State]string{
	diagnose.StateProblem: "cause", diagnose.StateLikely: "likely", diagnose.StatePossible: "possible", diagnose.StateUntested: "open", diagnose.StateRuledOut: "ruled out",
}

func (a *App) printDiagnosis(d *desk.Diagnosis) error {
	var b strings.Builder
	r := d.Record
	fmt.Fprintf(&b, "%s (%s %s, key %s)\n%s\n\n", r.Name, placeOf(r), r.Environment, r.KeyID, diagnosisHead(d))
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "%s %-9s  %-18s  %s\n", diagnosisMarks[c.State], diagnosisWords[c.State], c.Code, exchanges.Clean(c.Text))
		if c.Action != "" && c.State != diagnose.StateUntested || c.Test != "" {
			fmt.Fprintf(&b, "%33s%s\n", "", exchanges.Clean(c.Action))
		}
	}
	return a.say("%s", b.String())
}

// diagnosisHead is the verdict in a line.
func diagnosisHead(d *desk.Diagnosis) string {
	switch {
	case d.Works && !d.Found():
		return d.Evidence.Exchange + " accepts the key."
	case d.Works:
		return d.Evidence.Exchange + " accepts the key; still, " + causeWords(d.Causes[:1]) + "."
	case len(d.Causes) == 0:
		return "Nothing is known to be wrong, and nobody was asked."
	case d.Causes[0].Likelihood == diagnose.Certain:
		return "The cause is " + causeWords(d.Causes[:1]) + "."
	case d.Causes[0].Likelihood == diagnose.Likely:
		return "The cause is probably " + causeWords(d.Causes[:1]) + "."
	}
	return "Left open: " + causeWords(d.Causes) + "."
}

//go:noinline // copied into its callers, it would take 2 kB
func causeWords(all []diagnose.Cause) string {
	var out []string
	for _, c := range all {
		out = append(out, string(c.Code))
	}
	return strings.Join(out, ", ")
}

// diagnosisJSON is what diagnose prints. Fields are never left out.
type diagnosisJSON struct {
	Name        string                `json:"name"`
	Exchange    exchanges.ID          `json:"exchange"`
	Environment exchanges.Environment `json:"environment"`
	Site        string                `json:"site"`  // for people; empty where the exchange has one
	Works       bool                  `json:"works"` // the exchange accepted the key just now
	Asked       bool                  `json:"asked"` // the exchange was asked just now

	// What is left, the likeliest first.
	Causes []diagnosisCauseJSON `json:"causes"`

	// The checklist, always in the same order. What an exchange does not know,
	// such as a passphrase, is left out.
	Checks []diagnosisCheckJSON `json:"checks"`

	SeenAddress   string     `json:"seen_address"`    // from which the exchange saw the call; empty: not told
	Addresses     []string   `json:"addresses"`       // this machine's public ones, with --addresses
	ClockOffsetMS *int64     `json:"clock_offset_ms"` // the exchange's clock minus this machine's; null: not measured
	Error         *errorJSON `json:"error"`           // the refusal; null: there was none
}

// diagnosisCauseJSON is a cause. Code is one of keyring, damaged-field,
// swapped-fields, secret-encoding, passphrase, network, blocked, exchange-down,
// unexpected-answer, rate-limited, clock, nonce, wrong-environment, wrong-site,
// deleted, expired, wrong-secret, ip, missing-right, product-not-opened and
// account-restricted.
type diagnosisCauseJSON struct {
	Code       exchanges.Cause     `json:"code"`
	Likelihood diagnose.Likelihood `json:"likelihood"` // certain, likely, possible, unlikely
	Text       string              `json:"text"`       // the evidence
	Action     string              `json:"action"`     // what to do next
}

type diagnosisCheckJSON struct {
	Code   exchanges.Cause `json:"code"`
	State  diagnose.State  `json:"state"`  // problem, likely, possible, ruled-out, untested
	Text   string          `json:"text"`   // what was tested, and what came out
	Action string          `json:"action"` // what to do next, or how to test it
	Test   diagnose.Test   `json:"test"`   // the flag that tests it; empty: there is none
}

func newDiagnosisJSON(d *desk.Diagnosis) diagnosisJSON {
	r, e := d.Record, d.Evidence
	out := diagnosisJSON{
		Name: r.Name, Exchange: r.Exchange, Environment: r.Environment, Site: e.Site, Works: d.Works, Asked: e.Asked,
		Causes: []diagnosisCauseJSON{}, Checks: []diagnosisCheckJSON{}, Addresses: addressTexts(e.Mine),
	}
	for _, c := range d.Causes {
		out.Causes = append(out.Causes, diagnosisCauseJSON{c.Code, c.Likelihood, exchanges.Clean(c.Text), exchanges.Clean(c.Action)})
	}
	for _, c := range d.Checks {
		out.Checks = append(out.Checks, diagnosisCheckJSON{c.Code, c.State, exchanges.Clean(c.Text), exchanges.Clean(c.Action), c.Test})
	}
	if e.Seen.IsValid() {
		out.SeenAddress = e.Seen.String()
	}
	if e.Clock.Known {
		ms := e.Clock.Offset.Milliseconds()
		out.ClockOffsetMS = &ms
	}
	switch {
	case e.Keyless != nil:
		out.Error = errorOf(e.Keyless)
	case e.Err != nil:
		out.Error = errorOf(e.Err)
	}
	return out
}

func addressTexts(all []netip.Addr) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.String()
	}
	return out
}
