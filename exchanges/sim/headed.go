package sim

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"sync"
)

// What follows is common to the exchanges whose keys have a passphrase and
// where a header, not the host, tells live and demo apart.

// realms remembers in which environment each key of an exchange was made. A
// key of another one is refused by a code of its own, not as an unknown key.
// It is shared by the sites of one exchange, which do not wait for each other.
type realms struct {
	mu sync.Mutex // guards of
	of map[string]string
}

func newRealms() *realms { return &realms{of: map[string]string{}} }

// issuing returns an issuer that notes where the keys it makes belong.
func (r *realms) issuing(env string, issue issuer) issuer {
	return func(m *material, algorithm string) (id, secret string) {
		id, secret = issue(m, algorithm)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.of[id] = env
		return id, secret
	}
}

// elsewhere reports whether a key was made in another environment than env.
func (r *realms) elsewhere(id, env string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	home, known := r.of[id]
	return known && home != env
}

// signedInBase64 checks a signature over text, written in base64: an
// HMAC-SHA256, or RSA PKCS#1 v1.5 with SHA-256 for a key with a public half.
func signedInBase64(e *entry, text, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	if public, ok := e.PublicKey.(*rsa.PublicKey); ok {
		digest := sha256.Sum256([]byte(text))
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], raw) == nil
	}
	mac := hmac.New(sha256.New, []byte(e.Secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return hmac.Equal(mac.Sum(nil), raw)
}

// readFields reads the named fields of a JSON object: names and where they go
// by turns. Names are exact, other than in encoding/json; a field that is
// missing or null stays as it is. It reports false for a body that is no
// object, and the name of a field whose value is of the wrong kind.
func readFields(body []byte, into ...any) (bad string, ok bool) {
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil || sent == nil {
		return "", false
	}
	for ; len(into) > 1; into = into[2:] {
		name, _ := into[0].(string)
		if text, there := sent[name]; there && json.Unmarshal(text, into[1]) != nil {
			return name, true
		}
	}
	return "", true
}

// onlyIPv4 reports whether every entry of a list is a single IPv4 address that
// stands for itself.
func onlyIPv4(list []string) bool {
	return !slices.ContainsFunc(list, func(one string) bool {
		addr, err := netip.ParseAddr(one)
		return err != nil || !addr.Is4() || addr.IsUnspecified()
	})
}
