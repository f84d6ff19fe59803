package kraken

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// keyInfo is the result of GetApiKeyInfo by field name. It is read field by
// field because Kraken's pages disagree with themselves: the example has
// apiKeyName, the schema api_key_name; times are text in both, and numbers or
// ISO 8601 elsewhere. A field that is not understood is an unknown fact and
// spoils no other.
type keyInfo map[string]json.RawMessage

// parseKeyInfo reads an answer to a call whose nonce had a tick.
func parseKeyInfo(r rest.Response, tick time.Duration) (exchanges.KeyInfo, *exchanges.Error) {
	k := keyInfo(wire.Members(wire.Member(r.Body, "result")))
	if k == nil {
		return exchanges.KeyInfo{}, &exchanges.Error{Kind: exchanges.Protocol, Code: "result is not an object", Hint: hintOdd}
	}
	out := k.info(tick)
	out.Asked = r.Asked
	return out, nil
}

// field reads the first of the spellings that the reply has.
func field[T any](k keyInfo, names ...string) (v T) {
	for _, n := range names {
		if raw, ok := k[n]; ok && !isNull(raw) {
			_ = json.Unmarshal(raw, &v) // the types of wire take anything
			return v
		}
	}
	return v
}

// info brings the reply to the normal form. tick is the scale of the nonce that
// keyrota sent.
func (k keyInfo) info(tick time.Duration) exchanges.KeyInfo {
	out := exchanges.KeyInfo{
		Label:    strings.TrimSpace(string(field[wire.Text](k, "apiKeyName", "api_key_name"))),
		Account:  maskIBAN(string(field[wire.Text](k, "iban"))),
		IPs:      field[wire.Addresses](k, "ipAllowlist", "ip_allowlist").Whitelist(),
		Created:  k.moment(exchanges.Moment{}, "createdTime", "created_time"),
		Expires:  k.moment(exchanges.Never(), "validUntil", "valid_until"),
		LastUsed: k.lastUsed(),
		Notes:    slices.Concat(k.nonceNotes(tick), k.historyNotes()),
	}
	// Half a list of rights would deny the other half.
	if words := field[wire.Words](k, "permissions"); words.Known {
		out.Permissions, out.ExchangePermissions = rights.Set(words.Values), words.Sorted()
	}
	return out
}

// moment reads a time, a number or ISO 8601; zero is what the exchange means by 0.
func (k keyInfo) moment(zero exchanges.Moment, names ...string) exchanges.Moment {
	t := field[wire.Text](k, names...)
	if t == "0" {
		return zero
	}
	if at := t.Seconds(); at.Known() {
		return at
	}
	return t.Time()
}

// lastUsed reads the last use. Null is the documented word for a key that was
// never used; a field that is missing says nothing.
func (k keyInfo) lastUsed() exchanges.Moment {
	never := false
	for _, name := range []string{"lastUsed", "last_used"} {
		raw, told := k[name]
		if told && !isNull(raw) {
			return k.moment(exchanges.Never(), name)
		}
		never = never || told
	}
	if never {
		return exchanges.Never()
	}
	return exchanges.Moment{}
}

// nonceNotes warns when Kraken has seen nonces of a larger scale than the one
// sent: the check passed only thanks to the key's nonce window.
func (k keyInfo) nonceNotes(tick time.Duration) []string {
	n := field[wire.Int](k, "nonce")
	seen := tickOf(n.Value)
	if !n.Known || seen >= tick {
		return nil
	}
	return []string{"Another program uses this key with nonces in " + wordOf(seen) + ", larger than keyrota's: " +
		"one of the two will be refused. Give each program a key of its own."}
}

// historyNotes tells of a key that may read only a part of the account's past.
func (k keyInfo) historyNotes() []string {
	var parts []string
	if t, ok := k.moment(exchanges.Never(), "queryFrom", "query_from").Time(); ok {
		parts = append(parts, "from "+t.Format(time.DateOnly))
	}
	if t, ok := k.moment(exchanges.Never(), "queryTo", "query_to").Time(); ok {
		parts = append(parts, "to "+t.Format(time.DateOnly))
	}
	if parts == nil {
		return nil
	}
	return []string{"The key reads history only " + strings.Join(parts, " ") + "."}
}

// maskIBAN keeps the last four characters of Kraken's account number: enough
// to tell two accounts apart, too little to be a payment address in a file.
func maskIBAN(s string) string {
	r := []rune(strings.ReplaceAll(s, " ", ""))
	if len(r) <= 8 {
		return ""
	}
	return "…" + string(r[len(r)-4:])
}
