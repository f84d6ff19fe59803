// Package htx asks HTX, once called Huobi, what an API key may do, and manages
// the keys of sub-users there.
//
// GET /v2/user/uid tells whose the calling key is, GET /v2/user/api-key then
// describes all keys of that user: label, permissions, IP list, creation and
// the days that are left. The calling key is found in the list by its access
// key. Only the last use is missing.
//
// A key of a parent user makes, lists, changes and deletes the keys of its
// sub-users; making one takes a code of the parent's Google Authenticator. It
// lists those of the parent too, which are made and changed on the web site.
//
// There is no testnet any more. The hosts for futures alone describe no keys;
// one key serves all products.
//
// Sources: HTX API documentation for spot (quick start, access and
// authentication, sub-user management, error codes), www.htx.com announcement
// 900001195006, and huobi_Golang and huobi_Python of github.com/HuobiRDCenter
// as of August 2025.
package htx

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name HTX.
const ID exchanges.ID = "htx"

const (
	uidPath  = "/v2/user/uid"
	keysPath = "/v2/user/api-key"
	timePath = "/v1/common/timestamp"
)

// HTX counts calls by user and tells in a header how many are left. How many it
// allows of these is not documented: they are few, so that they may be slow.
const (
	callsPerSecond   = 4
	callsAtOnce      = 8
	changesPerSecond = 1
)

// Adapter describes HTX to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "HTX", Form: form(), Guide: guide(),
		Sites: []exchanges.Site{{
			ID: "global", Name: "HTX", Environment: exchanges.Live,
			Origin: "https://api.huobi.pro", KeysPage: "https://www.htx.com/apikey/",
			Capabilities: exchanges.Capabilities{
				Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
				// Of the calling key's own user there is a list, and nothing else.
				Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, Survey: true,
				SecondFactor: true, KeyPair: exchanges.Ed25519,
			},
		}},
		// The same for those whose programs run at AWS.
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"api-aws.huobi.pro"}},
	}
}

// venue is HTX at one address.
type venue struct {
	client *rest.Client
	host   string // which is signed
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Parse: wire.Clock("data")},
	})
	if err != nil {
		return nil, err
	}
	origin, err := url.Parse(c.Origin)
	if err != nil {
		return nil, err
	}
	v := &venue{client, strings.ToLower(origin.Hostname())}
	return &manager{v, rate.NewLimiter(changesPerSecond, 1)}, nil
}

// Info describes HTX.
func (v *venue) Info() exchanges.Info { return info() }

// Inspect asks what the exchange says of the calling key. Whether a key of a
// sub-user is described to itself is not documented. Where it is not, the first
// call was accepted all the same: what is left unknown says nothing against it.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	uid, err := v.uid(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	var out exchanges.KeyInfo
	found, err := v.keys(ctx, c, uid)
	switch k := subkeys.Find(found.keys, func(k key) bool { return string(k.AccessKey) == c.KeyID }); {
	case err != nil && !undescribed(err):
		return exchanges.KeyInfo{}, err
	case err != nil:
		out = accepted("HTX refuses to describe it to itself: " + exchanges.AsError(err).Code + ".")
	case k == nil:
		out = accepted("HTX's list of keys does not show it.")
	default:
		out = k.info(ofCaller, v.now())
	}
	out.KeyID, out.Usage = c.KeyID, found.usage
	return v.stamped(out, uid), nil
}

// now is the exchange's time.
func (v *venue) now() time.Time { return v.client.Now().Add(v.client.Clock().Offset) }

// stamped returns what is told of a key of a user, with when it was.
func (v *venue) stamped(k exchanges.KeyInfo, uid int64) exchanges.KeyInfo {
	k.Account, k.Seen, k.Clock = strconv.FormatInt(uid, 10), v.client.Now().UTC(), v.client.Clock()
	return k
}

// uid asks whose the calling key is. It takes no more than the right to read,
// which no key lacks.
func (v *venue) uid(ctx context.Context, c exchanges.Credential) (int64, error) {
	var answer struct {
		Data wire.Int `json:"data"`
	}
	err := v.do(ctx, c, call{path: uidPath, parse: func(r rest.Response) *exchanges.Error {
		if e := rest.Decode(r, &answer); e != nil {
			return e
		}
		if answer.Data.Value <= 0 {
			return rest.NotJSON(r)
		}
		return nil
	}})
	return answer.Data.Value, err
}

// keys asks for all keys of a user: that of the calling key, or a sub-user.
func (v *venue) keys(ctx context.Context, c exchanges.Credential, uid int64) (found list, err error) {
	err = v.do(ctx, c, call{
		path: keysPath, params: url.Values{"uid": {strconv.FormatInt(uid, 10)}},
		parse: func(r rest.Response) (e *exchanges.Error) {
			found, e = parseKeys(r)
			return e
		},
	})
	return found, err
}

// call is a signed call; with a body it is one that changes something. parse
// reads an answer that is no refusal.
type call struct {
	path    string
	params  url.Values
	body    string
	parse   func(rest.Response) *exchanges.Error
	limiter *rate.Limiter
	secrets []exchanges.Secret // in the body
}

// do makes a call with a checked credential.
func (v *venue) do(ctx context.Context, c exchanges.Credential, what call) error {
	method := http.MethodGet
	if what.body != "" {
		method = http.MethodPost
	}
	_, err := v.client.Do(ctx, rest.Call{
		Op: method + " " + what.path, Write: what.body != "", Limiter: what.limiter,
		Credential: c, Secrets: what.secrets,
		Build: func(now time.Time) (rest.Request, error) {
			r, err := signed(c, v.host, method, what.path, what.params, now)
			r.Body = what.body
			return r, err
		},
		Classify: rest.Then(refusal, what.parse),
	})
	return err
}
