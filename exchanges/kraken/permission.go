package kraken

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights are Kraken's words. Those with underscores are of Kraken Connect, for the
// same rights. Which right a transfer to Kraken's futures wallet takes is not
// said, except that it is one of those to withdraw.
var rights = wire.Rights{
	{Word: "query-funds", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "query-open-trades", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "query-closed-trades", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "query-ledger", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "export-data", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "modify-trades", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{Word: "close-trades", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "earn-funds", Gives: []exchanges.Permission{exchanges.Earn}},
	{Word: "withdraw-funds", Gives: []exchanges.Permission{exchanges.Withdraw}, Maybe: []exchanges.Permission{exchanges.Transfer}},
	{Word: "add-withdraw-address", Gives: []exchanges.Permission{exchanges.Withdraw}, Maybe: []exchanges.Permission{exchanges.Transfer}},
	{Word: "update-withdraw-address", Gives: []exchanges.Permission{exchanges.Withdraw}, Maybe: []exchanges.Permission{exchanges.Transfer}},
	{Word: "add-funds", Gives: []exchanges.Permission{exchanges.Other}},       // deposit addresses
	{Word: "create-ws-token", Gives: []exchanges.Permission{exchanges.Other}}, // acts within the other rights

	{Word: "funds_query", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "trades_query_open", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "trades_query_closed", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "ledger_query", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "export_data", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "trades_modify", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{Word: "trades_close", Gives: []exchanges.Permission{exchanges.Spot}},
	{Word: "funds_earn", Gives: []exchanges.Permission{exchanges.Earn}},
	{Word: "funds_withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}, Maybe: []exchanges.Permission{exchanges.Transfer}},
	{Word: "funds_add", Gives: []exchanges.Permission{exchanges.Other}},
}
