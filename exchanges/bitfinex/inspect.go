package bitfinex

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights are the scopes with what each of their two sides gives. Options are
// not spoken of; they would be orders. No scope is said to make keys, but a key
// may mint tokens by a right that is not documented: admin stays unknown.
var rights = []wire.Switch{
	{Name: "account:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "account:write", Gives: []exchanges.Permission{exchanges.Other}},
	{Name: "history:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "history:write", Gives: []exchanges.Permission{exchanges.Other}},
	{Name: "orders:read", Gives: []exchanges.Permission{exchanges.Read}},
	{
		Name: "orders:write", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures},
		Maybe: []exchanges.Permission{exchanges.Options},
	},
	{Name: "positions:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "positions:write", Gives: []exchanges.Permission{exchanges.Margin, exchanges.Futures}},
	{Name: "funding:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "funding:write", Gives: []exchanges.Permission{exchanges.Earn}},
	{Name: "settings:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "settings:write", Gives: []exchanges.Permission{exchanges.Other}},
	{Name: "wallets:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "wallets:write", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Other}}, // and deposit addresses
	{Name: "withdraw:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "withdraw:write", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Name: "ui_withdraw:read", Maybe: []exchanges.Permission{exchanges.Withdraw}}, // its reading is not explained
	{Name: "ui_withdraw:write", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Name: "bfxpay:read", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "bfxpay:write", Gives: []exchanges.Permission{exchanges.Other}},
}

// parseScopes reads rows of a scope and two flags. A row that cannot be read
// leaves its scope unknown.
func parseScopes(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	var rows []json.RawMessage
	if e := rest.Decode(r, &rows); e != nil {
		return exchanges.KeyInfo{}, e
	}
	sides := map[string]json.RawMessage{}
	for _, row := range rows {
		if scope := string(wire.At[wire.Text](row, "0")); scope != "" {
			sides[scope+":read"], sides[scope+":write"] = wire.Member(row, "1"), wire.Member(row, "2")
		}
	}
	set, words, told := wire.Switches(sides, "", rights...)
	if !told {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	return exchanges.KeyInfo{Permissions: set, ExchangePermissions: words}, nil
}

// Where the facts are in the long row about a user. The others are not looked
// at: an e-mail address and a name are among them.
const (
	userID     = "0"
	userMaster = "16" // of which account it is a sub-account
	userPaper  = "21"
)

// addUser adds whose key it is to k.
func addUser(r rest.Response, k *exchanges.KeyInfo) *exchanges.Error {
	if !bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("[")) {
		return rest.NotJSON(r)
	}
	k.Account = number(r.Body, userID)
	if master := number(r.Body, userMaster); master != "" {
		k.Notes = append(k.Notes, "The account is a sub-account of "+master+".")
	}
	if wire.At[wire.Flag](r.Body, userPaper).Value {
		k.Notes = append(k.Notes, "The account is for paper trading: this key moves no real money.")
	}
	return nil
}

// number returns the digits of an integer: other text may be an address.
func number(row []byte, place string) string {
	n := wire.At[wire.Int](row, place)
	if n.Value <= 0 {
		return ""
	}
	return strconv.FormatInt(n.Value, 10)
}
