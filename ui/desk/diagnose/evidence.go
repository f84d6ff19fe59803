// Package diagnose takes a refusal apart: it holds what an exchange answered
// against what is known of the key, of its credential and of this machine, and
// says which causes are left, which are ruled out, and by what test.
//
// It is pure: whoever calls it gathers the evidence, and nothing is asked here.
// What no test can tell stays open. Facts of an earlier day rule nothing out,
// since a list or a right may have been changed since; they only say what is
// less likely.
package diagnose

import (
	"net/netip"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// CauseKeyring is the cause of a key whose secret could not be read; the
// exchange was not asked. The other causes are those of exchanges.
const CauseKeyring exchanges.Cause = "keyring"

// Evidence is what is known of a key. Zero fields are not known.
type Evidence struct {
	Now         time.Time
	Exchange    string // for people: "Binance"
	Environment exchanges.Environment
	Site        string // for people: "Bybit EU"
	KeyID       string // masked
	Name        string // of the record

	Keyless *exchanges.Error // why the credential could not be read
	Read    bool             // it was read
	Shape   Shape

	// Asked is set when the exchange was asked just now. Err is what came of
	// it: nil, and it accepted the key. Where nobody was asked now, Err is the
	// last refusal, of the time Last.
	Asked bool
	Err   *exchanges.Error
	Last  time.Time

	Clock exchanges.Clock

	// What the exchange said when it last accepted this key, at Accepted, and
	// which of its rules end the key.
	Accepted    time.Time
	Permissions exchanges.PermissionSet
	IPs         exchanges.IPWhitelist
	Expires     exchanges.Moment
	Endings     []policy.Ending

	// Seen is the address that the exchange saw; Mine are this machine's, which
	// echo services told. NotMine says why they did not.
	Seen    netip.Addr
	Mine    []netip.Addr
	NotMine string

	Environments, Sites Elsewhere

	Listing Listing
}

// Shape is what can be seen in a credential without asking anybody. It holds
// nothing of its values.
type Shape struct {
	Problem   *exchanges.Error // why it is not in the exchange's form
	Odd       []string         // what differs from all examples: "the secret has 35 characters, 36 are usual"
	Usual     bool             // key and secret are as long as in all examples
	Encoded   []string         // signs that a value is still packed: "the secret is percent-encoded"
	Swap      Swap
	Third     bool // the exchange's keys have a third part
	Thirdless bool // and this credential has none
}

// Swap says what exchanging key and secret would do.
type Swap uint8

// What the other order would be.
const (
	SwapUnknown Swap = iota
	SwapWorse        // not in the exchange's form: they stand where they belong
	SwapSame         // in form as well: the form tells nothing
	SwapBetter       // in form, and the present order is not
)

// Elsewhere is where else a key might be at home.
type Elsewhere struct {
	Names  []string // of the environments or sites there are besides the key's own
	Why    string   // why they cannot be asked; "": they can
	Trials []Trial  // what they said; none: they were not asked
}

// Trial is the answer of another environment or site.
type Trial struct {
	Name string
	Err  *exchanges.Error // nil: it accepted the key
}

// Listing is what a list of the account's keys says, read with another key.
type Listing struct {
	State ListState
	By    string // the name of the key that read it
}

// ListState says whether the key is on its account's list.
type ListState uint8

// The states of a listing.
const (
	Unlisted ListState = iota // no list was read
	Present
	Absent
)

// SeenAddress finds the address that an exchange saw in the words of its
// refusal, as Binance and OKX tell it; an invalid one where there is none.
func SeenAddress(words string) netip.Addr {
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF:.", r) }) {
		if at, err := netip.ParseAddr(strings.Trim(word, ".")); err == nil && !at.IsUnspecified() {
			return at.Unmap()
		}
	}
	return netip.Addr{}
}
