package cred

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// traced returns the trace of a text signed with a secret, and its judge.
func traced(c exchanges.Credential, text string) (*Trace, func([]byte, func(string) string) (string, bool)) {
	t := &Trace{}
	t.Hex(t.MAC(sha512.New, c.Secret.Bytes(), text))
	return t, t.Judge(c)
}

func TestATraceSaysWhatWasDone(t *testing.T) {
	c := exchanges.Credential{Secret: exchanges.NewSecret("Jefe")}
	trace := &Trace{}
	got := trace.Hex(trace.MAC(sha512.New, c.Secret.Bytes(), "text"))
	if plain := (*Trace)(nil).Hex((*Trace)(nil).MAC(sha512.New, c.Secret.Bytes(), "text")); got != plain {
		t.Errorf("with a trace %s, without %s", got, plain)
	}
	want := []exchanges.SigningStep{
		{Name: exchanges.StepText, Text: "text"},
		{Name: exchanges.StepKey, How: "its own 4 bytes, not decoded"},
		{Name: exchanges.StepSignature, How: "HMAC-SHA512, in lower-case hexadecimal", Text: got, Secret: true},
	}
	if steps := trace.Steps(); len(steps) != 3 || steps[0] != want[0] || steps[1] != want[1] || steps[2] != want[2] {
		t.Errorf("steps %+v", steps)
	}
}

func TestAHashInsideIsWrittenDown(t *testing.T) {
	trace := &Trace{}
	key, err := trace.Decode64(exchanges.NewSecret("SmVmZQ=="))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("1nonce=1"))
	got := trace.MACOfHash(sha512.New, key, "/path", "1nonce=1")
	if want := MAC(sha512.New, []byte("Jefe"), "/path"+string(sum[:])); string(got) != string(want) {
		t.Errorf("%x, want %x", got, want)
	}
	said := ""
	for _, s := range trace.Steps() {
		said += string(s.Name) + "=" + s.Text + s.How + "\n"
	}
	for _, part := range []string{"hashed text=1nonce=1", hex.EncodeToString(sum[:]), "/path<", "decoded from base64 to 4 bytes"} {
		if !strings.Contains(said, part) {
			t.Errorf("no %q in\n%s", part, said)
		}
	}
}

func TestAMistakeWithASecretIsNamed(t *testing.T) {
	const secret = "YWJjZGVmZ2hpamtsbW5vcA=="
	c := exchanges.Credential{Secret: exchanges.NewSecret(secret)}
	_, judge := traced(c, "GET/x")
	raw, _ := base64.StdEncoding.DecodeString(secret)
	for name, s := range map[string]struct {
		signature []byte
		edit      func(string) string
		how       string
	}{
		"right":           {MAC(sha512.New, []byte(secret), "GET/x"), nil, ""},
		"other hash":      {MAC(sha256.New, []byte(secret), "GET/x"), nil, "HMAC-SHA256, where HMAC-SHA512 is wanted"},
		"SHA-1":           {MAC(sha1.New, []byte(secret), "GET/x"), nil, "HMAC-SHA1, where HMAC-SHA512 is wanted"},
		"decoded":         {MAC(sha512.New, raw, "GET/x"), nil, "the secret is decoded from base64, where its own bytes are wanted"},
		"line end":        {MAC(sha512.New, []byte(secret+"\n"), "GET/x"), nil, "there is a line end behind the secret"},
		"both":            {MAC(sha256.New, raw, "GET/x"), nil, "the secret is decoded from base64, where its own bytes are wanted; HMAC-SHA256, where HMAC-SHA512 is wanted"},
		"of another text": {MAC(sha512.New, []byte(secret), "get/x"), strings.ToLower, ""},
	} {
		if how, made := judge(s.signature, s.edit); !made || how != s.how {
			t.Errorf("%s: %t, %q, want %q", name, made, how, s.how)
		}
	}
	if _, made := judge(MAC(sha512.New, []byte("another"), "GET/x"), nil); made {
		t.Error("a signature of another secret is taken")
	}
	c.Secret.Wipe()
	if _, made := judge(MAC(sha512.New, []byte(secret), "GET/x"), nil); made {
		t.Error("the judge outlives the secret")
	}
}

func TestASecretThatMustBeDecodedAndIsNot(t *testing.T) {
	const secret = "SmVmZUplZmVKZWZl"
	c := exchanges.Credential{Secret: exchanges.NewSecret(secret)}
	trace := &Trace{}
	key, err := trace.Decode64(c.Secret)
	if err != nil {
		t.Fatal(err)
	}
	trace.MAC(sha512.New, key, "text")
	judge := trace.Judge(c)
	if how, made := judge(MAC(sha512.New, key, "text"), nil); !made || how != "" {
		t.Errorf("right: %t, %q", made, how)
	}
	if how, made := judge(MAC(sha512.New, []byte(secret), "text"), nil); !made || !strings.Contains(how, "must be decoded from base64") {
		t.Errorf("not decoded: %t, %q", made, how)
	}
}

func TestPairsAreJudgedByTheirPublicHalf(t *testing.T) {
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("text"))
	plain, _ := large.Sign(nil, sum[:], crypto.SHA256)
	pss, _ := rsa.SignPSS(rand.Reader, large, crypto.SHA256, sum[:], nil)
	der, _ := ecdsa.SignASN1(rand.Reader, curve, sum[:])
	for name, c := range map[string]struct {
		key       crypto.Signer
		signature []byte
		made      bool
		how       string
	}{
		"RSA": {large, plain, true, ""}, "PSS": {large, pss, true, "RSA-PSS, where"}, "RSA of nothing": {large, []byte("x"), false, ""},
		"DER": {curve, der, true, "ASN.1 DER, where"}, "short": {curve, []byte("x"), false, ""},
	} {
		trace := &Trace{}
		if _, err := trace.Pair(c.key, "text", func(crypto.Signer, string) ([]byte, error) { return nil, nil }); err != nil {
			t.Fatal(err)
		}
		if how, made := trace.Judge(exchanges.Credential{})(c.signature, nil); made != c.made || !strings.HasPrefix(how, c.how) {
			t.Errorf("%s: %t, %q", name, made, how)
		}
	}
}

func TestNothingSignedIsNotJudged(t *testing.T) {
	if (&Trace{}).Judge(exchanges.Credential{}) != nil {
		t.Error("there is a judge")
	}
}
