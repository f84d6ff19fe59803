package binance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// subSwitches are the switches that a key of a sub-account can be given, in
// the order in which they are sent. Reading has none: every key has it.
var subSwitches = []struct {
	name  string
	gives exchanges.Permission
}{
	{"canTrade", exchanges.Spot},
	{"canMarginLoanRepay", exchanges.Margin},
	{"canFuturesTrade", exchanges.Futures},
	{"canUniversalTransfer", exchanges.Transfer},
	{"canVanillaOptions", exchanges.Options},
}

// switchable refuses what no switch gives.
func switchable(op string, set exchanges.PermissionSet) error {
	for _, p := range set.All(exchanges.Granted) {
		given := p == exchanges.Read
		for _, s := range subSwitches {
			given = given || s.gives == p
		}
		if !given {
			return desk.Invalid(op, fmt.Sprintf("Binance's API cannot give the right to %s to a key of a sub-account. Ask for less, or make the key on the web site.", p))
		}
	}
	return nil
}

// switches adds the switches of a set; unknown is what an unknown one becomes.
func (p params) switches(set exchanges.PermissionSet, unknown map[string]bool) params {
	for _, s := range subSwitches {
		on := set.Has(s.gives) || set.Get(s.gives) == exchanges.Unknown && unknown[s.name]
		p = p.with(s.name, strconv.FormatBool(on))
	}
	return p
}

// create makes a key. v2 takes its parameters in the body, where the public key
// must be.
func (s subAccount) create(ctx context.Context, r exchanges.KeyRequest) (made exchanges.Credential, err error) {
	const op = http.MethodPost + " " + createPath
	asked := func(op string, want exchanges.PermissionSet, _ []string) (exchanges.PermissionSet, error) {
		return want, switchable(op, want)
	}
	set, ips, err := subkeys.Wish(desk, op, r, asked, addresses)
	if err != nil {
		return exchanges.Credential{}, err
	}
	p := params("").with("email", s.email()).with("apiName", r.Label).restricted(ips).switches(set, nil)
	parse := desk.Made(exchanges.Secret{}, "apiKey", "secretKey")
	if r.PublicKey != "" {
		p, parse = p.with("publicKey", strings.TrimSpace(r.PublicKey)), parseRegistered
	}
	err = s.do(ctx, http.MethodPost, createPath, p, rest.Into(&made, parse))
	return made, err
}

// parseRegistered reads the answer to the making of a key that has no secret at
// Binance.
func parseRegistered(r rest.Response) (exchanges.Credential, *exchanges.Error) {
	c := exchanges.Credential{KeyID: string(wire.At[wire.Text](r.Body, "apiKey"))}
	if !generated(c.KeyID) {
		return exchanges.Credential{}, desk.Unmade()
	}
	return c, nil
}

// subKey is a key in the list of a sub-account.
type subKey struct {
	id, label, email string
	switches         map[string]bool
}

// UnmarshalJSON reads one entry. Lists spell the field apikey, the answer to a
// create apiKey; encoding/json takes both.
func (k *subKey) UnmarshalJSON(b []byte) error {
	var known struct {
		APIKey wire.Text `json:"apikey"`
		Name   wire.Text `json:"apiName"`
		Email  wire.Text `json:"email"`
	}
	if err := json.Unmarshal(b, &known); err != nil {
		return err
	}
	*k = subKey{string(known.APIKey), string(known.Name), string(known.Email), flags(wire.Members(b), "can")}
	return nil
}

// info brings a key of the list to the normal form. Its time stamp is left
// out: nothing says whether it is that of the making or of a change.
func (k subKey) info() exchanges.KeyInfo {
	set := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	known := map[string]bool{"canFixApiTrading": true, "canFixApiReading": true}
	for _, s := range subSwitches {
		known[s.name] = true
		if on, told := k.switches[s.name]; told {
			set = set.With(s.gives, wire.Flag{Value: on, Known: true}.Grant())
		}
	}
	for name, on := range k.switches {
		if on && !known[name] {
			set = set.With(exchanges.Other, exchanges.Granted)
		}
	}
	if k.switches["canFixApiTrading"] {
		set = set.With(exchanges.Spot, exchanges.Granted)
	}
	return exchanges.KeyInfo{KeyID: k.id, Label: k.label, Account: k.email, Permissions: set, ExchangePermissions: granted(k.switches)}
}

// The list of keys comes in pages; mostPages bounds an answer that never ends.
const (
	pageSize  = 100
	mostPages = 50
)

// keys are those of the sub-account. Binance documents no code that says that
// one is gone: their list alone tells, and the whole of it is read, since it is
// nowhere promised that Binance's filter finds every key. Not inlined: it has
// many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[subKey] {
	return subkeys.Keys[subKey]{
		Desk: desk, Op: http.MethodGet + " " + keysPath, ID: func(k subKey) string { return k.id },
		Read: func(ctx context.Context, _ string) ([]subKey, error) { return s.list(ctx) },
	}
}

// list returns every key of the sub-account. It fails rather than leave one out.
func (s subAccount) list(ctx context.Context) ([]subKey, error) {
	var all []subKey
	var before int64
	for page := 1; page <= mostPages; page++ {
		total, keys, err := s.page(ctx, page)
		if err != nil {
			return nil, err
		}
		if page > 1 && total != before { // then a key may have slipped from one page to another
			return nil, incomplete("the number of keys changed")
		}
		before = total
		all = append(all, keys...)
		switch {
		case int64(len(all)) == total:
			return all, nil
		case int64(len(all)) > total, len(keys) == 0:
			return nil, incomplete(fmt.Sprintf("%d keys of %d", len(all), total))
		}
	}
	return nil, incomplete("more pages than an account can have")
}

func (s subAccount) page(ctx context.Context, page int) (total int64, keys []subKey, err error) {
	p := params("").with("email", s.email()).with("page", strconv.Itoa(page)).with("size", strconv.Itoa(pageSize))
	err = s.do(ctx, http.MethodGet, keysPath, p, func(r rest.Response) (e *exchanges.Error) {
		number := wire.At[wire.Int](r.Body, "total")
		if total = number.Value; !number.Known {
			return rest.NotJSON(r)
		}
		keys, e = rest.List[subKey](r, "list")
		return e
	})
	return total, keys, err
}

func incomplete(what string) *exchanges.Error {
	return desk.Incomplete(http.MethodGet+" "+keysPath, what)
}
