package desk

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// parameterPart is the longest run of a text that may be parameters.
func parameterPart(s string) (best string) {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("\n?{}[]\"", r) }) {
		if strings.Contains(part, "=") && len(part) > len(best) {
			best = part
		}
	}
	return best
}

// objectPart is what may be JSON in a text.
func objectPart(s string) string {
	from, to := strings.Index(s, "{"), strings.LastIndex(s, "}")
	if from < 0 || to < from {
		return ""
	}
	return s[from : to+1]
}

// inParameters makes an edit of parameters one of the text that has them.
func inParameters(edit func(string) string) func(string) string {
	return func(s string) string {
		part := parameterPart(s)
		return swap(part, edit(part))(s)
	}
}

func sorted(params string) string {
	pairs := strings.Split(params, "&")
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// likeTheirs are mistakes that are seen in the text that came of them: the same
// said in another way.
func likeTheirs(theirs string) []mistake {
	params, object := parameterPart(theirs), objectPart(theirs)
	return []mistake{
		{"the parameters are in another order", inParameters(func(s string) string {
			if sorted(s) == sorted(params) {
				return params
			}
			return s
		})},
		{"the body has its members in another order, or other white space", func(s string) string {
			own := objectPart(s)
			if own == "" || !sameJSON(own, object) {
				return s
			}
			return swap(own, object)(s)
		}},
	}
}

func sameJSON(a, b string) bool {
	var va, vb any
	return json.Unmarshal([]byte(a), &va) == nil && json.Unmarshal([]byte(b), &vb) == nil && reflect.DeepEqual(va, vb)
}

// parameters says which parameters, or members of a JSON object, one text has
// and the other has not.
func parameters(ours, theirs string) (found []string) {
	own, other := named(ours), named(theirs)
	if own == nil || other == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		value, there := other[name]
		switch {
		case !there:
			found = append(found, "the parameter "+quoted(name)+" is missing")
		case value != own[name]:
			found = append(found, fmt.Sprintf("the parameter %s has another value", quoted(name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(other)) {
		if _, there := own[name]; !there {
			found = append(found, "there is a parameter "+quoted(name)+" too many")
		}
	}
	return found
}

// named reads parameters, or a JSON object, out of a text.
func named(s string) map[string]string {
	out := map[string]string{}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(objectPart(s)), &members) == nil && members != nil {
		for name, value := range members {
			out[name] = string(value)
		}
		return out
	}
	part := parameterPart(s)
	if part == "" {
		return nil
	}
	for pair := range strings.SplitSeq(part, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		out[name] = value
	}
	return out
}

// cutAny cuts a text at a signature, as it is or escaped.
func cutAny(s, signature string) (before, after string, ok bool) {
	if before, after, ok = strings.Cut(s, signature); ok {
		return before, after, ok
	}
	return strings.Cut(s, url.QueryEscape(signature))
}
