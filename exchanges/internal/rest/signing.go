package rest

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// Signing shows how a call is signed, by the func that signs those that are
// sent: see exchanges.Signer.
func (a *API) Signing(c exchanges.Credential, call exchanges.Call) (*exchanges.Signing, error) {
	trace := &cred.Trace{}
	err := a.possible(call)
	if err != nil {
		return nil, a.unsigned(c, call, exchanges.Invalid, err, "Write the method as GET or POST, the path from its first slash on, and the query as it stands in the address.")
	}
	r, err := a.Sign(c, Request{
		Method: call.Method, Path: call.Path, Query: call.Query, Body: call.Body, Nonce: call.Nonce, Trace: trace,
	}, call.At)
	if err != nil {
		return nil, a.unsigned(c, call, exchanges.Invalid, err, "Check the query and the body: the exchange could not read them either. If they are right, add the key again.")
	}
	judge := trace.Judge(c)
	if judge == nil {
		return nil, a.unsigned(c, call, exchanges.Unsupported, nil, "keyrota signs no calls at this exchange.")
	}
	out := &exchanges.Signing{
		Steps: trace.Steps(), Method: r.Method, URL: a.target(r), Header: r.Header, Body: r.Body,
		Notes: twice(r), Judge: judge,
	}
	return out.Rewritten(c.Conceal), nil
}

// possible refuses what is no request.
func (c *Client) possible(call exchanges.Call) error {
	odd := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }
	switch {
	case call.Method == "" || strings.ContainsFunc(call.Method, func(r rune) bool { return r < 'A' || r > 'Z' }):
		return errors.New("the method is not a word in capitals")
	case !strings.HasPrefix(call.Path, "/"):
		return errors.New("the path does not begin with a slash")
	case strings.ContainsFunc(call.Path, odd) || strings.Contains(call.Path, "?"):
		return errors.New("the path has characters that no path has")
	case strings.ContainsFunc(call.Query, odd):
		return errors.New("the query has characters that must be escaped")
	}
	if _, err := url.ParseRequestURI(call.Path); err != nil {
		return errors.New("the path has an escape that is none")
	}
	return nil
}

func (c *Client) unsigned(by exchanges.Credential, call exchanges.Call, kind exchanges.Kind, err error, hint string) error {
	if e, ok := errors.AsType[*exchanges.Error](err); ok {
		return e
	}
	if err != nil {
		err = errors.New(exchanges.Clean(by.Conceal(err.Error())))
	}
	return &exchanges.Error{
		Exchange: c.cfg.Exchange, Op: "sign " + exchanges.Clean(by.Conceal(call.Method+" "+call.Path)), Kind: kind, Outcome: exchanges.NotSent, Err: err, Hint: hint,
	}
}

// twice notes parameters that the call brought and the signing added again.
func twice(r Request) (notes []string) {
	var seen []string
	for pair := range strings.SplitSeq(r.Query+"&"+formOf(r), "&") {
		name, _, _ := strings.Cut(pair, "=")
		switch {
		case name == "":
		case !slices.Contains(seen, name):
			seen = append(seen, name)
		default:
			notes = append(notes, "The parameter "+exchanges.Clean(name)+" is there twice: keyrota adds what makes a call valid by itself. Leave it out, and say the moment with --at.")
		}
	}
	return notes
}

// formOf returns the body where it is a form.
func formOf(r Request) string {
	if strings.Contains(r.Header.Get("Content-Type"), "form-urlencoded") {
		return r.Body
	}
	return ""
}
