package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// labelRule is what a page takes as the name of a key.
type labelRule struct {
	most   int    // characters
	chars  string // besides letters and digits; empty: everything that can be seen
	unique bool
}

// check says what is wrong with a label.
func (r labelRule) check(label string) string {
	n := utf8.RuneCountInString(label)
	switch {
	case label == "":
		return "Enter a name for the key."
	case n > r.most:
		return fmt.Sprintf("The name may have at most %d characters; this one has %d.", r.most, n)
	case r.chars != "" && strings.Trim(label, alphanumeric+r.chars) != "":
		return "The name may consist of letters, digits and " + strings.Join(strings.Split(r.chars, ""), " ") + " only."
	case !utf8.ValidString(label) || strings.ContainsFunc(label, func(c rune) bool { return !unicode.IsGraphic(c) }):
		return "The name may only have characters that can be seen."
	}
	return ""
}

// ipRule is what a page takes as an IP list.
type ipRule struct {
	most       int // entries; 0: no limit is known
	cidr, ipv6 bool
	none       bool // keys have no IP list
}

// read splits a list at commas and white space, and says what is wrong with it.
func (r ipRule) read(text string) (ips []string, bad string) {
	apart := func(c rune) bool { return c == ',' || c == ';' || unicode.IsSpace(c) }
	for _, entry := range strings.FieldsFunc(text, apart) {
		if bad := r.check(entry); bad != "" {
			return nil, bad
		}
		if !contains(ips, entry) {
			ips = append(ips, entry)
		}
	}
	if r.none && len(ips) > 0 {
		return nil, "Keys of this exchange have no IP list."
	}
	if r.most > 0 && len(ips) > r.most {
		return nil, fmt.Sprintf("The IP list may have at most %d addresses; this one has %d.", r.most, len(ips))
	}
	return ips, ""
}

func (r ipRule) check(entry string) string {
	addr, err := netip.ParseAddr(entry)
	if block, isBlock := netip.ParsePrefix(entry); isBlock == nil {
		if !r.cidr {
			return fmt.Sprintf("%q is a range. Enter single addresses only.", entry)
		}
		if block != block.Masked() {
			return fmt.Sprintf("%q is no range: did you mean %s?", entry, block.Masked())
		}
		addr, err = block.Addr(), nil
	}
	switch {
	case err != nil || addr.Zone() != "":
		return fmt.Sprintf("%q is not an IP address.", entry)
	case !addr.Is4() && !r.ipv6:
		return fmt.Sprintf("%q is not an IPv4 address.", entry)
	case addr.IsUnspecified():
		return fmt.Sprintf("%q stands for every address. Leave the list empty for that.", entry)
	}
	return ""
}

// readPublicKey reads the PEM of a public key of one of the algorithms; none
// for an empty text.
func readPublicKey(text string, algorithms []string) (public crypto.PublicKey, bad string) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return nil, ""
	}
	if len(algorithms) == 0 {
		return nil, "This exchange makes the secret by itself. Leave the public key empty."
	}
	if privateKey(text) {
		return nil, wrongHalf
	}
	block, _ := pem.Decode([]byte(text + "\n"))
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, "The public key is not in PEM form (-----BEGIN PUBLIC KEY-----)."
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, "The public key cannot be read."
	}
	algorithm := ""
	switch key := public.(type) {
	case ed25519.PublicKey:
		algorithm = algEd25519
	case *rsa.PublicKey:
		if algorithm = algRSA; key.N.BitLen() < 2048 {
			return nil, "The RSA key is too short: it must have 2048 bits or more."
		}
	}
	if !contains(algorithms, algorithm) {
		return nil, "This kind of public key is not supported. Use " + strings.Join(algorithms, " or ") + "."
	}
	return public, ""
}

// wrongHalf is what a page says to a private key.
const wrongHalf = "That is a private key: never hand it to anybody. Enter the public half."

// privateKey reports whether somebody took the wrong half of a key pair.
func privateKey(text string) bool {
	digits := strings.TrimPrefix(strings.TrimSpace(text), "0x")
	ofWallet := len(digits) == 64 && strings.Trim(strings.ToLower(digits), lowerHex) == ""
	return ofWallet || strings.Contains(text, "PRIVATE KEY")
}

// readPublicHalf reads the public half of a key pair that a person made: the
// ID where that follows from it, else the public key.
func (d *desk) readPublicHalf(text string) (id string, public crypto.PublicKey, bad string) {
	if d.readID != nil {
		if privateKey(text) {
			return "", nil, wrongHalf
		}
		id, bad = d.readID(strings.TrimSpace(text))
		return id, nil, bad
	}
	public, bad = readPublicKey(text, d.keyPairs)
	return "", public, bad
}

// readExpiry reads when a key ends: at the beginning of a date, in UTC, or
// after so many days.
func (d *desk) readExpiry(text string) (end time.Time, bad string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, ""
	}
	if !d.expiry {
		return time.Time{}, "This exchange takes no expiration date."
	}
	if d.mostDays > 0 {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > d.mostDays {
			return time.Time{}, fmt.Sprintf("Enter from 1 to %d days.", d.mostDays)
		}
		return d.now().Add(time.Duration(days) * day), ""
	}
	end, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return time.Time{}, "The expiration is not a date such as 2027-01-31."
	case !end.After(d.now()):
		return time.Time{}, "The expiration is in the past."
	}
	return end, ""
}
