package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	bybitDefaultWindow = 5_000 // ms
	bybitAhead         = 1_000 // ms that a timestamp may lie in the future
)

// admit verifies the headers of a signed request and returns the key that
// made it. Unlike others, Bybit says exactly what it does not like.
func (v *bybit) admit(r *http.Request, body string) (*entry, *bybitError) {
	id, stamp, signature := headerOf(r, "X-BAPI-API-KEY"), headerOf(r, "X-BAPI-TIMESTAMP"), headerOf(r, "X-BAPI-SIGN")
	if id == "" || stamp == "" || signature == "" {
		return nil, errBybitLogin
	}
	key, refusal := v.identify(id, callerOf(r))
	if refusal != nil {
		return nil, refusal
	}
	window := headerOf(r, "X-BAPI-RECV-WINDOW")
	if refusal := v.checkTime(stamp, window); refusal != nil {
		return nil, refusal
	}
	payload := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if !strings.HasPrefix(headerOf(r, "Content-Type"), "application/json") {
			return nil, bybitBad("Request parameter error.")
		}
		payload = body
	}
	wellSpelt := key.PublicKey != nil || signature == strings.ToLower(signature)
	if !wellSpelt || !verifyHexOrBase64(key, stamp+id+window+payload, signature) {
		return nil, &bybitError{200, 10004, "Error sign, please check your signature generation algorithm."}
	}
	return key, nil
}

func (v *bybit) identify(id string, caller netip.Addr) (*entry, *bybitError) {
	key, ok := v.find(id)
	switch {
	case !ok || key.Disabled:
		return nil, errBybitKey
	case key.expired(v.now()):
		return nil, &bybitError{200, 33004, "Your api key has expired."}
	case !key.allows(caller):
		return nil, &bybitError{200, 10010, "Unmatched IP, please check your API key's bound IP addresses."}
	}
	return key, nil
}

// checkTime applies the documented rule:
// server - recv_window <= timestamp < server + 1 s.
func (v *bybit) checkTime(stamp, windowText string) *bybitError {
	window := int64(bybitDefaultWindow)
	if windowText != "" {
		n, err := strconv.ParseInt(windowText, 10, 64)
		if err != nil || n < 0 {
			return bybitBad("Request parameter error: recv_window.")
		}
		window = n
	}
	server := inMillis(v.now())
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || sent < server-window || sent >= server+bybitAhead {
		return &bybitError{200, 10002, fmt.Sprintf("invalid request, please check your server timestamp or recv_window param. "+
			"req_timestamp[%s],server_timestamp[%d],recv_window[%d]", stamp, server, window)}
	}
	return nil
}

// bybitWords gives Bybit's rights, "Group:Value", for a permission of the
// normal form.
var bybitWords = table[[]string]{
	{"spot", []string{"Spot:SpotTrade"}},
	{"futures", []string{"ContractTrade:Order", "ContractTrade:Position", "Derivatives:DerivativesTrade"}},
	{"options", []string{"Options:OptionsTrade"}},
	{"transfer", []string{"Wallet:AccountTransfer"}},
	{"withdraw", []string{"Wallet:Withdraw"}},
	{"earn", []string{"Earn:Earn"}},
	{"admin", []string{"Wallet:SubMemberTransfer"}},
}

// bybitReadOnly is the word of a seed for the switch beside the lists.
const bybitReadOnly = "readOnly"

// bybitRights returns whether a key is read-only, and its rights. A read-only
// key has rights all the same: its lists name what it may look at.
func bybitRights(key *entry) (readOnly bool, words []string) {
	if key.Words != nil {
		for _, word := range key.Words {
			if word != bybitReadOnly {
				words = append(words, word)
			}
		}
		return contains(key.Words, bybitReadOnly), words
	}
	if words = closest(bybitWords, key.Permissions); len(words) == 0 {
		return true, closest(bybitWords, []string{"spot", "futures"})
	}
	return false, words
}

// bybitGroups are the groups that query-api always names.
var bybitGroups = []string{
	"ContractTrade", "Spot", "Wallet", "Options", "Derivatives", "Exchange", "Earn", "FiatP2P", "FiatBitPay",
	"FiatConvertBroker", "FiatGlobalPay", "BitCard", "ByXPost", "Affiliate", "BlockTrade", "CopyTrading", "NFT",
}

func bybitPermissions(words []string) map[string][]string {
	groups := map[string][]string{}
	for _, group := range bybitGroups {
		groups[group] = []string{}
	}
	for _, word := range words {
		group, value, _ := strings.Cut(word, ":")
		groups[group] = append(groups[group], value)
	}
	return groups
}

// bybitNever is how Bybit writes that a key has no end.
const bybitNever = "1970-01-01T00:00:00Z"

func bybitQueryAPI(v *bybit, c bybitCall) (any, *bybitError) {
	own, parent, public := v.owner(c.key), "0", ""
	if c.key.Sub != "" {
		parent = v.account.ID
	}
	if c.key.PublicKey != nil {
		public = c.key.PublicPEM
	}
	readOnly, _ := bybitRights(c.key)
	uid, _ := strconv.ParseInt(own.ID, 10, 64) // made of digits by its world
	return v.describe(c.key, jsonOf(`{"readOnly":?,"secret":"","unified":0,"uta":1,"userID":?,"inviterID":0,
		"vipLevel":"No VIP","mktMakerLevel":"0","affiliateID":0,"rsaPublicKey":?,"isMaster":?,"parentUid":?,
		"kycLevel":"LEVEL_1","kycRegion":"DEU","userIDInt64":?,"inviterIDInt64":"0","affiliateIDInt64":"0"}`,
		zeroOrOne(readOnly), uid, public, c.key.Sub == "", parent, own.ID)), nil
}

// describe adds to an answer what query-api and the list of a sub-account
// tell of a key alike.
func (v *bybit) describe(key *entry, body json.RawMessage) json.RawMessage {
	_, words := bybitRights(key)
	expires, daysLeft := bybitNever, -2
	if !key.Expires.IsZero() {
		expires = key.Expires.UTC().Format(time.RFC3339)
		daysLeft = int(key.Expires.Sub(v.now()) / day)
	}
	return joined(body, jsonOf(`{"id":?,"note":?,"apiKey":?,"permissions":?,"ips":?,"type":1,"deadlineDay":?,"expiredAt":?,"createdAt":?}`,
		bybitNumber(key), key.Label, key.ID, bybitPermissions(words), bybitIPs(key), daysLeft, expires, key.Created.UTC().Format(time.RFC3339)))
}

func bybitNumber(key *entry) string { return strconv.Itoa(31_000_000 + key.Number) }

func bybitIPs(key *entry) []string {
	if len(key.IPs) == 0 {
		return []string{"*"}
	}
	return key.IPs
}

func zeroOrOne(b bool) int {
	if b {
		return 1
	}
	return 0
}
