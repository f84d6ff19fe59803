package deribit

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// The methods in use.
const (
	timeMethod   = "public/get_time"
	authMethod   = "public/auth"
	listMethod   = "private/list_api_keys"
	createMethod = "private/create_api_key"
	editMethod   = "private/edit_api_key"
	removeMethod = "private/remove_api_key"
)

// pathOf is where a method is called. Copied into their forty callers, this and
// opOf would cost 2 kB.
//
//go:noinline
func pathOf(method string) string { return "/api/v2/" + method }

// opOf names a method as errors do. Not inlined: it has many callers.
//
//go:noinline
func opOf(method string) string { return http.MethodPost + " " + pathOf(method) }

// request is a JSON-RPC 2.0 call.
type request struct {
	Version string `json:"jsonrpc"`
	ID      int64  `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// reply is the answer to one. Result is nil where there is none.
type reply[T any] struct {
	head
	Result *T `json:"result"`
}

// head is what every reply has, whatever its result.
type head struct {
	ID      wire.Text  `json:"id"`
	Testnet wire.Flag  `json:"testnet"`
	Error   *wireError `json:"error"`
}

// call is one JSON-RPC call over HTTP.
type call struct {
	method string
	id     int64                            // one for each method: HTTP keeps two calls of one apart
	params func(now time.Time) (any, error) // made anew for each attempt

	// once marks a call that may not be sent again by itself: it changes
	// something, or carries a one-time code.
	once bool

	// bearer is the token that the call goes with; zero: it needs none.
	bearer exchanges.Secret

	// conceal has what errors are kept free of.
	conceal exchanges.Credential
}

// veil puts everything into a credential that an answer might repeat and
// nobody may see: which part stands where is of no meaning.
func veil(c exchanges.Credential, token, code exchanges.Secret) exchanges.Credential {
	return exchanges.Credential{KeyID: c.KeyID, Secret: c.Secret, PrivateKey: token, Passphrase: code}
}

// do makes a call and returns its result. A refusal in Deribit's own words is
// also returned as such, next to the error made of it.
func do[T any](ctx context.Context, v *venue, c call) (*T, *wireError, error) {
	var got reply[T]
	forget := func() { got = reply[T]{} }
	err := v.ask(ctx, c, forget, func(r rest.Response) *exchanges.Error {
		if err := rest.Decode(r, &got); err != nil {
			return err
		}
		return got.check(r, v.env, c)
	})
	return got.Result, got.Error, err
}

// ask makes a call: forget comes before each attempt, since nothing of an
// earlier one counts, and read takes the reply.
func (v *venue) ask(ctx context.Context, c call, forget func(), read func(rest.Response) *exchanges.Error) error {
	resp, err := v.Do(ctx, rest.Call{
		Op:         opOf(c.method),
		Credential: c.conceal,
		Write:      c.once,
		Build: func(now time.Time) (rest.Request, error) {
			forget()
			params, err := c.params(now)
			if err != nil {
				return rest.Request{}, err
			}
			return c.build(params)
		},
		Classify: read,
	})
	// The list of keys may hold secrets of other keys, and public/auth holds a
	// token: what was not decoded is not kept.
	clear(resp.Body)
	return err
}

func (c call) build(params any) (rest.Request, error) {
	body, err := json.Marshal(request{Version: "2.0", ID: c.id, Method: c.method, Params: params})
	if err != nil {
		return rest.Request{}, err
	}
	r := rest.Request{
		Method: http.MethodPost, Path: pathOf(c.method), Body: string(body),
		Header: http.Header{"Content-Type": {"application/json"}},
	}
	if !c.bearer.IsZero() {
		r.Header.Set("Authorization", "Bearer "+c.bearer.Reveal())
	}
	return r, nil
}

// check judges a reply.
func (r reply[T]) check(resp rest.Response, env exchanges.Environment, c call) *exchanges.Error {
	return r.judge(resp, env, c, r.Result != nil)
}

// judge looks first whether the right site answered, then what it said, then
// whether it answered this request.
func (r *head) judge(resp rest.Response, env exchanges.Environment, c call, result bool) *exchanges.Error {
	if e := wrongSite(r.Testnet, env); e != nil {
		return e
	}
	if r.Error != nil {
		return r.Error.classify(resp, c.method)
	}
	if err := rest.HTTPError(resp); err != nil {
		return err
	}
	if !result {
		return &exchanges.Error{Kind: exchanges.Protocol, Code: "neither result nor error", Hint: hintOdd}
	}
	if string(r.ID) != strconv.FormatInt(c.id, 10) {
		return &exchanges.Error{Kind: exchanges.Protocol, Code: "an answer to another request", Hint: hintOdd}
	}
	return nil
}

// wrongSite returns an error when the site that answered says that it is not
// the one of env. Every answer of Deribit has this flag; without it there is
// nothing to hold against the answer. Not inlined: it has many callers.
//
//go:noinline
func wrongSite(testnet wire.Flag, env exchanges.Environment) *exchanges.Error {
	if !testnet.Known || testnet.Value == (env == exchanges.Testnet) {
		return nil
	}
	answered := exchanges.Live
	if testnet.Value {
		answered = exchanges.Testnet
	}
	return &exchanges.Error{
		Kind: exchanges.Protocol, Code: "Deribit's " + string(answered) + " site answered",
		Hint: "This is a " + string(env) + " key: mend base_url for deribit in config.toml, or add the key as a " + string(answered) + " key.",
	}
}

// readTime reads the answer of public/get_time. It looks at the environment too,
// so that no signature reaches the wrong site.
func (v *venue) readTime(r rest.Response) (time.Time, error) {
	if e := wrongSite(wire.At[wire.Flag](r.Body, "testnet"), v.env); e != nil {
		return time.Time{}, e
	}
	return rest.UnixMilli(r, "result")
}
