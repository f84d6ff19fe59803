package sim

import (
	"strings"
	"time"
)

// page is Gate's page for API v4 keys, as its help centre describes it: each
// permission is given to read, or to read and write, or not at all. How long a
// remark may be is not documented.
func (v *gate) page(string) page {
	p := page{
		title:    "API Management",
		label:    labelRule{most: gateMostLabel},
		ips:      ipRule{most: gateMostIPs},
		mostKeys: gateMostKeys,
		words:    gateWords,
		rights:   gateNormal,
		wordsOf:  gateWordsOf,
		deny:     gateDenies,
		complete: func(w *wanted, now time.Time) { w.Expires = endOfOpen(w.IPs, w.Expires, now, gateOpenLife) },
		manages:  v.mayManage,
	}
	for _, r := range gateRights {
		p.boxes = append(p.boxes,
			box{r.name + gateRead, r.text + ": Read Only", []string{"read"}},
			box{r.name + gateWrite, r.text + ": Read And Write", []string{"read", r.gives}})
	}
	return p
}

func gateDenies(w wanted) string {
	for _, word := range w.Words {
		if name, writes := strings.CutSuffix(word, gateWrite); writes && contains(w.Words, name+gateRead) {
			return "Choose either Read Only or Read And Write for a permission."
		}
	}
	if w.Sub != "" && (contains(w.Words, "withdraw"+gateWrite) || contains(w.Words, "withdraw"+gateRead)) {
		return "API keys of sub-accounts cannot be given Withdrawal."
	}
	return ""
}

// mayManage reports whether a key can manage the keys of sub-accounts: one of
// the main account that may write to the account.
func (v *gate) mayManage(e *entry) bool {
	return len(v.account.Subs) > 0 && e.Sub == "" && !e.Disabled && !e.expired(v.now()) && contains(e.Words, "account"+gateWrite)
}
