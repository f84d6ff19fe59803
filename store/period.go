package store

import (
	"errors"
	"strconv"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// maxPeriod keeps date arithmetic far from its limits.
const maxPeriod = 100 * 366 * day

var errPeriod = errors.New(`use a number and a unit, "90d", "2w", "12h" or "15m", or "off"`)

var units = []struct {
	letter byte
	length time.Duration
}{{'w', week}, {'d', day}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// ParsePeriod reads a period as config.toml has it: a whole number with one
// of the units w, d, h, m (minutes) and s. "0" and "off" give zero. A day has
// 24 hours.
func ParsePeriod(s string) (time.Duration, error) {
	if s == "off" || s == "0" {
		return 0, nil
	}
	if len(s) < 2 {
		return 0, errPeriod
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if err != nil {
		return 0, errPeriod
	}
	for _, u := range units {
		if u.letter != s[len(s)-1] {
			continue
		}
		if n > uint64(maxPeriod/u.length) {
			return 0, errors.New("more than a hundred years")
		}
		return time.Duration(n) * u.length, nil
	}
	return 0, errPeriod
}

// FormatPeriod is the inverse of ParsePeriod, in the largest unit that gives
// a whole number but days rather than weeks. Fractions of a second are lost.
func FormatPeriod(d time.Duration) string {
	if d <= 0 {
		return "off"
	}
	for _, u := range units[1:] {
		if d%u.length == 0 {
			return strconv.FormatInt(int64(d/u.length), 10) + string(u.letter)
		}
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}

// period is a duration in a TOML file. Set tells "off" from a missing key.
type period struct {
	length time.Duration
	set    bool
}

// UnmarshalText implements encoding.TextUnmarshaler; the TOML library puts the
// line before the error.
func (p *period) UnmarshalText(text []byte) error {
	d, err := ParsePeriod(string(text))
	if err != nil {
		return &settingError{err}
	}
	*p = period{d, true}
	return nil
}
