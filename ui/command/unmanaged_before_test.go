package command

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// A key that was had before says how it went. The log is written as a revocation
// writes it: the simulated exchange would not list the key again.
func TestUnmanagedTellsOfKeysThatWereRevoked(t *testing.T) {
	t.Parallel()
	tr := keyAdmin(t)
	k := tr.seeded("deribit", "live", func(k sim.Key) bool { return k.Label == "vol-desk" })
	st, err := store.Open(store.Options{Home: tr.home, Actor: "ann", Host: "test", Now: func() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Audit(t.Context(), nil, store.Event{Action: store.ActionRevoked, Key: "vol", Exchange: "deribit", Environment: exchanges.Live, KeyID: store.MaskKeyID(k.Key)})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	r := tr.run("", "unmanaged")
	if !strings.Contains(r.out, "was revoked as vol on 2026-09-01, and is listed again: it is alive.") {
		t.Error(r.out)
	}
	for _, u := range tr.survey(tr.run("", "unmanaged", "--offline", "--json").out).Unmanaged {
		if known := u.Label == "vol_desk"; (u.Was != nil) != known || known && (u.Was.Action != store.ActionRevoked || u.Was.Name != "vol") {
			t.Errorf("%s: %+v", u.Label, u.Was)
		}
	}
	if r := tr.run("", "check", "--offline"); !strings.Contains(r.out, "Revoked here, and listed again: 1.") {
		t.Error(r.out)
	}
}
