package wire

import (
	"errors"
	"time"
)

// Clock returns how to read an exchange's time, Unix time in ms, out of the
// member of an answer that the names lead to.
func Clock(names ...string) func(body []byte) (time.Time, error) {
	return func(body []byte) (time.Time, error) {
		for _, name := range names {
			body = Members(body)[name]
		}
		var ms Int
		if _ = ms.UnmarshalJSON(body); ms.Value <= 0 {
			return time.Time{}, errors.New("no time")
		}
		return time.UnixMilli(ms.Value), nil
	}
}
