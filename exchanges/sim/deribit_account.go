package sim

import (
	"crypto/md5" //nolint:gosec // a fingerprint that the exchange shows, not a proof
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
)

// deribitMostKeys is how many keys an account or sub-account can have.
const deribitMostKeys = 8

// siblings returns the keys of the caller's account. A world with more keys
// than an account can have deals them to sub-accounts, in order.
func (v *deribit) siblings(caller *entry) []*entry {
	all := v.all()
	first := (caller.Number - 1) / deribitMostKeys * deribitMostKeys
	return all[first:min(first+deribitMostKeys, len(all))]
}

// listAPIKeys lists the account's keys. The documents contradict each other
// on whether rows bear the secrets; they do here, so that a client has to
// prove that it drops them.
func (v *deribit) listAPIKeys(c *deribitCall) (any, *deribitError) {
	if challenge, failure := v.guard.check(c); challenge != nil || failure != nil {
		return challenge, failure
	}
	rows := []object{}
	for _, e := range v.siblings(c.key) {
		row := object{
			"id": e.Number, "client_id": e.ID, "client_secret": e.Secret, "name": deribitName(e.Label),
			"timestamp": e.Created.UnixMilli(), "enabled": !e.Disabled, "default": false,
			"max_scope": v.scopes[e].text(), "enabled_features": []string{},
			"ip_whitelist": append([]string{}, e.IPs...), // never nil: an open list is []
		}
		if e.PublicKey != nil {
			row["client_secret"] = fingerprint(e.PublicKey)
			row["public_key"] = publicPEM(e.PublicKey)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// deribitName fits a label into a key's name: at most 16 letters, digits and
// underscores.
func deribitName(label string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphanumeric, r) {
			return r
		}
		return '_'
	}, label)
	return name[:min(len(name), 16)]
}

// fingerprint returns the MD5 of a public key as pairs of hex digits.
func fingerprint(public any) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic("sim: " + err.Error()) // the keys are made here
	}
	sum := md5.Sum(der) //nolint:gosec // see the import
	return strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":")
}

// deribitCurrencies are the currencies that an account has a balance in.
var deribitCurrencies = []string{"BTC", "ETH", "USDC", "USDT"}

func (v *deribit) accountSummary(c *deribitCall) (any, *deribitError) {
	currency, failure := c.currency()
	if failure != nil {
		return nil, failure
	}
	summary := v.summary(currency)
	if c.text("extended") == "true" {
		for name, value := range v.owner() {
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
		for name, value := range v.owner() {
			reply[name] = value
		}
	}
	return reply, nil
}

// owner is what the extended summaries say of the account.
func (v *deribit) owner() object {
	id, _ := strconv.ParseInt(v.account.ID, 10, 64) // an ID that is no number shows as 0
	return object{
		"id": id, "type": "main", "username": "trader_" + v.account.ID, "system_name": "trader_" + v.account.ID,
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
