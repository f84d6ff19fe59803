package vectors

import (
	"testing"
	"time"
)

func TestReadAndMAC(t *testing.T) {
	v := Read(t, 1)[0]
	if got := MAC(v.Secret, v.Body); got != v.Signature {
		t.Errorf("%s of %s: %s", v.Name, v.Source, got)
	}
	if c := v.Credential(); c.KeyID != "key" || c.Secret.Reveal() != v.Secret {
		t.Errorf("%q", c.KeyID)
	}
	if want := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC); !v.At().Equal(want) {
		t.Errorf("%s, want %s", v.At(), want)
	}
}
