package store

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func TestQueriesChoose(t *testing.T) {
	e := Event{
		At: testNow, Actor: "ann", Host: "box", Action: ActionAdded, Key: "Grid-Bot", Record: "r1", Exchange: "binance",
		Environment: exchanges.Live, Consumers: []string{"grid", "3Commas"},
	}
	hour := time.Hour
	for name, c := range map[string]struct {
		q    AuditQuery
		want bool
	}{
		"nothing is asked":         {AuditQuery{}, true},
		"the name, in any case":    {AuditQuery{Key: "grid-bot"}, true},
		"another name":             {AuditQuery{Key: "grid"}, false},
		"the record as a name":     {AuditQuery{Key: "r1"}, true},
		"the record":               {AuditQuery{Record: "r1"}, true},
		"its record or its name":   {AuditQuery{Key: "new name", Record: "r1"}, true},
		"neither":                  {AuditQuery{Key: "new name", Record: "r2"}, false},
		"the exchange":             {AuditQuery{Exchange: "binance"}, true},
		"another exchange":         {AuditQuery{Exchange: "kraken"}, false},
		"a consumer":               {AuditQuery{Consumer: "3commas"}, true},
		"part of one":              {AuditQuery{Consumer: "commas"}, false},
		"the action":               {AuditQuery{Actions: []Action{ActionRevoked, ActionAdded}}, true},
		"another action":           {AuditQuery{Actions: []Action{ActionRevoked}}, false},
		"who":                      {AuditQuery{Actor: "ann"}, true},
		"who and where":            {AuditQuery{Actor: "ann@box"}, true},
		"who, elsewhere":           {AuditQuery{Actor: "ann@other"}, false},
		"from its moment on":       {AuditQuery{Since: testNow}, true},
		"from later on":            {AuditQuery{Since: testNow.Add(1)}, false},
		"up to its moment":         {AuditQuery{Until: testNow}, false},
		"up to later":              {AuditQuery{Until: testNow.Add(1)}, true},
		"all of it":                {AuditQuery{Key: "grid-bot", Consumer: "grid", Since: testNow.Add(-hour), Until: testNow.Add(hour)}, true},
		"all of it, one is not so": {AuditQuery{Key: "grid-bot", Consumer: "grid", Until: testNow.Add(-hour)}, false},
	} {
		if got := c.q.Match(&e); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestConsumersOfOldEntriesAreFound: before entries named consumers, the detail
// of a hand-over did.
func TestConsumersOfOldEntriesAreFound(t *testing.T) {
	q := AuditQuery{Consumer: "grid, the bot"}
	for detail, want := range map[string]bool{
		"grid, the bot, by the person": true, "grid, the bot, hook ran": true, "grid, the bot, file written": true, "grid, the bot, skipped": true,
		"grid, the bot": true, "grid, by the person": false,
	} {
		if got := q.Match(&Event{Action: ActionHandedOver, Detail: detail}); got != want {
			t.Errorf("%q: %v", detail, got)
		}
	}
	if q.Match(&Event{Action: ActionEdited, Detail: "grid, the bot"}) {
		t.Error("the detail of another action names no consumer")
	}
	if !q.Match(&Event{Action: ActionHandOverFailed, Detail: "grid, the bot"}) {
		t.Error("a hand-over that failed names its consumer")
	}
}
