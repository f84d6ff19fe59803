package deribit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// judgedFor is what a call of a method makes of an error.
func judgedFor(t *testing.T, method, object string) *exchanges.Error {
	t.Helper()
	r := rest.Response{Status: 400, Body: []byte(rpcBody(object))}
	var got reply[answer[madeKey]]
	if err := rest.Decode(r, &got); err != nil {
		return err
	}
	return got.check(r, exchanges.Live, call{id: 1, method: method})
}

// TestOnlyPlainWordsAreALimitOrALabel: no page lists these refusals, so that a
// doubt is not one of them.
func TestOnlyPlainWordsAreALimitOrALabel(t *testing.T) {
	for _, c := range []struct {
		code          int
		reason, param string
		want          exchanges.Kind
	}{
		{13016, "too_many_api_keys", "", exchanges.KeyLimit},
		{99999, "maximum number of api keys", "", exchanges.KeyLimit},
		{13021, "api keys limit", "", exchanges.Denied}, // may be a scope
		{13012, "api_key_limit_reached", "", exchanges.KeyLimit},
		{13016, "name already exists", "", exchanges.LabelTaken},
		{13016, "already taken", "name", exchanges.LabelTaken},
		{-32602, "not unique", "name", exchanges.LabelTaken},
		{-32602, "must be at most 16 characters", "name", exchanges.Protocol},
		{-32602, "max_scope above that of other keys", "", exchanges.Protocol},
		{-32602, "username does not exist", "", exchanges.Protocol},
		{10028, "too many api keys at once", "", exchanges.RateLimited},
		{13004, "name already in use", "", exchanges.Auth},
	} {
		object := fmt.Sprintf(`{"code":%d,"message":"m","data":{"reason":%q,"param":%q}}`, c.code, c.reason, c.param)
		e := judgedFor(t, createMethod, object)
		if e.Kind != c.want || e.Outcome != exchanges.Refused || e.Hint == "" || !strings.Contains(e.Code, c.reason) {
			t.Errorf("%s: %s (%s), want %s", object, e.Kind, e.Code, c.want)
		}
		if other := judgedFor(t, editMethod, object); other.Kind == exchanges.KeyLimit || other.Kind == exchanges.LabelTaken {
			t.Errorf("%s of an edit: %s", object, other.Kind)
		}
	}
}

func TestHintsOfTheManagingKey(t *testing.T) {
	for _, code := range []string{"11042", "13021", "13403"} {
		for method, want := range map[string]string{
			createMethod: "account:read_write", editMethod: "account:read_write", removeMethod: "account:read_write", listMethod: "scope", authMethod: "scope",
		} {
			e := judgedFor(t, method, `{"code":`+code+`}`)
			if e.Kind != exchanges.Denied || !strings.Contains(e.Hint, want) {
				t.Errorf("%s of %s: %s, %q", code, method, e.Kind, e.Hint)
			}
		}
	}
	if e := judgedFor(t, createMethod, `{"code":13904}`); e.Kind != exchanges.Denied || !strings.Contains(e.Hint, "set it up") {
		t.Errorf("%v: %s", e, e.Hint)
	}
}

// TestTheGuideFitsTheCalls: what the page's boxes give is what the same scopes
// give by API.
func TestTheGuideFitsTheCalls(t *testing.T) {
	g := guide()
	for _, asked := range [][]exchanges.Permission{
		{exchanges.Read}, {exchanges.Read, exchanges.Options}, {exchanges.Read, exchanges.Spot, exchanges.Admin}, {exchanges.Read, exchanges.Withdraw},
	} {
		_, _, will, missing := g.Plan(asked)
		words, err := scope{known: true}.grant(will)
		got, _ := permissions(scope{words, true})
		if err != nil || len(missing) > 0 || got != will {
			t.Errorf("%v: the page gives %s, the call %s, %v", asked, text(will), text(got), err)
		}
	}
	if name := g.Label.Make("options-hedger", "a1b2c3"); !label(name) {
		t.Errorf("the label %q is not taken", name)
	}
}
