package wire

import (
	"encoding/json"
	"strconv"
)

// Members returns the members of an answer, none where it is no JSON object.
// Not inlined: it has many callers.
//
//go:noinline
func Members(body []byte) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	return members
}

// Member returns the part of an answer that the names lead to, from member to
// member; in a list, a name is a position. Nil: there is none.
func Member(body []byte, names ...string) json.RawMessage {
	part := json.RawMessage(body)
	for _, name := range names {
		var list []json.RawMessage
		if i, err := strconv.Atoi(name); err == nil && json.Unmarshal(part, &list) == nil && i >= 0 && i < len(list) {
			part = list[i]
			continue
		}
		part = Members(part)[name]
	}
	return part
}

// At reads the part of an answer that the names lead to. What is not there, or of
// a type that T does not take, leaves it zero.
func At[T any](body []byte, names ...string) (v T) {
	if json.Unmarshal(Member(body, names...), &v) != nil {
		var none T
		return none
	}
	return v
}
