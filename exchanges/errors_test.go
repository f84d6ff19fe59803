package exchanges

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

var allKinds = []Kind{
	Invalid, Auth, Denied, IPBlocked, Expired, ClockSkew, Nonce, RateLimited, Blocked, Unavailable, Network, Protocol, NotFound,
	Unsupported, Canceled, SecondFactor, LabelTaken, KeyLimit,
}

func TestErrorSaysWhatFailedOnWhat(t *testing.T) {
	for want, e := range map[string]*Error{
		"bybit: GET /v5/user/query-api: the exchange rejected the key (10003: no): EOF": {Exchange: "bybit", Op: "GET /v5/user/query-api", Kind: Auth, Code: "10003: no", Err: io.EOF},
		"the exchange could not be reached":                                             {Kind: Network},
		"kraken: something-new":                                                         {Exchange: "kraken", Kind: "something-new"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestKindIsAnError(t *testing.T) {
	err := fmt.Errorf("verify main: %w", &Error{Kind: IPBlocked, Err: io.EOF})
	if !errors.Is(err, IPBlocked) || errors.Is(err, Auth) || !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("errors.Is does not find kind and cause")
	}
	if AsError(err).Kind != IPBlocked {
		t.Error("AsError does not find the error")
	}
	if e := AsError(io.EOF); e.Kind != Protocol || !errors.Is(e, io.EOF) {
		t.Errorf("a foreign error became %v", e)
	}
}

func TestKindsHaveSentences(t *testing.T) {
	sentences := map[Kind]string{}
	for _, k := range kinds {
		sentences[k.Kind] = k.sentence
	}
	if len(sentences) != len(allKinds) || len(kinds) != len(allKinds) {
		t.Errorf("%d sentences in %d rows, %d kinds", len(sentences), len(kinds), len(allKinds))
	}
	for _, k := range allKinds {
		if sentences[k] == "" || k.Sentence() != sentences[k] || k.Error() != string(k) {
			t.Errorf("%s: %q", k, k.Sentence())
		}
	}
}

// Only these say something about the key; "rejected" is shown for no other.
func TestVerdicts(t *testing.T) {
	verdicts := map[Kind]bool{Auth: true, Denied: true, IPBlocked: true, Expired: true, NotFound: true, Invalid: true}
	for _, k := range allKinds {
		if k.Verdict() != verdicts[k] {
			t.Errorf("%s: %t", k, k.Verdict())
		}
	}
}

func TestZeroOutcomeIsTheCarefulOne(t *testing.T) {
	if (&Error{}).Outcome != OutcomeUnknown {
		t.Error("an error without outcome claims to know it")
	}
}
