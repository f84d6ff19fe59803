package wire

import "testing"

func TestMember(t *testing.T) {
	const body = `{"data":[{"ts":"5"},{"ts":6}],"time":{"unix":7}}`
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, body}, {[]string{"data", "1", "ts"}, "6"}, {[]string{"data", "0", "ts"}, `"5"`}, {[]string{"time", "unix"}, "7"},
		{[]string{"data", "2"}, ""}, {[]string{"data", "-1"}, ""}, {[]string{"data", "ts"}, ""}, {[]string{"time", "0"}, ""}, {[]string{"x", "y"}, ""},
	} {
		if got := Member([]byte(body), c.names...); string(got) != c.want {
			t.Errorf("%q: %s", c.names, got)
		}
	}
}

func TestAtReadsOnePart(t *testing.T) {
	const body = `{"data":[{"ts":"5","on":true,"name":[1]}]}`
	if got := At[Int]([]byte(body), "data", "0", "ts"); got.Value != 5 {
		t.Errorf("%+v", got)
	}
	if got := At[Flag]([]byte(body), "data", "0", "on"); !got.Value {
		t.Errorf("%+v", got)
	}
	if At[Text]([]byte(body), "data", "0", "name") != "" || At[Flag](nil, "data").Known || At[int]([]byte(body), "data") != 0 {
		t.Error("what is not there is something")
	}
}
