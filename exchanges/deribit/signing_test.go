package deribit

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestSignedCallsMatchThePublishedVectors(t *testing.T) {
	held := 0
	for _, v := range exchangetest.Vectors[vector](t, 4) {
		if v.Expected.Authorization == "" {
			continue
		}
		held++
		got, err := exchangetest.Shown(t, Adapter(), v.credential(t), exchanges.Call{
			Method: v.Method, Path: v.Path, Query: v.Query, Body: v.Body, At: time.UnixMilli(v.Timestamp), Nonce: v.Nonce,
		})
		if err != nil || got.Header.Get("Authorization") != v.Expected.Authorization {
			t.Errorf("%s: %v, %v", v.Name, got.Header, err)
		}
		if text, _ := got.Step(exchanges.StepText); text.Text != v.Text {
			t.Errorf("%s: signs %q, want %q", v.Name, text.Text, v.Text)
		}
	}
	if held != 2 {
		t.Errorf("%d vectors of signed calls", held)
	}
}

func TestAPairSignsInAndNoOtherCall(t *testing.T) {
	c := exchanges.Credential{KeyID: testID, PrivateKey: pemKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))}
	got, err := exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "POST", Path: "/api/v2/public/auth", At: time.UnixMilli(5), Nonce: "once"})
	if err != nil || !strings.Contains(got.Body, `"nonce":"once"`) || !strings.Contains(got.Body, `"timestamp":5`) {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = exchangetest.Shown(t, Adapter(), c, exchanges.Call{Method: "GET", Path: "/api/v2/private/get_positions"})
	if !errors.Is(err, exchanges.Unsupported) || !strings.Contains(exchanges.AsError(err).Hint, "public/auth") {
		t.Errorf("%v", err)
	}
}
