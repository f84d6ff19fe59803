package command

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// statedKeys are keys at exchanges that keyrota has no adapter for.
func statedKeys(now time.Time) []desk.NewKey {
	daysAgo := func(n int) exchanges.Moment { return exchanges.At(now.AddDate(0, 0, -n).Truncate(24 * time.Hour)) }
	mayNot := exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.NotGranted).With(exchanges.Read, exchanges.Granted)
	return []desk.NewKey{
		{Name: "phx-bot", Exchange: other.ID, Environment: exchanges.Live, Credential: invented(), Details: desk.Details{
			Venue: "Phemex", KeysPage: "https://phemex.example/api-keys", Consumers: demoConsumers("phx-bot"),
			Stated: &desk.Stated{Permissions: mayNot.With(exchanges.Futures, exchanges.Granted), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}, Created: daysAgo(118)},
		}},
		{Name: "bitstamp-tax", Exchange: other.ID, Environment: exchanges.Live, Credential: invented(), Details: desk.Details{
			Venue: "Bitstamp", Purpose: "portfolio and tax", Stated: &desk.Stated{Permissions: mayNot, Created: daysAgo(30)},
		}},
	}
}

// invented returns a key of no exchange.
func invented() exchanges.Credential {
	return exchanges.Credential{KeyID: "demo-" + strings.ToLower(rand.Text()), Secret: exchanges.NewSecret(rand.Text() + rand.Text())}
}

// vouch does what a prompt asks at an exchange that is not even simulated, and
// says that it is done.
func vouch(asked flow.PromptID) (flow.Answer, error) {
	switch asked {
	case flow.AskPaste:
		return flow.Answer{Choice: flow.Go, Credential: invented()}, nil
	case flow.AskWorks, flow.AskGone, flow.AskUndo:
		return flow.Answer{Choice: flow.Go}, nil
	default:
		return flow.Answer{}, desk.Refuse("there is nothing to do at the exchange here", "Answer yourself.")
	}
}
