package subkeys

import "testing"

func TestUID(t *testing.T) {
	for text, want := range map[string]int64{" 63628520\n": 63628520, "1": 1} {
		if got, ok := UID(text); !ok || got != want {
			t.Errorf("%q: %d, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "0", "-5", "bot", "1.5", "1&uid=2", "99999999999999999999"} {
		if got, ok := UID(text); ok {
			t.Errorf("%q is the number %d", text, got)
		}
	}
}
