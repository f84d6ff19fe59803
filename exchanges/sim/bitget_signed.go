package sim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// bitgetWindow is how far a timestamp may be off. The documentation names no
// figure; half a minute, either way, is the one that is quoted.
const bitgetWindow = 30 * time.Second

// bitgetHeaders are those that a signed request cannot do without.
var bitgetHeaders = []struct{ name, code, msg string }{
	{"ACCESS-KEY", "40001", "ACCESS_KEY cannot be empty"},
	{"ACCESS-SIGN", "40003", "Signature cannot be empty"},
	{"ACCESS-TIMESTAMP", "40005", "Invalid ACCESS_TIMESTAMP"},
	{"ACCESS-PASSPHRASE", "40011", "ACCESS_PASSPHRASE cannot be empty"},
}

// bitgetRefusal is an answer with a code.
//
//go:noinline
func bitgetRefusal(code, msg string) *bitgetError {
	return &bitgetError{http.StatusBadRequest, code, msg}
}

//go:noinline // it has many callers
func bitgetBad(name string) *bitgetError {
	return bitgetRefusal("40020", "Parameter "+name+" error")
}

func bitgetDenied(rights []string) *bitgetError {
	return bitgetRefusal("40014", "Incorrect permissions, need "+strings.Join(rights, "/")+" permissions")
}

// admit verifies the headers of a signed request and returns the key that made
// it. Everything but the signature is looked at first.
func (v *bitget) admit(r *http.Request, access bitgetAccess, body string) (*entry, *bitgetError) {
	for _, must := range bitgetHeaders {
		if headerOf(r, must.name) == "" {
			return nil, bitgetRefusal(must.code, must.msg)
		}
	}
	stamp := headerOf(r, "ACCESS-TIMESTAMP")
	if refusal := v.checkTime(stamp); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.identify(r)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := access.fits(key); refusal != nil {
		return nil, refusal
	}
	switch {
	case headerOf(r, "ACCESS-PASSPHRASE") != key.Passphrase:
		return nil, bitgetRefusal("40012", "apikey/password is incorrect")
	case !signedInBase64(key, stamp+r.Method+r.URL.RequestURI()+body, headerOf(r, "ACCESS-SIGN")):
		return nil, bitgetRefusal("40009", "sign signature error")
	case r.Method == http.MethodPost && !strings.HasPrefix(headerOf(r, "Content-Type"), "application/json"):
		return nil, bitgetRefusal("40007", "Invalid Content_Type")
	}
	return key, nil
}

// fits refuses a key whose account is of the other generation.
func (a bitgetAccess) fits(key *entry) *bitgetError {
	classic := contains(key.Words, bitgetClassicKey)
	switch {
	case a == bitgetClassic && !classic:
		return bitgetRefusal("40085", "You are in Unified Account mode, and the Classic Account API is not supported at this time")
	case a == bitgetUnified && classic:
		return bitgetRefusal("40084", "You are in Classic Account mode, and the Unified Account API is not supported at this time")
	}
	return nil
}

func (v *bitget) checkTime(stamp string) *bitgetError {
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return bitgetRefusal("40005", "Invalid ACCESS_TIMESTAMP")
	}
	if v.now().Sub(time.UnixMilli(ms)).Abs() > bitgetWindow {
		return bitgetRefusal("40008", "Request timestamp expired")
	}
	return nil
}

func (v *bitget) identify(r *http.Request) (*entry, *bitgetError) {
	id := headerOf(r, "ACCESS-KEY")
	demo := headerOf(r, "paptrading") == "1"
	key, ok := v.find(id)
	switch {
	case !strings.HasPrefix(id, "bg_"):
		return nil, bitgetRefusal("40006", "Invalid ACCESS_KEY")
	case !ok && !v.realms.elsewhere(id, v.env):
		return nil, bitgetRefusal("40037", "Apikey does not exist")
	case !ok || demo != (v.env == "demo"):
		return nil, bitgetRefusal("40099", "exchange environment is incorrect")
	case key.Disabled:
		return nil, bitgetRefusal("40013", "User status is abnormal")
	case !key.allows(callerOf(r)):
		return nil, bitgetRefusal("40018", "Invalid IP")
	}
	return key, nil
}
