package sim

import (
	"fmt"
	"net/http"
	"strings"
)

// geminiAccountName is the short name of the only account of the group.
const geminiAccountName = "primary"

// geminiCall is a call that needs a key: the roles of which the key has to
// have one, what a key of the group has to say, and how it is answered.
type geminiCall struct {
	path   string
	roles  string
	scope  geminiScope
	answer func(*gemini, *entry) (any, *geminiRefusal)
}

// geminiScope says what a call is about.
type geminiScope int

const (
	geminiOneAccount geminiScope = iota // a master key has to name it
	geminiTheKey                        // no account at all
	geminiGroupOnly                     // for master keys only
)

// The roles, as /v1/roles tells them.
const (
	geminiAuditor = "isAuditor"
	geminiTrader  = "isTrader"
	geminiFunds   = "isFundManager"
	geminiAdmin   = "isAccountAdmin"
)

// Of which roles a call takes one.
const (
	geminiAnyRole   = geminiAuditor + " " + geminiTrader + " " + geminiFunds + " " + geminiAdmin
	geminiReaders   = geminiTrader + " " + geminiFunds + " " + geminiAuditor
	geminiOrderBook = geminiTrader + " " + geminiAuditor
)

// geminiPrivate are the calls that need a key.
var geminiPrivate = []geminiCall{
	{"/v1/roles", geminiAnyRole, geminiTheKey, (*gemini).roles},
	{"/v1/account", geminiAnyRole, geminiOneAccount, (*gemini).accountDetail},
	{"/v1/account/list", geminiAnyRole, geminiGroupOnly, (*gemini).accountList},
	{"/v1/balances", geminiReaders, geminiOneAccount, (*gemini).balances},
	{"/v1/notionalbalances/{currency}", geminiReaders, geminiOneAccount, (*gemini).notionalBalances},
	{"/v1/orders", geminiOrderBook, geminiOneAccount, (*gemini).nothing},
	{"/v1/mytrades", geminiOrderBook, geminiOneAccount, (*gemini).nothing},
	{"/v1/tradevolume", geminiOrderBook, geminiOneAccount, (*gemini).nothing},
	{"/v1/transfers", geminiReaders, geminiOneAccount, (*gemini).nothing},
	{"/v1/notionalvolume", geminiOrderBook, geminiOneAccount, (*gemini).fees},
	{"/v1/heartbeat", geminiAnyRole, geminiTheKey, (*gemini).heartbeat},
	{"/v1/order/new", geminiTrader, geminiOneAccount, (*gemini).noOrder},
	{"/v1/order/cancel", geminiTrader, geminiOneAccount, (*gemini).noSuchOrder},
	{"/v1/order/status", geminiOrderBook, geminiOneAccount, (*gemini).noSuchOrder},
	{"/v1/withdraw/{currency}", geminiFunds, geminiOneAccount, (*gemini).noWithdrawal},
	{"/v1/account/transfer/{currency}", geminiFunds, geminiGroupOnly, (*gemini).noTransfer},
	{"/v1/deposit/{network}/newAddress", geminiFunds, geminiOneAccount, (*gemini).noAddress},
}

// roles tells what the calling key may do. The words that a master key adds
// are missing for one of a single account.
func (v *gemini) roles(e *entry) (any, *geminiRefusal) {
	words := geminiWordsOf(e)
	out := object{}
	for _, role := range []string{geminiAuditor, geminiFunds, geminiTrader} {
		out[role] = contains(words, role)
	}
	if geminiIsMaster(e) {
		out["counterparty_id"] = v.counterparty()
		out[geminiAdmin] = contains(words, geminiAdmin)
	}
	return out, nil
}

// counterparty returns the code that the exchange has for the account.
func (v *gemini) counterparty() string {
	return newMaterial("gemini", "counterparty", v.account.ID).text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 8)
}

func (v *gemini) accountDetail(*entry) (any, *geminiRefusal) {
	return fill(`{"account":{"accountName":"Primary","shortName":"$short","type":"exchange","created":"$created"},
		"users":[{"name":"Sim Trader","lastSignIn":"$login","status":"Active","countryCode":"US","isVerified":true}],
		"memo_reference_code":"GEM$party"}`, "short", geminiAccountName, "created", geminiMillis(v.opened),
		"login", v.now().Add(-day).UTC().Format("2006-01-02T15:04:05.000Z"), "party", v.counterparty()), nil
}

func (v *gemini) accountList(*entry) (any, *geminiRefusal) {
	return jsonOf(`[{"name":"Primary","account":"primary","counterparty_id":?,"type":"exchange","created":?,"status":"open"}]`, v.counterparty(), inMillis(v.opened)), nil
}

func (v *gemini) balances(*entry) (any, *geminiRefusal) {
	return v.account.holdings(v.account.assets(), "", v.now(),
		`{"type":"exchange","currency":"$asset","amount":"$amount","available":"$amount","availableForWithdrawal":"$amount"}`), nil
}

func (v *gemini) notionalBalances(*entry) (any, *geminiRefusal) {
	return v.account.holdings(v.account.assets(), "", v.now(), `{"currency":"$asset","amount":"$amount","amountNotional":"$worth","available":"$amount",
		"availableNotional":"$worth","availableForWithdrawal":"$amount","availableForWithdrawalNotional":"$worth"}`), nil
}

// nothing answers where the simulated trader has no orders and no history.
func (v *gemini) nothing(*entry) (any, *geminiRefusal) { return []any{}, nil }

func (v *gemini) fees(*entry) (any, *geminiRefusal) {
	return moments(v.now()).json(`{"last_updated_ms":$ms,"date":"$date","notional_30d_volume":0,"notional_1d_volume":[],
		"web_maker_fee_bps":20,"web_taker_fee_bps":40,"web_auction_fee_bps":20,"api_maker_fee_bps":20,"api_taker_fee_bps":40,
		"api_auction_fee_bps":20,"fix_maker_fee_bps":20,"fix_taker_fee_bps":40,"fix_auction_fee_bps":20}`), nil
}

func (v *gemini) heartbeat(*entry) (any, *geminiRefusal) { return jsonOf(`{"result":"ok"}`), nil }

// Nothing is traded, moved or handed out.

func (v *gemini) noOrder(*entry) (any, *geminiRefusal) {
	return nil, &geminiRefusal{http.StatusBadRequest, "MarketNotOpen", "The market is not accepting new orders"}
}

func (v *gemini) noSuchOrder(*entry) (any, *geminiRefusal) {
	return nil, &geminiRefusal{http.StatusNotFound, "OrderNotFound", "The order was not found"}
}

func (v *gemini) noWithdrawal(*entry) (any, *geminiRefusal) {
	return nil, &geminiRefusal{http.StatusForbidden, "CryptoAddressWhitelistsNotEnabled", fmt.Sprintf(
		"Cryptocurrency withdrawal address whitelists are not enabled for account %s.", v.account.ID)}
}

func (v *gemini) noTransfer(*entry) (any, *geminiRefusal) {
	return nil, &geminiRefusal{http.StatusBadRequest, "MissingAccounts", "The group has no second account"}
}

func (v *gemini) noAddress(*entry) (any, *geminiRefusal) {
	return nil, &geminiRefusal{http.StatusForbidden, "System", "Deposit addresses are not available"}
}

// geminiRoleNames returns the roles among words as messages write them.
func geminiRoleNames(words []string) []string {
	names := []string{}
	for _, word := range words {
		if contains(strings.Fields(geminiAnyRole), word) {
			names = append(names, strings.TrimPrefix(word, "is"))
		}
	}
	return names
}
