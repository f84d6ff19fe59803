package sim

import (
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// The codes of RFC 6238, appendix B, cut to six digits.
func TestTimeCodesAreThoseOfTheRFC(t *testing.T) {
	for at, want := range map[uint64]string{59: "287082", 1_111_111_109: "081804", 20_000_000_000: "353130"} {
		if got := timeCode([]byte("12345678901234567890"), at/codeStep); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// guardedRig is an account with an authenticator, and a key that may do all.
type guardedRig struct {
	*deribitRig
	bearer string
}

var authenticator = []byte("12345678901234567890")

func newGuardedRig(t *testing.T, env string) *guardedRig {
	t.Helper()
	rig := newDeribitRig(t, env, account{
		Authenticator: base32.StdEncoding.EncodeToString(authenticator),
		Seeds: []seed{
			{Label: "admin", Words: []string{"account:read_write", "trade:read_write"}},
			{Label: "bot", Words: []string{"trade:read_write"}},
		},
	})
	token := rig.login(rig.key("admin"), "scope", "account:read_write trade:read_write expires:31000000")
	if token.TFA != "enabled" {
		t.Errorf("%+v", token)
	}
	return &guardedRig{rig, "Bearer " + token.Access}
}

// code is what the authenticator shows so many steps from now.
func (g *guardedRig) code(steps int64) string {
	return timeCode(authenticator, uint64(time.UnixMilli(g.clock.Load()).Unix()/codeStep+steps))
}

type challengeReply struct {
	Required     bool `json:"security_key_authorization_required"`
	Challenge    string
	Keys         []struct{ Type, Name string } `json:"security_keys"`
	RelyingParty string                        `json:"rp_id"`
}

// challenge makes a call for the first time.
func (g *guardedRig) challenge(method string, params ...string) string {
	g.t.Helper()
	var asked challengeReply
	g.expect(g.get(method, g.bearer, params...), &asked)
	if !asked.Required || asked.Challenge == "" || len(asked.Keys) != 1 || asked.Keys[0].Type != "tfa" {
		g.t.Fatalf("%s is not guarded: %+v", method, asked)
	}
	return asked.Challenge
}

// repeat makes a call for the second time.
func (g *guardedRig) repeat(challenge, code, method string, params ...string) reply {
	g.t.Helper()
	return g.get(method, g.bearer, append([]string{"challenge", challenge, "authorization_data", code}, params...)...)
}

// because checks why a second call is refused.
func (g *guardedRig) because(want string, r reply) {
	g.t.Helper()
	if got := g.refused(r, deribitGuardRefused).Data["reason"]; got != want {
		g.t.Errorf("reason %q, want %q", got, want)
	}
}

const listKeys = "private/list_api_keys"

func TestDeribitGuardsTheMethodsThatItsPagesFlag(t *testing.T) {
	for method, params := range map[string][]string{
		listKeys:                          nil,
		"private/create_api_key":          {"max_scope", "trade:read"},
		"private/edit_api_key":            {"id", "2", "max_scope", "trade:read"},
		"private/change_scope_in_api_key": {"id", "2", "max_scope", "trade:read"},
		"private/disable_api_key":         {"id", "2"},
	} {
		t.Run(method, func(t *testing.T) {
			rig := newGuardedRig(t, "live")
			before := len(rig.venue.(*deribit).log)
			challenge := rig.challenge(method, params...)
			e, _ := rig.venue.(*deribit).byNumber(2)
			if e.Disabled || len(rig.desk.book.keys()) != 2 || len(rig.venue.(*deribit).log) != before {
				t.Error("the call had an effect without a code")
			}
			var done any
			rig.expect(rig.repeat(challenge, rig.code(0), method, params...), &done)
			if row, ok := done.(map[string]any); ok && row["security_key_authorization_required"] != nil {
				t.Errorf("asked again: %v", row)
			}
		})
	}
}

func TestDeribitDoesNotGuardTheOthers(t *testing.T) {
	rig := newGuardedRig(t, "live")
	for _, c := range [][]string{
		{"private/change_api_key_name", "id", "2", "name", "other"},
		{"private/reset_api_key", "id", "2"},
		{"private/enable_api_key", "id", "2"},
		{"private/get_access_log"},
		{"private/remove_api_key", "id", "2"},
	} {
		rig.expect(rig.get(c[0], rig.bearer, c[1:]...), new(any))
		if len(rig.venue.(*deribit).guard.challenges) != 0 {
			t.Errorf("%s is guarded", c[0])
		}
	}
}

func TestDeribitChallengeIsBase64AndSaysForWhom(t *testing.T) {
	for env, want := range map[string]string{"live": "www.deribit.com", "testnet": "test.deribit.com"} {
		rig := newGuardedRig(t, env)
		var asked challengeReply
		rig.expect(rig.get(listKeys, rig.bearer), &asked)
		if raw, err := base64.StdEncoding.DecodeString(asked.Challenge); err != nil || len(raw) != 32 || asked.RelyingParty != want {
			t.Errorf("%s: %+v (%v)", env, asked, err)
		}
	}
}

func TestDeribitRefusesSecondFactors(t *testing.T) {
	rig := newGuardedRig(t, "live")
	rig.because("tfa_code_not_matched", rig.repeat(rig.challenge(listKeys), "000000", listKeys))
	rig.because("tfa_code_not_matched", rig.repeat(rig.challenge(listKeys), rig.code(-2), listKeys))
	rig.because("tfa_code_not_matched", rig.repeat(rig.challenge(listKeys), rig.code(2), listKeys))
	rig.because("tfa_code_is_required", rig.repeat(rig.challenge(listKeys), "", listKeys))
	rig.because("challenge_timeout", rig.repeat("made up", rig.code(0), listKeys))
	rig.because("challenge_timeout", rig.get(listKeys, rig.bearer, "authorization_data", rig.code(0)))

	// After an error a client has to start over.
	first := rig.challenge(listKeys)
	rig.because("tfa_code_not_matched", rig.repeat(first, "000000", listKeys))
	rig.because("challenge_timeout", rig.repeat(first, rig.code(0), listKeys))

	late := rig.challenge(listKeys)
	rig.pass(challengeLife + time.Millisecond)
	rig.because("challenge_timeout", rig.repeat(late, rig.code(0), listKeys))

	rig.challenge(listKeys)
	rig.pass(challengeLife + time.Millisecond)
	rig.challenge(listKeys)
	if n := len(rig.venue.(*deribit).guard.challenges); n != 1 {
		t.Errorf("%d challenges are kept, one of them can be used", n)
	}
}

func TestDeribitTakesEveryCodeOnce(t *testing.T) {
	rig := newGuardedRig(t, "live")
	var rows []object
	for _, steps := range []int64{1, -1, 0} {
		rig.expect(rig.repeat(rig.challenge(listKeys), rig.code(steps), listKeys), &rows)
		rig.because("used_tfa_code", rig.repeat(rig.challenge(listKeys), rig.code(steps), listKeys))
	}
	rig.pass(codeStep * time.Second) // what was ahead is current now
	rig.because("used_tfa_code", rig.repeat(rig.challenge(listKeys), rig.code(0), listKeys))
	rig.expect(rig.repeat(rig.challenge(listKeys), rig.code(1), listKeys), &rows)
	rig.pass(time.Hour)
	rig.expect(rig.repeat(rig.challenge(listKeys), rig.code(0), listKeys), &rows)
	if n := len(rig.venue.(*deribit).guard.used); n != 1 {
		t.Errorf("%d codes are remembered, one of them could come again", n)
	}
}

func TestDeribitChallengeIsForOneCall(t *testing.T) {
	rig := newGuardedRig(t, "live")
	const edit = "private/edit_api_key"
	other := rig.login(rig.key("admin"), "scope", "account:read_write trade:read_write")
	for name, second := range map[string]func(challenge string) reply{
		"another method": func(challenge string) reply { return rig.repeat(challenge, rig.code(0), listKeys) },
		"another parameter": func(challenge string) reply {
			return rig.repeat(challenge, rig.code(0), edit, "id", "2", "max_scope", "trade:read_write")
		},
		"one more": func(challenge string) reply {
			return rig.repeat(challenge, rig.code(0), edit, "id", "2", "max_scope", "trade:read", "enabled", "false")
		},
		"one less": func(challenge string) reply { return rig.repeat(challenge, rig.code(0), edit, "id", "2") },
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.because("challenge_timeout", second(rig.challenge(edit, "id", "2", "max_scope", "trade:read")))
		})
	}
	rig.t = t
	challenge := rig.challenge(edit, "id", "2", "max_scope", "trade:read")
	rig.bearer = "Bearer " + other.Access // a token is no part of the call
	rig.expect(rig.repeat(challenge, rig.code(0), edit, "id", "2", "max_scope", "trade:read"), &object{})
}

func TestDeribitClosesTheGuardAfterTooManyFailures(t *testing.T) {
	rig := newGuardedRig(t, "live")
	wrong := func(n int) {
		for range n {
			rig.because("tfa_code_not_matched", rig.repeat(rig.challenge(listKeys), "000000", listKeys))
		}
	}
	wrong(guardMostFailures - 1)
	var rows []object
	rig.expect(rig.repeat(rig.challenge(listKeys), rig.code(0), listKeys), &rows) // which ends the row of failures
	wrong(guardMostFailures)
	if failure := rig.refused(rig.get(listKeys, rig.bearer), deribitGuardBlocked); failure.Data["wait"] != guardWait.Seconds() {
		t.Errorf("%+v", failure)
	}
	rig.pass(guardWait - 1500*time.Millisecond)
	failure := rig.refused(rig.repeat("x", rig.code(1), listKeys), deribitGuardBlocked)
	if failure.Data["wait"] != 2.0 {
		t.Errorf("%+v", failure)
	}
	rig.pass(1500 * time.Millisecond)
	rig.expect(rig.repeat(rig.challenge(listKeys), rig.code(0), listKeys), &rows)
}

func TestDeribitGuardReadsABody(t *testing.T) {
	rig := newGuardedRig(t, "live")
	post := func(more string) reply {
		return rig.do(http.MethodPost, "/api/v2", `{"jsonrpc":"2.0","id":1,"method":"private/disable_api_key","params":{"id":2`+more+`}}`, rig.bearer)
	}
	second := func(code string) reply {
		t.Helper()
		var asked challengeReply
		rig.expect(post(""), &asked)
		return post(`,"challenge":"` + asked.Challenge + `","authorization_data":` + code)
	}
	rig.because("tfa_code_is_required", second(rig.code(0))) // a number may have lost zeros
	var row deribitKeyRow
	rig.expect(second(strconv.Quote(rig.code(0))), &row)
	if row.ID != 2 || row.Enabled {
		t.Errorf("%+v", row)
	}
}
