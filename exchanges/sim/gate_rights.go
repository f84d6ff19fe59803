package sim

import (
	"slices"
	"strings"
)

// A word of a key is a permission of Gate with one of these endings.
const (
	gateRead  = ":read"
	gateWrite = ":write"
)

// gateRight is a permission in Gate's words: its name in the API, its text on
// the page, and the one of the normal form that writing gives.
type gateRight struct{ name, text, gives string }

// gateRights are the permissions there are, less some of newer products. Spot
// takes orders on margin too, but what is borrowed for them is the business of
// margin. Account is taken for the right to manage sub-accounts and their
// keys: nothing says which one that is. Withdraw is also spelt withdrawal.
var gateRights = []gateRight{
	{"spot", "Spot Trade", "spot"},
	{"margin", "Margin", "margin"},
	{"futures", "Perpetual Contract", "futures"},
	{"delivery", "Delivery Contract", "futures"},
	{"options", "Options", "options"},
	{"unified", "Unified Account", "margin"},
	{"wallet", "Wallet", "transfer"},
	{"withdraw", "Withdrawal", "withdraw"},
	{"earn", "Earn", "earn"},
	{"loan", "Loan", "other"},
	{"account", "Account", "admin"},
	{"custody", "Custody", "other"},
	{"copy", "Copy Trading", "other"},
}

// gateWordsOf returns the words of a key.
func gateWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return gateWords(e.Permissions)
}

// gateWords returns the words that come closest to permissions of the normal
// form. To read is to see the account, its balances and what they are made of.
func gateWords(permissions []string) []string {
	var words []string
	if contains(permissions, "read") {
		words = append(words, "account"+gateRead, "spot"+gateRead, "wallet"+gateRead)
	}
	for _, p := range permissions {
		i := slices.IndexFunc(gateRights, func(r gateRight) bool { return r.gives == p })
		if i < 0 {
			continue
		}
		name := gateRights[i].name
		words = slices.DeleteFunc(words, func(w string) bool { return w == name+gateRead })
		words = append(words, name+gateWrite)
	}
	return words
}

// gateNormal returns what words give: each of them allows to look.
func gateNormal(words []string) []string {
	granted := map[string]bool{}
	for _, word := range words {
		granted["read"] = true
		name, writes := strings.CutSuffix(word, gateWrite)
		for _, r := range gateRights {
			if writes && r.name == name {
				granted[r.gives] = true
			}
		}
	}
	return inShowingOrder(granted)
}

// gatePerm is a permission as the API writes it.
type gatePerm struct {
	Name     string `json:"name"`
	ReadOnly bool   `json:"read_only"`
}

func gatePerms(words []string) []gatePerm {
	perms := []gatePerm{}
	for _, word := range words {
		name, readOnly := strings.CutSuffix(word, gateRead)
		perms = append(perms, gatePerm{strings.TrimSuffix(name, gateWrite), readOnly})
	}
	return perms
}

// gateSubWords reads the permissions of a sub-account's key. The list that is
// published for them has no withdrawing, so that none gains it by API.
func gateSubWords(perms []gatePerm) ([]string, *gateRefusal) {
	words := []string{}
	seen := map[string]bool{}
	for _, p := range perms {
		known := slices.ContainsFunc(gateRights, func(r gateRight) bool { return r.name == p.Name && r.name != "withdraw" })
		if !known || seen[p.Name] {
			return nil, gateBad("Invalid param value: perms " + p.Name)
		}
		seen[p.Name] = true
		if p.ReadOnly {
			words = append(words, p.Name+gateRead)
		} else {
			words = append(words, p.Name+gateWrite)
		}
	}
	return words, nil
}
