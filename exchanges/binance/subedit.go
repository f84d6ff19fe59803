package binance

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// mostIPs is how long an IP list may be where Binance documents a number. For a
// new key of a sub-account it is 500 characters, which is no less. Blocks and
// IPv6 are documented nowhere.
const mostIPs = 30

// The values of the parameter status.
const (
	statusOpen = "1"
	statusList = "2"
)

// restricted adds an IP list, which is empty for any address.
func (p params) restricted(list []string) params {
	if len(list) == 0 {
		return p.with("status", statusOpen)
	}
	return p.with("status", statusList).with("ipAddress", strings.Join(list, ","))
}

func addresses(op string, ips exchanges.IPWhitelist) ([]string, error) {
	return desk.Singles(op, ips, mostIPs)
}

// edit changes what r knows, permissions first. Everything is checked before
// anything is sent.
func (s subAccount) edit(ctx context.Context, keyID string, r exchanges.KeyRequest) error {
	if err := switchable(http.MethodPost+" "+permitPath, r.Permissions); err != nil {
		return err
	}
	var ips []string
	if r.IPs.State != exchanges.IPUnknown {
		var err error
		if ips, err = addresses(http.MethodPost+" "+setIPsPath, r.IPs); err != nil {
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
			return desk.Untold(http.MethodPost+" "+permitPath, "switches")
		}
		if k != nil { // of one that is not there the exchange will say so
			present = k.switches
		}
	}
	return s.do(ctx, http.MethodPost, permitPath, s.of(keyID).switches(set, present), rest.Done)
}

// restrict sets the IP list of a key. That a new list replaces the old one is
// not documented, only that addresses can be taken away: so the list is read,
// and what should not be there is taken away.
func (s subAccount) restrict(ctx context.Context, keyID string, want []string) error {
	if err := s.do(ctx, http.MethodPost, setIPsPath, s.of(keyID).restricted(want), rest.Done); err != nil {
		return err
	}
	var now restricted
	if err := s.do(ctx, http.MethodGet, readIPsPath, s.of(keyID), rest.Into(&now, parseRestricted)); err != nil {
		exchanges.AsError(err).Outcome = exchanges.OutcomeUnknown // a part of the change is made
		return err
	}
	missing, more := without(want, now.IPs.Values), without(now.IPs.Values, want)
	if now.Restrict.Value == (len(want) == 0) || len(missing) > 0 {
		return &exchanges.Error{
			Exchange: ID, Op: http.MethodGet + " " + readIPsPath, Kind: exchanges.Protocol, Code: "the IP list is not what was sent",
			Hint: "Look at the key's IP list on the API Management page and set it there.",
		}
	}
	if len(want) == 0 || len(more) == 0 {
		return nil
	}
	return s.do(ctx, http.MethodDelete, dropIPsPath, s.of(keyID).with("ipAddress", strings.Join(more, ",")), rest.Done)
}

// restricted is an answer about the IP list of a key.
type restricted struct {
	Restrict wire.Flag  `json:"ipRestrict"` // written as text
	IPs      wire.Words `json:"ipList"`
}

// parseRestricted wants the flag: without it, nothing tells an open key from
// another.
func parseRestricted(r rest.Response) (restricted, *exchanges.Error) {
	now := wire.At[restricted](r.Body)
	if !now.Restrict.Known {
		return now, rest.NotJSON(r)
	}
	return now, nil
}

// without returns what of all is not in those.
func without(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}
