package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// lineError is an error with a line of a file, 0 when it is not known.
type lineError struct {
	line int
	err  error
}

// lineOf returns the line that err carries, 0 when it has none.
func lineOf(err error) int {
	if le, ok := errors.AsType[*lineError](err); ok {
		return le.line
	}
	return 0
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// at returns path with the line of err after it, if err has one.
func at(path string, err error) string {
	if line := lineOf(err); line > 0 {
		return path + ":" + strconv.Itoa(line)
	}
	return path
}

// decode reads a keys.toml of the present schema. Errors are *lineError.
func decode(data []byte) (keyring string, records []*Record, err error) {
	f, plain := decodePlain(string(data))
	if !plain {
		if f, err = decodeAny(data); err != nil {
			return "", nil, locate(data, err)
		}
	}
	if f.Keyring != "" && !isWord(f.Keyring, maxKeyringName) {
		return "", nil, &lineError{0, errors.New("keyring: not the name of a keyring")}
	}
	records, wrong, err := fromFiles(f.Keys)
	if err != nil {
		return "", nil, &lineError{keyLine(data, wrong), err}
	}
	return f.Keyring, records, nil
}

// decodeAny reads whatever TOML the file is written in.
func decodeAny(data []byte) (f fileKeys, err error) {
	md, err := toml.Decode(string(data), &f)
	if err == nil {
		err = checkKeys(md.Keys())
	}
	return f, err
}

// fromFiles converts all keys. On failure it returns the index of the wrong one.
func fromFiles(keys []fileKey) ([]*Record, int, error) {
	all := make([]Record, len(keys)) // one block: allocating each costs more than filling it
	records := make([]*Record, len(keys))
	words := interner{}
	ids := make(map[RecordID]struct{}, len(keys))
	names := make(map[string]struct{}, len(keys))
	for i := range keys {
		r := &all[i]
		if err := fromFile(&keys[i], r); err != nil {
			return nil, i, err
		}
		normalise(r)
		r.Exchange = exchanges.ID(words.of(string(r.Exchange)))
		r.Environment = exchanges.Environment(words.of(string(r.Environment)))
		if _, dup := ids[r.ID]; dup {
			return nil, i, errors.New("id: two keys have the same")
		}
		if _, dup := names[fold(r.Name)]; dup {
			return nil, i, errors.New("name: two keys have the same")
		}
		ids[r.ID], names[fold(r.Name)] = struct{}{}, struct{}{}
		records[i] = r
	}
	if i := sharedSlot(records); i >= 0 {
		return nil, i, errors.New("slot: two keys have the same")
	}
	return records, 0, nil
}

// sharedSlot returns the index of a record whose secret lies where that of an
// earlier one lies, -1 when there is none. Slots that follow from the ID are
// as unique as those are.
func sharedSlot(records []*Record) int {
	if !slices.ContainsFunc(records, func(r *Record) bool { return r.Slot != "" }) {
		return -1
	}
	slots := make(map[Slot]struct{}, len(records))
	for i, r := range records {
		slots[r.SecretSlot()] = struct{}{}
		if len(slots) == i {
			return i
		}
	}
	return -1
}

// interner lets equal strings share their bytes: thousands of records name
// the same few exchanges.
type interner map[string]string

func (in interner) of(s string) string {
	if known, ok := in[s]; ok {
		return known
	}
	in[s] = s
	return s
}

// The names that keys.toml may have on each level.
var (
	topNames  = fieldNames(reflect.TypeFor[fileKeys]())
	keyNames  = fieldNames(reflect.TypeFor[fileKey]())
	partNames = map[string]map[string]bool{
		"consumer": fieldNames(reflect.TypeFor[fileConsumer]()),
		"past":     fieldNames(reflect.TypeFor[fileSight]()),
		"accepted": fieldNames(reflect.TypeFor[fileAcceptance]()),
	}
)

// checkKeys refuses keys that this keyrota would lose at the next save. It
// does the work of MetaData.Undecoded, which builds a string for every key.
func checkKeys(keys []toml.Key) error {
	for _, k := range keys {
		known := false
		switch len(k) {
		case 1:
			known = topNames[k[0]]
		case 2:
			known = keyNames[k[1]]
		case 3:
			known = partNames[k[1]][k[2]]
		}
		if !known {
			return fmt.Errorf("%w: the key %q is not known to this keyrota", ErrCorrupt, exchanges.Clean(k.String()))
		}
	}
	return nil
}

// keyHeader is the line that begins a record.
const keyHeader = "[[key]]"

// keyLine returns the line on which the i-th record begins.
func keyLine(data []byte, i int) int { return tableLine(data, keyHeader, i) }

// tableLine returns the line of the i-th such header.
func tableLine(data []byte, header string, i int) int {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if strings.TrimSpace(string(line)) == header {
			if i == 0 {
				return n
			}
			i--
		}
	}
	return 0
}

// locate finds the line of an error. The library knows one line for all
// records' fields of the same name, so that each record is read again alone;
// the first one that fails is meant.
func locate(data []byte, err error) error {
	start, line := 0, 0
	var block bytes.Buffer
	check := func() error {
		if found := tryBlock(block.String()); found != nil {
			n, text := tomlError(found)
			return &lineError{start + max(n-1, 0), text}
		}
		return nil
	}
	for text := range bytes.Lines(data) {
		line++
		if strings.TrimSpace(string(text)) == keyHeader {
			if found := check(); found != nil {
				return found
			}
			block.Reset()
			start = line
		}
		if block.Len() == 0 {
			start = line
		}
		block.Write(text)
	}
	if found := check(); found != nil {
		return found
	}
	n, text := tomlError(err)
	return &lineError{n, text}
}

// tryBlock decodes a part of keys.toml: the head, or one record.
func tryBlock(text string) error {
	var f fileKeys
	md, err := toml.Decode(text, &f)
	if err != nil {
		return err
	}
	for _, k := range md.Keys() {
		if err := checkKeys([]toml.Key{k}); err != nil {
			return &lineError{positionOf(text, k), err}
		}
	}
	return nil
}

// Compiled at the first error, not at every start.
var tomlPosition = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^toml: (?:line (\d+) )?(?:\(last key "[^)]*"\): )?`)
})

// tomlError splits an error of the TOML library into line and cause, without
// the parts of the file that the library quotes.
func tomlError(err error) (int, error) {
	if le, ok := errors.AsType[*lineError](err); ok {
		return le.line, le.err
	}
	if pe, ok := errors.AsType[toml.ParseError](err); ok {
		return pe.Position.Line, errors.New(scrub(pe.Message))
	}
	text := err.Error()
	line := 0
	if m := tomlPosition().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	return line, errors.New(scrub(text))
}

var quoted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"(?:[^"\\]|\\.){4,}"|'[^' ]{4,}'`)
})

// scrub takes longer quotations out of a library's message: an unquoted secret
// in the file would be among them.
func scrub(s string) string {
	return exchanges.Clean(quoted().ReplaceAllString(s, `"…"`))
}

// positionOf returns the line of a key, 0 when it is not found. The library
// keeps positions to itself but puts them on the errors of an Unmarshaler.
func positionOf(text string, key toml.Key) int {
	var level map[string]toml.Primitive
	md, err := toml.Decode(text, &level)
	if err != nil {
		return 0
	}
	for i, name := range key {
		value, ok := level[name]
		if !ok {
			return 0
		}
		if i == len(key)-1 {
			line, _ := tomlError(md.PrimitiveDecode(value, refuser{}))
			return line
		}
		level = tableOf(md, value)
	}
	return 0
}

// tableOf decodes a table, or all of an array of tables as one.
func tableOf(md toml.MetaData, value toml.Primitive) map[string]toml.Primitive {
	var many []map[string]toml.Primitive
	if md.PrimitiveDecode(value, &many) != nil {
		var one map[string]toml.Primitive
		_ = md.PrimitiveDecode(value, &one)
		return one
	}
	all := map[string]toml.Primitive{}
	for _, table := range many {
		maps.Copy(all, table)
	}
	return all
}

// refuser takes no value.
type refuser struct{}

// UnmarshalTOML implements toml.Unmarshaler.
func (refuser) UnmarshalTOML(any) error { return errors.New("refused") }
