package deribit

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// with returns the manager with a code.
func (r *rig) with(code string) exchanges.Manager {
	m := r.boss
	m.Code = exchanges.NewSecret(code)
	return m
}

func wantsCode(t *testing.T, err error, words string) {
	t.Helper()
	if e := exchanges.AsError(err); e.Kind != exchanges.SecondFactor || e.Outcome != exchanges.Refused || !strings.Contains(e.Hint, words) {
		t.Errorf("%v, hint %q, want %q", err, e.Hint, words)
	}
}

func TestCreatingWithACode(t *testing.T) {
	r := newRig(t, "111111", "222222")
	_, err := r.CreateKey(t.Context(), r.boss, botKey)
	wantsCode(t, err, "6 digits")
	_, err = r.CreateKey(t.Context(), r.with("999999"), botKey)
	wantsCode(t, err, "wrong")
	if r.account.Changes() != 0 {
		t.Fatal("a key was made without a code")
	}
	if _, err := r.CreateKey(t.Context(), r.with("111111"), botKey); err != nil {
		t.Fatal(err)
	}
	_, err = r.CreateKey(t.Context(), r.with("111111"), botKey)
	wantsCode(t, err, "next one")
	if _, err := r.CreateKey(t.Context(), r.with("222222"), botKey); err != nil || r.account.Changes() != 2 {
		t.Fatalf("%v, %d keys", err, r.account.Changes())
	}
	last := r.sent(t, createCall)
	if p := last[len(last)-1]; p["authorization_data"] != "222222" || p["name"] != botKey.Label || p["max_scope"] == nil || p["challenge"] == "" {
		t.Errorf("the second half is not the first with the code: %v", p)
	}
}

// TestEditingWithCodes: the list costs a code and the edit the next. A third
// look would cost one more, and so on for ever.
func TestEditingWithCodes(t *testing.T) {
	r := newRig(t, "111111", "222222", "333333")
	id := r.add(exchangetest.Key{Label: "bot", Permissions: trading, IPs: home})
	ask := exchanges.KeyRequest{IPs: office}
	wantsCode(t, r.EditKey(t.Context(), r.boss, id, ask), "6 digits")
	wantsCode(t, r.EditKey(t.Context(), r.with("111111"), id, ask), "next one")
	wantsCode(t, r.EditKey(t.Context(), r.with("999999"), id, ask), "wrong")
	if err := r.EditKey(t.Context(), r.with("222222"), id, ask); err != nil {
		t.Fatal(err)
	}
	if k, _ := r.account.Key(id); k.IPs.Entries[0] != office.Entries[0] || k.Permissions != trading {
		t.Errorf("%+v", k)
	}
	// The number is not remembered for another change.
	wantsCode(t, r.EditKey(t.Context(), r.with("333333"), id, ask), "next one")
	if got := r.listed(t); got != 2 {
		t.Errorf("%d lists were paid for, want 2", got)
	}
}

// TestANewKeyIsNotLookedFor: the answer to its making is its row, once and for
// two minutes.
func TestANewKeyIsNotLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		wait  time.Duration
		lists int
	}{"at once": {0, 0}, "later": {sightingLife + time.Second, 1}} {
		r := newRig(t, "111111", "222222", "333333", "444444")
		made, err := r.CreateKey(t.Context(), r.with("111111"), botKey)
		if err != nil {
			t.Fatal(err)
		}
		r.pass(c.wait)
		ask := exchanges.KeyRequest{Permissions: botKey.Permissions, IPs: office}
		wantsCode(t, r.EditKey(t.Context(), r.boss, made.KeyID, ask), "6 digits")
		if c.lists > 0 {
			wantsCode(t, r.EditKey(t.Context(), r.with("222222"), made.KeyID, ask), "next one")
		}
		if err := r.EditKey(t.Context(), r.with("333333"), made.KeyID, ask); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if k, _ := r.account.Key(made.KeyID); k.IPs.Entries[0] != office.Entries[0] || k.Permissions != trading {
			t.Errorf("%s: %+v", name, k)
		}
		// The number is not remembered for another change.
		wantsCode(t, r.EditKey(t.Context(), r.with("444444"), made.KeyID, ask), "next one")
		if got := r.listed(t); got != c.lists+1 {
			t.Errorf("%s: %d lists were paid for, want %d", name, got, c.lists+1)
		}
	}
}

// listed counts the lists that were asked for with a code.
func (r *rig) listed(t *testing.T) int {
	t.Helper()
	n := 0
	for _, p := range r.sent(t, listCall) {
		if p["authorization_data"] != nil {
			n++
		}
	}
	return n
}

func TestARowThatCostACodeStandsForTwoMinutes(t *testing.T) {
	r := newRig(t, "111111", "222222")
	id := r.add(exchangetest.Key{Label: "bot", Permissions: trading, IPs: home})
	wantsCode(t, r.EditKey(t.Context(), r.with("111111"), id, botKey), "next one")
	r.pass(sightingLife + time.Second)
	wantsCode(t, r.EditKey(t.Context(), r.with("222222"), id, botKey), "next one")
	if got := r.listed(t); got != 2 || r.account.Changes() != 1 {
		t.Errorf("%d lists, %d changes", got, r.account.Changes())
	}
}

// TestARowWithoutACodeIsNotKept: where looking is free, each act looks.
func TestARowWithoutACodeIsNotKept(t *testing.T) {
	r := newRig(t)
	id := r.add(exchangetest.Key{Label: "bot", Permissions: trading, IPs: home})
	challenge := `{"security_key_authorization_required":true,"challenge":"eHg=","security_keys":[{"type":"tfa"}]}`
	r.server.Handle(editCall, rpcReply(r.site, challenge))
	for range 2 {
		wantsCode(t, r.EditKey(t.Context(), r.boss, id, botKey), "6 digits")
	}
	if n := len(r.server.Requests(listCall)); n != 2 {
		t.Errorf("%d looks", n)
	}
}

func TestRevokingWithACode(t *testing.T) {
	r := newRig(t, "111111")
	id := r.add(exchangetest.Key{Permissions: trading, IPs: home})
	wantsCode(t, r.RevokeKey(t.Context(), r.boss, id), "6 digits")
	if err := r.RevokeKey(t.Context(), r.with("111111"), id); err != nil || len(r.account.Keys()) != 0 {
		t.Errorf("%v, %d keys", err, len(r.account.Keys()))
	}
}

func TestCodesThatDeribitDoesNotTake(t *testing.T) {
	for data, want := range map[string]string{
		`{"code":13668,"data":{"reason":"tfa_code_not_matched"}}`:     "wrong",
		`{"code":13668,"data":{"reason":"used_tfa_code"}}`:            "next one",
		`{"code":13668,"data":{"reason":"challenge_timeout"}}`:        "more than a minute",
		`{"code":13668,"data":{"reason":"tfa_code_is_required"}}`:     "6 digits",
		`{"code":13668,"message":"security_key_authorization_error"}`: "6 digits",
		`{"code":12998,"data":{"wait":300}}`:                          "too many wrong codes",
	} {
		r := newRig(t, "111111")
		first := r.routes()[createCall]
		turn := 0
		r.server.Handle(createCall, func(q exchangetest.Request) exchangetest.Reply {
			if turn++; turn == 1 {
				return first(q)
			}
			return rpcError(data)
		})
		_, err := r.CreateKey(t.Context(), r.with("111111"), botKey)
		wantsCode(t, err, want)
		if e := exchanges.AsError(err); strings.Contains(data, "wait") != (e.RetryAfter == 5*time.Minute) {
			t.Errorf("%s: retry after %s", data, e.RetryAfter)
		}
		if n := len(r.server.Requests(createCall)); n != 2 {
			t.Errorf("%s: %d calls", data, n)
		}
	}
}

func TestHardwareKeysAreForTheBrowser(t *testing.T) {
	for keys, kind := range map[string]exchanges.Kind{
		`[{"type":"u2f","name":"my key"}]`:     exchanges.Unsupported,
		`[{"type":"webauthn"},{"type":"u2f"}]`: exchanges.Unsupported,
		`[{"type":"u2f"},{"type":"tfa"}]`:      exchanges.SecondFactor,
		`[]`:                                   exchanges.SecondFactor,
		`"tfa"`:                                exchanges.SecondFactor,
		`[{"type":"tfa"}],"rp_id":7,"challenge":""`: exchanges.SecondFactor,
	} {
		r := newRig(t)
		r.server.Handle(createCall, rpcReply(r.site, `{"security_key_authorization_required":true,"challenge":"eHg=","security_keys":`+keys+`}`))
		_, err := r.CreateKey(t.Context(), r.boss, botKey)
		if e := exchanges.AsError(err); e.Kind != kind || e.Outcome != exchanges.Refused || e.Hint == "" {
			t.Errorf("%s: %v", keys, err)
		}
	}
}

// TestACodeIsSentOnce: a list is patient, and with a code it is not, since the
// code would have been used.
func TestACodeIsSentOnce(t *testing.T) {
	r := newRig(t, "111111")
	first := r.routes()[listCall]
	r.server.Handle(listCall, func(q exchangetest.Request) exchangetest.Reply {
		if strings.Contains(q.Body, "authorization_data") {
			return exchangetest.Page(503)
		}
		return first(q)
	})
	if _, err := r.ListKeys(t.Context(), r.with("111111")); !errors.Is(err, exchanges.Unavailable) || r.listed(t) != 1 {
		t.Errorf("%v, the code was sent %d times", err, r.listed(t))
	}
	// Asked for a second time, it is not sent again either.
	r.server.Handle(listCall, rpcReply(r.site, `{"security_key_authorization_required":true,"challenge":"eHg="}`))
	_, err := r.ListKeys(t.Context(), r.with("111111"))
	wantsCode(t, err, "6 digits")
	if r.listed(t) != 2 {
		t.Errorf("the code was sent %d times", r.listed(t))
	}
}

func TestInspectionNeedsNoCode(t *testing.T) {
	r := newRig(t, "111111")
	got, err := r.Inspect(t.Context(), r.boss.Credential)
	if err != nil || !got.Permissions.Known() || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "two-factor") {
		t.Errorf("%+v, %v", got, err)
	}
}
