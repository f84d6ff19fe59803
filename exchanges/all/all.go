// Package all is the one list of the exchanges that keyrota knows.
package all

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/binance"
	"github.com/keyrota/keyrota/exchanges/bybit"
	"github.com/keyrota/keyrota/exchanges/deribit"
	"github.com/keyrota/keyrota/exchanges/kraken"
)

// Registry returns the adapters in the order in which people see them.
func Registry() *exchanges.Registry {
	return exchanges.NewRegistry(
		binance.Adapter(),
		bybit.Adapter(),
		kraken.Adapter(),
		deribit.Adapter(),
	)
}
