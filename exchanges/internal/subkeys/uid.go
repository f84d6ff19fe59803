package subkeys

import (
	"strconv"
	"strings"
)

// UID reads the number by which some exchanges name a sub-account; false: the
// text is none.
func UID(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil && n > 0
}
