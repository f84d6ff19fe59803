package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	kucoinWindow  = 5_000    // ms: a timestamp has to be less than that off, either way
	kucoinNewest  = 3        // version of the keys that are made today
	kucoinDormant = 30 * day // without use, after which a key may be gone; see dormant
)

var (
	errKucoinKey        = &kucoinRefusal{http.StatusUnauthorized, "400003", "KC-API-KEY not exists"}
	errKucoinPassphrase = &kucoinRefusal{http.StatusUnauthorized, "400004", "Invalid KC-API-PASSPHRASE"}
	errKucoinDenied     = &kucoinRefusal{http.StatusUnauthorized, "400007", "Access denied, require more permission"}
)

// admit verifies the headers of a signed request and returns the key that
// made it, in the order of the codes.
func (v *kucoin) admit(r *http.Request, body []byte) (*entry, *kucoinRefusal) {
	names := []string{"KC-API-KEY", "KC-API-SIGN", "KC-API-TIMESTAMP", "KC-API-PASSPHRASE"}
	for _, name := range names {
		if headerOf(r, name) == "" {
			return nil, &kucoinRefusal{http.StatusUnauthorized, "400001", "Please check the header of your request for " + strings.Join(names, ", ")}
		}
	}
	stamp := headerOf(r, "KC-API-TIMESTAMP")
	if !v.fresh(stamp) {
		return nil, &kucoinRefusal{http.StatusUnauthorized, "400002", "KC-API-TIMESTAMP Invalid"}
	}
	key, ok := v.find(headerOf(r, "KC-API-KEY"))
	if !ok || key.Disabled || key.expired(v.now()) || v.dormant(key) {
		return nil, errKucoinKey
	}
	if !validKucoinPassphrase(key, headerOf(r, "KC-API-KEY-VERSION"), headerOf(r, "KC-API-PASSPHRASE")) {
		return nil, errKucoinPassphrase
	}
	return key, v.authorize(r, key, stamp, body)
}

// authorize checks what a request says in the name of a key that is known. One
// that a partner's program is linked to is bound to the partner's addresses,
// which nobody is told: here it works from everywhere.
func (v *kucoin) authorize(r *http.Request, key *entry, stamp string, body []byte) *kucoinRefusal {
	payload := string(body)
	endpoint, err := kucoinEndpoint(r.URL)
	if r.Method != http.MethodPost {
		payload = ""
	}
	switch {
	case err != nil || !sameText(kucoinSign(key.Secret, stamp+r.Method+endpoint+payload), headerOf(r, "KC-API-SIGN")):
		return &kucoinRefusal{http.StatusUnauthorized, "400005", "Invalid KC-API-SIGN"}
	case !key.allows(callerOf(r)):
		return &kucoinRefusal{http.StatusUnauthorized, "400006", "The requested ip address is not in the api whitelist"}
	case r.Method == http.MethodPost && !strings.HasPrefix(headerOf(r, "Content-Type"), "application/json"):
		return &kucoinRefusal{http.StatusUnsupportedMediaType, "415000", "Unsupported Media Type"}
	}
	return nil
}

// kucoinEndpoint returns the path and the query as they are signed: without
// escapes. A plus stands for itself.
func kucoinEndpoint(u *url.URL) (string, error) {
	if u.RawQuery == "" {
		return u.Path, nil
	}
	query, err := url.PathUnescape(u.RawQuery)
	return u.Path + "?" + query, err
}

// fresh reports whether a timestamp is less than five seconds off.
func (v *kucoin) fresh(stamp string) bool {
	sent, err := strconv.ParseInt(stamp, 10, 64)
	away := sent - inMillis(v.now())
	return err == nil && -kucoinWindow < away && away < kucoinWindow
}

// kucoinSign returns the base64 of an HMAC-SHA256.
func kucoinSign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// kucoinVersion returns that of a key.
func kucoinVersion(e *entry) int {
	if e.Version == 0 {
		return kucoinNewest
	}
	return e.Version
}

// validKucoinPassphrase checks the passphrase in the way that the header with
// the version names, and none is the first. Keys of the second and third
// version want it signed; clients name either version for those of the third,
// and nothing says that one may name the third for the second.
func validKucoinPassphrase(e *entry, named, passphrase string) bool {
	ways := map[int][]string{1: {"", "1"}, 2: {"2"}, 3: {"2", "3"}}
	version := kucoinVersion(e)
	if !contains(ways[version], named) {
		return false
	}
	want := e.Passphrase
	if version > 1 {
		want = kucoinSign(e.Secret, e.Passphrase)
	}
	return sameText(want, passphrase)
}

// dormant reports whether KuCoin has done away with a key: one that may trade
// from any address, and has not been used for 30 days. By the help centre it
// is deleted, or may trade no more; here it is the former.
func (v *kucoin) dormant(e *entry) bool {
	trades := anyOf([]string{"Spot", "Margin", "Futures"}, e.Words)
	return trades && len(e.IPs) == 0 && e.Partner == "" && e.idle(v.now()) >= kucoinDormant
}

// kucoinRight is a permission in KuCoin's words, the text on its page, and the
// one of the normal form that it gives.
type kucoinRight struct{ name, text, gives string }

var kucoinRights = []kucoinRight{
	{"General", "General", "read"},
	{"Spot", "Spot Trading", "spot"},
	{"Margin", "Margin Trading", "margin"},
	{"Futures", "Futures Trading", "futures"},
	{"InnerTransfer", "Flex Transfers", "transfer"},
	{"Transfer", "Withdrawal", "withdraw"},
	{"Earn", "Earn", "earn"},
}

// kucoinWordsOf returns the rights of a key.
func kucoinWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return kucoinWords(e.Permissions)
}

// kucoinWords returns the rights that come closest to permissions of the
// normal form, in KuCoin's order. Every key has General.
func kucoinWords(permissions []string) []string {
	words := []string{}
	for _, r := range kucoinRights {
		if r.name == "General" || contains(permissions, r.gives) {
			words = append(words, r.name)
		}
	}
	return words
}

// kucoinNormal returns what rights give.
func kucoinNormal(words []string) []string {
	granted := map[string]bool{"read": true}
	for _, r := range kucoinRights {
		granted[r.gives] = granted[r.gives] || contains(words, r.name)
	}
	return inShowingOrder(granted)
}

func kucoinPermits(key *entry, right string) bool { return contains(key.Words, right) }

// kucoinExpiry writes the end of a key: null for none.
func kucoinExpiry(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return inMillis(at)
}
