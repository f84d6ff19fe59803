package desk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// Warnings returns what config.toml says that has no effect: settings that are
// none, exchanges that there is no adapter for, and words of an exchange's
// page that its guide does not have.
func (d *Desk) Warnings() []store.Warning {
	conf, file := d.store.Config(), d.store.Paths().Config
	out := slices.Clone(d.store.Warnings())
	for _, id := range conf.Exchanges() {
		if _, err := d.registry.Get(id); err != nil {
			out = append(out, store.Warning{File: file,
				Text: fmt.Sprintf("[exchange.%s] has no effect: %s", exchanges.Clean(string(id)), exchanges.AsError(err).Hint)})
		}
	}
	for _, code := range conf.Rules.Severities.Codes() {
		if !policy.Known(code) {
			out = append(out, store.Warning{File: file, Text: fmt.Sprintf("[findings] %s has no effect: there is no such finding. The README lists them", exchanges.Clean(code))})
		}
	}
	for id, o := range conf.Overrides() {
		a, err := d.plain.Get(id)
		if idle := a.Info.Guide.Idle(o); err == nil && len(idle) > 0 {
			out = append(out, store.Warning{File: file,
				Text: fmt.Sprintf("[exchange.%s.facts.words] has no effect for %s: no step or box says that", id, strings.Join(idle, ", "))})
		}
	}
	return out
}
