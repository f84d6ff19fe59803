package cred

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // to recognise it where somebody took it by mistake
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Trace signs, and writes down how, for people who look for a mistake in a
// program of their own. The nil Trace, which every call that is sent has, only
// signs.
type Trace struct {
	steps   []exchanges.SigningStep
	decoded bool // the secret was read as base64
	last    recipe
}

// recipe is what the last signature was made of.
type recipe struct {
	algorithm string
	prefix    string
	text      string
	hashed    bool // text goes in as its SHA-256, behind prefix
	decoded   bool
	hash      func() hash.Hash // of an HMAC; nil for a key pair
	public    crypto.PublicKey // of a key pair
}

// signed returns what is signed, after edit.
func (r recipe) signed(edit func(string) string) string {
	prefix, text := r.prefix, r.text
	if edit != nil {
		text = edit(text)
	}
	if edit != nil && prefix != "" {
		prefix = edit(prefix)
	}
	if r.hashed {
		sum := sha256.Sum256([]byte(text))
		text = string(sum[:])
	}
	return prefix + text
}

// Steps returns what was written down.
func (t *Trace) Steps() []exchanges.SigningStep { return t.steps }

// Note writes down a step. Not inlined: it has many callers.
//
//go:noinline
func (t *Trace) Note(name exchanges.StepName, how, text string) {
	if t != nil {
		t.steps = append(t.steps, exchanges.SigningStep{Name: name, How: how, Text: text})
	}
}

// NoteSecret writes down a step that nobody may see unasked. Not inlined: it
// has many callers.
//
//go:noinline
func (t *Trace) NoteSecret(name exchanges.StepName, how, text string) {
	if t != nil {
		t.steps = append(t.steps, exchanges.SigningStep{Name: name, How: how, Text: text, Secret: true})
	}
}

// Milliseconds writes a moment as Unix time in milliseconds.
func (t *Trace) Milliseconds(at time.Time) string {
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	t.Note(exchanges.StepTime, "Unix time in milliseconds", stamp)
	return stamp
}

// Seconds writes a moment as Unix time in seconds.
func (t *Trace) Seconds(at time.Time) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	t.Note(exchanges.StepTime, "Unix time in seconds", stamp)
	return stamp
}

// ISO writes a moment in UTC in a form of ISO 8601.
func (t *Trace) ISO(at time.Time, form string) string {
	stamp := at.UTC().Format(form)
	t.Note(exchanges.StepTime, "ISO 8601 in UTC", stamp)
	return stamp
}

// Decode64 is the func of that name.
func (t *Trace) Decode64(secret exchanges.Secret) ([]byte, error) {
	if t != nil {
		t.decoded = true
	}
	return Decode64(secret)
}

// MAC is the func of that name.
func (t *Trace) MAC(h func() hash.Hash, key []byte, text string) []byte {
	t.Note(exchanges.StepText, "", text)
	t.mixed(recipe{text: text, hash: h}, len(key))
	return MAC(h, key, text)
}

// MACOfHash returns the MAC of prefix and the SHA-256 of text, as bytes.
func (t *Trace) MACOfHash(h func() hash.Hash, key []byte, prefix, text string) []byte {
	sum := sha256.Sum256([]byte(text))
	if t != nil {
		digits := hex.EncodeToString(sum[:])
		t.Note(exchanges.StepHashed, "", text)
		t.Note(exchanges.StepHash, "SHA-256 of the hashed text; its 32 bytes go on, here in hexadecimal", digits)
		t.Note(exchanges.StepText, "the hash stands in it as bytes, not as hexadecimal", prefix+"<"+digits+">")
		t.mixed(recipe{prefix: prefix, text: text, hashed: true, hash: h}, len(key))
	}
	return MAC(h, key, prefix+string(sum[:]))
}

// mixed writes down how an HMAC takes its secret.
func (t *Trace) mixed(r recipe, bytes int) {
	if t == nil {
		return
	}
	r.algorithm, r.decoded = hashName(r.hash), t.decoded
	how := fmt.Sprintf("its own %d bytes, not decoded", bytes)
	if r.decoded {
		how = fmt.Sprintf("decoded from base64 to %d bytes", bytes)
	}
	t.Note(exchanges.StepKey, how, "")
	t.last = r
}

// hashName names the HMAC of a hash, by its length: no exchange has others than
// those of SHA-2, which are called by their bits.
func hashName(h func() hash.Hash) string {
	if size := h().Size(); size != sha1.Size {
		return "HMAC-SHA" + strconv.Itoa(size*8)
	}
	return "HMAC-SHA1"
}

// Pair signs text with a private key in the way of sign.
func (t *Trace) Pair(key crypto.Signer, text string, sign func(key crypto.Signer, text string) ([]byte, error)) ([]byte, error) {
	if t != nil {
		t.last = recipe{text: text, public: key.Public()}
		how := ""
		switch t.last.public.(type) {
		case ed25519.PublicKey:
			t.last.algorithm, how = "Ed25519", "an Ed25519 private key"
		case *rsa.PublicKey:
			t.last.algorithm, how = "RSA, PKCS#1 v1.5, with SHA-256", "an RSA private key"
		case *ecdsa.PublicKey:
			t.last.algorithm, how = "ES256 (ECDSA, P-256, SHA-256; r and s of 32 bytes each)", "an ECDSA private key"
		}
		t.Note(exchanges.StepText, "", text)
		t.Note(exchanges.StepKey, how, "")
	}
	return sign(key, text)
}

// Hex writes a signature in lower-case hexadecimal.
func (t *Trace) Hex(raw []byte) string {
	return t.written(hex.EncodeToString(raw), "in lower-case hexadecimal")
}

// Base64 writes a signature in standard base64.
func (t *Trace) Base64(raw []byte) string {
	return t.written(base64.StdEncoding.EncodeToString(raw), "in base64")
}

// URLBase64 writes a signature in the base64 of addresses, without padding.
func (t *Trace) URLBase64(raw []byte) string {
	return t.written(base64.RawURLEncoding.EncodeToString(raw), "in base64 for addresses (- and _), without =")
}

func (t *Trace) written(sig, how string) string {
	if t != nil {
		t.NoteSecret(exchanges.StepSignature, t.last.algorithm+", "+how, sig)
	}
	return sig
}

// Signature signs text in the way that many exchanges share: lower-case hex of
// HMAC-SHA256 with a secret, standard base64 of the signature with a key pair.
func (t *Trace) Signature(c exchanges.Credential, text string, pairs ...Algorithm) (string, error) {
	if c.PrivateKey.IsZero() {
		return t.Hex(t.MAC(sha256.New, c.Secret.Bytes(), text)), nil
	}
	return t.pairSignature(c, text, pairs)
}

// Base64Signature signs text as Signature does, and writes what a secret makes
// in standard base64 too.
func (t *Trace) Base64Signature(c exchanges.Credential, text string, pairs ...Algorithm) (string, error) {
	if c.PrivateKey.IsZero() {
		return t.Base64(t.MAC(sha256.New, c.Secret.Bytes(), text)), nil
	}
	return t.pairSignature(c, text, pairs)
}

func (t *Trace) pairSignature(c exchanges.Credential, text string, pairs []Algorithm) (string, error) {
	key, err := ParsePrivateKey(c.PrivateKey, c.Passphrase, pairs...)
	if err != nil {
		return "", err
	}
	sig, err := t.Pair(key, text, SignPair)
	if err != nil {
		return "", err
	}
	return t.Base64(sig), nil
}

// Token makes a JSON Web Token. What header and claims hold must be texts and
// numbers alone; sign signs the text of both.
func (t *Trace) Token(header, claims any, sign func(text string) ([]byte, error)) (string, error) {
	text := t.part(exchanges.StepHead, header) + "." + t.part(exchanges.StepClaims, claims)
	sig, err := sign(text)
	if err != nil {
		return "", err
	}
	return text + "." + t.URLBase64(sig), nil
}

func (t *Trace) part(name exchanges.StepName, v any) string {
	text, _ := json.Marshal(v) // texts and numbers cannot fail
	t.Note(name, "", string(text))
	return base64.RawURLEncoding.EncodeToString(text)
}
