package wire

import "testing"

func TestClock(t *testing.T) {
	for body, read := range map[string][]string{
		`{"status":"ok","data":1764000000123}`: {"data"},
		`{"data":{"time":"1764000000123"}}`:    {"data", "time"},
		`1764000000123`:                        nil,
	} {
		if at, err := Clock(read...)([]byte(body)); err != nil || at.UnixMilli() != 1764000000123 {
			t.Errorf("%s: %v, %v", body, at, err)
		}
	}
	for _, body := range []string{``, `[]`, `{}`, `{"data":null}`, `{"data":"later"}`, `{"data":-5}`, `{"data":{"data":1}}`} {
		if at, err := Clock("data")([]byte(body)); err == nil {
			t.Errorf("%q tells the time %s", body, at)
		}
	}
}
