package sim

import (
	"time"
)

// page is MEXC's API Management, as far as the documentation of its API tells
// of it: up to 30 keys, up to 10 addresses for each, and 90 days for one
// without any. How long a remark may be is not documented, nor whether the 90
// days can be had again.
func (v *mexc) page(string) page {
	p := page{
		title:    "API Management",
		label:    labelRule{most: mexcMostLabel},
		ips:      ipRule{most: mexcMostIPs},
		mostKeys: mexcMostKeys,
		words:    mexcWords,
		rights:   mexcNormal,
		wordsOf:  mexcWordsOf,
		deny:     mexcDenies,
		complete: func(w *wanted, now time.Time) { w.Expires = endOfOpen(w.IPs, w.Expires, now, mexcOpenLife) },
		manages:  v.mayManage,
	}
	for _, r := range mexcRights {
		p.boxes = append(p.boxes, box{r.name, r.text, []string{r.gives}})
	}
	return p
}

func mexcDenies(w wanted) string {
	if w.Sub != "" && contains(w.Words, mexcWithdraw) {
		return "API keys of sub-accounts cannot be given Withdraw."
	}
	return ""
}

// mayManage reports whether a key can manage the keys of sub-accounts: as it is
// documented, every one of the main account that may see it.
func (v *mexc) mayManage(e *entry) bool {
	return len(v.account.Subs) > 0 && e.Sub == "" && !e.Disabled && !e.expired(v.now()) && mexcPermits(e, "SPOT_ACCOUNT_READ")
}
