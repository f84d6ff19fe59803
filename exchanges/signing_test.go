package exchanges

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASecretIsConcealedWholeAndInPieces(t *testing.T) {
	const secret = "s3cr3t/of+thirty=characters.xyz"
	c := Credential{
		KeyID: "the-key", Secret: NewSecret(secret), Passphrase: NewSecret("pa ss"),
		PrivateKey: NewSecret("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v\n-----END PRIVATE KEY-----\n"),
	}
	for text, want := range map[string]string{
		"":                               "",
		"nothing of the-key":             "nothing of the-key",
		"x" + secret + "y":               "x[secret]y",
		"half: " + secret[:15]:           "half: [secret]",
		"twice " + secret + "," + secret: "twice [secret],[secret]",
		"s=s3cr3t%2Fof%2Bthirty%3Dcharacters.xyz&a=b": "s=[secret]&a=b",
		"pass pa ss, pa+ss":                           "pass [secret], [secret]",
		"PEM MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v":            "PEM [secret]",
		"-----BEGIN PRIVATE KEY-----":                 "-----BEGIN PRIVATE KEY-----",
		"s3cr3t/of":                                   "s3cr3t/of", // too little to tell
	} {
		if got := c.Conceal(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestMaskedHidesWhatMakesTheCall(t *testing.T) {
	s := &Signing{
		Steps: []SigningStep{
			{Name: StepText, Text: "GET"}, {Name: StepSignature, Text: "a/b", Secret: true}, {Name: StepPassphrase, Text: "a/bc", Secret: true},
		},
		URL: "https://x/?sig=a%2Fb", Body: `{"sig":"a/b"}`, Header: http.Header{"Sign": {"Bearer a/b"}, "Pass": {"a/bc"}},
	}
	want := &Signing{
		Steps: []SigningStep{{Name: StepText, Text: "GET"}, {Name: StepSignature, Text: "*", Secret: true}, {Name: StepPassphrase, Text: "*", Secret: true}},
		URL:   "https://x/?sig=*", Body: `{"sig":"*"}`, Header: http.Header{"Sign": {"Bearer *"}, "Pass": {"*"}},
	}
	if diff := cmp.Diff(want, s.Masked("*")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.Steps[1].Text != "a/b" || s.Header.Get("Sign") != "Bearer a/b" {
		t.Errorf("masking changed what it was made of: %+v", s)
	}
	if step, ok := s.Step(StepSignature); !ok || step.Text != "a/b" {
		t.Errorf("step %+v, %t", step, ok)
	}
	if _, ok := s.Step(StepNonce); ok || strings.Contains(s.URL, "*") {
		t.Error("a step that is not there")
	}
}
