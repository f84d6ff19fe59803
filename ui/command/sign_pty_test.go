//go:build linux

package command

import (
	"strings"
	"testing"
)

// On a terminal the signature is shown after a yes, and after nothing else.
func TestATypedYesShowsTheSignature(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.ok(`{"key":"5CcZjlgdwn5YUiQrZu","secret":"c4n4ry0123456789abcdefghijklmnopqrst"}`,
		"add", "--exchange", "bybit", "--env", "live", "--name", "grid-bot", "--no-verify", "--stdin")
	for word, shows := range map[string]bool{"yes": true, "y": false} {
		x := p.open("xterm-256color", "sign", "grid-bot", "GET", "/v5/user/query-api", "--at", "1700000000000")
		x.shows("X-BAPI-SIGN: "+hiddenMark, "Type yes to show it:")
		x.types(word + "\n")
		if code := x.ends(); code != 0 {
			t.Errorf("%s: exit code %d", word, code)
		}
		if n := strings.Count(x.stream(), "X-BAPI-SIGN: "); (n == 2) != shows {
			t.Errorf("%s: the call is shown %d times\n%s", word, n, x.stream())
		}
	}
	if log := p.ok("", "audit"); strings.Count(log, "revealed") != 1 {
		t.Errorf("the audit log:\n%s", log)
	}
}
