package wire

import (
	"encoding/json"
	"slices"
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
		`"\u001b[2Ja\u202e"`: "[2Ja", `null`: "", `true`: "", `[]`: "", `{"a":1}`: "",
	} {
		if got := read[Text](t, raw); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}

func TestInt(t *testing.T) {
	for raw, want := range map[string]Int{
		`5`: {5, true}, `"5"`: {5, true}, `-2`: {-2, true}, `0`: {0, true}, `1.7e12`: {1_700_000_000_000, true},
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
		`true`: yes, `"true"`: yes, `"TRUE"`: yes, `1`: yes, `"1"`: yes, `false`: no, `"false"`: no, `0`: no,
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

func TestTexts(t *testing.T) {
	for raw, want := range map[string]Texts{
		`[]`: {nil, true}, `["a","b"]`: {[]string{"a", "b"}, true}, `["\u001bx"]`: {[]string{"x"}, true},
		`null`: {}, `"a"`: {}, `[1]`: {}, `["a",null]`: {}, `{}`: {}, `[["a"]]`: {},
	} {
		if got := read[Texts](t, raw); got.Known != want.Known || !slices.Equal(got.Values, want.Values) {
			t.Errorf("%s is %+v, want %+v", raw, got, want)
		}
	}
}

// A field that comes twice counts as its last, not as a mixture.
func TestDecodingAgainStartsAnew(t *testing.T) {
	var v struct {
		A Texts
		B Int
		C Text
		D Flag
	}
	err := json.Unmarshal([]byte(`{"a":["x"],"b":1,"c":"x","d":true,"a":7,"b":"x","c":[],"d":null}`), &v)
	if err != nil || v.A.Known || v.A.Values != nil || v.B.Known || v.C != "" || v.D.Known {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 3, 2, 9, 14, 33, 0, time.UTC)
	for name, m := range map[string]exchanges.Moment{
		"ms": Int{want.UnixMilli(), true}.Milliseconds(), "text": Text("2026-03-02T09:14:33Z").Time(), "zone": Text("2026-03-02T10:14:33+01:00").Time(),
	} {
		if at, ok := m.Time(); !ok || !at.Equal(want) {
			t.Errorf("%s: %v", name, m)
		}
	}
	for name, m := range map[string]exchanges.Moment{
		"no number": Int{}.Milliseconds(), "zero": Int{0, true}.Milliseconds(), "seconds": Int{want.Unix(), true}.Milliseconds(),
		"far off": Int{1 << 62, true}.Milliseconds(), "negative": Int{-1 << 62, true}.Milliseconds(),
		"empty": Text("").Time(), "epoch": Text("1970-01-01T00:00:00Z").Time(), "words": Text("soon").Time(), "date": Text("2026-03-02").Time(),
	} {
		if m.Known() {
			t.Errorf("%s became %v", name, m)
		}
	}
}
