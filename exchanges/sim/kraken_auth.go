package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// Kraken's limits for an account of the first level. The counter is each
// key's own. How many refused calls it takes to be locked out, and for how
// long, is not documented: these are careful guesses.
const (
	krakenCallLimit    = 15
	krakenCallDecay    = 0.33 // per second
	krakenFailureLimit = 20
	krakenLockedFor    = 15 * time.Minute
)

// krakenKey is what Kraken knows of a key beyond its entry.
type krakenKey struct {
	*entry
	otp     string // static second factor; empty: none is wanted
	highest uint64
	taken   map[uint64]bool // nonces within the window
	calls   float64         // call counter, as it was at counted
	counted time.Time
}

// krakenFailures counts the refused calls of one key in a row.
type krakenFailures struct {
	count int
	last  time.Time
}

// private answers a call that needs a key.
func (v *kraken) private(name string, r *http.Request) (any, krakenRefusal) {
	i := slices.IndexFunc(krakenPrivate, func(c krakenCall) bool { return c.name == name })
	if i < 0 {
		return nil, krakenUnknownMethod
	}
	call := krakenPrivate[i]
	if r.Method != http.MethodPost {
		return nil, krakenBadArguments
	}
	body, params, refusal := krakenParams(r)
	if refusal != "" {
		return nil, refusal
	}
	k, refusal := v.authenticate(r, krakenAttempt{
		path: r.URL.Path, body: body, nonce: param(params, "nonce"), otp: param(params, "otp"),
		signature: headerOf(r, "API-Sign"),
	})
	if refusal != "" {
		return nil, refusal
	}
	if !k.count(v.now(), call.cost) {
		return nil, krakenRateLimited
	}
	if call.permission != "" && !contains(krakenWordsOf(k.entry), call.permission) {
		return nil, krakenDenied
	}
	result, refusal := call.answer(v, k, params)
	v.touch(k.entry, v.now()) // every call that is let in counts as a use, GetApiKeyInfo included
	return result, refusal
}

// krakenAttempt is what a private call is judged by.
type krakenAttempt struct{ path, body, nonce, otp, signature string }

// authenticate returns the key that a call was signed with, and keeps the
// score that ends in a lockout.
func (v *kraken) authenticate(r *http.Request, a krakenAttempt) (*krakenKey, krakenRefusal) {
	id, caller := headerOf(r, "API-Key"), callerOf(r)
	scorer := id
	if _, known := v.find(id); !known {
		scorer = "unknown keys of " + caller.String() // so that made-up keys cannot fill the memory
	}
	if v.lockedOut(scorer) {
		return nil, krakenLockout
	}
	k, refusal := v.admit(id, caller, a)
	switch refusal {
	case "":
		delete(v.failures, scorer)
	case krakenInvalidKey, krakenInvalidSignature, krakenInvalidNonce:
		v.failed(scorer)
	default: // says nothing against the caller's credential
	}
	return k, refusal
}

// admit judges one call. What Kraken answers to a foreign address is not
// documented; to a missing or needless second factor it is, by people who
// met it, an invalid signature.
func (v *kraken) admit(id string, caller netip.Addr, a krakenAttempt) (*krakenKey, krakenRefusal) {
	e, ok := v.find(id)
	if !ok || e.Disabled || e.expired(v.now()) {
		return nil, krakenInvalidKey
	}
	k := v.known(e)
	switch {
	case !e.allows(caller):
		return nil, krakenDenied
	case !validKrakenSignature(e.Secret, a):
		return nil, krakenInvalidSignature
	case !k.spend(a.nonce):
		return nil, krakenInvalidNonce
	case a.otp != k.otp:
		return nil, krakenInvalidSignature
	}
	return k, ""
}

// validKrakenSignature checks base64(HMAC-SHA512(path + SHA256(nonce + body)))
// under the decoded secret.
func validKrakenSignature(secret string, a krakenAttempt) bool {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return false
	}
	given, err := base64.StdEncoding.DecodeString(a.signature)
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(a.nonce + a.body))
	mac := hmac.New(sha512.New, key)
	mac.Write([]byte(a.path)) // a hash never fails to write
	mac.Write(digest[:])
	return hmac.Equal(mac.Sum(nil), given)
}

// spend takes a nonce: larger than every one before, or not further below the
// largest than the key's window and not used yet.
func (k *krakenKey) spend(text string) bool {
	nonce, err := strconv.ParseUint(text, 10, 64)
	if err != nil || nonce == 0 || k.taken[nonce] {
		return false
	}
	if nonce < k.highest && k.highest-nonce > k.NonceWindow {
		return false
	}
	k.highest = max(k.highest, nonce)
	k.taken[nonce] = true
	maps.DeleteFunc(k.taken, func(n uint64, _ bool) bool { return k.highest-n > k.NonceWindow })
	return true
}

// count adds to the call counter, which drains with time, and reports whether
// it stays within the limit.
func (k *krakenKey) count(now time.Time, cost float64) bool {
	drained := now.Sub(k.counted).Seconds() * krakenCallDecay
	k.calls, k.counted = max(0, k.calls-max(0, drained)), now
	if k.calls+cost > krakenCallLimit {
		return false
	}
	k.calls += cost
	return true
}

func (v *kraken) lockedOut(scorer string) bool {
	f, ok := v.failures[scorer]
	if !ok {
		return false
	}
	if v.now().Sub(f.last) >= krakenLockedFor {
		delete(v.failures, scorer)
		return false
	}
	return f.count >= krakenFailureLimit
}

func (v *kraken) failed(scorer string) {
	f, ok := v.failures[scorer]
	if !ok {
		f = &krakenFailures{}
		v.failures[scorer] = f
	}
	f.count++
	f.last = v.now()
}

// krakenWordsOf returns the rights of a key.
func krakenWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return krakenWords(e.Permissions)
}

// krakenWords returns the rights that come closest to permissions of the
// normal form. Kraken has none for transfers and derivatives.
func krakenWords(permissions []string) []string {
	words := []string{}
	for _, p := range permissions {
		switch p {
		case "read":
			words = append(words, "query-funds", "query-open-trades", "query-closed-trades", "query-ledger")
		case "spot", "margin":
			words = append(words, "modify-trades", "close-trades")
		case "withdraw":
			words = append(words, "withdraw-funds")
		case "earn":
			words = append(words, "earn-funds")
		case "other":
			words = append(words, "add-funds")
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// krakenGrants are the permissions of the normal form by the words that grant
// them; other words grant "other".
var krakenGrants = table[[]string]{
	{"query-funds", []string{"read"}},
	{"query-open-trades", []string{"read"}},
	{"query-closed-trades", []string{"read"}},
	{"query-ledger", []string{"read"}},
	{"export-data", []string{"read"}},
	{"modify-trades", []string{"spot", "margin"}},
	{"close-trades", []string{"spot"}},
	{"withdraw-funds", []string{"withdraw"}},
	{"add-withdraw-address", []string{"withdraw"}},
	{"update-withdraw-address", []string{"withdraw"}},
	{"earn-funds", []string{"earn"}},
}

// krakenNormal returns the permissions of the normal form that words grant.
func krakenNormal(words []string) []string {
	granted := map[string]bool{}
	for _, w := range words {
		normal, known := krakenGrants.of(w)
		if !known {
			normal = []string{"other"}
		}
		for _, p := range normal {
			granted[p] = true
		}
	}
	return inShowingOrder(granted)
}

// inShowingOrder lists permissions of the normal form as people see them.
func inShowingOrder(granted map[string]bool) []string {
	order := []string{"read", "spot", "margin", "futures", "options", "transfer", "withdraw", "earn", "admin", "other"}
	return slices.DeleteFunc(order, func(p string) bool { return !granted[p] })
}
