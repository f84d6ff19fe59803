package desk

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// Match is what came of holding one text of a person's program against keyrota's.
type Match struct {
	Part string // what it was held against: "string to sign", "header X-MBX-APIKEY"
	Same bool

	// At is the character, from 1, in which the texts differ first, and Yours
	// and Ours are the texts around it, quoted. Of a signature nothing is shown.
	At          int
	Yours, Ours string

	Causes []string // what may have led to it, as sentences without an end
}

// compare holds what a program made, without secrets, against a signing.
func compare(s *exchanges.Signing, call exchanges.Call, theirs string) []Match {
	theirs = strings.ReplaceAll(theirs, "\r\n", "\n")
	c := &comparison{s, call}
	if m, ok := c.exact(theirs); ok {
		return []Match{m}
	}
	if lines := c.headers(theirs); lines != nil {
		return lines
	}
	word := strings.TrimSpace(theirs)
	if token, ok := tokenOf(word); ok {
		return c.token(token)
	}
	if payload, ok := c.payload(word); ok {
		return []Match{payload}
	}
	nearest := c.nearest(theirs)
	// Texts without blanks may look like base64; by chance they share no more.
	const chance = 8
	if common(nearest.text, theirs) < chance && readSignature(word) != nil {
		return []Match{c.signature(word, nil)}
	}
	return []Match{c.text(nearest, theirs)}
}

// comparison is a signing that something is held against.
type comparison struct {
	signing *exchanges.Signing
	call    exchanges.Call
}

// piece is a text of a signing.
type piece struct{ name, text string }

// pieces are the texts that a program may have printed, the likeliest first.
func (c *comparison) pieces() []piece {
	var all []piece
	for _, name := range []exchanges.StepName{exchanges.StepText, exchanges.StepHashed, exchanges.StepPayload, exchanges.StepHead, exchanges.StepClaims, exchanges.StepHash} {
		if step, ok := c.signing.Step(name); ok {
			all = append(all, piece{string(name), step.Text})
		}
	}
	_, query, _ := strings.Cut(c.signing.URL, "?")
	all = append(all, piece{"query", query}, piece{"body", c.signing.Body}, piece{"address", c.signing.URL})
	return all
}

// exact finds what is the same. One line end more is the editor's, or echo's.
func (c *comparison) exact(theirs string) (Match, bool) {
	for _, p := range c.pieces() {
		switch {
		case p.text == "":
		case p.text == theirs:
			return Match{Part: p.name, Same: true}, true
		case p.text+"\n" == theirs:
			return Match{Part: p.name, Same: true, Causes: []string{
				"a line end stands behind your text: if your program has it there too, and not only the file, it is signed with it and refused",
			}}, true
		}
	}
	return Match{}, false
}

// headers compares header lines; nil where the text is none.
func (c *comparison) headers(theirs string) (all []Match) {
	for line := range strings.SplitSeq(strings.TrimSpace(theirs), "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !headerName(name) {
			return nil
		}
		all = append(all, c.header(strings.TrimSpace(name), strings.TrimSpace(value))...)
	}
	return all
}

func headerName(s string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}
	return s != "" && s[0] > '9' && !strings.ContainsFunc(s, odd)
}

func (c *comparison) header(name, value string) []Match {
	for ours, values := range c.signing.Header {
		if !strings.EqualFold(ours, name) {
			continue
		}
		want := strings.Join(values, ",")
		if want == value {
			return []Match{{Part: "header " + ours, Same: true}}
		}
		if token, ok := tokenOf(value); ok {
			return c.token(token)
		}
		if step, ok := c.signing.Step(exchanges.StepSignature); ok && step.Text == want {
			m := c.signature(value, nil)
			m.Part = "header " + ours
			return []Match{m}
		}
		if step, ok := c.signing.Step(exchanges.StepPassphrase); ok && step.Text == want {
			return []Match{{Part: "header " + ours, Causes: []string{"the signed passphrase is another one: of another passphrase, with another secret, or not signed at all"}}}
		}
		return []Match{c.text(piece{"header " + ours, want}, value)}
	}
	return []Match{{Part: "header " + exchanges.Clean(name), Causes: []string{"the signing of this call sets no header of that name"}}}
}

// token is a JSON Web Token in its parts.
type token struct{ signed, header, claims, signature string }

func tokenOf(text string) (t token, ok bool) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "Bearer "))
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return t, false
	}
	header, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	claims, cerr := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	return token{parts[0] + "." + parts[1], string(header), string(claims), parts[2]}, err == nil && cerr == nil && json.Valid(header) && json.Valid(claims)
}

// token compares the parts of a token, and its signature with what it signs.
func (c *comparison) token(t token) (all []Match) {
	for _, part := range []struct {
		name   exchanges.StepName
		theirs string
	}{{exchanges.StepHead, t.header}, {exchanges.StepClaims, t.claims}} {
		if step, ok := c.signing.Step(part.name); ok {
			all = append(all, c.text(piece{"token's " + string(part.name), step.Text}, part.theirs))
		}
	}
	if all == nil {
		return []Match{{Part: "token", Causes: []string{"calls of this exchange carry no token"}}}
	}
	return append(all, c.signature(t.signature, func(string) string { return t.signed }))
}

// payload compares what stands encoded in a header.
func (c *comparison) payload(word string) (Match, bool) {
	step, ok := c.signing.Step(exchanges.StepPayload)
	text, err := base64.StdEncoding.DecodeString(word)
	if !ok || err != nil || !json.Valid(text) {
		return Match{}, false
	}
	return c.text(piece{string(exchanges.StepPayload), step.Text}, string(text)), true
}

// nearest is the piece that has most in common with a text.
func (c *comparison) nearest(theirs string) (best piece) {
	signature, _ := c.signing.Step(exchanges.StepSignature)
	most := -1
	for _, p := range c.pieces() {
		if p.text == "" {
			continue
		}
		ours, other, found := split(p.text, theirs, signature.Text)
		n := common(ours, other)
		if ours != p.text && found == "" {
			n -= min(n, len(signatureMark)) // theirs has no signature: another text may be meant
		}
		if n > most {
			best, most = p, n
		}
	}
	return best
}

// signatureMark stands for signatures in texts that are compared.
const signatureMark = "[signature]"

// text compares two texts, and the signatures in them for themselves.
func (c *comparison) text(p piece, theirs string) Match {
	ours := p.text
	var causes []string
	if step, ok := c.signing.Step(exchanges.StepSignature); ok {
		var theirSignature string
		if ours, theirs, theirSignature = split(ours, theirs, step.Text); theirSignature != "" {
			if m := c.signature(theirSignature, nil); !m.Same {
				causes = m.Causes
			}
		}
	}
	m := Match{Part: p.name, Same: ours == theirs && causes == nil, Causes: causes}
	if ours == theirs {
		return m
	}
	m.Causes = append(c.causes(ours, theirs), m.Causes...)
	at := commonStart(ours, theirs)
	m.At = utf8.RuneCountInString(ours[:at]) + 1
	m.Yours, m.Ours = around(theirs, at), around(ours, at)
	return m
}

// split takes the signature out of two texts. That of theirs is found by what
// stands before ours.
func split(ours, theirs, signature string) (o, t, found string) {
	before, after, ok := cutAny(ours, signature)
	if !ok {
		return ours, theirs, ""
	}
	label := before[strings.LastIndexAny(before, "&?, ")+1:]
	head, rest, ok := strings.Cut(theirs, label)
	if label == "" || !ok {
		return before + signatureMark + after, theirs, ""
	}
	end := strings.IndexAny(rest, "&, \"\n")
	if end < 0 {
		end = len(rest)
	}
	return before + signatureMark + after, head + label + signatureMark + rest[end:], rest[:end]
}

// around quotes what stands about a place of a text.
func around(s string, at int) string {
	const before, after = 12, 24
	from, to := max(at-before, 0), min(at+after, len(s))
	for from > 0 && !utf8.RuneStart(s[from]) {
		from--
	}
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to++
	}
	text := s[from:to]
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	return exchanges.Clean(strconv.Quote(text))
}

// commonStart returns how many bytes two texts begin with alike, in whole
// characters.
func commonStart(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	return n
}

// common is how many bytes two texts begin and end with alike.
func common(a, b string) int {
	start := commonStart(a, b)
	a, b = a[start:], b[start:]
	end := 0
	for end < min(len(a), len(b)) && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return start + end
}

func quoted(s string) string { return exchanges.Clean(fmt.Sprintf("%q", s)) }
