package exchanges

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Signer shows how calls are signed, to a person whose own program is refused
// for its signature. Hardly an exchange that keyrota calls with a key is none.
type Signer interface {
	// Signing returns the call as it would be sent with c, which has passed
	// Adapter.Check. What signs the exchange's own calls signs this one. Nothing
	// is sent, no clock is asked, and no nonce is used up.
	//
	// The secret parts of c are in nothing that it returns: see
	// Credential.Conceal. The error is an *Error: Invalid for a call that the
	// exchange could not be sent, Unsupported where calls are not signed so.
	Signing(c Credential, call Call) (*Signing, error)
}

// Call is a call that somebody wants to make.
type Call struct {
	Method string // upper case
	Path   string // begins with a slash; without host and query
	Query  string // as it stands in the address, without the question mark
	Body   string
	At     time.Time // when it is made, by the exchange's clock

	// Nonce is the number or text that serves once, where the exchange wants
	// one; empty: one that is made of At, or by chance.
	Nonce string
}

// Signing is a signed call, and how it came about.
type Signing struct {
	Steps  []SigningStep // in their order
	Method string
	URL    string
	Header http.Header // those that the signing has set, in the exchange's spelling
	Body   string
	Notes  []string // what looks wrong about the call, for people

	// Judge reports whether a signature was made with the credential, over the
	// string to sign after edit, if that is not nil. how tells in which other
	// way than the exchange's; empty: in that one. It takes the raw bytes, and
	// is good until the credential is wiped.
	Judge func(signature []byte, edit func(string) string) (how string, made bool)
}

// StepName says what a step makes. It is a stable word in --json output.
type StepName string

// The steps that there may be, more or less in their order.
const (
	StepTime       StepName = "timestamp"
	StepNonce      StepName = "nonce"
	StepHash       StepName = "hash"        // of a part of what is signed
	StepHead       StepName = "header"      // of a token
	StepClaims     StepName = "claims"      // of a token
	StepPayload    StepName = "payload"     // before it is encoded
	StepHashed     StepName = "hashed text" // what is hashed first, where that is most of it
	StepText       StepName = "string to sign"
	StepKey        StepName = "secret" // how it is read; never what it is
	StepSignature  StepName = "signature"
	StepPassphrase StepName = "passphrase" // signed, where it is sent so
)

// SigningStep is one step on the way to a signature.
type SigningStep struct {
	Name StepName
	How  string // "HMAC-SHA256, in lower-case hexadecimal"
	Text string // what it makes; may be empty

	// Secret is set where Text lets its reader make the call.
	Secret bool
}

// Step returns the last step of a name.
func (s *Signing) Step(name StepName) (step SigningStep, ok bool) {
	for _, step := range slices.Backward(s.Steps) {
		if step.Name == name {
			return step, true
		}
	}
	return SigningStep{}, false
}

// Masked returns the signing with mask in the place of each secret step's text,
// wherever it occurs: without them nobody can make the call.
func (s *Signing) Masked(mask string) *Signing {
	var values []string
	for _, step := range s.Steps {
		if step.Secret && step.Text != "" {
			values = append(values, step.Text, url.QueryEscape(step.Text))
		}
	}
	// One that holds another comes first.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, mask)
	}
	return s.Rewritten(strings.NewReplacer(pairs...).Replace)
}

// Rewritten returns the signing with each of its texts passed through edit.
func (s *Signing) Rewritten(edit func(string) string) *Signing {
	out := *s
	out.Steps = slices.Clone(s.Steps)
	for i := range out.Steps {
		out.Steps[i].Text = edit(out.Steps[i].Text)
	}
	out.URL, out.Body = edit(s.URL), edit(s.Body)
	out.Header = s.Header.Clone()
	for _, values := range out.Header {
		for i := range values {
			values[i] = edit(values[i])
		}
	}
	return &out
}

// fragment is how many characters of a secret in a row count as a part of it:
// texts have fewer in common by chance.
const fragment = 12

// Conceal takes the secret parts of a credential out of a text, and every
// larger piece of them, as they are or as the parameters of an address.
func (c Credential) Conceal(text string) string {
	hidden := make([]bool, len(text))
	for _, s := range []Secret{c.Secret, c.Passphrase, c.PrivateKey} {
		for line := range strings.Lines(s.Reveal()) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") {
				hide(hidden, text, line)
				hide(hidden, text, url.QueryEscape(line))
			}
		}
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString(redacted)
		}
	}
	return b.String()
}

// hide marks where text has a piece of part.
func hide(hidden []bool, text, part string) {
	size := min(len(part), fragment)
	for at := 0; at+size <= len(part); at++ {
		piece := part[at : at+size]
		for from := 0; ; {
			found := strings.Index(text[from:], piece)
			if found < 0 {
				break
			}
			from += found
			for i := range size {
				hidden[from+i] = true
			}
			from++
		}
	}
}
