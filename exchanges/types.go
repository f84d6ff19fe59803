package exchanges

import (
	"fmt"
	"time"
)

// ID names an exchange: "binance", "kraken-futures". Lower case, stable for
// ever, since it is written to files.
type ID string

// Environment says whether a key moves real money. It is chosen by the person
// and never guessed.
type Environment string

// The environments there are. Testnet keys trade play money on a separate
// deployment; demo keys trade play money beside the live one.
const (
	Live    Environment = "live"
	Testnet Environment = "testnet"
	Demo    Environment = "demo"
)

// ParseEnvironment returns the environment that s names exactly.
func ParseEnvironment(s string) (Environment, error) {
	switch e := Environment(s); e {
	case Live, Testnet, Demo:
		return e, nil
	}
	return "", fmt.Errorf("%q is not an environment: use live, testnet or demo", s)
}

// Credential is what a program needs to act as a key. Which fields are set
// depends on the exchange: see Form.
type Credential struct {
	KeyID      string // the public half, "API key"; not secret, but not shown in full either
	Secret     Secret // HMAC secret; zero where PrivateKey is used
	Passphrase Secret // third part where the exchange wants one, or the password of an encrypted PrivateKey
	PrivateKey Secret // for keys whose public half was registered at the exchange: PEM, PKCS#8, or in a form of the exchange's own
	Nonce      NonceUnit
}

// NonceUnit is the scale of the ever-growing number that some exchanges
// (Kraken) want in each call. A call with a larger scale than the key's other
// programs use locks them out for years, so anything but milliseconds needs
// the person's explicit word in the configuration.
type NonceUnit string

// The nonce scales in use. The zero value means milliseconds.
const (
	NonceMilliseconds NonceUnit = "ms"
	NonceMicroseconds NonceUnit = "us"
	NonceNanoseconds  NonceUnit = "ns"
)

// Moment is a point in time that an exchange may have told, may have said
// that there is none, or may not have mentioned. The zero Moment is unknown.
type Moment struct {
	known bool
	at    time.Time
}

// At returns the known moment t, in UTC. A zero t is Never.
//
//go:noinline // it has many callers
func At(t time.Time) Moment { return Moment{known: true, at: t.UTC()} }

// Never returns the Moment of an exchange that said: there is none.
func Never() Moment { return Moment{known: true} }

// Known reports whether the exchange said anything at all.
func (m Moment) Known() bool { return m.known }

// IsNever reports whether the exchange said that there is no such moment.
func (m Moment) IsNever() bool { return m.known && m.at.IsZero() }

// Time returns the moment and true, or false when it is unknown or never. Not
// inlined: it has many callers.
//
//go:noinline
func (m Moment) Time() (time.Time, bool) { return m.at, m.known && !m.at.IsZero() }

// MarshalText writes the moment for files: RFC 3339 in UTC, "never", or
// nothing for unknown. A time that RFC 3339 cannot write, from a reply in a
// wrong unit, is unknown too: a file with it could not be read again.
func (m Moment) MarshalText() ([]byte, error) {
	switch t, ok := m.Time(); {
	case ok && (t.Year() < 0 || t.Year() > 9999):
		return nil, nil
	case ok:
		return []byte(t.Format(time.RFC3339Nano)), nil
	case m.IsNever():
		return []byte("never"), nil
	}
	return nil, nil
}

// UnmarshalText is the inverse of MarshalText.
func (m *Moment) UnmarshalText(text []byte) error {
	switch string(text) {
	case "":
		*m = Moment{}
		return nil
	case "never":
		*m = Never()
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("not a moment")
	}
	*m = At(t)
	return nil
}

// IPState says what is known of the addresses that a key may be used from.
type IPState string

// The states of an IP whitelist. The zero value is unknown.
const (
	IPUnknown    IPState = ""
	IPAny        IPState = "any"        // the exchange said: no restriction
	IPRestricted IPState = "restricted" // there is a list, its entries were not told
	IPList       IPState = "list"       // the entries are known
)

// String returns the word that people and files see.
func (s IPState) String() string {
	if s == IPUnknown {
		return "unknown"
	}
	return string(s)
}

// IPWhitelist is where a key may be used from. Entries are addresses or CIDR
// blocks as the exchange wrote them, cleaned; only IPList has any.
type IPWhitelist struct {
	State   IPState
	Entries []string
}

// KeyInfo is what an exchange says of one key at one moment. Every zero field
// means: not told.
type KeyInfo struct {
	KeyID               string
	Label               string // the name the key has at the exchange
	Account             string // the exchange's name or number of the account, if told
	Permissions         PermissionSet
	ExchangePermissions []string // granted rights in the exchange's own words, sorted
	IPs                 IPWhitelist
	Created             Moment
	Expires             Moment    // the exchange's own expiry, if it has one
	LastUsed            Moment    // may count our own calls: see Capabilities.LastUsedCountsOwn
	Asked               time.Time // when the question was sent, by this machine's clock; zero: not told
	Seen                time.Time // when the answer was there
	Clock               Clock
	Usage               string // how much of the rate limit is used, for people: "12/6000 per minute"
	Notes               []string
}

// Clock is the measured difference between this machine and an exchange.
type Clock struct {
	Known  bool
	Offset time.Duration // exchange minus us: positive when our clock is slow
}

// Source says who made the secret of c, as its parts tell.
func (c Credential) Source() KeySource {
	switch {
	case !c.PrivateKey.IsZero():
		return FromKeyPair
	case !c.Secret.IsZero():
		return FromExchange
	}
	return ""
}
