package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// A log is read line by line, and a log of years has millions of lines. What
// appendAudit writes is laid out in one way only, so that a line can be taken
// apart by looking at each byte once. Whatever looks different is left to the
// JSON library, which also decides what is no entry: the quick way may fail to
// understand a line, but never understands it differently.

// hashLength is the length of a hash in hex.
const hashLength = 2 * sha256.Size

// ErrNotEntry is a line of the audit log that is no entry. Reading goes on
// behind it.
var ErrNotEntry = errors.New("not an entry of an audit log")

// splitLine returns the hash and the JSON of a line.
func splitLine(line []byte) (hash [sha256.Size]byte, text []byte, err error) {
	if len(line) <= hashLength || line[hashLength] != ' ' {
		return hash, nil, ErrNotEntry
	}
	text = line[hashLength+1:]
	if _, err := hex.Decode(hash[:], line[:hashLength]); err != nil {
		return hash, text, ErrNotEntry
	}
	return hash, text, nil
}

// parseLine reads an entry. It does not check its hash.
func parseLine(line []byte) (entry, error) {
	_, text, err := splitLine(line)
	if err != nil {
		return entry{}, err
	}
	if p, ok := takeApart(text); ok {
		if e, ok := p.entry(string(text)); ok {
			return e, nil
		}
	}
	return decodeEntry(text)
}

// entryNumbers makes sure that text is an entry, and returns its number and
// that of its batch.
func entryNumbers(text []byte) (number, batch uint64, err error) {
	if p, ok := takeApart(text); ok {
		return p.number, p.batch, nil
	}
	e, err := decodeEntry(text)
	return e.Number, e.Batch, err
}

// decodeEntry reads any JSON that is an entry.
func decodeEntry(text []byte) (e entry, err error) {
	if err := json.Unmarshal(text, &e); err != nil {
		return e, ErrNotEntry
	}
	return e, nil
}

// The fields of an entry in the order in which they are written.
const (
	fieldNumber = iota
	fieldBatch
	fieldAt
	fieldActor
	fieldHost
	fieldAction
	fieldKey
	fieldRecord
	fieldExchange
	fieldEnvironment
	fieldResult
	fieldDetail
	fieldFlow
	fieldKeyID
	fieldPurpose
	fieldConsumers
	fieldCount
)

var entryFields = [fieldCount]string{
	"n", "batch", "at", "actor", "host", "action", "key", "record", "exchange", "environment", "result", "detail", "flow",
	"key_id", "purpose", "consumers",
}

// extent is where the value of a field lies in the JSON: between its quotes,
// or its brackets. A field that is not there has none.
type extent struct{ from, to int }

// plainEntry is an entry that was taken apart.
type plainEntry struct {
	number, batch uint64
	at            time.Time
	extents       [fieldCount]extent
	escaped       bool // some text is written with a backslash
}

// takeApart finds the fields of an entry that is laid out as appendAudit lays
// it out. It accepts nothing that is no valid JSON of an entry.
func takeApart(text []byte) (p plainEntry, ok bool) {
	if len(text) == 0 || text[0] != '{' {
		return p, false
	}
	field := 0
	for at := 1; ; at++ {
		if field, at = fieldFrom(field, text, at); field == fieldCount {
			return p, false
		}
		if at, ok = p.take(field, text, at); !ok || at >= len(text) || text[at] != ',' {
			return p, ok && at == len(text)-1 && text[at] == '}'
		}
		field++
	}
}

// fieldFrom reads the name of a field and its colon. A name that is unknown or
// not in order gives fieldCount.
func fieldFrom(field int, text []byte, at int) (found, value int) {
	name, ok := textAt(text, at)
	if !ok || name.to+1 >= len(text) || text[name.to] != '"' || text[name.to+1] != ':' {
		return fieldCount, at
	}
	for field < fieldCount && string(text[name.from:name.to]) != entryFields[field] {
		field++
	}
	return field, name.to + 2
}

// take reads the value of a field and returns where the text goes on.
func (p *plainEntry) take(field int, text []byte, at int) (next int, ok bool) {
	switch field {
	case fieldNumber:
		p.number, next, ok = numberAt(text, at)
		return next, ok
	case fieldBatch:
		p.batch, next, ok = numberAt(text, at)
		return next, ok
	case fieldConsumers:
		return p.takeList(text, at)
	}
	x, ok := p.takeText(text, at)
	p.extents[field] = x
	if ok && field == fieldAt {
		ok = p.at.UnmarshalText(text[x.from:x.to]) == nil
	}
	return x.to + 1, ok
}

func (p *plainEntry) takeText(text []byte, at int) (extent, bool) {
	x, ok := textAt(text, at)
	for ok && text[x.to] == '\\' {
		p.escaped = true
		n := escapeLength(text[x.to:])
		var rest extent
		rest, ok = textFrom(text, x.to+n)
		ok = ok && n > 0
		x.to = rest.to
	}
	return x, ok && text[x.to] == '"'
}

// takeList reads ["one","two"].
func (p *plainEntry) takeList(text []byte, at int) (next int, ok bool) {
	if at >= len(text) || text[at] != '[' {
		return at, false
	}
	list := extent{at + 1, at + 1}
	for list.to < len(text) && text[list.to] != ']' {
		if at = list.to; at > list.from {
			if text[at] != ',' {
				return at, false
			}
			at++
		}
		x, ok := p.takeText(text, at)
		if !ok {
			return at, false
		}
		list.to = x.to + 1
	}
	p.extents[fieldConsumers] = list
	return list.to + 1, list.to < len(text)
}

// textAt finds the text in quotes that begins at at, up to its end or to its
// first backslash.
func textAt(text []byte, at int) (extent, bool) {
	if at >= len(text) || text[at] != '"' {
		return extent{}, false
	}
	return textFrom(text, at+1)
}

// textFrom finds where a text ends or has a backslash.
func textFrom(text []byte, from int) (extent, bool) {
	for i := from; i < len(text); i++ {
		if c := text[i]; c == '"' || c == '\\' {
			return extent{from, i}, true
		} else if c < ' ' {
			break
		}
	}
	return extent{}, false
}

// escapeLength returns how long the escape at the beginning of text is, 0 if
// it is none.
func escapeLength(text []byte) int {
	switch {
	case len(text) < 2:
	case strings.IndexByte(`"\/bfnrt`, text[1]) >= 0:
		return 2
	case text[1] == 'u' && len(text) >= 6:
		var two [2]byte
		if _, err := hex.Decode(two[:], text[2:6]); err == nil {
			return 6
		}
	}
	return 0
}

// numberAt reads a number of at most 18 digits.
func numberAt(text []byte, at int) (n uint64, next int, ok bool) {
	for next = at; next < len(text) && text[next] >= '0' && text[next] <= '9'; next++ {
		n = 10*n + uint64(text[next]-'0')
	}
	digits := next - at
	return n, next, digits > 0 && digits <= 18 && (digits == 1 || text[at] != '0')
}

// entry returns what was taken apart, unless that needs decoding. text is the
// JSON again: the texts of the entry are pieces of it.
func (p *plainEntry) entry(text string) (entry, bool) {
	if p.escaped || !utf8.ValidString(text) {
		return entry{}, false
	}
	of := func(field int) string { return text[p.extents[field].from:p.extents[field].to] }
	e := entry{Number: p.number, Batch: p.batch, Event: Event{
		At: p.at, Actor: of(fieldActor), Host: of(fieldHost), Action: Action(of(fieldAction)), Key: of(fieldKey),
		Record: RecordID(of(fieldRecord)), Exchange: exchanges.ID(of(fieldExchange)),
		Environment: exchanges.Environment(of(fieldEnvironment)), Result: of(fieldResult), Detail: of(fieldDetail),
		Flow: of(fieldFlow), KeyID: of(fieldKeyID), Purpose: of(fieldPurpose),
	}}
	if p.extents[fieldConsumers].from > 0 {
		e.Consumers = []string{}
		if list := of(fieldConsumers); list != "" {
			e.Consumers = strings.Split(list[1:len(list)-1], `","`)
		}
	}
	return e, true
}
