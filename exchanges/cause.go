package exchanges

// Cause is one reason for which a key may be refused. A refusal that an
// exchange words vaguely has several of them: see Error.Causes. The text is a
// stable machine word that appears in --json output.
type Cause string

// The causes there are. Kinds say what an exchange answered, causes what a
// person has to mend.
const (
	CauseDamaged     Cause = "damaged-field"      // a part of the credential is cut, has more than it should, or is of another key
	CauseSwapped     Cause = "swapped-fields"     // key and secret stand in each other's field
	CauseEncoding    Cause = "secret-encoding"    // the secret or private key cannot be decoded
	CauseSecret      Cause = "wrong-secret"       // the secret is whole, and not that of this key
	CausePassphrase  Cause = "passphrase"         // the third part, or the key's own second factor, is missing or wrong
	CauseEnvironment Cause = "wrong-environment"  // the key is of another one of live, testnet and demo
	CauseSite        Cause = "wrong-site"         // the key is of another regional site or product of the exchange
	CauseDeleted     Cause = "deleted"            // the exchange has no such key, or has it no more
	CauseExpired     Cause = "expired"            // the key's time is over
	CauseIP          Cause = "ip"                 // this machine's address is not on the key's list
	CauseRight       Cause = "missing-right"      // the key lacks a right that the call needs
	CauseProduct     Cause = "product-not-opened" // the account has not opened what the call is about
	CauseAccount     Cause = "account-restricted" // the account is frozen, banned or not confirmed
	CauseClock       Cause = "clock"              // this machine's clock is off
	CauseNonce       Cause = "nonce"              // another program of the key uses larger nonces
	CauseRate        Cause = "rate-limited"       // too many calls
	CauseBlocked     Cause = "blocked"            // a firewall or a country rule, not the key
	CauseNetwork     Cause = "network"            // no way to the exchange: DNS, TLS, proxy
	CauseDown        Cause = "exchange-down"      // the exchange has trouble
	CauseAnswer      Cause = "unexpected-answer"  // what answered did not do so as documented
)

// Possible returns the causes that an error leaves open, the likeliest first
// where nothing else is known: those of the exchange's own code, else those of
// the kind; none where the error says nothing of a key or the way to it.
func (e *Error) Possible() []Cause {
	if len(e.Causes) > 0 {
		return e.Causes
	}
	for _, known := range kinds {
		if known.Kind == e.Kind {
			return known.causes
		}
	}
	return nil
}
