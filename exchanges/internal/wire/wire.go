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
	if s, ok := scalar(b); ok {
		n, err := strconv.ParseInt(whole(s), 10, 64)
		*i = Int{n, err == nil}
	}
	if !i.Known {
		i.Value = 0
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
	s, ok := scalar(b)
	if !ok {
		s = string(b)
	}
	switch strings.ToLower(s) {
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
		return whole(string(b)), true
	}
	return "", false
}

// whole returns the digits of an integer that is written as 1.7e12 or 5.0, and
// anything else as it is.
func whole(number string) string {
	if !strings.ContainsAny(number, ".eE") {
		return number
	}
	if digits, fraction, found := strings.Cut(number, "."); found && strings.Trim(fraction, "0") == "" {
		return digits
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return number
	}
	return strconv.FormatInt(int64(f), 10)
}

// The span in which a moment of a key can lie. What is outside is a mistake,
// or an exchange's way to say that there is none.
var (
	earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// moment returns the known moment t, or the unknown one if no key can have it.
func moment(t time.Time) exchanges.Moment {
	if t.Before(earliest) || t.After(latest) {
		return exchanges.Moment{}
	}
	return exchanges.At(t)
}

// Seconds reads a Unix time in seconds, with or without a fraction.
func (t Text) Seconds() exchanges.Moment { return t.unix(time.Second) }

// Milliseconds reads a Unix time in ms.
//
//go:noinline // it has many callers
func (t Text) Milliseconds() exchanges.Moment { return t.unix(time.Millisecond) }

func (t Text) unix(tick time.Duration) exchanges.Moment {
	n, err := strconv.ParseFloat(string(t), 64)
	if span := n * tick.Seconds(); err != nil || math.IsNaN(span) || math.Abs(span) > float64(latest.Unix()) {
		return exchanges.Moment{}
	}
	return moment(time.UnixMicro(int64(n * float64(tick/time.Microsecond))))
}

// Time reads RFC 3339.
func (t Text) Time() exchanges.Moment {
	at, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		return exchanges.Moment{}
	}
	return moment(at)
}

// Kept is text that goes back to the exchange as it came, however much of it is
// cleaned away for people.
type Kept struct {
	Text
	Known bool // it is there, if only as nothing at all

	raw string
}

// UnmarshalJSON never fails on valid JSON.
func (k *Kept) UnmarshalJSON(b []byte) error {
	*k = Kept{}
	k.raw, k.Known = scalar(b)
	return k.Text.UnmarshalJSON(b)
}

// Raw is the text as it came.
func (k Kept) Raw() string { return k.raw }
