package sim

import "strconv"

// deribitCurrencies are the currencies that an account has a balance in.
var deribitCurrencies = []string{"BTC", "ETH", "USDC", "USDT"}

func (v *deribit) accountSummary(c *deribitCall) (any, *deribitError) {
	currency, failure := c.currency()
	if failure != nil {
		return nil, failure
	}
	summary := v.summary(currency)
	if c.text("extended") == "true" {
		for name, value := range v.owner(c.key.Sub) {
			summary[name] = value
		}
	}
	return summary, nil
}

func (v *deribit) accountSummaries(c *deribitCall) (any, *deribitError) {
	summaries := []object{}
	for _, currency := range deribitCurrencies {
		summaries = append(summaries, v.summary(currency))
	}
	reply := object{"summaries": summaries}
	if c.text("extended") == "true" {
		for name, value := range v.owner(c.key.Sub) {
			reply[name] = value
		}
	}
	return reply, nil
}

// owner is what the extended summaries say of an account.
func (v *deribit) owner(sub string) object {
	text, kind := v.account.ID, "main"
	if sub != "" {
		text, kind = v.material("account", sub).text("123456789", 6), "subaccount"
	}
	id, _ := strconv.ParseInt(text, 10, 64) // an ID that is no number shows as 0
	return object{
		"id": id, "type": kind, "username": "trader_" + text, "system_name": "trader_" + text,
		"email": "trader@example.com", "security_keys_enabled": v.guard != nil, "mmp_enabled": false,
		"interuser_transfers_enabled": false, "login_enabled": true,
	}
}

// summary is one currency's part of the account, which has no positions.
func (v *deribit) summary(currency string) object {
	held := v.account.Balances[currency]
	s := object{
		"currency": currency, "balance": held, "equity": held, "margin_balance": held, "available_funds": held,
		"available_withdrawal_funds": held, "portfolio_margining_enabled": false, "margin_model": "segregated_sm",
		"cross_collateral_enabled": false, "deposit_address": "",
		"limits": object{"matching_engine": object{"trading": object{"total": object{"burst": 250, "rate": 200}}},
			"non_matching_engine": object{"burst": 100, "rate": 20}},
	}
	for _, name := range []string{
		"initial_margin", "maintenance_margin", "total_pl", "session_upl", "session_rpl", "delta_total",
		"projected_delta_total", "projected_initial_margin", "projected_maintenance_margin", "futures_pl",
		"futures_session_upl", "futures_session_rpl", "options_pl", "options_session_upl", "options_session_rpl",
		"options_delta", "options_gamma", "options_vega", "options_theta", "options_value", "fee_balance",
		"locked_balance", "spot_reserve", "additional_reserve",
	} {
		s[name] = 0
	}
	return s
}

// currency returns the currency that a call is about.
func (c *deribitCall) currency() (string, *deribitError) {
	text, failure := c.needs("currency")
	if failure != nil {
		return "", failure
	}
	for _, known := range deribitCurrencies {
		if text == known {
			return known, nil
		}
	}
	return "", deribitBadParams.with("invalid currency", "currency")
}

// nothing answers for lists that the simulated trader has no rows in.
func (v *deribit) nothing(*deribitCall) (any, *deribitError) { return []any{}, nil }
