package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// The part of the add wizard for exchanges that nobody can ask: what the person
// says of the key takes the place of what the exchange would say.

// exchange is the chosen exchange's name.
func (w *addWizard) exchange() string {
	return placeName(exchangeNames(w.env.Desk.Exchanges()), w.key.Exchange, w.key.Details.Venue)
}

// takePlace reads which exchange is meant, where that is asked.
func (w *addWizard) takePlace() bool {
	d := &w.key.Details
	if !w.info().Manual {
		d.Venue, d.KeysPage, d.Stated = "", "", nil
		return true
	}
	return w.place.read(w.forms[addWhere], d)
}

func (w *addWizard) takeStated() bool {
	return w.says.read(w.forms[addState], &w.key.Details, w.env.Now())
}

// stepName names a step in the list beside the wizard.
func (w *addWizard) stepName(step addStep) string {
	switch step {
	case addWhere:
		return "exchange"
	case addWhat:
		return "purpose"
	case addState:
		return "what it may"
	case addPaste:
		return "paste it"
	case addVerify:
		if slices.Contains(w.path(), addState) {
			return "review"
		}
		return "verify"
	case addStore:
	}
	return "store"
}

func (w *addWizard) statedIntro() string {
	intro := fmt.Sprintf("Paste the parts of the key. They go into your keyring and nowhere else: keyrota cannot ask %s.", w.exchange())
	if _, ok := w.spare(); ok {
		return "This is the demo: " + spareShortcut + " fills in a made-up key. " + intro
	}
	if page := w.key.Details.KeysPage; page != "" {
		intro += " Your keys are at " + page
	}
	return intro
}

// vouched shows what the person states of the key, before it is saved.
func (w *addWizard) vouched(width int) []string {
	s, d := w.env.Styles, w.key.Details
	lines := indent([]string{""}, s.Accent, fmt.Sprintf("○ stated by you: keyrota cannot ask %s", w.exchange()), width, 2)
	lines = append(lines, "")
	if d.Stated == nil {
		return lines
	}
	for _, fact := range [][2]string{
		{"may do", statedGrants(d.Stated.Permissions)},
		{"from", statedIPs(d.Stated.IPs)},
		{"created", momentWords(d.Stated.Created, "never")},
		{"expires", momentWords(d.Stated.Expires, "never")},
		{"page", d.KeysPage},
	} {
		lines = append(lines, w.factRow(fact[0], fact[1], width)...)
	}
	lines = append(lines, "")
	return append(lines, w.warnings(d.Stated.Permissions, d.Stated.IPs, width)...)
}

// statedGrants lists what a key may do and may not, in words; the rest is not known.
func statedGrants(set exchanges.PermissionSet) string {
	if !set.Known() {
		return "not known"
	}
	var out []string
	for _, p := range statedPermissions {
		switch set.Get(p) {
		case exchanges.Granted:
			out = append(out, p.String()+" ✓")
		case exchanges.NotGranted:
			out = append(out, p.String()+" –")
		case exchanges.Unknown:
			out = append(out, p.String()+" ?")
		}
	}
	return strings.Join(out, "   ")
}

func statedIPs(w exchanges.IPWhitelist) string {
	if w.State == exchanges.IPUnknown {
		return "not known"
	}
	return ipWords(w)
}
