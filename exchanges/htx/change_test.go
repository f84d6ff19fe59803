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
		"bot":        {trader(), ipList("203.0.113.7", "198.51.100.0/24"), "", `{"subUid":63628777,"note":"bot","permission":"readOnly,trade","ipAddresses":"203.0.113.7,198.51.100.0/24"}`},
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

func TestRequestsThatAreRefusedHere(t *testing.T) {
	with := func(change func(*exchanges.KeyRequest)) exchanges.KeyRequest {
		r := manage().New
		change(&r)
		return r
	}
	asks := func(p ...exchanges.Permission) exchanges.KeyRequest {
		return with(func(r *exchanges.KeyRequest) { r.Permissions = exchanges.NewPermissionSet(p...) })
	}
	many := strings.Split(strings.Repeat("203.0.113.7,", 21), ",")[:21]
	for name, r := range map[string]exchanges.KeyRequest{
		"no label":       with(func(r *exchanges.KeyRequest) { r.Label = "" }),
		"withdraw":       asks(exchanges.Read, exchanges.Withdraw),
		"admin":          asks(exchanges.Read, exchanges.Admin),
		"spot alone":     asks(exchanges.Read, exchanges.Spot),
		"unknown IPs":    with(func(r *exchanges.KeyRequest) { r.IPs = exchanges.IPWhitelist{} }),
		"no address":     with(func(r *exchanges.KeyRequest) { r.IPs = ipList("203.0.113.7,198.51.100.1") }),
		"many addresses": with(func(r *exchanges.KeyRequest) { r.IPs = ipList(many...) }),
		"a public key":   with(func(r *exchanges.KeyRequest) { r.PublicKey = exchangetest.PublicPEM }),
	} {
		b := newBench(t)
		_, err := b.CreateKey(t.Context(), testManager(), r)
		if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.NotSent || e.Hint == "" || len(b.server.Requests()) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(b.server.Requests()))
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
		"list":    {exchanges.KeyRequest{IPs: ipList("198.51.100.1")}, "trade,readOnly", "198.51.100.1"},
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

func TestEditKeepsNothingThatIsNotTold(t *testing.T) {
	rights := exchanges.KeyRequest{Permissions: reader()}
	list := exchanges.KeyRequest{IPs: ipList("198.51.100.1")}
	for name, c := range map[string]struct {
		fields  string
		request exchanges.KeyRequest
		ok      bool
	}{
		"all told":       {`,"permission":"readOnly","ipAddresses":"203.0.113.7"`, rights, true},
		"masked list":    {`,"permission":"readOnly","ipAddresses":"203.**.7"`, rights, false},
		"no list":        {`,"permission":"readOnly"`, rights, false},
		"no rights":      {`,"ipAddresses":"203.0.113.7"`, list, false},
		"none are asked": {`,"ipAddresses":"203.0.113.7"`, rights, true},
		"list is asked":  {`,"permission":"readOnly"`, list, true},
	} {
		b := newBench(t)
		b.server.Handle("GET "+keysPath, exchangetest.JSON(`{"code":200,"data":[{"accessKey":"k1","note":"x"`+c.fields+`}]}`).Handler())
		b.server.Handle("POST "+editPath, result(struct{}{}).Handler())
		err := b.EditKey(t.Context(), testManager(), "k1", c.request)
		if sent := len(b.server.Requests("POST "+editPath)) == 1; sent != c.ok || (err == nil) != c.ok {
			t.Errorf("%s: sent %t, %v", name, sent, err)
		}
		if err != nil && exchanges.AsError(err).Outcome != exchanges.NotSent {
			t.Errorf("%s: no change was sent: %+v", name, exchanges.AsError(err))
		}
	}
}

func TestChangeThatTurnsOutOtherwiseIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		answer map[string]any
		ok     bool
	}{
		"as asked":      {map[string]any{"permission": "readOnly", "ipAddresses": "2001:db8::1,203.0.113.0/24"}, true},
		"not told":      {map[string]any{}, true},
		"masked":        {map[string]any{"permission": "readOnly", "ipAddresses": "203.**.7"}, true},
		"another right": {map[string]any{"permission": "readOnly,trade"}, false},
		"another list":  {map[string]any{"ipAddresses": "203.0.113.7"}, false},
		"no list":       {map[string]any{"ipAddresses": ""}, false},
	} {
		b := newBench(t)
		id := b.key()
		b.server.Handle("POST "+editPath, result(c.answer).Handler())
		err := b.EditKey(t.Context(), testManager(), id, manage().Changed)
		if (err == nil) != c.ok || err != nil && (!errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The list is of a sub-user's keys: the managing key is not in it and not gone.
func TestManagingKeyDoesNotRevokeItself(t *testing.T) {
	b := newBench(t)
	for _, id := range []string{testKey, ""} {
		if err := b.RevokeKey(t.Context(), testManager(), id); !errors.Is(err, exchanges.Invalid) || len(b.server.Requests()) != 0 {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// No code is documented for a key that is not there: the list tells.
func TestRefusedDeletionIsNoDeath(t *testing.T) {
	for _, reply := range []exchangetest.Reply{noSuchKey(), newer(1002, "forbidden"), exchangetest.Drop()} {
		b := newBench(t)
		id := b.key()
		b.server.Handle("POST "+deletePath, reply.Handler())
		if err := b.RevokeKey(t.Context(), testManager(), id); err == nil || len(b.server.Requests("GET "+keysPath)) != 1 {
			t.Errorf("%v", err)
		}
		b.fake.Delete(id)
		if err := b.RevokeKey(t.Context(), testManager(), id); err != nil {
			t.Errorf("it is gone: %v", err)
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
