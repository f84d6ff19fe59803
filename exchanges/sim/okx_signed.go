package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The permissions of OKX, and one that no list names: a key of the main
// account that may trade and has an IP list also manages sub-accounts.
const (
	okxRead     = "read_only"
	okxTrade    = "trade"
	okxWithdraw = "withdraw"
	okxManage   = "sub-accounts"
)

const (
	okxWindow = 30 * time.Second // how far a timestamp may be off, either way
	okxStamp  = "2006-01-02T15:04:05.000Z"
)

// The documentation gives 50119 and 50120 the status 200; they have been seen
// with 401.
var (
	errOKXKey    = &okxError{http.StatusUnauthorized, "50119", "API key doesn't exist"}
	errOKXRealm  = &okxError{http.StatusUnauthorized, "50101", "APIKey does not match current environment."}
	errOKXDenied = &okxError{http.StatusUnauthorized, "50120", "This API key doesn't have permission to use this function"}
)

var okxUUID = pattern(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// okxHeaders are those that a signed request cannot do without.
var okxHeaders = []struct{ name, code string }{
	{"OK-ACCESS-KEY", "50103"}, {"OK-ACCESS-PASSPHRASE", "50104"}, {"OK-ACCESS-SIGN", "50106"}, {"OK-ACCESS-TIMESTAMP", "50107"},
}

// admit verifies the headers of a signed request and returns the key that made
// it. Each cause has a code of its own; in which order they are looked at is
// not documented.
func (v *okx) admit(r *http.Request, body string) (*entry, *okxError) {
	for _, must := range okxHeaders {
		if headerOf(r, must.name) == "" {
			return nil, &okxError{http.StatusUnauthorized, must.code, fmt.Sprintf("Request header %s can not be empty.", must.name)}
		}
	}
	stamp := headerOf(r, "OK-ACCESS-TIMESTAMP")
	if refusal := v.checkTime(stamp); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.identify(r)
	if refusal != nil {
		return nil, refusal
	}
	switch {
	case headerOf(r, "OK-ACCESS-PASSPHRASE") != key.Passphrase:
		return nil, &okxError{http.StatusUnauthorized, "50105", "Request header OK-ACCESS-PASSPHRASE incorrect."}
	case !signedInBase64(key, stamp+r.Method+r.URL.RequestURI()+body, headerOf(r, "OK-ACCESS-SIGN")):
		return nil, &okxError{http.StatusUnauthorized, "50113", "Invalid Sign"}
	case r.Method == http.MethodPost && !strings.HasPrefix(headerOf(r, "Content-Type"), "application/json"):
		return nil, &okxError{http.StatusBadRequest, "50006", "Invalid Content-Type. Use \"application/JSON\"."}
	}
	return key, nil
}

func (v *okx) checkTime(stamp string) *okxError {
	sent, err := time.Parse(okxStamp, stamp)
	if err != nil {
		return &okxError{http.StatusUnauthorized, "50112", "Invalid OK-ACCESS-TIMESTAMP"}
	}
	if off := v.now().Sub(sent).Abs(); off > okxWindow {
		return &okxError{http.StatusUnauthorized, "50102", "Timestamp request expired"}
	}
	return nil
}

func (v *okx) identify(r *http.Request) (*entry, *okxError) {
	id := headerOf(r, "OK-ACCESS-KEY")
	demo := headerOf(r, "x-simulated-trading") == "1"
	key, ok := v.find(id)
	switch {
	case !okxUUID().MatchString(id):
		return nil, &okxError{http.StatusUnauthorized, "50111", "Invalid OK-ACCESS-KEY"}
	case !ok && v.realms.elsewhere(id, v.env):
		return nil, errOKXRealm
	case !ok:
		return nil, errOKXKey
	case demo != (v.env == "demo"):
		return nil, errOKXRealm
	case key.Disabled:
		return nil, &okxError{http.StatusBadRequest, "50100", "API frozen, please contact customer service"}
	case !key.allows(callerOf(r)):
		return nil, &okxError{http.StatusUnauthorized, "50110",
			fmt.Sprintf("Your IP %s is not included in your API key's %s IP whitelist.", callerOf(r), id)}
	}
	return key, nil
}

// okxTradeGives is what the right to trade opens in an account that has
// margin, derivatives and options: no finer right exists.
var okxTradeGives = []string{"spot", "margin", "futures", "options", "transfer", "earn"}

// okxWords returns the rights that come closest to permissions of the normal
// form. Every key may read.
func okxWords(permissions []string) []string {
	words := []string{okxRead}
	if anyOf(append([]string{"admin"}, okxTradeGives...), permissions) {
		words = append(words, okxTrade)
	}
	if contains(permissions, "withdraw") {
		words = append(words, okxWithdraw)
	}
	return words
}

// okxWordsOf returns the rights of a key with the one that follows from others.
func okxWordsOf(e *entry) []string {
	words := okxListed(e.Words)
	if okxManages(e.Sub, words, e.IPs) {
		words = append(words, okxManage)
	}
	return words
}

// okxListed returns rights without the one that the exchange does not list.
func okxListed(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == okxManage })
}

func okxManages(sub string, words, ips []string) bool {
	return sub == "" && len(ips) > 0 && contains(words, okxTrade)
}

// okxNormal returns what rights give in the normal form.
func okxNormal(words []string) []string {
	granted := map[string]bool{"read": true}
	for _, word := range words {
		switch word {
		case okxTrade:
			for _, permission := range okxTradeGives {
				granted[permission] = true
			}
		case okxWithdraw:
			granted["withdraw"] = true
		case okxManage:
			granted["admin"] = true
		}
	}
	return inShowingOrder(granted)
}
