package binance

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// What an IP list may be: Binance documents 30 addresses where it documents a
// number, and 500 characters for a new key of a sub-account. Blocks and IPv6
// are documented nowhere.
const (
	mostIPs     = 30
	mostIPChars = 500
)

// addresses are the parameters of an IP list.
type addresses struct {
	open bool
	list []string
}

// The values of the parameter status.
const (
	statusOpen = "1"
	statusList = "2"
)

func (a addresses) add(p params) params {
	if a.open {
		return p.with("status", statusOpen)
	}
	return p.with("status", statusList).with("ipAddress", strings.Join(a.list, ","))
}

// restriction brings a whitelist into Binance's form. One that is not known is
// refused: it would leave the key open to every address.
func restriction(op string, ips exchanges.IPWhitelist) (addresses, error) {
	list, err := desk.Addresses(op, ips)
	switch {
	case err != nil:
		return addresses{}, err
	case len(list) == 0:
		return addresses{open: true}, nil
	case len(list) > mostIPs || len(strings.Join(list, ",")) > mostIPChars:
		return addresses{}, desk.Invalid(op, "Binance takes 30 addresses at most, in 500 characters.")
	}
	for _, entry := range list {
		if at, err := netip.ParseAddr(entry); err != nil || !at.Is4() {
			return addresses{}, desk.Invalid(op, "Binance takes single IPv4 addresses, neither blocks nor IPv6.")
		}
	}
	return addresses{list: list}, nil
}

// edit changes what r knows, permissions first. Everything is checked before
// anything is sent.
func (s subAccount) edit(ctx context.Context, keyID string, r exchanges.KeyRequest) error {
	if err := switchable(http.MethodPost+" "+permitPath, r.Permissions); err != nil {
		return err
	}
	var ips addresses
	if r.IPs.State != exchanges.IPUnknown {
		var err error
		if ips, err = restriction(http.MethodPost+" "+setIPsPath, r.IPs); err != nil {
			return err
		}
	}
	if r.Permissions.Known() {
		if err := s.permit(ctx, keyID, r.Permissions); err != nil {
			return err
		}
	}
	if r.IPs.State == exchanges.IPUnknown {
		return nil
	}
	return s.restrict(ctx, keyID, ips)
}

// permit sets all switches of a key, since what becomes of one that is left
// out is not documented. Those that set does not know are read before.
func (s subAccount) permit(ctx context.Context, keyID string, set exchanges.PermissionSet) error {
	var keep []string
	for _, sw := range subSwitches {
		if set.Get(sw.gives) == exchanges.Unknown {
			keep = append(keep, sw.name)
		}
	}
	var present map[string]bool
	if len(keep) > 0 {
		k, err := s.keys().Find(ctx, keyID)
		if err != nil {
			return rest.BeforeChange(err)
		}
		untold := func(name string) bool { _, told := k.switches[name]; return !told }
		if k != nil && slices.ContainsFunc(keep, untold) {
			return rest.BeforeChange(incomplete("not every switch of the key is told"))
		}
		if k != nil { // of one that is not there the exchange will say so
			present = k.switches
		}
	}
	return s.do(ctx, http.MethodPost, permitPath, s.of(keyID).switches(set, present), acknowledged)
}

// restrict sets the IP list of a key. That a new list replaces the old one is
// not documented, only that addresses can be taken away: so the list is read,
// and what should not be there is taken away.
func (s subAccount) restrict(ctx context.Context, keyID string, want addresses) error {
	if err := s.do(ctx, http.MethodPost, setIPsPath, want.add(s.of(keyID)), acknowledged); err != nil {
		return err
	}
	var now restricted
	if err := s.do(ctx, http.MethodGet, readIPsPath, s.of(keyID), now.parse); err != nil {
		exchanges.AsError(err).Outcome = exchanges.OutcomeUnknown // a part of the change is made
		return err
	}
	missing, more := without(want.list, now.IPs.Values), without(now.IPs.Values, want.list)
	if want.open == now.Restrict.Value || len(missing) > 0 {
		return &exchanges.Error{
			Exchange: ID, Op: http.MethodGet + " " + readIPsPath, Kind: exchanges.Protocol, Code: "the IP list is not what was sent",
			Hint: "Look at the key's IP list on the API Management page and set it there.",
		}
	}
	if want.open || len(more) == 0 {
		return nil
	}
	return s.do(ctx, http.MethodDelete, dropIPsPath, s.of(keyID).with("ipAddress", strings.Join(more, ",")), acknowledged)
}

// restricted is an answer about the IP list of a key.
type restricted struct {
	Restrict wire.Flag  `json:"ipRestrict"` // written as text
	IPs      wire.Texts `json:"ipList"`
}

// parse wants the flag: without it, nothing tells an open key from another.
func (r *restricted) parse(resp rest.Response) *exchanges.Error {
	*r = restricted{}
	if e := rest.Decode(resp, r); e != nil {
		return e
	}
	if !r.Restrict.Known {
		return rest.NotJSON(resp)
	}
	return nil
}

// without returns what of all is not in those.
func without(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}
