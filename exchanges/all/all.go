// Package all is the one list of the exchanges that keyrota knows.
package all

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/binance"
	"github.com/keyrota/keyrota/exchanges/bingx"
	"github.com/keyrota/keyrota/exchanges/bitfinex"
	"github.com/keyrota/keyrota/exchanges/bitget"
	"github.com/keyrota/keyrota/exchanges/bybit"
	"github.com/keyrota/keyrota/exchanges/coinbase"
	"github.com/keyrota/keyrota/exchanges/deribit"
	"github.com/keyrota/keyrota/exchanges/gate"
	"github.com/keyrota/keyrota/exchanges/gemini"
	"github.com/keyrota/keyrota/exchanges/htx"
	"github.com/keyrota/keyrota/exchanges/hyperliquid"
	"github.com/keyrota/keyrota/exchanges/kraken"
	"github.com/keyrota/keyrota/exchanges/krakenfutures"
	"github.com/keyrota/keyrota/exchanges/kucoin"
	"github.com/keyrota/keyrota/exchanges/mexc"
	"github.com/keyrota/keyrota/exchanges/okx"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/exchanges/upbit"
)

// Registry returns the adapters in the order in which people see them.
func Registry() *exchanges.Registry {
	return exchanges.NewRegistry(
		binance.Adapter(),
		bybit.Adapter(),
		okx.Adapter(),
		coinbase.Adapter(),
		kraken.Adapter(),
		krakenfutures.Adapter(),
		gate.Adapter(),
		kucoin.Adapter(),
		bitget.Adapter(),
		htx.Adapter(),
		gemini.Adapter(),
		bitfinex.Adapter(),
		mexc.Adapter(),
		bingx.Adapter(),
		upbit.Adapter(),
		hyperliquid.Adapter(),
		deribit.Adapter(),
		other.Adapter(), // last: it is for what none of the above is
	)
}
