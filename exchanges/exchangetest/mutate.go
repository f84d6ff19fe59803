package exchangetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/keyrota/keyrota/exchanges"
)

// mutation is a good answer with one thing changed.
type mutation struct {
	where string // "GET /v5/user/query-api result.ips.0"
	call  string
	body  string
}

// visit is called for every node of a JSON document. put replaces the node in
// the document for the time of the next encoding.
type visit func(path []string, node any, put func(any))

// A mutator lists the replacements that it wants for a node.
type mutator func(node any) []any

// evil moves the cursor, writes the clipboard, turns text around and hides
// characters, if a terminal ever sees it.
const evil = "x\x1b]52;c;aGk=\x07\x1b[2J\r\n\u202eabc\u200b\u2028\u009b31m"

// addFields puts an unknown member into every object.
func addFields(node any) []any {
	object, ok := node.(map[string]any)
	if !ok {
		return nil
	}
	more := maps.Clone(object)
	more["zzUnknownMember"] = map[string]any{"nested": []any{"x", 1, nil, true}}
	return []any{more}
}

// swapTypes replaces every value with values of all types.
func swapTypes(node any) []any {
	all := []any{nil, true, json.Number("-1"), json.Number("1e400"), json.Number("92233720368547758070"), "", "text", []any{}, []any{nil}, map[string]any{}}
	return slices.DeleteFunc(all, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(node) })
}

// poison puts evil into every string, and into a member's name.
func poison(node any) []any {
	switch v := node.(type) {
	case string:
		return []any{v + evil, evil}
	case map[string]any:
		more := maps.Clone(v)
		more[evil] = []any{evil}
		all := maps.Clone(v)
		all[evil] = true
		return []any{more, all}
	}
	return nil
}

// respell says the same in another form: integers as text and with an exponent,
// digits in a text as a number, and what an exchange may add.
func respell(node any) []any {
	switch v := node.(type) {
	case json.Number:
		const exact = 1 << 53 // beyond, an exponent would lose digits
		if n, err := v.Int64(); err == nil && n > -exact && n < exact {
			return []any{v.String(), json.Number(strconv.FormatFloat(float64(n), 'e', -1, 64)), json.Number(v.String() + ".0")}
		} else if err == nil {
			return []any{v.String(), json.Number(v.String() + ".0")}
		}
	case string:
		if n, err := strconv.ParseInt(v, 10, 54); err == nil && strconv.FormatInt(n, 10) == v {
			return []any{json.Number(v)}
		}
	}
	return addFields(node)
}

// mutations gives every variant of every answer of a good Inspect to judge.
func (s Subject) mutations(m mutator, judge func(mutation, *bench, exchanges.KeyInfo, error) error) error {
	var p problems
	for _, env := range s.Adapter.Info.Environments() {
		site, _ := s.Adapter.Info.Site(env, "")
		variants, err := s.variants(site, m)
		if err != nil {
			return err
		}
		p.in(string(env), s.on(site, func(b *bench) error {
			var p problems
			for _, v := range variants {
				p.in(v.call, b.mutated(v, judge))
			}
			return p.err()
		}))
	}
	return p.err()
}

// mutated inspects once with a changed answer. That nothing was asked, because
// of what an earlier answer said, would pass for a lawful failure.
func (b *bench) mutated(v mutation, judge func(mutation, *bench, exchanges.KeyInfo, error) error) error {
	var asked atomic.Bool
	b.server.Handle(v.call, func(Request) Reply {
		asked.Store(true)
		return JSON(v.body)
	})
	defer b.server.Handle(v.call, b.Routes(b.site)[v.call])
	info, err := b.inspect()
	if !asked.Load() {
		return fmt.Errorf("%s: the exchange was not asked: %w", v.where, err)
	}
	return judge(v, b, info, err)
}

// variants records a good Inspect at site and changes its answers.
func (s Subject) variants(site exchanges.Site, m mutator) ([]mutation, error) {
	calls, err := s.inspectCalls(site)
	if err != nil {
		return nil, err
	}
	var out []mutation
	for _, call := range calls {
		err := s.on(site, func(b *bench) error {
			if _, err := b.inspect(); err != nil {
				return err
			}
			request := b.server.Requests(call)[0]
			body := b.Routes(site)[call](request).Body
			return walk(body, func(path []string, node any, encode func(any) string) {
				for _, v := range m(node) {
					out = append(out, mutation{strings.Join(path, "."), call, encode(v)})
				}
			})
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", call, err)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no answer of a good Inspect could be changed")
	}
	return out, nil
}

// walk calls f for every node of a document; encode returns the document with
// the node replaced.
func walk(body string, f func(path []string, node any, encode func(any) string)) error {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return fmt.Errorf("a good answer is not JSON: %w", err)
	}
	encode := func() string {
		b, err := json.Marshal(root)
		if err != nil {
			panic(err) // it was decoded a moment ago
		}
		return string(b)
	}
	descend(nil, root, func(v any) { root = v }, func(path []string, node any, put func(any)) {
		f(path, node, func(v any) string {
			put(v)
			defer put(node)
			return encode()
		})
	})
	return nil
}

func descend(path []string, node any, put func(any), f visit) {
	f(path, node, put)
	switch v := node.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			descend(append(slices.Clone(path), k), v[k], func(x any) { v[k] = x }, f)
		}
	case []any:
		for i := range v {
			descend(append(slices.Clone(path), fmt.Sprint(i)), v[i], func(x any) { v[i] = x }, f)
		}
	}
}
