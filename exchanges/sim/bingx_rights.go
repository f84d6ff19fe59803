package sim

import (
	"fmt"
	"slices"
	"time"
)

// bingxRight is a permission in BingX's words: its name, its number in the
// lists of keys (0: none is documented), the flag that a key is told of it
// (empty: none is known), and the ones of the normal form that it gives.
type bingxRight struct {
	name   string
	number int
	flag   string
	gives  []string
}

const (
	bingxRead     = "Read"
	bingxSpot     = "Spot Trading"
	bingxFutures  = "Perpetual Futures Trading"
	bingxTransfer = "Universal Transfer"
	bingxWithdraw = "Withdraw"
	bingxInternal = "Internal Transfers Between Subaccounts"
	bingxManage   = "Manage Subaccounts"
)

// bingxRights are the permissions there are. The flag of the right to trade
// spot says that it is one for margin too.
var bingxRights = []bingxRight{
	{bingxRead, 2, "enableReading", []string{"read"}},
	{bingxSpot, 1, "enableSpotAndMarginTrading", []string{"spot", "margin"}},
	{bingxFutures, 3, "enableFutures", []string{"futures"}},
	{bingxTransfer, 4, "permitsUniversalTransfer", []string{"transfer"}},
	{bingxInternal, 7, "enableInternalTransfer", []string{"transfer"}},
	{bingxWithdraw, 5, "enableWithdrawals", []string{"withdraw"}},
	{bingxManage, 0, "", []string{"admin"}},
}

// bingxUnusedLife is how long a key lives that may do more than read, from any
// address, and that nobody uses.
const bingxUnusedLife = 14 * day

// bingxLapses reports whether BingX has removed a key that nobody used. The
// rule is the one of its page for keys (bingx.com/en/account/api), which is
// silent about transfers between sub-accounts.
func bingxLapses(e *entry, now time.Time) bool {
	return len(e.IPs) == 0 && anyOf([]string{bingxSpot, bingxFutures, bingxTransfer, bingxManage}, e.Words) && e.idle(now) >= bingxUnusedLife
}

// bingxWordsOf returns the rights of a key.
func bingxWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return bingxWords(e.Permissions)
}

// bingxWords returns the rights that come closest to permissions of the normal
// form. Between sub-accounts is not what one needs to transfer at all.
func bingxWords(permissions []string) []string {
	words := []string{}
	for _, r := range bingxRights {
		if anyOf(r.gives, permissions) && r.name != bingxInternal {
			words = append(words, r.name)
		}
	}
	return words
}

// bingxNormal returns what rights give.
func bingxNormal(words []string) []string {
	granted := map[string]bool{}
	for _, r := range bingxRights {
		for _, p := range r.gives {
			granted[p] = granted[p] || contains(words, r.name)
		}
	}
	return inShowingOrder(granted)
}

// bingxPermits says why a key may not use a right, or nil.
func bingxPermits(key *entry, right string) *bingxRefusal {
	if contains(key.Words, right) {
		return nil
	}
	return &bingxRefusal{100004, fmt.Sprintf("Permission denied as the API key was created without the permission，this api need %s permission， "+
		"please config it in https://bingx.com/en/account/api", right)}
}

// bingxNumbers returns the rights of a key as lists have them.
func bingxNumbers(words []string) []int {
	numbers := []int{}
	for _, r := range bingxRights {
		if r.number != 0 && contains(words, r.name) {
			numbers = append(numbers, r.number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// bingxNumbered reads the rights of a sub-account's key, of which there has to
// be one.
func bingxNumbered(numbers []int) ([]string, *bingxRefusal) {
	words := []string{}
	for _, n := range numbers {
		i := slices.IndexFunc(bingxRights, func(r bingxRight) bool { return r.number == n && n != 0 })
		if i < 0 {
			return nil, bingxBad(fmt.Sprintf("permissions: %d is no permission", n))
		}
		words = append(words, bingxRights[i].name)
	}
	if len(words) == 0 {
		return nil, bingxBad("permissions is required")
	}
	return words, nil
}
