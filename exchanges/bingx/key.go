package bingx

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what BingX says of a key, in an answer about the calling one or in a
// list.
type key struct {
	APIKey   wire.Text      `json:"apiKey"` // may be masked in a list
	Note     wire.Kept      `json:"note"`
	Rights   wire.Words     `json:"permissions"` // numbers
	IPs      wire.Addresses `json:"ipAddresses"`
	Created  wire.Text      `json:"createTime"` // ms
	Confined wire.Flag      `json:"ipRestrict"`

	flags map[string]json.RawMessage // switches of the calling key
}

// spot is the right whose switch is said to cover margin trading too.
const spot = "1"

// rights are the numbers that stand for permissions.
var rights = wire.Rights{
	{Word: spot, Gives: []exchanges.Permission{exchanges.Spot}, Maybe: []exchanges.Permission{exchanges.Margin}},
	{Word: "2", Gives: []exchanges.Permission{exchanges.Read}},
	{Word: "3", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "4", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Word: "5", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Word: "7", Gives: []exchanges.Permission{exchanges.Transfer}},
}

// names are what the numbers stand for, in BingX's words.
var names = wire.Glossary{
	{spot, "Spot Trading"},
	{"2", "Read"},
	{"3", "Perpetual Futures Trading"},
	{"4", "Universal Transfer"},
	{"5", "Withdraw"},
	{"7", "Allow internal transfer of sub accounts"},
}

// switches are the flags that stand for permissions.
var switches = []wire.Switch{
	{Name: "enableReading", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "enableSpotAndMarginTrading", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{Name: "enableFutures", Gives: []exchanges.Permission{exchanges.Futures}},
	{Name: "enableVanillaOptions", Gives: []exchanges.Permission{exchanges.Options}},
	{Name: "enableInternalTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Name: "permitsUniversalTransfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Name: "enableWithdrawals", Gives: []exchanges.Permission{exchanges.Withdraw}},
}

// payload returns what an answer says: its data or, where nothing is wrapped up,
// all of it.
func payload(r rest.Response) json.RawMessage {
	if raw, wrapped := wire.Members(r.Body)["data"]; wrapped {
		return raw
	}
	return r.Body
}

// parseDescription reads what the calling key is told about itself.
func parseDescription(r rest.Response) (key, *exchanges.Error) {
	said := payload(r)
	k := wire.At[key](said)
	k.flags = wire.Members(said)
	maps.DeleteFunc(k.flags, func(name string, _ json.RawMessage) bool {
		return !strings.HasPrefix(name, "enable") && !strings.HasPrefix(name, "permits")
	})
	if _, _, told := wire.Switches(k.flags, "", switches...); !told && !k.Rights.Known {
		return key{}, rest.NotJSON(r)
	}
	return k, nil
}

// add takes from row, which may be nil, what k was not told itself.
func (k *key) add(row *key) {
	if row == nil {
		return
	}
	if k.Note.Text == "" {
		k.Note = row.Note
	}
	if k.IPs.Whitelist().State == exchanges.IPUnknown {
		k.IPs = row.IPs
	}
	if k.Created == "" {
		k.Created = row.Created
	}
}

// owner says whose key an answer may be about.
type owner bool

const (
	ofMain owner = false // or of whom is not known
	ofSub  owner = true
)

const noteAdmin = "BingX does not tell whether a key may manage sub-accounts."

// info brings a key to the normal form, but for its ID.
func (k *key) info(o owner) exchanges.KeyInfo {
	out := exchanges.KeyInfo{Label: string(k.Note.Text), IPs: k.whitelist(), Created: k.Created.Milliseconds()}
	set, words, flagged := wire.Switches(k.flags, "", switches...)
	switch {
	case flagged:
		out.Permissions, out.ExchangePermissions = set, words
	case k.Rights.Known:
		out.Permissions, out.ExchangePermissions = rights.Set(k.Rights.Values), k.words()
	}
	if o == ofMain { // managing sub-accounts has neither flag nor number
		out.Permissions = out.Permissions.With(exchanges.Admin, exchanges.Unknown)
		out.Notes = append(out.Notes, noteAdmin)
	}
	return out
}

// words are the rights in BingX's words, where it has any.
func (k *key) words() []string {
	var out []string
	for _, number := range k.Rights.Values {
		out = append(out, cmp.Or(names.Of(number), number))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// whitelist reads list and flag. When they contradict each other, nothing is
// known.
func (k *key) whitelist() exchanges.IPWhitelist {
	list := k.IPs.Whitelist()
	switch k.Confined.Grant() {
	case exchanges.Granted:
		if list.State != exchanges.IPList {
			return exchanges.IPWhitelist{State: exchanges.IPRestricted}
		}
	case exchanges.NotGranted:
		if list.State == exchanges.IPList || list.State == exchanges.IPRestricted {
			return exchanges.IPWhitelist{}
		}
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	case exchanges.Unknown:
	}
	return list
}
