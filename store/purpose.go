package store

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Purpose is what a key is for, with the least that it needs for that.
type Purpose struct {
	ID          string // stable: "spot-bot"
	Words       string // "Spot bot"
	Help        string
	Permissions []exchanges.Permission // least privilege; of the presets none may withdraw
}

// OwnChoice is the purpose whose permissions the person chooses.
const OwnChoice = "own"

// Purposes returns the presets.
func Purposes() []Purpose {
	return []Purpose{
		{ID: "portfolio", Words: "Portfolio and tax", Help: "reads balances, orders and history", Permissions: []exchanges.Permission{exchanges.Read}},
		{ID: "alert", Words: "Price alert", Help: "reads, and places no order", Permissions: []exchanges.Permission{exchanges.Read}},
		{ID: "spot-bot", Words: "Spot bot", Help: "reads and trades spot", Permissions: []exchanges.Permission{exchanges.Read, exchanges.Spot}},
		{ID: "futures-bot", Words: "Futures bot", Help: "reads and trades futures", Permissions: []exchanges.Permission{exchanges.Read, exchanges.Futures}},
		{ID: OwnChoice, Words: "Own choice", Help: "you choose the permissions"},
	}
}

// needs maps a purpose, as sameWords has it, to the permissions that it needs.
type needs map[string]exchanges.PermissionSet

// presetNeeds returns what the presets need, under their ID and their words.
func presetNeeds() needs {
	n := needs{}
	for _, p := range Purposes() {
		if len(p.Permissions) > 0 {
			set := exchanges.NewPermissionSet(p.Permissions...)
			n[sameWords(p.ID)], n[sameWords(p.Words)] = set, set
		}
	}
	return n
}

// sameWords brings to one form what people mean as the same: "Spot bot",
// "spot-bot", "spot_bot".
func sameWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), " ")
}

// purposeTable is [purpose."NAME"].
type purposeTable struct {
	Permissions []permission `toml:"permissions"`
}

// severityWords are what [findings] may set.
var severityWords = []string{"off", "info", "warning", "critical"}

type severityWord string

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *severityWord) UnmarshalText(text []byte) error {
	return oneOf((*string)(s), text, severityWords...)
}

// Severities is how severe the person finds findings, by code: [findings].
type Severities struct{ words map[string]severityWord }

// NewSeverities returns severities by code: "off", "info", "warning", "critical".
func NewSeverities(words map[string]string) *Severities {
	s := &Severities{map[string]severityWord{}}
	for code, word := range words {
		s.words[code] = severityWord(word)
	}
	return s
}

// Of returns "off", "info", "warning" or "critical", or "" where nothing is set.
func (s *Severities) Of(code string) string {
	if s == nil {
		return ""
	}
	return string(s.words[code])
}

// Codes returns the codes that are set, in order.
func (s *Severities) Codes() []string {
	if s == nil {
		return nil
	}
	out := make([]string, 0, len(s.words))
	for code := range s.words {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// prefix is the length of an address block.
type prefix struct {
	length int
	set    bool
}

// UnmarshalTOML implements toml.Unmarshaler.
func (p *prefix) UnmarshalTOML(v any) error {
	n, ok := v.(int64)
	if !ok || n < 0 || n > 128 {
		return settingf("use the length of the broadest block that is fine: up to 32 for IPv4, up to 128 for IPv6")
	}
	*p = prefix{int(n), true}
	return nil
}

// applyPolicy takes over [findings], [purpose] and the breadths of blocks.
func (f *configFile) applyPolicy(c *Config) {
	if len(f.Findings) > 0 {
		c.Rules.Severities = &Severities{f.Findings}
	}
	if f.BroadIPv4.set {
		c.Rules.BroadIPv4 = min(f.BroadIPv4.length, 32)
	}
	if f.BroadIPv6.set {
		c.Rules.BroadIPv6 = f.BroadIPv6.length
	}
	c.needs = presetNeeds()
	for name, table := range f.Purpose {
		set := exchanges.NewPermissionSet()
		for _, p := range table.Permissions {
			set = set.With(p.Permission, exchanges.Granted)
		}
		c.needs[sameWords(name)] = set
	}
}
