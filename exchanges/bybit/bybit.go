// Package bybit asks Bybit what an API key may do.
//
// GET /v5/user/query-api describes the calling key: label, permissions, IP
// list, creation and expiry; any key may make it. Only the last use is missing.
// Bybit is a family of sites with their own accounts: a key works at the site
// where it was made and nowhere else, so none is tried in place of another.
//
// Sources: bybit-exchange.github.io/docs (V5: integration guidance, "Get API
// Key Information", error codes, rate limits, demo trading) and the
// bybit-exchange/docs repository, as of July 2026.
package bybit

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name Bybit.
const ID exchanges.ID = "bybit"

const (
	inspectPath = "/v5/user/query-api"
	timePath    = "/v5/market/time"
)

// Bybit allows an account 10 of these calls a second, and an address 600 of
// any kind in 5 s.
const (
	callsPerSecond = 8
	callsAtOnce    = 10
)

// Adapter describes Bybit to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "Bybit", Form: form(), Sites: sites()}
}

// sites lists the deployments that Bybit documents. Where only the address of
// a site is documented, and not the page for keys, its front page stands in.
func sites() []exchanges.Site {
	const page = "/app/user/api-management"
	all := []exchanges.Site{
		{ID: "global", Name: "Bybit", Origin: "https://api.bybit.com", KeysPage: "https://www.bybit.com" + page},
		{ID: "bytick", Name: "Bybit by its second address", Origin: "https://api.bytick.com", KeysPage: "https://www.bybit.com" + page},
		{ID: "eu", Name: "Bybit EU", Origin: "https://api.bybit.eu", KeysPage: "https://www.bybit.eu/en-EU/app/user/add-secret-key?type=system"},
		{ID: "nl", Name: "Bybit Netherlands", Origin: "https://api.bybit.nl", KeysPage: "https://www.bybit.nl"},
		{ID: "tr", Name: "Bybit Türkiye", Origin: "https://api.bybit.tr", KeysPage: "https://www.bybit.tr"},
		{ID: "kz", Name: "Bybit Kazakhstan", Origin: "https://api.bybit.kz", KeysPage: "https://www.bybit.kz"},
		{ID: "ge", Name: "Bybit Georgia", Origin: "https://api.bybitgeorgia.ge", KeysPage: "https://www.bybitgeorgia.ge"},
		{ID: "ae", Name: "Bybit UAE", Origin: "https://api.bybit.ae", KeysPage: "https://www.bybit.ae"},
		{ID: "id", Name: "Bybit Indonesia", Origin: "https://api.bybit.id", KeysPage: "https://www.bybit.id"},
		{ID: "jp", Name: "Bybit Japan", Origin: "https://api.manepa.jp", KeysPage: "https://www.manepa.jp"},
		{
			ID: "global", Name: "Bybit Testnet", Environment: exchanges.Testnet,
			Origin: "https://api-testnet.bybit.com", KeysPage: "https://testnet.bybit.com" + page,
		},
		{
			ID: "jp", Name: "Bybit Japan Testnet", Environment: exchanges.Testnet,
			Origin: "https://api-testnet.manepa.jp", KeysPage: "https://testnet.manepa.jp",
		},
		{
			ID: "global", Name: "Bybit Demo Trading", Environment: exchanges.Demo,
			Origin: "https://api-demo.bybit.com", KeysPage: "https://www.bybit.com" + page,
		},
	}
	for i := range all {
		if all[i].Environment == "" {
			all[i].Environment = exchanges.Live
		}
		all[i].Capabilities = exchanges.Capabilities{Permissions: true, IPList: true, Created: true, Expires: true, Label: true}
	}
	return all
}

// venue is one site.
type venue struct{ client *rest.Client }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Parse: parseTime},
	})
	if err != nil {
		return nil, err
	}
	return &venue{client}, nil
}

// Info describes Bybit.
func (v *venue) Info() exchanges.Info { return info() }

// Inspect asks what the exchange says of the calling key.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	var found exchanges.KeyInfo
	_, err = v.client.Do(ctx, rest.Call{
		Op: "GET " + inspectPath, Credential: c,
		Build: func(now time.Time) (rest.Request, error) { return signed(c, "GET", inspectPath, "", "", now) },
		Classify: func(r rest.Response) *exchanges.Error {
			if e := refusal(r); e != nil {
				return e
			}
			info, e := parseKey(r, c.KeyID)
			found = info
			return e
		},
	})
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	found.Seen, found.Clock = v.client.Now().UTC(), v.client.Clock()
	return found, nil
}

// parseTime reads the finest of the three clocks that the answer has.
func parseTime(body []byte) (time.Time, error) {
	var t struct {
		Time   wire.Int `json:"time"` // ms
		Result struct {
			Second wire.Int `json:"timeSecond"`
			Nano   wire.Int `json:"timeNano"`
		} `json:"result"`
	}
	err := json.Unmarshal(body, &t)
	switch {
	case err != nil:
		return time.Time{}, errors.New("no JSON")
	case t.Result.Nano.Value > 0:
		return time.Unix(0, t.Result.Nano.Value), nil
	case t.Time.Value > 0:
		return time.UnixMilli(t.Time.Value), nil
	case t.Result.Second.Value > 0:
		return time.Unix(t.Result.Second.Value, 0), nil
	}
	return time.Time{}, errors.New("no time")
}
