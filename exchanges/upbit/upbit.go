// Package upbit asks Upbit when an API key ends.
//
// GET /v1/api_keys lists the keys of the calling key's account, each with its
// expiry and nothing else; any key may ask. What a key may do could only be
// found out by trying, so it stays unknown. Keys are managed on the web site
// alone. The list does not serve to look for other keys: some say that it
// masks them, and whether it spans the pockets of an account is not documented.
//
// Korea, Singapore, Indonesia and Thailand are sites with accounts of their
// own. Calls carry a token signed with the secret, with a number that is used
// once; there is no time in it.
//
// Sources: docs.upbit.com (authentication, API keys, "List API Keys", REST guide,
// errors; version 1.6.4) and global-docs.upbit.com (authentication), as of
// 2026.
package upbit

import (
	"context"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name Upbit.
const ID exchanges.ID = "upbit"

const inspectPath = "/v1/api_keys"

// Upbit allows an account 30 calls of this kind a second.
const callsPerSecond, callsAtOnce = 10, 10

// korea is the site whose keys and tokens are different from those of the
// others.
const korea = "kr"

// Adapter describes Upbit to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: rules.Check, New: open}
}

// told is what every site says of a key.
var told = exchanges.Capabilities{Expires: true}

// sites are the deployments that have accounts of their own.
var sites = []exchanges.Site{
	{
		ID: korea, Name: "Upbit Korea", Environment: exchanges.Live, Capabilities: told,
		Origin: "https://api.upbit.com", KeysPage: "https://upbit.com/mypage/open_api_management",
	},
	{
		ID: "sg", Name: "Upbit Singapore", Environment: exchanges.Live, Capabilities: told,
		Origin: "https://sg-api.upbit.com", KeysPage: "https://sg.upbit.com",
	},
	{
		ID: "id", Name: "Upbit Indonesia", Environment: exchanges.Live, Capabilities: told,
		Origin: "https://id-api.upbit.com", KeysPage: "https://id.upbit.com",
	},
	{
		ID: "th", Name: "Upbit Thailand", Environment: exchanges.Live, Capabilities: told,
		Origin: "https://th-api.upbit.com", KeysPage: "https://th.upbit.com",
	},
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "Upbit", Form: form, Guide: guide(), Sites: sites}
}

// venue is one site.
type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{
		API:   rest.API{Client: client, Sign: algorithmAt(c.Site.ID).signed, Refusal: refusal},
		About: info, Check: rules.Check, Trip: &course,
	}}
	v.Look = v.inspect
	return v, nil
}

// inspect looks the key up in the list of its account's keys.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	return v.Get(ctx, rest.Call{Credential: c}, inspectPath, rest.Into(out, func(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
		return parseKeys(r, c.KeyID)
	}))
}

// usage words what the header says of the limit: "group=default; min=1799;
// sec=29" are the calls that are left.
func usage(r rest.Response) string {
	fields := map[string]string{}
	for part := range strings.SplitSeq(r.Header.Get("Remaining-Req"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = exchanges.Clean(value)
	}
	if fields["sec"] == "" {
		return ""
	}
	return fields["sec"] + " calls left in this second"
}

// course is by docs.upbit.com: "Get Account Balance", "List Orderbooks" and "List
// Tickers by Trading Pairs".
var course = rest.Course{
	Market:  "KRW-BTC",
	Markets: wire.Glossary{{"sg", "SGD-BTC"}, {"id", "IDR-BTC"}, {"th", "THB-BTC"}},
	Balance: "GET /v1/accounts",
	Book:    "GET /v1/orderbook?markets={market}",
	Ticker:  "GET /v1/ticker?markets={market}",
	Usage:   usage,
}
