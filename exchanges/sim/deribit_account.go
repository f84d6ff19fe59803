package sim

import (
	"encoding/json"
	"strconv"
)

// deribitCurrencies are the currencies that an account has a balance in.
var deribitCurrencies = []string{"BTC", "ETH", "USDC", "USDT"}

func (v *deribit) accountSummary(c *deribitCall) (any, *deribitError) {
	currency, failure := c.currency()
	if failure != nil {
		return nil, failure
	}
	summary := v.summary(currency)
	if c.text("extended") == "true" {
		summary = joined(summary, v.owner(c.key.Sub))
	}
	return summary, nil
}

func (v *deribit) accountSummaries(c *deribitCall) (any, *deribitError) {
	summaries := []json.RawMessage{}
	for _, currency := range deribitCurrencies {
		summaries = append(summaries, v.summary(currency))
	}
	reply := jsonOf(`{"summaries":?}`, summaries)
	if c.text("extended") == "true" {
		reply = joined(reply, v.owner(c.key.Sub))
	}
	return reply, nil
}

// owner is what the extended summaries say of an account.
func (v *deribit) owner(sub string) json.RawMessage {
	text, kind := v.account.ID, "main"
	if sub != "" {
		text, kind = v.material("account", sub).text("123456789", 6), "subaccount"
	}
	id, _ := strconv.ParseInt(text, 10, 64) // an ID that is no number shows as 0
	return jsonOf(`{"id":?,"type":?,"username":?,"system_name":?,"email":"trader@example.com","security_keys_enabled":?,"mmp_enabled":false,
		"interuser_transfers_enabled":false,"login_enabled":true}`, id, kind, "trader_"+text, "trader_"+text, v.guard != nil)
}

// summary is one currency's part of the account, which has no positions.
func (v *deribit) summary(currency string) json.RawMessage {
	return fill(`{"currency":"$currency","balance":$held,"equity":$held,"margin_balance":$held,"available_funds":$held,
		"available_withdrawal_funds":$held,"portfolio_margining_enabled":false,"margin_model":"segregated_sm","cross_collateral_enabled":false,
		"deposit_address":"","limits":{"matching_engine":{"trading":{"total":{"burst":250,"rate":200}}},
			"non_matching_engine":{"burst":100,"rate":20}},
		"initial_margin":0,"maintenance_margin":0,"total_pl":0,"session_upl":0,"session_rpl":0,"delta_total":0,"projected_delta_total":0,
		"projected_initial_margin":0,"projected_maintenance_margin":0,"futures_pl":0,"futures_session_upl":0,"futures_session_rpl":0,
		"options_pl":0,"options_session_upl":0,"options_session_rpl":0,"options_delta":0,"options_gamma":0,"options_vega":0,"options_theta":0,
		"options_value":0,"fee_balance":0,"locked_balance":0,"spot_reserve":0,"additional_reserve":0}`,
		"currency", currency, "held", shortest(v.account.Balances[currency]))
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
