package sim

import (
	"maps"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// bitfinexTokenLife is how long a token lives that nobody gave a life.
const bitfinexTokenLife = 120 * time.Second

// bitfinexToken stands for a key, or for less of it, and for a while.
type bitfinexToken struct {
	key    *entry
	scopes []string
	writes bool
	until  time.Time
	from   string // the only address that it works from; empty: those of the key
}

// bitfinexCaps are the letters of the scopes that a token may be given.
var bitfinexCaps = table[string]{
	{"a", "account"}, {"h", "history"}, {"o", "orders"}, {"p", "positions"}, {"f", "funding"}, {"s", "settings"}, {"w", "wallets"},
	{"wd", "withdraw"}, {"bp", "bfxpay"},
}

// mint makes a token. The documentation leaves open which right it takes; here
// it is the one to change the account, the strictest that fits.
func (v *bitfinex) mint(c bitfinexCaller) (any, *bitfinexRefusal) {
	t := &bitfinexToken{key: c.key, until: v.now().Add(bitfinexTokenLife)}
	if c.params["scope"] != "api" {
		return nil, bitfinexRefuse(bitfinexBadParams, "scope: invalid")
	}
	t.writes, _ = c.params["writePermission"].(bool)
	t.from, _ = c.params["_cust_ip"].(string)
	if ttl, given := c.params["ttl"]; given {
		seconds, ok := ttl.(float64)
		if !ok || seconds < 1 || seconds != math.Trunc(seconds) || seconds > (365*day).Seconds() {
			return nil, bitfinexRefuse(bitfinexBadParams, "ttl: invalid")
		}
		t.until = v.now().Add(time.Duration(seconds) * time.Second)
	}
	scopes, refusal := bitfinexTokenScopes(c.params["caps"], t.writes)
	if refusal != nil {
		return nil, refusal
	}
	t.scopes = scopes
	maps.DeleteFunc(v.tokens, func(_ string, old *bitfinexToken) bool { return !v.now().Before(old.until) })
	v.minted++
	text := "pub:api:" + v.material("token", strconv.Itoa(v.minted)).text(lowerHex, 32)
	v.tokens[text] = t
	return []string{text}, nil
}

// bitfinexTokenScopes reads the caps, which are all that there are unless
// some are named.
func bitfinexTokenScopes(given any, writes bool) ([]string, *bitfinexRefusal) {
	if given == nil {
		return bitfinexScopes, nil
	}
	list, ok := given.([]any)
	var scopes []string
	for _, c := range list {
		letters, _ := c.(string)
		scope, known := bitfinexCaps.of(letters)
		ok = ok && known
		scopes = append(scopes, scope)
	}
	if !ok || contains(scopes, "withdraw") && !writes {
		return nil, bitfinexRefuse(bitfinexBadParams, "caps: invalid")
	}
	return scopes, nil
}

// bearer returns who a token stands for: with the rights that the key has now,
// as far as they were handed on.
func (v *bitfinex) bearer(r *http.Request, text string) (bitfinexCaller, *bitfinexRefusal) {
	t, ok := v.tokens[text]
	if !ok || !v.now().Before(t.until) || !v.stands(t, callerOf(r)) {
		return bitfinexCaller{}, bitfinexRefuse(bitfinexFailedAuth, "token: invalid")
	}
	var rights []string
	for _, word := range bitfinexWordsOf(t.key) {
		scope, way, _ := strings.Cut(word, ":")
		if contains(t.scopes, scope) && (way == "read" || t.writes) {
			rights = append(rights, word)
		}
	}
	return bitfinexCaller{key: t.key, rights: rights}, nil
}

// stands reports whether the key behind a token would be taken from an address,
// and the token itself too.
func (v *bitfinex) stands(t *bitfinexToken, from netip.Addr) bool {
	e, ok := v.find(t.key.ID)
	return ok && !e.Disabled && e.allows(from) && (t.from == "" || t.from == from.String())
}
