package diagnose

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// judges are the checks, in the order of the checklist: what is nearest comes
// first, from the keyring over the credential and the way to the key itself.
var judges = []struct {
	code  exchanges.Cause
	judge func(*inquiry, exchanges.Cause) finding
}{
	{CauseKeyring, (*inquiry).keyring},
	{exchanges.CauseDamaged, (*inquiry).damaged},
	{exchanges.CauseEncoding, (*inquiry).encoding},
	{exchanges.CauseSwapped, (*inquiry).swapped},
	{exchanges.CausePassphrase, (*inquiry).passphrase},
	{exchanges.CauseNetwork, (*inquiry).way},
	{exchanges.CauseBlocked, (*inquiry).way},
	{exchanges.CauseDown, (*inquiry).way},
	{exchanges.CauseAnswer, (*inquiry).way},
	{exchanges.CauseRate, (*inquiry).way},
	{exchanges.CauseClock, (*inquiry).clock},
	{exchanges.CauseNonce, (*inquiry).nonce},
	{exchanges.CauseEnvironment, (*inquiry).environment},
	{exchanges.CauseSite, (*inquiry).site},
	{exchanges.CauseDeleted, (*inquiry).deleted},
	{exchanges.CauseExpired, (*inquiry).expired},
	{exchanges.CauseSecret, (*inquiry).secret},
	{exchanges.CauseIP, (*inquiry).ip},
	{exchanges.CauseRight, (*inquiry).right},
	{exchanges.CauseProduct, (*inquiry).untried},
	{exchanges.CauseAccount, (*inquiry).untried},
}

// advice is what mends a cause.
var advice = map[exchanges.Cause]string{
	exchanges.CauseDamaged:     "Copy both parts again, whole, and add the key again.",
	exchanges.CauseEncoding:    "Copy the secret as the exchange shows it, not as a program or a URL writes it.",
	exchanges.CauseSwapped:     "Compare the stored key ID with the exchange's page; if that shows another one, add the key again with the two in their places.",
	exchanges.CausePassphrase:  "Give the passphrase that was chosen when the key was made; a lost one is only replaced by a new key.",
	exchanges.CauseEnvironment: "Forget the key and add it again under the environment in which it was made.",
	exchanges.CauseSite:        "Forget the key and add it again under the site at which it was made.",
	exchanges.CauseDeleted:     "Look for it on the exchange's page for keys; if it is gone, make a new one: rotate.",
	exchanges.CauseExpired:     "Make a new key: rotate.",
	exchanges.CauseSecret:      "Add the key again with its own secret; a lost secret is only replaced by a new key: rotate.",
	exchanges.CauseIP:          "Put this machine's address on the key's IP list, or use the key from one that is on it.",
	exchanges.CauseRight:       "Look at the key's rights on the exchange's page, and tick reading.",
	exchanges.CauseProduct:     "Open the product at the exchange, or use a key of an account that has it.",
	exchanges.CauseAccount:     "Sign in at the exchange and look for a message.",
	exchanges.CauseNonce:       "Give each program a key of its own.",
	exchanges.CauseClock:       clockAdvice,
}

func (c *inquiry) keyring(exchanges.Cause) finding {
	switch {
	case c.Keyless != nil:
		text := exchanges.Clean(c.Keyless.Error())
		if c.Keyless.Err != nil {
			text = exchanges.Clean(c.Keyless.Err.Error())
		}
		return finding{level: certain, text: "the secret could not be read: " + text, action: c.Keyless.Hint}
	case c.Read:
		return finding{level: excluded, text: "the secret was read, and is stored with this key"}
	}
	return finding{level: unasked, text: "the keyring was not opened"}
}

// refusedForm reports whether the form of the credential is what is wrong, by
// the adapter's own word.
func (c *inquiry) refusedForm(code exchanges.Cause) (finding, bool) {
	p := c.Shape.Problem
	if p == nil || len(p.Causes) > 0 && p.Causes[0] != code || len(p.Causes) == 0 && code != exchanges.CauseDamaged {
		return finding{}, false
	}
	text := exchanges.Clean(p.Code)
	if p.Err != nil {
		text = exchanges.Clean(p.Err.Error())
	}
	return finding{level: certain, text: text, action: p.Hint}, true
}

func (c *inquiry) damaged(code exchanges.Cause) finding {
	if f, bad := c.refusedForm(code); bad {
		return f
	}
	f := c.acceptedBefore(c.base(code))
	switch {
	case f.level == excluded || !c.Read:
	case f.level >= possible && f.level < certain && len(c.Shape.Odd) > 0:
		f.level, f.text = likely, strings.Join(c.Shape.Odd, "; ")
	case f.level == possible && c.Shape.Usual:
		f.level, f.text = unlikely, "key and secret are as long as in all examples, so neither is cut"
	case f.level == unasked && c.Shape.Problem == nil && len(c.Shape.Odd) == 0:
		f = finding{level: excluded, text: "no white space or other signs of damage, in the form of " + c.Exchange}
	}
	return f
}

func (c *inquiry) encoding(code exchanges.Cause) finding {
	if f, bad := c.refusedForm(code); bad {
		return f
	}
	f := c.acceptedBefore(c.base(code))
	switch {
	case f.level == excluded || !c.Read:
	case len(c.Shape.Encoded) > 0:
		f = finding{level: likely, text: strings.Join(c.Shape.Encoded, "; "), action: advice[code]}
	case c.Shape.Problem == nil:
		f = finding{level: excluded, text: "the secret reads as " + c.Exchange + " wants it, and is not packed in another encoding"}
	}
	return f
}

func (c *inquiry) swapped(code exchanges.Cause) finding {
	if f, bad := c.refusedForm(code); bad {
		return f
	}
	f := c.knownHere(c.acceptedBefore(c.base(code)))
	switch {
	case f.level == excluded || !c.Read:
	case c.Shape.Swap == SwapBetter:
		f = finding{level: likely, text: "key and secret are in the form of " + c.Exchange + " only the other way round", action: advice[code]}
	case c.Shape.Swap == SwapWorse:
		f = finding{level: excluded, text: "the other way round they are not in the form of " + c.Exchange}
	case f.level >= possible:
		f.text = "key and secret look alike here, so their form does not tell; the stored key ID is " + c.KeyID
	}
	return f
}

func (c *inquiry) passphrase(code exchanges.Cause) finding {
	if f, bad := c.refusedForm(code); bad {
		return f
	}
	f := c.base(code)
	switch {
	case f.level >= possible && c.Shape.Thirdless && f.level < certain:
		f.level, f.text = possible, "the credential has no third part, and the key may want one"
	case f.level == possible && !c.Accepted.IsZero():
		f.level, f.text = unlikely, "it was accepted on "+date(c.Accepted)
	case !c.Shape.Third && f.level < possible:
		return finding{}
	}
	return f
}

func (c *inquiry) secret(code exchanges.Cause) finding {
	f := c.base(code)
	if f.level == possible && !c.Accepted.IsZero() {
		f.level, f.text = unlikely, c.Exchange+" accepted it on "+date(c.Accepted)+", unless the key was given a new secret since"
		if c.known { // a signature was held against it, and nothing else can have changed
			f.level = possible
		}
	}
	return f
}
