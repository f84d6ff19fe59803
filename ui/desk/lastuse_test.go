package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/exchanges/kraken"
	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// krakenDesk is a desk with Kraken's real adapter and a simulated Kraken. One
// clock, which the test moves, is everybody's.
type krakenDesk struct {
	*Desk
	t     *testing.T
	venue sim.Venue
	clock atomic.Int64 // Unix seconds
}

func newKrakenDesk(t *testing.T) *krakenDesk {
	t.Helper()
	d := &krakenDesk{t: t}
	d.clock.Store(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).Unix())
	world, err := sim.Start(t.Context(), sim.Options{Now: d.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	venues := world.Describe().Venues
	d.venue = venues[slices.IndexFunc(venues, func(v sim.Venue) bool { return v.Exchange == string(kraken.ID) })]

	home := t.TempDir()
	config := fmt.Sprintf("[exchange.kraken.live]\nbase_url = %q\n", d.venue.BaseURL)
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(store.Options{Home: home, Now: d.now, Actor: "ann", Host: "box"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	secrets := store.NewMemorySecrets()
	d.Desk = New(Deps{
		Store: st, Registry: all.Registry(), Platform: secrets.Backend(), Now: d.now,
		OpenKeyring:  func(context.Context, string) (store.Secrets, error) { return secrets, nil },
		ProveKeyring: func(context.Context, store.Secrets) error { return nil },
	})
	if _, err := d.Load(); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *krakenDesk) now() time.Time       { return time.Unix(d.clock.Load(), 0) }
func (d *krakenDesk) pass(t time.Duration) { d.clock.Add(int64(t / time.Second)) }

// key returns a seeded key, and its record.
func (d *krakenDesk) key(label string) (sim.Key, *store.Record) {
	d.t.Helper()
	k := d.venue.Keys[slices.IndexFunc(d.venue.Keys, func(k sim.Key) bool { return k.Label == label })]
	r, err := d.Add(d.t.Context(), NewKey{
		Name: label, Exchange: kraken.ID, Environment: exchanges.Live,
		Credential: exchanges.Credential{KeyID: k.Key, Secret: exchanges.NewSecret(k.Secret), Passphrase: exchanges.NewSecret(k.Passphrase)},
	}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return k, r
}

// bot calls Kraken as another program would, and returns when.
func (d *krakenDesk) bot(k sim.Key) exchanges.Moment {
	d.t.Helper()
	const path = "/0/private/Balance"
	nonce := fmt.Sprint(d.now().UnixMilli())
	body := "nonce=" + nonce
	secret, err := base64.StdEncoding.DecodeString(k.Secret)
	if err != nil {
		d.t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(nonce + body))
	mac := hmac.New(sha512.New, secret)
	mac.Write([]byte(path + string(digest[:])))
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.venue.BaseURL+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header = http.Header{
		"Api-Key": {k.Key}, "Api-Sign": {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		"Content-Type": {"application/x-www-form-urlencoded"},
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if answer, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(answer), `"error":[]`) {
		d.t.Fatalf("the bot was refused: %s (%v)", answer, err)
	}
	return exchanges.At(d.now())
}

// verify inspects a key and expects a last use.
func (d *krakenDesk) verify(r *store.Record, what string, want exchanges.Moment) {
	d.t.Helper()
	if err := d.Verify(d.t.Context(), []store.RecordID{r.ID}, nil); err != nil {
		d.t.Fatal(err)
	}
	got, _ := d.Snapshot().ByID(r.ID)
	if got.Status() != store.OK {
		d.t.Fatalf("%s: %+v", what, got.Check)
	}
	if got.Facts.LastUsed != want {
		d.t.Errorf("%s: last used %+v, want %+v", what, got.Facts.LastUsed, want)
	}
}

func TestLastUseIsTheUseByOthers(t *testing.T) {
	d := newKrakenDesk(t)
	k, r := d.key("dca-bot")
	yesterday := d.bot(k)
	d.pass(24 * time.Hour)
	d.verify(r, "the first inspection", yesterday)
	d.verify(r, "one right after it is told the first", yesterday)
	d.pass(time.Hour)
	d.verify(r, "an hour later it is told the second", yesterday)

	d.pass(3 * time.Minute)
	used := d.bot(k)
	d.pass(3 * time.Minute)
	d.verify(r, "the bot used it between", used)
	d.pass(20 * time.Minute)
	d.verify(r, "the bot is idle", used)

	d.pass(20 * time.Minute)
	d.bot(k)
	d.pass(10 * time.Second)
	busy := d.bot(k)
	d.pass(10 * time.Second)
	d.verify(r, "the bot calls every 10 seconds", busy)
}

func TestAKeyThatNobodyUsesIsNotUsedByVerifying(t *testing.T) {
	d := newKrakenDesk(t)
	_, r := d.key("portfolio")
	for _, what := range []string{"at once", "an hour later", "two hours later"} {
		d.verify(r, what, exchanges.Never())
		d.pass(time.Hour)
	}
}
