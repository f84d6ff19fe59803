package desk

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// encoding is a way in which signatures are written.
type encoding string

const (
	lowerHex  encoding = "lower-case hexadecimal"
	upperHex  encoding = "upper-case hexadecimal"
	plain64   encoding = "base64"
	url64     encoding = "base64 for addresses (- and _)"
	hexInside encoding = "base64 of the hexadecimal text"
)

// writing is a signature read in one of its encodings.
type writing struct {
	raw []byte
	in  encoding
}

// leastSignature is the length in bytes of the shortest signature, by SHA-1.
const leastSignature = 20

// readSignature reads a text as a signature, in every encoding that it may have.
func readSignature(text string) (all []writing) {
	if strings.Contains(text, "%") {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	add := func(raw []byte, err error, in encoding) {
		if err == nil && len(raw) >= leastSignature {
			all = append(all, writing{raw, in})
		}
	}
	raw, err := hex.DecodeString(text)
	if text == strings.ToLower(text) {
		add(raw, err, lowerHex)
	} else {
		add(raw, err, upperHex)
	}
	raw, err = base64.StdEncoding.DecodeString(text)
	add(raw, err, plain64)
	if inside, err := hex.DecodeString(string(raw)); len(raw) > 0 {
		add(inside, err, hexInside)
	}
	raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	add(raw, err, url64)
	return all
}

// signature judges a signature: whether it is right, and if it is made with the
// key all the same, by which mistakes. edit turns the string to sign into the
// one that it is about; nil: that one.
func (c *comparison) signature(theirs string, edit func(string) string) Match {
	m := Match{Part: string(exchanges.StepSignature)}
	step, _ := c.signing.Step(exchanges.StepSignature)
	if theirs == step.Text || theirs == url.QueryEscape(step.Text) {
		m.Same = true
		return m
	}
	writings := readSignature(theirs)
	if writings == nil {
		m.Causes = []string{"it is no signature: neither hexadecimal nor base64, or too short"}
		return m
	}
	tries := []mistake{{"", edit}}
	if edit == nil {
		tries = twoOf(c.mistakes(""))
	}
	for _, try := range tries {
		for _, w := range writings {
			how, made := c.signing.Judge(w.raw, try.edit)
			if !made {
				continue
			}
			m.Causes = listed(try.cause, how, misread(w.in, step.Text))
			m.Same = m.Causes == nil // another text of the same numbers, or a scheme with chance in it
			return m
		}
	}
	m.Causes = []string{"no usual mistake leads to it: it is of another string to sign, another moment or another secret. Compare the string that your program signs"}
	return m
}

// misread says that a signature is written in another way than wanted.
func misread(in encoding, wanted string) string {
	want := readSignature(wanted)
	for _, w := range want {
		if w.in == in {
			return ""
		}
	}
	if want == nil {
		return ""
	}
	return "it is written in " + string(in) + ", where " + string(want[0].in) + " is wanted"
}

func listed(texts ...string) (all []string) {
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}

// twoOf returns no mistake, each one alone, and each two one after the other.
func twoOf(all []mistake) []mistake {
	out := append([]mistake{{}}, all...)
	for i, a := range all {
		for _, b := range all[i+1:] {
			out = append(out, mistake{a.cause + "; " + b.cause, func(s string) string { return b.edit(a.edit(s)) }})
		}
	}
	return out
}
