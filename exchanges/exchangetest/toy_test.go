package exchangetest_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	toyKey    = "toyKEY1234"
	toySecret = "toySECRET-0123456789-abcdefghij"
	toyGood   = `{"label":"my toy key","can":["look"],"made":1700000000000}`
)

// toy is the smallest lawful adapter, with places to break it.
type toy struct {
	info     exchanges.Info
	check    func(exchanges.Credential) (exchanges.Credential, error)
	request  func(rest.Request, exchanges.Credential) rest.Request
	classify func(rest.Response) *exchanges.Error
	parse    func(rest.Response) (exchanges.KeyInfo, *exchanges.Error)
	config   func(*rest.Config)
	finish   func(error) error
	wrap     func(*toyVenue) exchanges.Exchange
	pairs    *exchanges.PairMaker
	once     bool // never tries again
}

func newToy() *toy {
	rules := cred.Rules{
		Exchange: "toy", Key: cred.Shape{Words: "10 characters", Fits: func(s string) bool { return len(s) == len(toyKey) }},
		Secret: cred.Shape{Words: "31 characters", Fits: func(s string) bool { return len(s) == len(toySecret) }},
	}
	return &toy{
		info: exchanges.Info{
			ID: "toy", Name: "Toy",
			Form: exchanges.Form{Fields: []exchanges.Field{
				{Name: exchanges.FieldKey, Label: "Key", Help: "10 characters"}, {Name: exchanges.FieldSecret, Label: "Secret", Help: "31 characters"},
			}},
			Sites: []exchanges.Site{{
				ID: "global", Name: "Toy", Environment: exchanges.Live, Origin: "https://api.toy.example", KeysPage: "https://toy.example/keys",
				Capabilities: exchanges.Capabilities{Permissions: true, Created: true, Label: true},
			}},
			Guide: toyGuide(),
		},
		check:    rules.Check,
		request:  func(r rest.Request, _ exchanges.Credential) rest.Request { return r },
		classify: toyRefusal,
		parse:    toyParse,
		config:   func(*rest.Config) {},
		finish:   func(err error) error { return err },
		wrap:     func(v *toyVenue) exchanges.Exchange { return v },
	}
}

func toyGuide() exchanges.Guide {
	return exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: "New key"}, {Text: "Name", Put: exchanges.PutLabel}, {Text: "Rights", Put: exchanges.PutTicks},
			{Text: "Paste your public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		},
		Delete: []exchanges.GuideStep{{Text: "Delete", Put: exchanges.PutKey}},
		Boxes: []exchanges.Box{
			{Words: "look", Gives: []exchanges.Permission{exchanges.Read}},
			{Words: "trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
			{Words: "move", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
		},
		Label: exchanges.LabelRule{Max: 20, Chars: "-"}, Source: "toy.example", AsOf: "2026-01-31",
		Lifetimes: []exchanges.Lifetime{{
			After: 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted, In: []exchanges.Environment{exchanges.Live},
			Words: "A toy is thrown away when nobody has played with it for a day.", Source: "toy.example", AsOf: "2026-01-31",
		}},
	}
}

func (a *toy) adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: a.info, Check: a.check, Pairs: a.pairs, New: func(c exchanges.Connection) (exchanges.Exchange, error) {
		cfg := rest.Config{Exchange: "toy", Connection: c, ServerTime: rest.Milliseconds("/time")}
		a.config(&cfg)
		client, err := rest.New(cfg)
		return a.wrap(&toyVenue{a, client}), err
	}}
}

type toyVenue struct {
	toy    *toy
	client *rest.Client
}

func (v *toyVenue) Info() exchanges.Info { return v.toy.info }

func (v *toyVenue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := v.toy.check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	var found exchanges.KeyInfo
	_, err = v.client.Do(ctx, rest.Call{
		Op: "GET /me", Credential: c, Write: v.toy.once,
		Build: func(now time.Time) (rest.Request, error) {
			stamp := strconv.FormatInt(now.UnixMilli(), 10)
			return v.toy.request(rest.Request{Method: "GET", Path: "/me", Query: "t=" + stamp, Header: http.Header{
				"X-Key": {c.KeyID}, "X-Sig": {toySign(stamp)},
			}}, c), nil
		},
		Classify: func(r rest.Response) *exchanges.Error {
			e := v.toy.classify(r)
			if e == nil {
				found, e = v.toy.parse(r)
			}
			return e
		},
	})
	if err != nil {
		return exchanges.KeyInfo{}, v.toy.finish(err)
	}
	found.KeyID, found.Seen, found.Clock = c.KeyID, v.client.Now().UTC(), v.client.Clock()
	return found, nil
}

func toySign(stamp string) string {
	return hex.EncodeToString(cred.HMACSHA256(exchanges.NewSecret(toySecret), stamp))
}

func toyRefusal(r rest.Response) *exchanges.Error {
	var body struct {
		Error wire.Text `json:"error"`
	}
	if json.Unmarshal(r.Body, &body) == nil && body.Error != "" {
		return &exchanges.Error{Kind: exchanges.Auth, Outcome: exchanges.Refused, Code: string(body.Error), Hint: "Check the key."}
	}
	return rest.HTTPError(r)
}

func toyParse(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	var body struct {
		Label wire.Text  `json:"label"`
		Can   wire.Words `json:"can"`
		Made  wire.Text  `json:"made"`
	}
	if e := rest.Decode(r, &body); e != nil {
		return exchanges.KeyInfo{}, e
	}
	if !body.Can.Known {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	return exchanges.KeyInfo{
		Label: string(body.Label), ExchangePermissions: body.Can.Values, Created: body.Made.Milliseconds(),
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted),
	}, nil
}

func (a *toy) subject() exchangetest.Subject {
	return exchangetest.Subject{
		Adapter:     a.adapter(),
		Credential:  exchanges.Credential{KeyID: toyKey, Secret: exchanges.NewSecret(toySecret)},
		DetectsSwap: true,
		ClockCall:   "GET /time",
		Routes: func(exchanges.Site) exchangetest.Routes {
			return exchangetest.Routes{
				"GET /time": func(exchangetest.Request) exchangetest.Reply {
					return exchangetest.JSON(strconv.FormatInt(time.Now().UnixMilli(), 10))
				},
				"GET /me": exchangetest.JSON(toyGood).Handler(),
			}
		},
		Verify: func(r exchangetest.Request) error {
			if r.Header.Get("X-Key") != toyKey || r.Header.Get("X-Sig") != toySign(r.Params().Get("t")) {
				return errors.New("wrong signature")
			}
			return nil
		},
		Refusals: []exchangetest.Refusal{{
			Name: "no", Reply: exchangetest.Status(401, `{"error":"you may not pass"}`), Kind: exchanges.Auth, Outcome: exchanges.Refused,
		}},
	}
}
