package sim

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
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
	id, stamp, signature := r.Header.Get("X-BAPI-API-KEY"), r.Header.Get("X-BAPI-TIMESTAMP"), r.Header.Get("X-BAPI-SIGN")
	if id == "" || stamp == "" || signature == "" {
		return nil, errBybitLogin
	}
	key, refusal := v.identify(id, callerOf(r))
	if refusal != nil {
		return nil, refusal
	}
	window := r.Header.Get("X-BAPI-RECV-WINDOW")
	if refusal := v.checkTime(stamp, window); refusal != nil {
		return nil, refusal
	}
	payload := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
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
		return nil, &bybitError{200, 10003, "API key is invalid."}
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
	server := v.now().UnixMilli()
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || sent < server-window || sent >= server+bybitAhead {
		return &bybitError{200, 10002, fmt.Sprintf("invalid request, please check your server timestamp or recv_window param. "+
			"req_timestamp[%s],server_timestamp[%d],recv_window[%d]", stamp, server, window)}
	}
	return nil
}

// bybitWords gives Bybit's rights, "Group:Value", for a permission of the
// normal form.
var bybitWords = map[string][]string{
	"spot":     {"Spot:SpotTrade"},
	"futures":  {"ContractTrade:Order", "ContractTrade:Position", "Derivatives:DerivativesTrade"},
	"options":  {"Options:OptionsTrade"},
	"transfer": {"Wallet:AccountTransfer"},
	"withdraw": {"Wallet:Withdraw"},
	"earn":     {"Earn:Earn"},
	"admin":    {"Wallet:SubMemberTransfer"},
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
		return slices.Contains(key.Words, bybitReadOnly), words
	}
	for _, permission := range key.Permissions {
		words = append(words, bybitWords[permission]...)
	}
	if len(words) == 0 {
		return true, append(slices.Clone(bybitWords["spot"]), bybitWords["futures"]...)
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
	readOnly, words := bybitRights(c.key)
	ips, expires, daysLeft, public := []string{"*"}, bybitNever, -2, ""
	if len(c.key.IPs) > 0 {
		ips = c.key.IPs
	}
	if !c.key.Expires.IsZero() {
		expires = c.key.Expires.UTC().Format(time.RFC3339)
		daysLeft = int(c.key.Expires.Sub(v.now()) / day)
	}
	if c.key.PublicKey != nil {
		public = publicPEM(c.key.PublicKey)
	}
	uid, _ := strconv.ParseInt(v.account.ID, 10, 64) // made of digits by its world
	return object{
		"id": strconv.Itoa(31_000_000 + c.key.Number), "note": c.key.Label, "apiKey": c.key.ID, "readOnly": zeroOrOne(readOnly),
		"secret": "", "permissions": bybitPermissions(words), "ips": ips, "type": 1, "deadlineDay": daysLeft, "expiredAt": expires,
		"createdAt": c.key.Created.UTC().Format(time.RFC3339), "unified": 0, "uta": 1, "userID": uid, "inviterID": 0,
		"vipLevel": "No VIP", "mktMakerLevel": "0", "affiliateID": 0, "rsaPublicKey": public, "isMaster": true, "parentUid": "0",
		"kycLevel": "LEVEL_1", "kycRegion": "DEU", "userIDInt64": v.account.ID, "inviterIDInt64": "0", "affiliateIDInt64": "0",
	}, nil
}

func zeroOrOne(b bool) int {
	if b {
		return 1
	}
	return 0
}
