// Package wire reads JSON as exchanges write it: numbers in quotes, flags as
// words, fields that come and go. A value of an unexpected type is unknown, it
// does not spoil the fields beside it; text is cleaned as it is read.
package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Text is a string, or the digits of a number; cleaned. Empty if unknown.
type Text string

// UnmarshalJSON never fails on valid JSON.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	if s, ok := scalar(b); ok {
		*t = Text(exchanges.Clean(s))
	}
	return nil
}

// Int is an integer, written as number or string.
type Int struct {
	Value int64
	Known bool
}

// UnmarshalJSON never fails on valid JSON.
func (i *Int) UnmarshalJSON(b []byte) error {
	*i = Int{}
	s, ok := scalar(b)
	if !ok {
		return nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		*i = Int{n, true}
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		*i = Int{int64(f), true} // 1.7e12
	}
	return nil
}

// Flag is a boolean, written as true, "true", 1 or "1".
type Flag struct {
	Value bool
	Known bool
}

// UnmarshalJSON never fails on valid JSON.
func (f *Flag) UnmarshalJSON(b []byte) error {
	*f = Flag{}
	switch s := strings.ToLower(strings.Trim(string(bytes.TrimSpace(b)), `"`)); s {
	case "true", "1":
		*f = Flag{true, true}
	case "false", "0":
		*f = Flag{false, true}
	}
	return nil
}

// Grant returns the flag as an answer about a permission.
func (f Flag) Grant() exchanges.Grant {
	switch {
	case !f.Known:
		return exchanges.Unknown
	case f.Value:
		return exchanges.Granted
	}
	return exchanges.NotGranted
}

// Texts is a list of strings, cleaned. Known is false where there was no list,
// null, or something in it that is not text.
type Texts struct {
	Values []string
	Known  bool
}

// UnmarshalJSON never fails on valid JSON.
func (t *Texts) UnmarshalJSON(b []byte) error {
	*t = Texts{}
	var values []*string
	if err := json.Unmarshal(b, &values); err != nil || values == nil {
		return nil //nolint:nilerr // another type is an unknown list
	}
	for _, v := range values {
		if v == nil {
			*t = Texts{}
			return nil
		}
		t.Values = append(t.Values, exchanges.Clean(*v))
	}
	t.Known = true
	return nil
}

// scalar returns the text of a string or a number.
func scalar(b []byte) (string, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return "", false
	}
	switch c := b[0]; {
	case c == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err == nil
	case c == '-' || c >= '0' && c <= '9':
		return string(b), true
	}
	return "", false
}

// The span in which a moment of a key can lie. What is outside is a mistake,
// or an exchange's way to say that there is none.
var (
	earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Moment returns the known moment t, or the unknown one if no key can have it.
func Moment(t time.Time) exchanges.Moment {
	if t.Before(earliest) || t.After(latest) {
		return exchanges.Moment{}
	}
	return exchanges.At(t)
}

// Milliseconds reads a Unix time in ms.
func (i Int) Milliseconds() exchanges.Moment {
	if !i.Known {
		return exchanges.Moment{}
	}
	return Moment(time.UnixMilli(i.Value))
}

// Time reads RFC 3339.
func (t Text) Time() exchanges.Moment {
	at, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		return exchanges.Moment{}
	}
	return Moment(at)
}
