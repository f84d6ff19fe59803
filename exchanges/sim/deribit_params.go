package sim

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Parameters of key management are read by type: what is no number, boolean
// or list in a body is refused, as is a parameter that a method does not
// have. How lenient the real exchange is, its documents do not say, and a
// client that relies on leniency ought to find out here.

// hasOnly refuses parameters that a method does not have.
func (c *deribitCall) hasOnly(m deribitMethod) *deribitError {
	if m.takes == nil {
		return nil
	}
	for name := range c.params {
		handshake := m.guarded && (name == "challenge" || name == "authorization_data")
		if !handshake && !contains(m.takes, name) {
			return deribitBadParams.with("unknown parameter", name)
		}
	}
	return nil
}

// has reports whether a parameter was given, be it as nothing.
//
//go:noinline
func (c *deribitCall) has(name string) bool {
	_, given := c.params[name]
	return given
}

// whole returns a parameter that is a whole number from least to most.
func (c *deribitCall) whole(name string, least, most int) (int, *deribitError) {
	if !c.has(name) {
		return 0, deribitBadParams.with("value required", name)
	}
	text, ok := "", false
	if c.query {
		text, ok = c.params[name].(string)
	} else if number, isNumber := c.params[name].(json.Number); isNumber {
		text, ok = number.String(), true
	}
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < least || n > most {
		return 0, deribitBadParams.with("not a whole number in range", name)
	}
	return n, nil
}

// boolean returns a parameter that is true or false.
func (c *deribitCall) boolean(name string) (bool, *deribitError) {
	switch value := c.params[name].(type) {
	case bool:
		return value, nil
	case string:
		if c.query && (value == "true" || value == "false") {
			return value == "true", nil
		}
	}
	return false, deribitBadParams.with("not a boolean", name)
}

// list returns a parameter that is a list of texts. In a query it is written
// as in JSON, or as parameters of the same name.
func (c *deribitCall) list(name string) ([]string, *deribitError) {
	value := c.params[name]
	if text, ok := value.(string); ok && c.query {
		if !strings.HasPrefix(text, "[") {
			return []string{text}, nil
		}
		value = nil
		_ = json.Unmarshal([]byte(text), &value) // what is no JSON is no list
	}
	all, ok := value.([]any)
	if !ok {
		return nil, deribitBadParams.with("not a list", name)
	}
	texts := make([]string, len(all))
	for i, one := range all {
		if texts[i], ok = one.(string); !ok {
			return nil, deribitBadParams.with("not a list of texts", name)
		}
	}
	return texts, nil
}

// maxScope returns the scope that a key is to have. The reference says that
// it is a list, every example has one text.
func (c *deribitCall) maxScope() (deribitScope, *deribitError) {
	text, isText := c.params["max_scope"].(string)
	words := strings.Fields(text)
	if !isText || c.query && strings.HasPrefix(text, "[") {
		if !c.has("max_scope") {
			return nil, deribitBadParams.with("value required", "max_scope")
		}
		var failure *deribitError
		if words, failure = c.list("max_scope"); failure != nil {
			return nil, failure
		}
	}
	if len(words) == 0 {
		return nil, deribitBadParams.with("value required", "max_scope")
	}
	return readDeribitScope(words)
}

var deribitNames = pattern(`^[A-Za-z0-9_]{0,16}$`)

// keyName returns a key's name: at most 16 letters, digits and underscores.
func (c *deribitCall) keyName() (string, *deribitError) {
	name, isText := c.params["name"].(string)
	if c.has("name") && (!isText || !deribitNames().MatchString(name)) {
		return "", deribitBadParams.with("only letters, numbers and underscores, at most 16", "name")
	}
	return name, nil
}

// keyFeatures returns the options that a key is to have.
func (c *deribitCall) keyFeatures() ([]string, *deribitError) {
	features, failure := c.list("enabled_features")
	if failure != nil {
		return nil, failure
	}
	for _, feature := range features {
		if feature != "restricted_block_trades" && feature != "block_trade_approval" {
			return nil, deribitBadParams.with("unknown feature", "enabled_features")
		}
	}
	return features, nil
}
