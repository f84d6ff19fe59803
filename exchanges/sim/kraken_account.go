package sim

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"time"
)

// krakenCall is a call that needs a key: the right that it takes, what it
// adds to the key's call counter, and how it is answered.
type krakenCall struct {
	name       string
	permission string // empty: none
	cost       float64
	answer     func(*kraken, *krakenKey, url.Values) (any, krakenRefusal)
}

// krakenPrivate are the calls that need a key.
var krakenPrivate = []krakenCall{
	{"GetApiKeyInfo", "", 1, (*kraken).keyInfo},
	{"Balance", "query-funds", 1, (*kraken).balance},
	{"BalanceEx", "query-funds", 1, (*kraken).balanceEx},
	{"TradeBalance", "query-funds", 1, (*kraken).tradeBalance},
	{"OpenOrders", "query-open-trades", 1, (*kraken).openOrders},
	{"ClosedOrders", "query-closed-trades", 1, (*kraken).closedOrders},
	{"TradesHistory", "query-closed-trades", 2, (*kraken).tradesHistory},
	{"Ledgers", "query-ledger", 2, (*kraken).ledgers},
	{"GetWebSocketsToken", "create-ws-token", 1, (*kraken).webSocketsToken},
}

// keyInfo describes the calling key. Times are Unix seconds in strings, "0"
// for none, except that lastUsed is null for a key that was never used.
//
// The documentation leaves open whether lastUsed is this very call or the one
// before it. keyrota handles both; here it is the one before, since otherwise
// nobody could ever see a use by others.
func (v *kraken) keyInfo(k *krakenKey, _ url.Values) (any, krakenRefusal) {
	created := unixText(k.Created)
	var lastUsed any
	if used := v.lastUsed(k.entry); !used.IsZero() {
		lastUsed = unixText(used)
	}
	return jsonOf(`{"apiKeyName":?,"apiKey":?,"nonce":?,"nonceWindow":?,"permissions":?,"iban":?,"validUntil":?,"queryFrom":"0","queryTo":"0",
		"createdTime":?,"modifiedTime":?,"ipAllowlist":?,"lastUsed":?}`,
		k.Label, k.ID, strconv.FormatUint(k.highest, 10), k.NonceWindow, krakenWordsOf(k.entry), v.iban, unixText(k.Expires), created, created,
		append([]string{}, k.IPs...), lastUsed), "" // never nil: an open list is []
}

// unixText writes a moment as Kraken does.
func unixText(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.Unix(), 10)
}

func (v *kraken) balance(*krakenKey, url.Values) (any, krakenRefusal) {
	out := map[string]string{}
	for asset, amount := range v.balances {
		out[krakenAssetID(asset)] = decimal(amount, 10)
	}
	return out, ""
}

func (v *kraken) balanceEx(*krakenKey, url.Values) (any, krakenRefusal) {
	out := object{}
	for asset, amount := range v.balances {
		out[krakenAssetID(asset)] = jsonOf(`{"balance":?,"hold_trade":"0.0000000000"}`, decimal(amount, 10))
	}
	return out, ""
}

func (v *kraken) tradeBalance(*krakenKey, url.Values) (any, krakenRefusal) {
	var worth float64
	for asset, amount := range v.balances {
		worth += amount * v.dollars(asset)
	}
	return fill(`{"eb":"$total","tb":"$total","m":"0.0000","n":"0.0000","c":"0.0000","v":"0.0000","e":"$total","mf":"$total","uv":"0.0000"}`,
		"total", decimal(worth, 4)), ""
}

// dollars returns what an asset is worth; nothing, if no pair says so.
func (v *kraken) dollars(asset string) float64 {
	if asset == "USD" {
		return 1
	}
	for _, p := range krakenPairs {
		if p.Base == asset && p.Quote == "USD" {
			return p.at(v.now())
		}
	}
	return 0
}

// The simulated trader has no orders and no history.

func (v *kraken) openOrders(*krakenKey, url.Values) (any, krakenRefusal) {
	return jsonOf(`{"open":{}}`), ""
}

func (v *kraken) closedOrders(*krakenKey, url.Values) (any, krakenRefusal) {
	return jsonOf(`{"closed":{},"count":0}`), ""
}

func (v *kraken) tradesHistory(*krakenKey, url.Values) (any, krakenRefusal) {
	return jsonOf(`{"count":0,"trades":{}}`), ""
}

func (v *kraken) ledgers(*krakenKey, url.Values) (any, krakenRefusal) {
	return jsonOf(`{"count":0,"ledger":{}}`), ""
}

// webSocketsToken hands out a token that is good for 15 minutes. It opens
// nothing, since the simulation has no WebSocket.
func (v *kraken) webSocketsToken(k *krakenKey, _ url.Values) (any, krakenRefusal) {
	m := newMaterial("kraken", "websocket", k.ID, strconv.FormatUint(k.highest, 10))
	return jsonOf(`{"token":?,"expires":900}`, base64.StdEncoding.EncodeToString(m.bytes(33))), ""
}
