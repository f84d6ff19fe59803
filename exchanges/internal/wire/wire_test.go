package wire

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// read decodes a field in the middle of an object, to see that its neighbours
// survive whatever it is.
func read[T any](t *testing.T, raw string) T {
	t.Helper()
	var v struct {
		Before int
		Field  T
		After  int
	}
	if err := json.Unmarshal([]byte(`{"before":1,"field":`+raw+`,"after":2}`), &v); err != nil || v.Before != 1 || v.After != 2 {
		t.Errorf("%s: %v", raw, err)
	}
	return v.Field
}

func TestText(t *testing.T) {
	for raw, want := range map[string]Text{
		`"abc"`: "abc", `""`: "", `7`: "7", `-1.5`: "-1.5", `9007199254740993`: "9007199254740993",
		`1.7e9`: "1700000000", `5.0`: "5", `9007199254740993.00`: "9007199254740993", `"1.7e9"`: "1.7e9", `1e400`: "1e400",
		`"\u001b[2Ja\u202e"`: "[2Ja", `null`: "", `true`: "", `[]`: "", `{"a":1}`: "",
	} {
		if got := read[Text](t, raw); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}

func TestKeptTextGoesBackAsItCame(t *testing.T) {
	long := strings.Repeat("ü", 2*exchanges.MaxText)
	for raw, want := range map[string]string{`"bot\u200b 1"`: "bot\u200b 1", `"` + long + `"`: long, `7`: "7", `""`: "", `null`: "", `[]`: ""} {
		if got := read[Kept](t, raw); got.Raw() != want || got.Known != (want != "" || raw == `""`) || got.Text != Text(exchanges.Clean(want)) {
			t.Errorf("%s: %+v", raw, got)
		}
	}
}

func TestInt(t *testing.T) {
	for raw, want := range map[string]Int{
		`5`: {5, true}, `"5"`: {5, true}, `-2`: {-2, true}, `0`: {0, true}, `1.7e12`: {1_700_000_000_000, true},
		`"1.7e12"`: {1_700_000_000_000, true}, `"5.0"`: {5, true},
		`9223372036854775807`: {9223372036854775807, true}, `9223372036854775808`: {}, `1e400`: {}, `1.5`: {}, `"x"`: {}, `""`: {},
		`null`: {}, `true`: {}, `[]`: {}, `{}`: {},
	} {
		if got := read[Int](t, raw); got != want {
			t.Errorf("%s is %+v, want %+v", raw, got, want)
		}
	}
}

func TestFlag(t *testing.T) {
	yes, no := Flag{true, true}, Flag{false, true}
	for raw, want := range map[string]Flag{
		`true`: yes, `"true"`: yes, `"TRUE"`: yes, `1`: yes, `"1"`: yes, `false`: no, `"false"`: no, `0`: no, `1.0`: yes, `0e0`: no,
		`null`: {}, `2`: {}, `"yes"`: {}, `""`: {}, `[true]`: {}, `{}`: {},
	} {
		if got := read[Flag](t, raw); got != want {
			t.Errorf("%s is %+v, want %+v", raw, got, want)
		}
	}
	if yes.Grant() != exchanges.Granted || no.Grant() != exchanges.NotGranted || (Flag{}).Grant() != exchanges.Unknown {
		t.Error("flags are not the grants that they look like")
	}
}

// A field that comes twice counts as its last, not as a mixture.
func TestDecodingAgainStartsAnew(t *testing.T) {
	var v struct {
		A Words
		B Int
		C Text
		D Flag
	}
	err := json.Unmarshal([]byte(`{"a":["x"],"b":1,"c":"x","d":true,"a":{},"b":"x","c":[],"d":null}`), &v)
	if err != nil || v.A.Known || v.A.Values != nil || v.B.Known || v.C != "" || v.D.Known {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 3, 2, 9, 14, 33, 0, time.UTC)
	for name, m := range map[string]exchanges.Moment{
		"ms": Text("1772442873000").Milliseconds(), "seconds": Text("1772442873").Seconds(), "exponent": Text("1.772442873e12").Milliseconds(),
		"text": Text("2026-03-02T09:14:33Z").Time(), "zone": Text("2026-03-02T10:14:33+01:00").Time(),
	} {
		if at, ok := m.Time(); !ok || !at.Equal(want) {
			t.Errorf("%s: %v", name, m)
		}
	}
	if at, ok := Text("1772442873.25").Seconds().Time(); !ok || !at.Equal(want.Add(time.Second/4)) {
		t.Errorf("a fraction of a second: %s", at)
	}
	for name, m := range map[string]exchanges.Moment{
		"no number": Text("").Milliseconds(), "zero": Text("0").Seconds(), "seconds for ms": Text("1772442873").Milliseconds(),
		"ms for seconds": Text("1772442873000").Seconds(), "far off": Text("1e400").Seconds(), "none": Text("NaN").Seconds(),
		"infinite": Text("-Inf").Seconds(), "negative": Text("-4611686018427387904").Milliseconds(),
		"empty": Text("").Time(), "epoch": Text("1970-01-01T00:00:00Z").Time(), "words": Text("soon").Time(), "date": Text("2026-03-02").Time(),
	} {
		if m.Known() {
			t.Errorf("%s became %v", name, m)
		}
	}
}
