package rest

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Course is the test run of an exchange as data: see exchanges.Driller. A request
// is written as "GET /path?query", or "POST /path#what {body}", where what is
// shown and not sent. In it stand
//
//	{market}   for the market that is asked about
//	{key}      for the ID of the key
//	{account}  for what ReadAccount finds
//	{ms}       for the exchange's time in Unix ms
type Course struct {
	Market  string        // where the person names none
	Markets wire.Glossary // those of sites, by their IDs, that do not have it

	Balance      string
	BalanceElse  string // for accounts of another kind, to which Balance is closed through no fault of the key
	Account      string // a read that tells what {account} is in Balance
	ReadAccount  func(Response) (string, *exchanges.Error)
	PublicReads  bool   // the balance is told to anybody
	Book, Ticker string // public

	Usage func(Response) string // what an answer says of the rate limit; nil: nothing

	// What follows is for sites without real money.
	Spoilt string // the signed read that drills spoil; empty: the balance
	Broken string // a public read that the exchange cannot understand; empty: the order book of noMarket

	// What a refusal should be; none: ClockSkew, Auth and Protocol.
	Stale, Forged, Malformed []exchanges.Kind

	Timeless, Unsigned string // why calls cannot be stale or forged here
	Limit              string // how many tickers the exchange allows, by its documents; empty: not known
}

// The measures of drills.
const (
	hurried  = 5         // calls that try for a rate limit
	staleBy  = time.Hour // far beyond every exchange's window
	noMarket = "no-such-market"
)

// isMarket reports whether a word can be the name of a market or of an account:
// nothing in it leads out of the path or the parameter that it is put into.
func isMarket(s string) bool {
	const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return len(s) > 0 && len(s) <= 64 && strings.Trim(s, letters+"-_:.") == "" && strings.Trim(s[:1], letters) == ""
}

// trip is a course with a key and a market. Its calls are made one after the
// other.
type trip struct {
	*Venue

	course    *Course
	key       exchanges.Credential
	market    string
	balanceAt string // the balance that this account has
}

// one is a request of a course.
type one struct {
	text   string // empty: that for the balance
	drill  exchanges.Drill
	signed bool
	market string // empty: that of the trip
}

// request reads a request and fills its places; an account is shown as an
// ellipsis.
func (t *trip) request(o *one, account string, now time.Time) Request {
	fill := func(account string) Request {
		return parseRequest(strings.NewReplacer(
			"{market}", cmp.Or(o.market, t.market), "{key}", t.key.KeyID, "{account}", account, "{ms}", millis(now),
		).Replace(cmp.Or(o.text, t.balanceAt)))
	}
	r := fill(account)
	r.Shown = fill("…").Shown
	return r
}

// parseRequest reads a request as a course has it.
func parseRequest(text string) (r Request) {
	var rest, what string
	r.Method, rest, _ = strings.Cut(text, " ")
	rest, r.Body, _ = strings.Cut(rest, " ")
	rest, r.Query, _ = strings.Cut(rest, "?")
	r.Path, what, _ = strings.Cut(rest, "#")
	r.Shown = strings.TrimSpace(r.Path + " " + what)
	return r
}

// reads are the calls as they should be.
func (t *trip) reads() []exchanges.TestCall {
	c := t.course
	balance := t.call("balance", &one{text: c.Account, signed: !c.PublicReads})
	balance.Do = t.balance
	for _, more := range []string{c.Account, c.BalanceElse} {
		if more != "" {
			balance.Most++
		}
	}
	return []exchanges.TestCall{balance, t.call("order book", &one{text: c.Book}), t.call("ticker", &one{text: c.Ticker})}
}

// call describes a request that is made once.
func (t *trip) call(name string, o *one) exchanges.TestCall {
	r := t.request(o, "", time.Time{})
	return exchanges.TestCall{
		Name: name, Drill: o.drill, Method: r.Method, Path: r.Shown, Signed: o.signed, Most: 1,
		Do: func(ctx context.Context) exchanges.TestReply { return t.send(ctx, o) },
	}
}

// balance is the read with the key. Where there are several accounts it finds
// one first, and where the account is of another kind it asks in another way.
func (t *trip) balance(ctx context.Context) exchanges.TestReply {
	c, account, before := t.course, "", 0
	if c.Account != "" {
		found := t.ask(ctx, &one{text: c.Account, signed: !c.PublicReads}, "", func(resp Response) (e *exchanges.Error) {
			if account, e = c.ReadAccount(resp); e == nil && !isMarket(account) {
				e = NotJSON(resp)
			}
			return e
		})
		if found.Err != nil {
			return found
		}
		before = found.Sent
	}
	out := t.ask(ctx, &one{text: c.Balance, signed: !c.PublicReads}, account, anyJSON)
	if e := out.Err; e != nil && c.BalanceElse != "" && (e.Kind == exchanges.Protocol || e.Kind == exchanges.Unsupported) {
		before += out.Sent
		if out = t.send(ctx, &one{text: c.BalanceElse, signed: true}); out.Err == nil {
			t.balanceAt = c.BalanceElse
		}
	}
	out.Sent += before
	return out
}

// Site is the one that the client calls.
func (c *Client) Site() exchanges.Site { return c.cfg.Connection.Site }
