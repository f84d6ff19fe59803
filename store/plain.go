package store

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// The lines that begin a part of the record above them.
const (
	consumerHeader = "[[key.consumer]]"
	pastHeader     = "[[key.past]]"
	acceptedHeader = "[[key.accepted]]"
)

// decodePlain reads a keys.toml that is laid out as encode lays it out: one
// field a line, strings in double quotes, lists on one line. Of everything
// else, and of everything wrong, it says not ok, and the library has to read
// the file, which also words the error.
//
// The library builds a tree of maps of all that it reads before it fills a
// struct. That takes most of the time to the first frame, and with ten
// thousand keys more memory than all the rest. What decodePlain accepts it
// reads as the library does; a fuzz test holds the two against each other.
func decodePlain(text string) (f fileKeys, ok bool) {
	if !utf8.ValidString(text) {
		return f, false
	}
	f.Keys = make([]fileKey, 0, strings.Count(text, "\n"+keyHeader))
	table := plainTable{reflect.ValueOf(&f).Elem(), topFields, 0}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
		case line[0] == '#':
			if strings.ContainsFunc(line, isControl) {
				return f, false
			}
		case line == keyHeader:
			f.Keys = append(f.Keys, fileKey{})
			table = plainTable{reflect.ValueOf(&f.Keys[len(f.Keys)-1]).Elem(), keyFields, 0}
		case len(f.Keys) > 0 && table.part(&f.Keys[len(f.Keys)-1], line):
		case !table.set(line):
			return f, false
		}
	}
	return f, true
}

// part begins a part of a record, if line is the header of one.
func (t *plainTable) part(k *fileKey, line string) bool {
	switch line {
	case consumerHeader:
		k.Consumers = append(k.Consumers, fileConsumer{})
		*t = plainTable{reflect.ValueOf(&k.Consumers[len(k.Consumers)-1]).Elem(), consumerFields, 0}
	case pastHeader:
		k.Past = append(k.Past, fileSight{})
		*t = plainTable{reflect.ValueOf(&k.Past[len(k.Past)-1]).Elem(), pastFields, 0}
	case acceptedHeader:
		k.Accepted = append(k.Accepted, fileAcceptance{})
		*t = plainTable{reflect.ValueOf(&k.Accepted[len(k.Accepted)-1]).Elem(), acceptedFields, 0}
	default:
		return false
	}
	return true
}

// Where in its wire type a name of keys.toml belongs.
var (
	topFields      = fieldIndex(reflect.TypeFor[fileKeys]())
	keyFields      = fieldIndex(reflect.TypeFor[fileKey]())
	consumerFields = fieldIndex(reflect.TypeFor[fileConsumer]())
	pastFields     = fieldIndex(reflect.TypeFor[fileSight]())
	acceptedFields = fieldIndex(reflect.TypeFor[fileAcceptance]())
)

func fieldIndex(t reflect.Type) map[string]int {
	at := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		at[name] = i
	}
	return at
}

// plainTable is the struct that the lines below a header fill.
type plainTable struct {
	into   reflect.Value
	fields map[string]int
	seen   uint64 // one bit a field: no name may come twice
}

// set reads a line such as name = "value".
func (t *plainTable) set(line string) bool {
	name, value, _ := strings.Cut(line, " = ")
	i, known := t.fields[name]
	if !known || t.seen&(1<<i) != 0 {
		return false
	}
	t.seen |= 1 << i
	switch field := t.into.Field(i).Addr().Interface().(type) {
	case *string:
		s, rest, ok := plainString(value)
		*field = s
		return ok && rest == ""
	case *[]string:
		list, ok := plainList(value)
		*field = list
		return ok
	case *bool:
		*field = value == "true"
		return *field || value == "false"
	case *int: // the schema, which has one digit for a long time to come
		if len(value) == 1 && value[0] >= '0' && value[0] <= '9' {
			*field = int(value[0] - '0')
			return true
		}
	}
	return false
}

// plainString reads the string that text begins with.
func plainString(text string) (s, rest string, ok bool) {
	if text == "" || text[0] != '"' {
		return "", "", false
	}
	end, escaped := 1, false
	for ; end < len(text) && text[end] != '"'; end++ {
		if isControl(rune(text[end])) {
			return "", "", false
		}
		if text[end] == '\\' {
			escaped = true
			end++ // a quote after it is no end
		}
	}
	if end >= len(text) {
		return "", "", false
	}
	if escaped { // in few strings, so that the library may take them apart
		var v struct{ V string }
		_, err := toml.Decode("V = "+text[:end+1], &v)
		return v.V, text[end+1:], err == nil
	}
	return text[1:end], text[end+1:], true
}

// plainList reads a list of strings.
func plainList(text string) (list []string, ok bool) {
	text, ok = strings.CutPrefix(text, "[")
	if text == "]" {
		return []string{}, ok
	}
	for ok {
		var s string
		if s, text, ok = plainString(text); !ok {
			return nil, false
		}
		list = append(list, s)
		if text == "]" {
			return list, true
		}
		text, ok = strings.CutPrefix(text, ", ")
	}
	return nil, false
}

// isControl reports what may not stand in a comment or a string as it is. A
// tab may, but we write none.
func isControl(r rune) bool { return r < ' ' || r == 0x7f }
