package sim

import (
	"net/netip"
	"slices"
	"strings"
)

// bybitSubRights are the values that a group of a sub-account's key may have.
var bybitSubRights = table[[]string]{
	{"ContractTrade", []string{"Order", "Position"}},
	{"Spot", []string{"SpotTrade"}},
	{"Wallet", []string{"AccountTransfer", "SubMemberTransferList"}},
	{"Options", []string{"OptionsTrade"}},
	{"Derivatives", []string{"DerivativesTrade"}},
	{"Exchange", []string{"ExchangeHistory"}},
	{"Earn", []string{"Earn"}},
}

// bybitMasterRights are those of a key of the main account. Withdrawing is
// not among those that the documentation names, so no key gains it by API.
var bybitMasterRights = table[[]string]{
	{"ContractTrade", []string{"Order", "Position"}},
	{"Spot", []string{"SpotTrade"}},
	{"Wallet", []string{"AccountTransfer", "SubMemberTransfer"}},
	{"Options", []string{"OptionsTrade"}},
	{"Derivatives", []string{"DerivativesTrade"}},
	{"Exchange", []string{"ExchangeHistory"}},
	{"Earn", []string{"Earn"}},
	{"FiatP2P", []string{"FiatP2POrder", "Advertising"}},
	{"FiatBitPay", []string{"FaitPayOrder"}}, // sic
	{"FiatConvertBroker", []string{"FiatConvertBrokerOrder"}},
	{"BitCard", []string{"BitCard"}},
	{"ByXPost", []string{"ByXPost"}},
	{"Affiliate", []string{"Affiliate"}},
	{"BlockTrade", []string{"BlockTrade"}},
}

// bybitWordsFor reads permissions as they are sent: groups of values, of which
// there has to be one at least. An empty group says nothing, whatever its name.
func bybitWordsFor(groups map[string][]string, known table[[]string]) ([]string, *bybitError) {
	var words []string
	for group, values := range groups {
		rights, _ := known.of(group)
		for _, value := range values {
			if !contains(rights, value) {
				return nil, bybitBad("permissions: " + group + " cannot be " + value + ".")
			}
			words = append(words, group+":"+value)
		}
	}
	if len(words) == 0 {
		return nil, bybitBad("permissions: one type at least is required.")
	}
	slices.Sort(words)
	return slices.Compact(words), nil
}

// bybitNewSub returns the rights of a new key of a sub-account. Derivatives
// cannot be asked for: the exchange gives that right itself where an account
// is a unified one, as all are here, and a key may trade contracts.
func bybitNewSub(groups map[string][]string) ([]string, *bybitError) {
	asked := map[string][]string{}
	for group, values := range groups {
		if group != "Derivatives" {
			asked[group] = values
		}
	}
	words, refusal := bybitWordsFor(asked, bybitSubRights)
	if refusal != nil {
		return nil, refusal
	}
	if len(asked["ContractTrade"]) > 0 {
		words = append(words, "Derivatives:DerivativesTrade")
	}
	return words, nil
}

// bybitNewSelf returns the rights that a key of the main account gives itself:
// those it has, if it names none.
func bybitNewSelf(key *entry, groups map[string][]string) ([]string, *bybitError) {
	readOnly, before := bybitRights(key)
	if groups == nil {
		return before, nil
	}
	known := bybitMasterRights
	if contains(before, "Wallet:Withdraw") {
		wallet, _ := known.of("Wallet")
		known = append(table[[]string]{{"Wallet", append(slices.Clone(wallet), "Withdraw")}}, known...) // the first row counts
	}
	words, refusal := bybitWordsFor(groups, known)
	switch {
	case refusal != nil:
		return nil, refusal
	case contains(words, "Affiliate:Affiliate") && len(words) > 1:
		return nil, bybitBad("permissions: Affiliate has to be the only one.")
	case !readOnly && !slices.Equal(bybitFiat(before), bybitFiat(words)):
		return nil, bybitBad("permissions: FiatP2P, FiatBitPay and FiatConvertBroker cannot be changed.")
	}
	return words, nil
}

// bybitFiat returns the rights that a key keeps for life.
func bybitFiat(words []string) []string {
	var fiat []string
	for _, word := range words {
		switch group, _, _ := strings.Cut(word, ":"); group {
		case "FiatP2P", "FiatBitPay", "FiatConvertBroker":
			fiat = append(fiat, word)
		}
	}
	slices.Sort(fiat)
	return fiat
}

// bybitSwitched adds the switch beside the lists to rights.
func bybitSwitched(readOnly int, words []string) ([]string, *bybitError) {
	switch readOnly {
	case 0:
		return words, nil
	case 1:
		return append([]string{bybitReadOnly}, words...), nil
	}
	return nil, bybitBad("readOnly is 0 or 1.")
}

// bybitAddresses reads a list of addresses with commas between them. Nothing,
// or a star, stands for every address. Nothing says that ranges or IPv6 would
// be taken.
func bybitAddresses(text string) ([]string, *bybitError) {
	if text == "" || text == "*" {
		return nil, nil
	}
	list := strings.Split(text, ",")
	for _, one := range list {
		if addr, err := netip.ParseAddr(one); err != nil || !addr.Is4() {
			return nil, bybitBad("ips: " + one + " is no IPv4 address.")
		}
	}
	return list, nil
}
