package ui

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

func TestDetailsShowClockAndRateLimit(t *testing.T) {
	r := fixtureKey("grid-bot", "binance", exchanges.Live)
	env, fake := testEnv(t, r)
	show := func(l desk.Link) *driver {
		fake.link = l
		return drive(t, env, func(e *Env) Screen { return newDetail(e, r.ID) })
	}
	show(desk.Link{}).seeNot("requests")
	d := show(desk.Link{At: noon, Usage: "12/6000 per minute", Clock: exchanges.Clock{Known: true, Offset: 41 * time.Millisecond}})
	d.see("requests", "12/6000 per minute · clock +41 ms")
	d.seeNot("time synchronisation")
	show(desk.Link{At: noon, Clock: exchanges.Clock{Known: true, Offset: -10 * time.Minute}}).see("clock -600 s", "time synchronisation")
}
