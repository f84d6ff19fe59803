// Package nonce hands out the ever-growing numbers that some exchanges want in
// each call of a key. A key's other programs draw from the same numbers: one
// that is too large locks them out.
package nonce

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Ticks are the scales of the numbers that an exchange takes. That of the empty
// unit goes for keys of which the person says nothing.
type Ticks map[exchanges.NonceUnit]time.Duration

// Call says who asks for a number: an exchange, and the call that it is for.
type Call struct {
	Exchange exchanges.ID
	Op       string
}

// Begin waits for the turn of a key, in the scale that the person configured:
// it is never raised. Each scale has a count of its own, so that going back from
// a larger one does what it says. The error is an *exchanges.Error.
func (s *Source) Begin(ctx context.Context, by Call, c exchanges.Credential, all Ticks) (*Turn, error) {
	tick, err := all.tick(by, c)
	if err != nil {
		return nil, err
	}
	turn, err := s.Turn(ctx, tick.String()+" "+c.KeyID)
	if err != nil {
		return nil, &exchanges.Error{Exchange: by.Exchange, Op: by.Op, Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	}
	turn.Tick = tick
	return turn, nil
}

// Shown returns the number of a call that is shown and not sent: the given one,
// or that of a moment. It takes no turn and uses no number up.
func (all Ticks) Shown(by Call, c exchanges.Credential, given string, at time.Time) (string, error) {
	if given == "" {
		tick, err := all.tick(by, c)
		if err != nil {
			return "", err
		}
		return strconv.FormatInt(at.UnixNano()/int64(tick), 10), nil
	}
	if _, err := strconv.ParseUint(given, 10, 64); err != nil {
		return "", &exchanges.Error{
			Exchange: by.Exchange, Op: by.Op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Code: "the nonce is not a number",
			Hint: "Give the digits that your program sent, or leave the nonce out.",
		}
	}
	return given, nil
}

// tick is the scale of the numbers of a key.
func (all Ticks) tick(by Call, c exchanges.Credential) (time.Duration, error) {
	tick, known := all[c.Nonce]
	if !known {
		var units []string
		for unit := range maps.Keys(all) {
			if unit != "" {
				units = append(units, strconv.Quote(string(unit)))
			}
		}
		slices.Sort(units)
		return 0, &exchanges.Error{
			Exchange: by.Exchange, Op: by.Op, Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Code: exchanges.Clean(strconv.Quote(string(c.Nonce)) + " is not a nonce scale"),
			Hint: "Set nonce to " + strings.Join(units, " or ") + ` under [key."NAME"] in config.toml, or leave it out.`,
		}
	}
	return tick, nil
}

// Source has a count for each name, such as a key and the scale of its numbers.
// The zero Source is ready. One serves the whole process, since exchanges count
// by key and not by connection.
type Source struct {
	counts sync.Map // of names to channels with one place, which holds the last number
}

// Turn waits until nobody else has the turn of that name: of two calls under
// way at once, the later one may arrive first. The error is ctx's.
func (s *Source) Turn(ctx context.Context, name string) (*Turn, error) {
	fresh := make(chan int64, 1)
	fresh <- 0
	held, _ := s.counts.LoadOrStore(name, fresh)
	count := held.(chan int64) // nothing else is stored
	select {
	case last := <-count:
		return &Turn{count: count, last: last}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Turn is the right to make calls under one name until Done.
type Turn struct {
	Tick time.Duration // of the scale; zero for a turn that Begin did not give

	count chan int64
	last  int64
}

// Count is a moment in the scale of the turn.
func (t *Turn) Count(at time.Time) int64 { return at.UnixNano() / int64(t.Tick) }

// Next returns n, or one more than the last number where n is no larger.
func (t *Turn) Next(n int64) int64 {
	t.last = max(n, t.last+1)
	return t.last
}

// Near is Next for numbers that an exchange holds against its clock: where the
// last one is more than ahead beyond n, it came from a clock that was wrong, and
// n counts anew.
func (t *Turn) Near(n, ahead int64) int64 {
	if t.last-n > ahead {
		t.last = n - 1
	}
	return t.Next(n)
}

// Done gives the turn back.
func (t *Turn) Done() { t.count <- t.last }

// trust is how far this machine's clock may seem to be off and still time the
// numbers: more than a clock that tells whole seconds and the way to the
// exchange can feign.
const trust = 2 * time.Second

// Time chooses the clock that a number comes from. Next to a busy bot a number
// may not fall behind, so this machine's clock is the better one while it is
// about right. One that is clearly wrong gives way to the exchange's, moved
// back by what its reading may be too late: a number that is too small costs
// only our own call.
func Time(exchange, own time.Time, late time.Duration) time.Time {
	if exchange.Sub(own).Abs() <= trust {
		return own
	}
	return exchange.Add(-late)
}
