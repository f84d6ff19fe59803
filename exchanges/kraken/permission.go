package kraken

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights are Kraken's words. Those with underscores are of Kraken Connect, for the
// same rights. Which right a transfer to Kraken's futures wallet takes is not
// said, except that it is one of those to withdraw.
var rights = wire.Rights{
	right("query-funds", exchanges.Read),
	right("query-open-trades", exchanges.Read),
	right("query-closed-trades", exchanges.Read),
	right("query-ledger", exchanges.Read),
	right("export-data", exchanges.Read),
	right("modify-trades", exchanges.Spot, exchanges.Margin),
	right("close-trades", exchanges.Spot),
	right("earn-funds", exchanges.Earn),
	withdrawing("withdraw-funds"),
	withdrawing("add-withdraw-address"),
	withdrawing("update-withdraw-address"),
	right("add-funds", exchanges.Other),       // deposit addresses
	right("create-ws-token", exchanges.Other), // acts within the other rights

	right("funds_query", exchanges.Read),
	right("trades_query_open", exchanges.Read),
	right("trades_query_closed", exchanges.Read),
	right("ledger_query", exchanges.Read),
	right("export_data", exchanges.Read),
	right("trades_modify", exchanges.Spot, exchanges.Margin),
	right("trades_close", exchanges.Spot),
	right("funds_earn", exchanges.Earn),
	withdrawing("funds_withdraw"),
	right("funds_add", exchanges.Other),
}

func right(word string, gives ...exchanges.Permission) wire.Right {
	return wire.Right{Word: word, Gives: gives}
}

func withdrawing(word string) wire.Right {
	return wire.Right{Word: word, Gives: []exchanges.Permission{exchanges.Withdraw}, Maybe: []exchanges.Permission{exchanges.Transfer}}
}
