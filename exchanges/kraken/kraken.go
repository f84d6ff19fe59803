// Package kraken asks Kraken's spot exchange what an API key may do.
//
// One call says everything: POST /0/private/GetApiKeyInfo, which needs no
// permission, describes the calling key and no other. The clock is read with a
// public call, since a nonce from a clock that is ahead locks the key's bot
// out. Ordinary keys cannot
// make, change or list keys, so the package has no other ability: the guide
// leads a person through the web site. Keys of Kraken Futures belong to another host and look the same; this one calls
// them invalid.
//
// Sources: docs.kraken.com (Spot REST: "Get API Key Info", "Authentication",
// "Rate limits", "Errors") and support.kraken.com ("API error messages", "How
// to create an API key"), as of 2026.
package kraken

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Kraken's spot exchange.
const ID exchanges.ID = "kraken"

const (
	inspectPath = "/0/private/GetApiKeyInfo"
	inspectOp   = http.MethodPost + " " + inspectPath
)

// A starter account may make 15 calls at once and one more every 3 s, counted
// over all its programs. Staying at 10 leaves the rest to them.
const (
	callsAtOnce = 10
	callsEvery  = 3 * time.Second
)

// Adapter describes Kraken to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

func info() exchanges.Info {
	return exchanges.Info{
		ID:    ID,
		Name:  "Kraken",
		Form:  form(),
		Guide: guide(),
		Sites: []exchanges.Site{{
			ID:          "global",
			Name:        "Kraken",
			Environment: exchanges.Live,
			Origin:      "https://api.kraken.com",
			KeysPage:    "https://pro.kraken.com/app/settings/api",
			Capabilities: exchanges.Capabilities{
				Permissions: true, IPList: true, Created: true, Expires: true, LastUsed: true, Label: true,
				LastUsedCountsOwn: true,
			},
		}},
	}
}

type venue struct{ client *rest.Client }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	v := &venue{}
	client, err := rest.New(rest.Config{
		Exchange:   ID,
		Connection: c,
		Limit:      rate.Every(callsEvery),
		Burst:      callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Parse: v.parseTime},
	})
	if err != nil {
		return nil, err
	}
	v.client = client
	return v, nil
}

// Info describes Kraken.
func (v *venue) Info() exchanges.Info { return info() }

// Inspect asks Kraken about the key of c with a single signed call. It is never
// repeated by itself, not even after a dropped connection: each try costs the
// bot that shares the account a part of its call budget, and failures in a
// row end in a lockout of the address.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	turn, err := nonces.turn(ctx, c.KeyID, c.Nonce)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	defer turn.Done()

	var asked time.Time
	resp, err := v.client.Do(ctx, rest.Call{
		Op:         inspectOp,
		Credential: c,
		Write:      true, // it moves the key's nonce, so that it is sent once
		Build: func(now time.Time) (rest.Request, error) {
			asked = v.client.Now()
			n := turn.next(nonce.Time(now, asked, timeGrain/2))
			return request(c, inspectPath, n, inspectForm(n, c.Passphrase))
		},
		Classify: func(r rest.Response) *exchanges.Error { return classify(r, v.exchangeNow()) },
	})
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	k, perr := parseKeyInfo(resp)
	if perr != nil {
		perr.Exchange, perr.Op = ID, inspectOp
		return exchanges.KeyInfo{}, perr
	}
	out := k.info(turn.unit)
	out.KeyID = c.KeyID
	out.Asked, out.Seen = asked.UTC(), v.client.Now().UTC()
	out.Clock = v.client.Clock()
	return out, nil
}
