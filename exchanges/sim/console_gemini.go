package sim

import (
	"slices"
	"strings"
	"time"
)

// What a person chooses for a Gemini key beside its roles.
const (
	geminiMaster    = "master"         // a key for the whole group
	geminiTimeNonce = "timeBasedNonce" // nonces are the time in seconds; else they have to rise
)

// page is Gemini's page for API keys, as its support pages describe it: scope,
// roles and the type of nonce. Left empty, the list of trusted IPs stands for
// "Unrestricted", which has to be chosen there. How long a name may be, and
// how many keys and addresses there may be, is not documented; addresses are
// taken one by one.
func (v *gemini) page(string) page {
	return page{
		title: "Settings: API",
		boxes: []box{
			{geminiMaster, "Scope: Master (untouched: Primary)", []string{}},
			{geminiTrader, "Trader", []string{"read", "spot"}},
			{geminiFunds, "Fund Manager", []string{"read", "transfer", "withdraw", "other"}},
			{geminiAuditor, "Auditor", []string{"read"}},
			{geminiAdmin, "Administrator", []string{"admin"}},
			{geminiTimeNonce, "Time-based nonce", []string{}},
		},
		label:   labelRule{most: 64},
		words:   geminiWords,
		wordsOf: geminiWordsOf,
		deny:    geminiDenies,
	}
}

func geminiDenies(w wanted) string {
	roles := geminiRoleNames(w.Words)
	switch {
	case len(roles) == 0:
		return "Choose at least one role."
	case contains(w.Words, geminiAuditor) && len(roles) > 1:
		return "The Auditor role cannot be combined with other roles."
	case contains(w.Words, geminiAdmin) && !contains(w.Words, geminiMaster):
		return "The Administrator role is for master keys only."
	}
	return ""
}

// geminiWords returns the roles that come closest to permissions of the normal
// form. Each but Administrator may read, so that Auditor is for nothing else.
func geminiWords(permissions []string) []string {
	words := []string{}
	wants := func(one ...string) bool { return anyOf(one, permissions) }
	if wants("spot", "margin", "futures", "options") {
		words = append(words, geminiTrader)
	}
	if wants("transfer", "withdraw", "other") {
		words = append(words, geminiFunds)
	}
	if wants("admin") {
		words = append(words, geminiMaster, geminiAdmin)
	}
	if len(words) == 0 && wants("read") {
		words = append(words, geminiAuditor)
	}
	return words
}

// geminiWordsOf returns the roles and choices of a key. Its scope is what it
// was made with: no edit changes it.
func geminiWordsOf(e *entry) []string {
	words := geminiChosen(e)
	if geminiIsMaster(e) == contains(words, geminiMaster) {
		return words
	}
	if geminiIsMaster(e) {
		return append(slices.Clone(words), geminiMaster)
	}
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == geminiMaster || word == geminiAdmin })
}

func geminiChosen(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return geminiWords(e.Permissions)
}

// geminiPrefix returns what the public half of a key begins with.
func geminiPrefix(e *entry) string {
	if contains(geminiChosen(e), geminiMaster) {
		return "master-"
	}
	return "account-"
}

func geminiIsMaster(e *entry) bool { return strings.HasPrefix(e.ID, "master-") }

func geminiTimeBased(e *entry) bool { return contains(geminiChosen(e), geminiTimeNonce) }

// geminiNormal returns the permissions of the normal form that words grant.
func geminiNormal(words []string) []string {
	p := (*gemini)(nil).page("")
	return p.normal(words)
}

// geminiDemo: one key looks on, one has traded for a quarter of a year and is
// open to every address.
func geminiDemo(a *account) {
	const home = "203.0.113.7"
	a.Balances = map[string]float64{"BTC": 0.8, "ETH": 2.5, "USD": 18_400}
	a.Seeds = []seed{
		{Label: "fund-audit", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{home}, Age: 20 * day, LastUsed: 6 * time.Hour},
		{Label: "otc-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Words: []string{geminiTrader, geminiTimeNonce},
			Age: 101 * day, LastUsed: 40 * time.Minute},
		{Label: "spare-gemini", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

// geminiSandboxDemo has the play money that the sandbox gives everybody.
func geminiSandboxDemo(a *account) {
	a.Balances = map[string]float64{"BTC": 1_000, "ETH": 20_000, "USD": 100_000}
	a.Seeds = []seed{
		{Label: "gemini-sandbox", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: 37 * day, LastUsed: 11 * day},
	}
}
