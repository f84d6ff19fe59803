package command

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/other"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// seedStated adds keys at exchanges that keyrota has no adapter for.
func (s *session) seedStated(ctx context.Context, now time.Time) error {
	daysAgo := func(n int) exchanges.Moment { return exchanges.At(now.AddDate(0, 0, -n).Truncate(24 * time.Hour)) }
	mayNot := exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.NotGranted).With(exchanges.Read, exchanges.Granted)
	for _, k := range []desk.NewKey{
		{Name: "phx-bot", Details: desk.Details{
			Venue: "Phemex", KeysPage: "https://phemex.example/api-keys", Consumers: demoConsumers("phx-bot"),
			Stated: &desk.Stated{Permissions: mayNot.With(exchanges.Futures, exchanges.Granted), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}, Created: daysAgo(118)},
		}},
		{Name: "bitstamp-tax", Details: desk.Details{
			Venue: "Bitstamp", Purpose: "portfolio and tax", Stated: &desk.Stated{Permissions: mayNot, Created: daysAgo(30)},
		}},
	} {
		k.Exchange, k.Environment, k.Credential = other.ID, exchanges.Live, invented()
		if _, err := s.desk.Add(ctx, k, nil); err != nil {
			return err
		}
	}
	return nil
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
