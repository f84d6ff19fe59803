package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

const krakenFuturesCheckPath = "/api/auth/v1/api-keys/v3/check"

// admit returns the key that a request was signed with. Kraken does not tell
// an unknown key, a wrong signature and a foreign address apart.
func (v *krakenFutures) admit(r *http.Request, body string) (*entry, krakenFuturesRefusal) {
	e, ok := v.find(headerOf(r, "APIKey"))
	if !ok || e.Disabled || e.expired(v.now()) || !e.allows(callerOf(r)) {
		return nil, krakenFuturesAuth
	}
	nonce := headerOf(r, "Nonce")
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/derivatives")
	if !validKrakenFuturesSignature(e.Secret, r.URL.RawQuery+body, nonce, path, headerOf(r, "Authent")) {
		return nil, krakenFuturesAuth
	}
	return e, v.spend(e, nonce)
}

// validKrakenFuturesSignature checks
// base64(HMAC-SHA512(SHA256(data + nonce + path))) under the decoded secret.
// The data is the query or the form as it was sent, not decoded.
func validKrakenFuturesSignature(secret, data, nonce, path, signature string) bool {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return false
	}
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(data + nonce + path))
	mac := hmac.New(sha512.New, key)
	mac.Write(digest[:]) // a hash never fails to write
	return hmac.Equal(mac.Sum(nil), given)
}

// spend takes a nonce, which a caller may leave out. How far below the highest
// one may be is not documented: here not at all.
func (v *krakenFutures) spend(e *entry, text string) krakenFuturesRefusal {
	if text == "" {
		return ""
	}
	nonce, err := strconv.ParseUint(text, 10, 64)
	switch highest := v.nonces[e]; {
	case err != nil || nonce < highest:
		return krakenFuturesLowNonce
	case nonce == highest:
		return krakenFuturesSpentNonce
	}
	v.nonces[e] = nonce
	return ""
}

// check describes the calling key. It is of the service that logs people in,
// whose refusals look different; what stands in them is not documented.
func (v *krakenFutures) check(w http.ResponseWriter, r *http.Request) {
	e, refusal := v.admit(r, "")
	if refusal != "" {
		writeJSON(w, http.StatusUnauthorized, jsonOf(`{"error":"Unauthorized","message":?,"suberror":null}`, string(refusal)))
		return
	}
	v.touch(e, v.now())
	blocks := krakenFuturesBlocks(e)
	var block, iiban any
	if len(blocks) == 1 {
		block = blocks[0]
	}
	if e.Sub == "" { // the account is linked to one of Kraken Spot
		iiban = krakenIBAN(newMaterial("kraken-futures", "iban", v.account.ID))
	}
	general, transfer := krakenFuturesLevels(e)
	writeJSON(w, http.StatusOK, jsonOf(`{"apiKey":?,"accountUid":?,"iiban":?,"createdAt":?,"permissions":{"general":?,"transfer":?},
		"allowedCidrBlock":?,"allowedCidrBlocks":?}`, e.ID, v.accountUID(), iiban, krakenFuturesTime(e.Created), general, transfer, block, blocks))
}

// krakenFuturesBlocks returns the IP list: Kraken writes single addresses as
// blocks, too.
func krakenFuturesBlocks(e *entry) []string {
	blocks := []string{}
	for _, text := range e.IPs {
		if addr, err := netip.ParseAddr(text); err == nil {
			text = netip.PrefixFrom(addr, addr.BitLen()).String()
		}
		blocks = append(blocks, text)
	}
	return blocks
}
