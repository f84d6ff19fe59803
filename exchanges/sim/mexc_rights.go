package sim

import (
	"slices"
	"strings"
)

// mexcRight is a permission in MEXC's words: its name in the API, its text on
// the page, which is documented for some of them only, and the one of the
// normal form that it gives.
type mexcRight struct{ name, text, gives string }

var mexcRights = []mexcRight{
	{"SPOT_ACCOUNT_READ", "Spot account: View Account Details", "read"},
	{"SPOT_ACCOUNT_WRITE", "Spot account: Change Account", "other"},
	{"SPOT_DEAL_READ", "Spot trading: View Order Details", "read"},
	{"SPOT_DEAL_WRITE", "Spot trading: Trade", "spot"},
	{"CONTRACT_ACCOUNT_READ", "Futures account: View Account Details", "read"},
	{"CONTRACT_ACCOUNT_WRITE", "Futures account: Change Account", "futures"},
	{"CONTRACT_DEAL_READ", "Futures trading: View Order Details", "read"},
	{"CONTRACT_DEAL_WRITE", "Futures trading: Order Placing", "futures"},
	{"SPOT_TRANSFER_READ", "Transfer: View Transfers", "read"},
	{"SPOT_TRANSFER_WRITE", "Transfer: Transfer", "transfer"},
	{"SPOT_WITHDRAW_READ", "Wallet: View Deposits and Withdrawals", "read"},
	{mexcWithdraw, "Wallet: Withdraw", "withdraw"},
}

const mexcWithdraw = "SPOT_WITHDRAW_WRITE"

// mexcWordsOf returns the rights of a key.
func mexcWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return mexcWords(e.Permissions)
}

// mexcWords returns the rights that come closest to permissions of the normal
// form: to read is to read everything, and nobody needs to change the futures
// account for trading.
func mexcWords(permissions []string) []string {
	words := []string{}
	for _, r := range mexcRights {
		if contains(permissions, r.gives) && r.name != "CONTRACT_ACCOUNT_WRITE" {
			words = append(words, r.name)
		}
	}
	return words
}

// mexcNormal returns what rights give.
func mexcNormal(words []string) []string {
	granted := map[string]bool{}
	for _, r := range mexcRights {
		granted[r.gives] = granted[r.gives] || contains(words, r.name)
	}
	return inShowingOrder(granted)
}

func mexcPermits(key *entry, right string) bool { return contains(key.Words, right) }

// mexcSubWords reads the permissions of a sub-account's key. The list that is
// published for them has nothing of the wallet.
func mexcSubWords(text string) ([]string, *mexcRefusal) {
	if text == "" {
		return nil, mexcSays(730701, "API KEY permission cannot be null")
	}
	asked := strings.Split(text, ",")
	for _, word := range asked {
		known := slices.ContainsFunc(mexcRights, func(r mexcRight) bool { return r.name == word })
		if !known || strings.HasPrefix(word, "SPOT_WITHDRAW_") {
			return nil, mexcSays(730702, "API KEY permission does not exist")
		}
	}
	return asked, nil
}
