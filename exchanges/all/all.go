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

// adapters are in the order in which people see them.
var adapters = []func() exchanges.Adapter{
	binance.Adapter,
	bybit.Adapter,
	okx.Adapter,
	coinbase.Adapter,
	kraken.Adapter,
	krakenfutures.Adapter,
	gate.Adapter,
	kucoin.Adapter,
	bitget.Adapter,
	htx.Adapter,
	gemini.Adapter,
	bitfinex.Adapter,
	mexc.Adapter,
	bingx.Adapter,
	upbit.Adapter,
	hyperliquid.Adapter,
	deribit.Adapter,
	other.Adapter, // last: it is for what none of the above is
}

// Registry returns the adapters.
func Registry() *exchanges.Registry {
	all := make([]exchanges.Adapter, len(adapters))
	for i, adapter := range adapters {
		all[i] = adapter()
	}
	return exchanges.NewRegistry(all...)
}
