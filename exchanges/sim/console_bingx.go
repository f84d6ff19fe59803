package sim

// page is BingX's page for API keys (bingx.com/en/account/api): up to 20 keys
// for the main account and for each sub-account, up to 20 addresses for each
// key. A new key can only read there until it is edited; here both are one
// step. How long a note may be is not documented.
func (v *bingx) page(string) page {
	p := page{
		title:    "API Management",
		label:    labelRule{most: bingxMostLabel},
		ips:      ipRule{most: bingxMostIPs},
		mostKeys: bingxMostKeys,
		words:    bingxWords,
		rights:   bingxNormal,
		wordsOf:  bingxWordsOf,
		deny:     bingxDenies,
		manages:  v.mayManage,
	}
	for _, r := range bingxRights {
		p.boxes = append(p.boxes, box{r.name, r.name, r.gives})
	}
	return p
}

func bingxDenies(w wanted) string {
	switch {
	case contains(w.Words, bingxWithdraw) && len(w.IPs) == 0:
		return "API keys with withdrawal permissions must be linked to an IP address."
	case w.Sub != "" && contains(w.Words, bingxManage):
		return "API keys of sub-accounts cannot be given Manage Subaccounts."
	}
	return ""
}

// mayManage reports whether a key can manage the keys of sub-accounts.
func (v *bingx) mayManage(e *entry) bool {
	return len(v.account.Subs) > 0 && e.Sub == "" && !e.Disabled && contains(e.Words, bingxManage)
}
