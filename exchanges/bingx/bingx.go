// Package bingx asks BingX what an API key may do, and manages the keys of
// sub-accounts there.
//
// GET /openApi/v1/account/apiPermissions describes the calling key: by flags
// with its making, or by numbers with label and IP list; BingX's pages show both
// answers. Label and IP list are also in the list of the account's keys, which a
// key of the main account may ask for, with the account's number.
//
// A key of the main account makes, lists, changes and deletes the keys of
// sub-accounts. Those of the main account itself are listed too, and managed on
// the web site. Demo trading (VST) is another host, where only the calling key
// is asked for.
//
// Sources: bingx-api.github.io/docs and docs-v3 (signing, sub-account, errors,
// frequently asked questions) and BingX's page bingx.com/en/account/api, as of
// 2026.
package bingx

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name BingX.
const ID exchanges.ID = "bingx"

const (
	permissionsPath = "/openApi/v1/account/apiPermissions"
	uidPath         = "/openApi/account/v1/uid"
	keysPath        = "/openApi/account/v1/apiKey/query"
	timePath        = "/openApi/swap/v2/server/time"
)

// BingX allows an account ten, two and five a second of the calls for number,
// permissions and list, and five of each that changes keys.
const (
	callsPerSecond   = 4
	callsAtOnce      = 3 // an inspection
	looksPerSecond   = 1.5
	changesPerSecond = 2
)

// patience is how long an inspection waits for what it can do without.
const patience = 5 * time.Second

// Adapter describes BingX to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

const keysPage = "https://bingx.com/en/account/api/"

// sites are the deployments; they share accounts and keys.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "BingX", Environment: exchanges.Live, Origin: "https://open-api.bingx.com", KeysPage: keysPage,
		Capabilities: exchanges.Capabilities{
			Permissions: true, IPList: true, Created: true, Label: true,
			Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, Survey: true,
		},
	},
	{
		ID: "vst", Name: "BingX Demo (VST)", Environment: exchanges.Demo, Origin: "https://open-api-vst.bingx.com", KeysPage: keysPage,
		Capabilities: exchanges.Capabilities{Permissions: true, Created: true},
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "BingX", Form: form, Guide: guide(), Sites: sites,
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"open-api.bingx.io"}},
	}
}

// venue is one site.
type venue struct {
	rest.Venue
	looks *rate.Limiter // for calls about permissions
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	v := &venue{looks: rate.NewLimiter(looksPerSecond, 1)}
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Read: v.serverTime},
	})
	if err != nil {
		return nil, err
	}
	v.Venue = rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: v.refusal}, About: info, Check: check, Trip: &course, Look: v.inspect}
	if c.Site.Capabilities.Reach == exchanges.NoKeys {
		return v, nil
	}
	return &manager{v, rate.NewLimiter(changesPerSecond, 1)}, nil
}

// inspect asks what the calling key is told about itself.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	k, err := v.described(ctx, c)
	if err != nil {
		return err
	}
	*out = k.info(ofMain)
	return nil
}

// Inspect asks for the account's number, and then at once what the calling key
// is told about itself and what the list of the account's keys says of it. The
// list is closed to keys of sub-accounts: it adds what it can.
func (m *manager) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	own, err := m.own(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	aside, cancel := context.WithTimeout(ctx, patience)
	defer cancel() // where the key is refused, nobody waits for the list
	row := make(chan *key, 1)
	go func() {
		k, _ := own.keys().Find(aside, c.KeyID)
		row <- k
	}()
	k, err := m.described(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	k.add(<-row)
	out := k.info(ofMain)
	out.KeyID, out.Account = c.KeyID, own.Name
	return m.Stamp(out), nil
}

// described asks what the calling key is told about itself.
func (v *venue) described(ctx context.Context, c exchanges.Credential) (k key, err error) {
	err = v.Get(ctx, rest.Call{Credential: c, Limiter: v.looks}, permissionsPath, rest.Into(&k, parseDescription))
	return k, err
}

// own opens the account of a key itself, whose number it asks for.
func (m *manager) own(ctx context.Context, c exchanges.Credential) (account, error) {
	a := account{m, subkeys.Account{Manager: c}}
	return a, m.Get(ctx, rest.Call{Credential: c}, uidPath, rest.Into(&a.Name, parseUID))
}

// parseUID reads a number in an object or alone.
func parseUID(r rest.Response) (string, *exchanges.Error) {
	uid := string(wire.At[wire.Text](payload(r), "uid"))
	if !subkeys.IsUID(uid) {
		return "", rest.NotJSON(r)
	}
	return uid, nil
}

// serverTime reads BingX's clock, which may refuse to tell like any other call.
func (v *venue) serverTime(r rest.Response) (time.Time, error) {
	if e := v.refusal(r); e != nil {
		return time.Time{}, e
	}
	return rest.UnixMilli(r, "data", "serverTime")
}

// course is by bingx-api.github.io/docs: of perpetual swaps, which are what demo
// trading has, "Query account data", "Order Book" and "24hr Ticker Price Change".
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /openApi/swap/v2/user/balance",
	Book:    "GET /openApi/swap/v2/quote/depth?symbol={market}&limit=5&timestamp={ms}",
	Ticker:  "GET /openApi/swap/v2/quote/ticker?symbol={market}&timestamp={ms}",
}
