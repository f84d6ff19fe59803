package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// deribitCall is a request that has been understood.
type deribitCall struct {
	id     any // as the caller wrote it; nil: none
	method string
	params map[string]any // as in the body, numbers as json.Number; of a query: strings, and []any of what comes twice
	query  bool           // the parameters came in a query, in which everything is text

	// What the Authorization header is checked against.
	authorization string
	verb, uri     string
	body          string
	caller        netip.Addr
	key           *entry       // set once the call is authorized
	scope         deribitScope // what key may do by this call; set with it
}

// readDeribitCall reads a call in either of its two forms. The call that it
// returns beside an error has the id, if that was legible.
func readDeribitCall(r *http.Request) (*deribitCall, *deribitError) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return &deribitCall{}, &deribitBadRequest
	}
	c := &deribitCall{
		authorization: headerOf(r, "Authorization"),
		verb:          r.Method, uri: r.URL.RequestURI(), body: string(body), caller: callerOf(r),
		method: strings.Trim(strings.TrimPrefix(r.URL.Path, "/api/v2"), "/"),
	}
	switch {
	case r.Method == http.MethodPost && len(body) > 0:
		return c, c.readBody(body)
	case r.Method != http.MethodGet && r.Method != http.MethodPost, c.method == "":
		return c, &deribitBadRequest
	}
	c.readQuery(r.URL.Query())
	return c, nil
}

func (c *deribitCall) readQuery(query url.Values) {
	c.query, c.params = true, map[string]any{}
	for name, values := range query {
		if c.params[name] = values[0]; len(values) > 1 {
			all := make([]any, len(values))
			for i, text := range values {
				all[i] = text
			}
			c.params[name] = all
		}
	}
}

// readBody reads a JSON-RPC 2.0 request. There are no batches and no
// positional parameters, and the path, if it names a method, must name the
// same one.
func (c *deribitCall) readBody(body []byte) *deribitError {
	var request struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  string          `json:"method"`
		Params  json.RawMessage `json:"params"`
	}
	if !json.Valid(body) {
		return &deribitParse
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return &deribitBadRequest
	}
	if failure := c.readID(request.ID); failure != nil {
		return failure
	}
	if request.Version != "2.0" {
		return deribitBadRequest.with("must be 2.0", "jsonrpc")
	}
	if request.Method == "" || c.method != "" && c.method != request.Method {
		return deribitBadRequest.with("missing or not that of the path", "method")
	}
	c.method = request.Method
	return c.readParams(request.Params)
}

// readID takes over the id, which is echoed as it was written.
func (c *deribitCall) readID(id json.RawMessage) *deribitError {
	if len(id) == 0 || string(id) == "null" {
		return nil
	}
	if !strings.ContainsRune(`"-0123456789`, rune(id[0])) {
		return deribitBadRequest.with("must be a number or a string", "id")
	}
	c.id = id
	return nil
}

func (c *deribitCall) readParams(params json.RawMessage) *deribitError {
	c.params = map[string]any{}
	if len(params) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(params))
	decoder.UseNumber() // a timestamp must not become a float
	if decoder.Decode(&c.params) != nil {
		return deribitBadParams.with("must be an object", "params")
	}
	return nil
}

// text returns a parameter as text: numbers and booleans as they are written.
//
//go:noinline
func (c *deribitCall) text(name string) string {
	switch value := c.params[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	return ""
}

// needs returns a parameter that must be there.
func (c *deribitCall) needs(name string) (string, *deribitError) {
	if text := c.text(name); text != "" {
		return text, nil
	}
	return "", deribitBadParams.with("value required", name)
}

// number returns a parameter that is a whole number from 1 to most.
func (c *deribitCall) number(name string, otherwise, most int) (int, *deribitError) {
	text := c.text(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, deribitBadParams.with("out of range", name)
	}
	return n, nil
}
