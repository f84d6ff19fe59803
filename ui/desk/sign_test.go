package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/store"
)

// signs is the toy as an exchange that shows how it signs.
type signs struct{ *toy }

func (signs) Signing(c exchanges.Credential, call exchanges.Call) (*exchanges.Signing, error) {
	if call.Path == "/bad" {
		return nil, &exchanges.Error{Exchange: "toy", Op: "sign GET /bad", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: "Mend it."}
	}
	sig := "sig-of-" + c.KeyID
	return &exchanges.Signing{
		Method: call.Method, URL: "https://toy.example" + call.Path, Header: http.Header{"Sig": {sig}},
		Steps: []exchanges.SigningStep{{Name: exchanges.StepText, Text: "text"}, {Name: exchanges.StepSignature, Text: sig, Secret: true}},
		Judge: func([]byte, func(string) string) (string, bool) { return "", false },
	}, nil
}

func signingBench(t *testing.T) (*bench, *store.Record) {
	t.Helper()
	b := newBenchOf(t, func(b *bench) exchanges.Exchange { return signs{b.toy} }, exchanges.Capabilities{})
	return b, b.add(t, key("grid", "K1"))
}

var getX = exchanges.Call{Method: "GET", Path: "/x"}

func TestASignatureIsMaskedUntilItIsInTheLog(t *testing.T) {
	b, r := signingBench(t)
	s, err := b.Sign(context.Background(), r.ID, getX, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Masked("*").Header.Get("Sig"); got != "*" {
		t.Errorf("masked: %q", got)
	}
	before := len(b.actions(t))
	whole, err := b.RevealSigning(context.Background(), s)
	if err != nil || whole.Header.Get("Sig") != "sig-of-K1" || whole.Judge != nil {
		t.Errorf("revealed: %+v, %v", whole, err)
	}
	log := b.actions(t)
	if len(log) != before+1 || log[before] != store.ActionRevealed {
		t.Errorf("the log has %v", log)
	}
	events, err := b.History(r.ID, 1)
	if err != nil || events[0].Detail != "signature of GET /x" || events[0].Key != "grid" {
		t.Errorf("the entry is %+v, %v", events, err)
	}
	if len(b.toy.asked) > 0 {
		t.Errorf("the exchange was asked about %v", b.toy.asked)
	}
}

func TestNothingIsRevealedThatCannotBeWrittenDown(t *testing.T) {
	b, r := signingBench(t)
	s, err := b.Sign(context.Background(), r.ID, getX, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := b.RevealSigning(context.Background(), s)
	if err == nil || whole != nil {
		t.Errorf("%+v, %v", whole, err)
	}
}

func TestWhatCannotBeSignedIsAnError(t *testing.T) {
	b, r := signingBench(t)
	if _, err := b.Sign(context.Background(), r.ID, exchanges.Call{Path: "/bad"}, ""); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("a bad call: %v", err)
	}
	if _, err := b.Sign(context.Background(), "nobody", getX, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such key: %v", err)
	}
	plain := newBench(t)
	r = plain.add(t, key("grid", "K1"))
	if _, err := plain.Sign(context.Background(), r.ID, getX, ""); !errors.Is(err, exchanges.Unsupported) {
		t.Errorf("an exchange without signing: %v", err)
	}
}

func TestASecretThatIsPastedIsSeenAndTakenOut(t *testing.T) {
	b, r := signingBench(t)
	s, err := b.Sign(context.Background(), r.ID, getX, "text with s-K1 in it")
	if err != nil || !s.Leaked || len(s.Matches) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if m := s.Matches[0]; strings.Contains(m.Yours, "s-K1") || !strings.Contains(m.Yours, "[secret]") {
		t.Errorf("%+v", m)
	}
}

// at is the moment of the calls below.
var at = time.UnixMilli(1700000000123)

// shownBy signs a call as an exchange has it.
func shownBy(t *testing.T, id exchanges.ID, c exchanges.Credential, call exchanges.Call) *exchanges.Signing {
	t.Helper()
	a, err := all.Registry().Get(id)
	if err != nil {
		t.Fatal(err)
	}
	x, err := all.Registry().Open(id, exchanges.Connection{Site: a.Info.Sites[0]})
	if err != nil {
		t.Fatal(err)
	}
	s, err := x.(exchanges.Signer).Signing(c, call)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
