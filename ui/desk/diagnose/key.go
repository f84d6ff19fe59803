package diagnose

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

func (c *inquiry) deleted(code exchanges.Cause) finding {
	f := c.knownHere(c.base(code))
	if f.level == excluded {
		return f
	}
	end, ended := c.ended(exchanges.EndsDeleted)
	switch {
	case c.Listing.State == Present:
		return finding{level: excluded, text: c.Listing.By + " lists the keys of this account, and this one is among them"}
	case c.Listing.State == Absent:
		return finding{level: certain, text: c.Listing.By + " lists the keys of this account, and this one is not among them", action: advice[code]}
	case f.level == certain || !c.open(code):
	case ended:
		f.level, f.text = likely, end
	case !c.Accepted.IsZero() && c.Err.UnknownKey && !c.open(exchanges.CauseExpired):
		f.level, f.text = certain, c.says(c.words())+"; it accepted the key on "+date(c.Accepted)
	case !c.Accepted.IsZero():
		f.level, f.text = suspect, "accepted on "+date(c.Accepted)+"; now "+c.says(c.words())
	}
	return f
}

func (c *inquiry) expired(code exchanges.Cause) finding {
	f := c.base(code)
	if f.level == excluded || f.level == certain {
		return f
	}
	at, told := c.Expires.Time()
	end, ended := c.ended(exchanges.EndsExpired)
	switch {
	case told && !at.After(c.Now):
		return finding{level: likely, text: "the exchange said that it would expire on " + date(at), action: advice[code]}
	case c.Err != nil && c.open(code) && ended:
		return finding{level: likely, text: end, action: advice[code]}
	case told:
		return c.notYet(f, "the exchange said that it expires on "+date(at)+", which is to come")
	case c.Expires.IsNever():
		return c.notYet(f, "the exchange said on "+date(c.Accepted)+" that it does not expire")
	}
	return f
}

// notYet takes a key off the suspicion of having ended: an expiry is set when a
// key is made, and seldom after.
func (c *inquiry) notYet(f finding, text string) finding {
	return finding{level: min(f.level, unlikely), text: text, action: f.action}
}

// ended says by which of the exchange's rules the key has ended.
func (c *inquiry) ended(how exchanges.LifeEnd) (string, bool) {
	for _, e := range c.Endings {
		if e.Rule.Then == how && !e.At.IsZero() && !e.At.After(c.Now) {
			return strings.TrimSuffix(e.Rule.Words, ".") + ": that was on " + date(e.At), true
		}
	}
	return "", false
}

func (c *inquiry) ip(code exchanges.Cause) finding {
	f := c.base(code)
	if f.level == certain {
		f.text = c.says(c.words()) + c.compared()
		if len(c.addresses()) == 0 {
			f.test = TestAddresses
		}
	}
	if f.level != possible {
		return f
	}
	list := c.IPs
	switch {
	case list.State == exchanges.IPAny:
		f.level, f.text = unlikely, "the key had no IP list on "+date(c.Accepted)
	case list.State == exchanges.IPRestricted:
		f.level, f.text = suspect, "the key has an IP list, which the exchange does not tell"+c.compared()
	case list.State != exchanges.IPList:
	case len(c.addresses()) > 0:
		f.level, f.text = c.onList(), strings.TrimPrefix(c.compared(), "; ")
	default:
		f.level, f.test, f.text = suspect, TestAddresses, "not tested: the list of "+date(c.Accepted)+" has "+strings.Join(list.Entries, ", ")
	}
	return f
}

// addresses are those from which the exchange may have seen the call: the one
// that it told, else all that this machine has.
func (c *inquiry) addresses() []netip.Addr {
	if c.Seen.IsValid() {
		return []netip.Addr{c.Seen}
	}
	return c.Mine
}

// onList says how far the addresses being off the list points to it.
func (c *inquiry) onList() level {
	on := 0
	for _, a := range c.addresses() {
		if allowed, known := c.IPs.Allows(a); allowed || !known {
			on++ // an entry that cannot be read may be the one
		}
	}
	switch on {
	case 0:
		return likely
	case len(c.addresses()):
		return unlikely
	}
	return suspect // of two addresses one is on it, and either may have been used
}

// compared words this machine's addresses and the list.
func (c *inquiry) compared() string {
	var parts []string
	if c.Seen.IsValid() {
		parts = append(parts, "the exchange saw "+c.Seen.String()+c.mark(c.Seen))
	}
	for _, a := range c.Mine {
		kind := "IPv4"
		if a.Is6() {
			kind = "IPv6"
		}
		parts = append(parts, fmt.Sprintf("this machine's %s is %s%s", kind, a, c.mark(a)))
	}
	if len(c.Mine) == 0 && c.NotMine != "" {
		parts = append(parts, "this machine's addresses: "+c.NotMine)
	}
	if c.IPs.State == exchanges.IPList {
		parts = append(parts, "the list of "+date(c.Accepted)+" has "+strings.Join(c.IPs.Entries, ", "))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, "; ")
}

func (c *inquiry) mark(a netip.Addr) string {
	switch allowed, known := c.IPs.Allows(a); {
	case c.IPs.State != exchanges.IPList || !known:
		return ""
	case allowed:
		return " (on the list)"
	}
	return " (not on the list)"
}

func (c *inquiry) right(code exchanges.Cause) finding {
	f := c.base(code)
	if c.works && c.Permissions.Known() {
		f.text += ", which may: " + rights(c.Permissions) + "; what else a program wants is missing"
	}
	if f.level != possible {
		return f
	}
	switch c.Permissions.Get(exchanges.Read) {
	case exchanges.Granted:
		f.level, f.text = unlikely, "the key might read on "+date(c.Accepted)
		if c.Err.Kind == exchanges.Denied { // the refusal is about a right or so
			f.level = possible
		}
	case exchanges.NotGranted:
		f.level, f.text = likely, "the key might not read on "+date(c.Accepted)
	default:
	}
	return f
}

func rights(set exchanges.PermissionSet) string {
	var out []string
	for _, p := range set.All(exchanges.Granted) {
		out = append(out, p.String())
	}
	if len(out) == 0 {
		return "nothing that it tells"
	}
	return strings.Join(out, ", ")
}

// untried is what a call that only reads cannot show.
func (c *inquiry) untried(code exchanges.Cause) finding {
	if c.works {
		return finding{level: unasked, text: "not tried: keyrota reads, and does nothing that takes more"}
	}
	return c.base(code)
}
