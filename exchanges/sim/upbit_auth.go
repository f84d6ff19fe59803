package sim

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// upbitNonceMemory is how long a nonce is remembered. It may never come again;
// a day is as good as that for a simulation.
const upbitNonceMemory = day

// upbitClaims is what a token says.
type upbitClaims struct {
	AccessKey string `json:"access_key"`
	Nonce     string `json:"nonce"`
	QueryHash string `json:"query_hash"`
	Algorithm string `json:"query_hash_alg"`
}

// private answers a call that needs a key.
func (v *upbit) private(w http.ResponseWriter, r *http.Request, call upbitCall) (any, *upbitRefusal) {
	query, refusal := upbitQuery(r)
	if refusal != nil {
		return nil, refusal
	}
	e, refusal := v.authenticate(headerOf(r, "Authorization"), callerOf(r), query)
	if refusal != nil {
		return nil, refusal
	}
	upbitTellRest(w, "default", 29)
	v.touch(e, v.now())
	if call.right != "" && !contains(upbitWordsOf(e), call.right) {
		return nil, &upbitRefusal{http.StatusUnauthorized, "out_of_scope", "권한이 부족합니다."}
	}
	return call.answer(v, r)
}

// authenticate returns the key that signed a token for a query. The name of
// the refusal of an unknown key is from people who met it.
func (v *upbit) authenticate(authorization string, from netip.Addr, query string) (*entry, *upbitRefusal) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok {
		return nil, &upbitRefusal{http.StatusUnauthorized, "no_authorization_token", "인증 토큰이 없습니다."}
	}
	claims, ok := upbitReadToken(token)
	if !ok {
		return nil, upbitBadToken()
	}
	e, known := v.find(claims.AccessKey)
	switch {
	case !known || e.Disabled:
		return nil, &upbitRefusal{http.StatusUnauthorized, "invalid_access_key", "잘못된 엑세스 키입니다."}
	case !validUpbitSignature(e.Secret, token) || !upbitNonce().MatchString(claims.Nonce):
		return nil, upbitBadToken()
	case e.expired(v.now()):
		return nil, &upbitRefusal{http.StatusUnauthorized, "expired_access_key", "This key has expired."}
	case !e.allows(from):
		return nil, &upbitRefusal{http.StatusUnauthorized, "no_authorization_ip", "This is not a verified IP."}
	case !v.spendOnce(e, claims.Nonce, v.now(), upbitNonceMemory):
		return nil, &upbitRefusal{http.StatusUnauthorized, "nonce_used", "이미 요청한 nonce값이 다시 사용되었습니다."}
	case !claims.cover(query):
		return nil, &upbitRefusal{http.StatusUnauthorized, "invalid_query_payload", "Jwt의 query를 검증하는데 실패하였습니다."}
	}
	return e, nil
}

// upbitNonce is the form of a nonce, a UUID in text.
var upbitNonce = pattern(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func upbitBadToken() *upbitRefusal {
	return &upbitRefusal{http.StatusUnauthorized, "jwt_verification", "Jwt 토큰 검증에 실패했습니다."}
}

// upbitReadToken reads the middle part of a token.
func upbitReadToken(token string) (claims upbitClaims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	return claims, err == nil && json.Unmarshal(raw, &claims) == nil
}

// validUpbitSignature checks a token's signature, HMAC with SHA-256 or
// SHA-512 as its head says, under the secret as it is written.
func validUpbitSignature(secret, token string) bool {
	signed, signature, _ := cutLast(token, ".")
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var header struct{ Alg, Typ string }
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return false
	}
	algorithms := map[string]func() hash.Hash{"HS256": sha256.New, "HS512": sha512.New}
	digest, known := algorithms[header.Alg]
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !known {
		return false
	}
	mac := hmac.New(digest, []byte(secret))
	mac.Write([]byte(signed)) // a hash never fails to write
	return hmac.Equal(mac.Sum(nil), given)
}

// cutLast splits text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// cover reports whether a token was made for a query: with one it has to have
// its SHA-512 in hex. That it may not have one without a query is not
// documented; it is the stricter reading.
func (c upbitClaims) cover(query string) bool {
	if query == "" {
		return c.QueryHash == ""
	}
	digest := sha512.Sum512([]byte(query))
	return (c.Algorithm == "" || c.Algorithm == "SHA512") && c.QueryHash == hex.EncodeToString(digest[:])
}

// upbitQuery returns what a token has to cover: the query without escapes, or
// the body's fields in the same form and in their order.
func upbitQuery(r *http.Request) (string, *upbitRefusal) {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	raw, _ := io.ReadAll(r.Body) // in memory
	if err == nil && r.Method == http.MethodPost {
		query, err = upbitFields(raw)
	}
	if err != nil {
		return "", &upbitRefusal{http.StatusBadRequest, "validation_error", "Missing request parameter error. Check the required parameters!"}
	}
	return query, nil
}

// upbitFields writes an object in JSON as a query: {"a":1,"b":["x","y"]} is
// a=1&b[]=x&b[]=y.
func upbitFields(raw []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return "", fmt.Errorf("the body is no object: %w", err)
	}
	var pairs []string
	for decoder.More() {
		name, err := decoder.Token()
		var value any
		if err == nil {
			err = decoder.Decode(&value)
		}
		if err != nil {
			return "", err
		}
		list, isList := value.([]any)
		if !isList {
			pairs = append(pairs, fmt.Sprintf("%v=%v", name, value))
		}
		for _, item := range list {
			pairs = append(pairs, fmt.Sprintf("%v[]=%v", name, item))
		}
	}
	_, err := decoder.Token() // the closing brace
	return strings.Join(pairs, "&"), err
}
