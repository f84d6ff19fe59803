package sim

import (
	"time"
)

// page is KuCoin's API Management, as its help centre describes it. How many
// keys there may be is not documented, nor whether the page lets a person
// choose an end; some keys have one.
func (v *kucoin) page(string) page {
	p := page{
		title:  "API Management",
		label:  labelRule{most: kucoinMostLabel},
		ips:    ipRule{most: kucoinMostIPs},
		expiry: true,
		words:  kucoinWords,
		rights: kucoinNormal,
		passphrase: func(text string) string {
			if bad := kucoinBadPassphrase(text); bad != "" {
				return bad + "."
			}
			return ""
		},
		wordsOf:  kucoinWordsOf,
		deny:     kucoinDenies,
		complete: kucoinCompletes,
		manages:  v.mayManage,
	}
	for _, r := range kucoinRights {
		p.boxes = append(p.boxes, box{r.name, r.text, []string{r.gives}})
	}
	return p
}

func kucoinDenies(w wanted) string {
	switch {
	case w.Sub != "" && anyOf([]string{"Transfer", "Earn"}, w.Words):
		return "API keys of sub-accounts cannot be given Withdrawal or Earn."
	case contains(w.Words, "Transfer") && len(w.IPs) == 0:
		return "Withdrawal needs an IP restriction: enter the addresses first."
	}
	return ""
}

// kucoinCompletes adds General, which no key is without.
func kucoinCompletes(w *wanted, _ time.Time) {
	if !contains(w.Words, "General") {
		w.Words = append([]string{"General"}, w.Words...)
	}
}

// mayManage reports whether a key can manage the keys of sub-accounts: as it
// is documented, every one of the main account.
func (v *kucoin) mayManage(e *entry) bool {
	return len(v.account.Subs) > 0 && e.Sub == "" && !e.Disabled && !e.expired(v.now()) && !v.dormant(e)
}
