package command

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	bigendian "encoding/binary" // there is a func binary
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/ui/flow"
)

// TestRotateByHandWithAnswers: Binance has no API for the keys of the main
// account, and refuses a key that is gone in words that may mean other things.
func TestRotateByHandWithAnswers(t *testing.T) {
	t.Parallel()
	tr := holder(t, "binance", "live", "grid-bot")
	tr.config("sync_every = \"0\"\n" + demoConfig(tr.world.Describe()) + quickProof)
	old := tr.seeded("binance", "live", func(k sim.Key) bool { return k.Label == "grid-bot" })
	r := tr.run(`{"plan": {"choice": "go", "ips": ["203.0.113.7", "198.51.100.20"]}}`, "rotate", "grid-bot", "--answers", "-", "--json")
	f := tr.ends(r, exitWaits, flow.AskPaste)
	if f.Prompt.label() == "" || f.Prompt.Page == "" {
		t.Errorf("it asks %+v", f.Prompt)
	}
	r = tr.run(pasted(old), "resume", "--answers", "-", "--json")
	if f := tr.ends(r, exitBadInput, flow.AskPaste); f.Error == nil || !strings.Contains(r.err, "old key") {
		t.Errorf("pasting the old key: %+v\n%s", f.Error, r.err)
	}
	fresh, err := tr.world.CreateByHand("binance", "live", sim.Wanted{Label: f.Prompt.label(), Permissions: old.Permissions, IPs: old.IPWhitelist})
	if err != nil {
		t.Fatal(err)
	}
	r = tr.run(pasted(fresh), "resume", "--answers", "-", "--json")
	tr.ends(r, exitWaits, flow.AskGone)
	if err := tr.world.DeleteByHand("binance", "live", old.Key); err != nil {
		t.Fatal(err)
	}
	r = tr.run(`{"gone": "go", "prove": "go"}`, "resume", "--answers", "-", "--json")
	if f := tr.ends(r, exitDone, ""); !strings.Contains(f.Outcome, "not proven") {
		t.Errorf("the outcome is %q", f.Outcome)
	}
	if said := tr.said.String(); strings.Contains(said, old.Secret) || strings.Contains(said, fresh.Secret) {
		t.Error("a secret was printed")
	}
}

// quickProof are settings with which a refusal is looked at for seconds only.
const quickProof = "[prove]\nfor = \"0s\"\nevery = \"1s\"\n"

// pasted answers with a new key, and goes on to the revocation of grid-bot.
func pasted(k sim.Key) string {
	b, _ := json.Marshal(map[string]any{"paste": map[string]string{"choice": "go", "key": k.Key, "secret": k.Secret},
		"consumer": "done", "watch": "go", "revoke": map[string]string{"choice": "hand", "phrase": "grid-bot"}})
	return string(b)
}

func TestAOneTimeCodeIsAnAnswer(t *testing.T) {
	t.Parallel()
	tr := holder(t, "deribit", "testnet", "test-admin")
	r := tr.run(`{"where": {"choice": "go", "exchange": "deribit", "environment": "testnet"}, "purpose": {"choice": "go", "purpose": "spot-bot"},
		"ips": {"choice": "go", "ips": "any"}, "plan": "go"}`, "create", "fresh", "--answers", "-", "--json")
	tr.ends(r, exitWaits, flow.AskCode)
	code := oneTimeCode(t, tr.totp("deribit", "testnet"), time.Now())
	r = tr.run(fmt.Sprintf(`{"code": {"choice": "go", "code": %q}}`, code), "resume", "--answers", "-", "--json")
	if tr.ends(r, exitDone, ""); strings.Contains(r.out, code) {
		t.Error("the code was printed")
	}
}

// totp returns the secret of an account's authenticator.
func (tr *trader) totp(exchange, env string) string {
	for _, v := range tr.world.Describe().Venues {
		if v.Exchange == exchange && v.Environment == env {
			return v.TOTPSecret
		}
	}
	return ""
}

// oneTimeCode is what an authenticator shows: RFC 6238 with its usual values.
func oneTimeCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := hmac.New(sha1.New, key)
	h.Write(bigendian.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := h.Sum(nil)
	n := bigendian.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}
