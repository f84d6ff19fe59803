package sim

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	htxWindow = 5 * time.Minute // how far a timestamp may be off, either way
	htxStamp  = "2006-01-02T15:04:05"

	// htxNotValid begins every refusal of who is calling; what follows says why.
	htxNotValid = "Signature not valid: "
)

// The algorithms, as SignatureMethod names them.
const (
	htxHMAC    = "HmacSHA256"
	htxEd25519 = "Ed25519"
)

func htxUnsigned(why string) *htxRefusal {
	return &htxRefusal{name: "api-signature-not-valid", message: htxNotValid + why}
}

// admit verifies the signature, which is in the query, and returns the key that
// made it. In which order things are looked at is not documented. What is wrong
// with the time is in the words of ccxt issue 25931.
func (v *htx) admit(r *http.Request) (*entry, *htxRefusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || param(query, "AccessKeyId") == "" || param(query, "Signature") == "" {
		return nil, &htxRefusal{name: "login-required", message: "Login is required"}
	}
	sent, err := time.Parse(htxStamp, param(query, "Timestamp"))
	if err != nil || v.now().Sub(sent).Abs() > htxWindow {
		return nil, htxUnsigned("Invalid submission time or incorrect time format [无效的提交时间，或时间格式错误]")
	}
	key, ok := v.find(param(query, "AccessKeyId"))
	switch {
	case !ok:
		return nil, htxUnsigned("Incorrect Access key [Access key错误]")
	case !htxSigned(key, r.Method, r.Host, r.URL.EscapedPath(), query):
		if htxMannerOf(r.URL.Path) == htxSecond {
			return nil, &htxRefusal{code: 1003, message: "invalid signature"}
		}
		return nil, htxUnsigned("Verification failure [校验失败]")
	case !key.allows(callerOf(r)):
		return nil, htxUnsigned("Incorrect IP address [IP地址错误]:" + callerOf(r).String())
	case key.expired(v.now()):
		return nil, htxUnsigned("API key has expired [API Key已经过期]")
	case v.locked[key.Sub]: // what a locked sub-user is told is a guess
		return nil, &htxRefusal{code: 1002, name: "base-operation-forbidden", message: "forbidden"}
	}
	return key, nil
}

// htxSigned reports whether a request is signed by a key. The host is the one
// that the client has called; not every client counts the port to it.
func htxSigned(key *entry, method, host, path string, query url.Values) bool {
	wanted := htxHMAC
	if key.PublicKey != nil {
		wanted = htxEd25519
	}
	raw, err := base64.StdEncoding.DecodeString(param(query, "Signature"))
	if err != nil || param(query, "SignatureMethod") != wanted || param(query, "SignatureVersion") != "2" {
		return false
	}
	bare := (&url.URL{Host: host}).Hostname()
	return slices.ContainsFunc([]string{host, bare}, func(host string) bool {
		return htxVerify(key, htxText(method, host, path, query), raw)
	})
}

// htxText returns what is signed: the parameters sorted by their names, but for
// the signature. Those of a POST are in its body, which is not signed.
func htxText(method, host, path string, query url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			if name != "Signature" {
				pairs = append(pairs, htxEscape(name)+"="+htxEscape(value))
			}
		}
	}
	return strings.Join([]string{method, strings.ToLower(host), path, strings.Join(pairs, "&")}, "\n")
}

// htxEscape writes a space as %20, other than in a form.
func htxEscape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func htxVerify(key *entry, text string, signature []byte) bool {
	if public, ok := key.PublicKey.(ed25519.PublicKey); ok {
		return ed25519.Verify(public, []byte(text), signature)
	}
	mac := hmac.New(sha256.New, []byte(key.Secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return hmac.Equal(mac.Sum(nil), signature)
}
