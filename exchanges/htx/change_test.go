package htx

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for name, c := range map[string]struct {
		set  exchanges.PermissionSet
		ips  exchanges.IPWhitelist
		code string
		want string
	}{
		"reader":     {exchanges.NewPermissionSet(), anywhere, "", `{"subUid":63628777,"note":"bot","permission":"readOnly"}`},
		"bot":        {trader(), exchangetest.IPs("203.0.113.7", "198.51.100.0/24"), "", `{"subUid":63628777,"note":"bot","permission":"readOnly,trade","ipAddresses":"203.0.113.7,198.51.100.0/24"}`},
		"vague":      {exchanges.PermissionSet{}.With(exchanges.Futures, exchanges.Granted), anywhere, "", `{"subUid":63628777,"note":"bot","permission":"readOnly,trade"}`},
		"with codes": {reader(), anywhere, "123456", `{"otpToken":"123456","subUid":63628777,"note":"bot","permission":"readOnly"}`},
	} {
		b := newBench(t)
		m := testManager()
		m.Code = exchanges.NewSecret(c.code)
		b.fake.Code = c.code
		made, err := b.CreateKey(t.Context(), m, exchanges.KeyRequest{Label: "bot", Permissions: c.set, IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		if got := b.sent(t, createPath); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// What HTX says to a code that is missing or wrong is not documented.
func TestCodeIsAskedForWhereTheRefusalMayMeanIt(t *testing.T) {
	for name, c := range map[string]struct {
		reply          exchangetest.Reply
		without, given exchanges.Kind
	}{
		"its field":       {newer(2002, "invalid field value in `otpToken`"), exchanges.SecondFactor, exchanges.SecondFactor},
		"in words":        {newer(2096, "Incorrect Google verification code"), exchanges.SecondFactor, exchanges.SecondFactor},
		"a value":         {newer(2002, "invalid field value"), exchanges.SecondFactor, exchanges.Protocol},
		"nothing known":   {newer(2095, "missing"), exchanges.SecondFactor, exchanges.Protocol},
		"another field":   {newer(2002, "invalid field value in `note`"), exchanges.Protocol, exchanges.Protocol},
		"a right":         {newer(1002, "forbidden"), exchanges.Denied, exchanges.Denied},
		"a signature":     {older(notValid, saysMismatch), exchanges.Auth, exchanges.Auth},
		"not JSON at all": {exchangetest.JSON("OK"), exchanges.Protocol, exchanges.Protocol},
	} {
		for code, want := range map[string]exchanges.Kind{"": c.without, "123456": c.given} {
			b := newBench(t)
			b.server.Handle("POST "+createPath, c.reply.Handler())
			m := testManager()
			m.Code = exchanges.NewSecret(code)
			_, err := b.CreateKey(t.Context(), m, manage().New)
			if e := exchanges.AsError(err); e.Kind != want || e.Hint == "" {
				t.Errorf("%s, code %q: %v: %s", name, code, err, e.Hint)
			}
		}
	}
}

func TestErrorsDoNotRepeatTheCode(t *testing.T) {
	b := newBench(t)
	b.server.Handle("POST "+createPath, newer(2002, "otpToken 123456 is wrong").Handler())
	m := testManager()
	m.Code = exchanges.NewSecret("123456")
	_, err := b.CreateKey(t.Context(), m, manage().New)
	if !errors.Is(err, exchanges.SecondFactor) || strings.Contains(err.Error(), "123456") {
		t.Errorf("%v", err)
	}
}

func TestAnswerWithoutKeyMayHideOne(t *testing.T) {
	for _, data := range []any{nil, map[string]any{}, map[string]any{"accessKey": "k1"}, map[string]any{"secretKey": "s1"}} {
		b := newBench(t)
		b.server.Handle("POST "+createPath, result(data).Handler())
		made, err := b.CreateKey(t.Context(), testManager(), manage().New)
		if e := exchanges.AsError(err); e.Kind != exchanges.Protocol || e.Outcome != exchanges.OutcomeUnknown || made.KeyID != "" {
			t.Errorf("%v: %v", data, err)
		}
	}
}

func TestEditSendsAllThatStays(t *testing.T) {
	for name, c := range map[string]struct {
		request     exchanges.KeyRequest
		words, list string
	}{
		"list":    {exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")}, "trade,readOnly", "198.51.100.1"},
		"no list": {exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}, "trade,readOnly", ""},
		"rights":  {exchanges.KeyRequest{Permissions: reader()}, "readOnly", "203.0.113.7"},
		"none":    {exchanges.KeyRequest{}, "trade,readOnly", "203.0.113.7"},
	} {
		b := newBench(t)
		id := b.key()
		if err := b.EditKey(t.Context(), testManager(), id, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := `{"subUid":63628777,"accessKey":"` + id + `","note":"gridbot","permission":"` + c.words + `","ipAddresses":"` + c.list + `"}`
		if got := b.sent(t, editPath); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestRevokeSendsWhatIsDocumented(t *testing.T) {
	b := newBench(t)
	id := b.key()
	if err := b.RevokeKey(t.Context(), testManager(), id); err != nil || len(b.fake.Keys()) != 0 {
		t.Fatal(err)
	}
	if got, want := b.sent(t, deletePath), `{"subUid":63628777,"accessKey":"`+id+`"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
