package exchanges

import (
	"slices"
	"testing"
)

func TestWhatAnErrorLeavesOpen(t *testing.T) {
	for name, tt := range map[string]struct {
		e    Error
		want []Cause
	}{
		"by its kind":            {Error{Kind: IPBlocked}, []Cause{CauseIP}},
		"by its code":            {Error{Kind: Denied, Causes: []Cause{CauseAccount}}, []Cause{CauseAccount}},
		"the code before a kind": {Error{Kind: Auth, Causes: []Cause{CauseSite, CauseDeleted}}, []Cause{CauseSite, CauseDeleted}},
		"of nobody":              {Error{Kind: Canceled}, nil},
	} {
		if got := tt.e.Possible(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// TestEveryKindThatJudgesAKeyHasACause: a diagnosis that is left with nothing
// would say that nothing is wrong.
func TestEveryKindThatJudgesAKeyHasACause(t *testing.T) {
	for _, k := range kinds {
		if e := (&Error{Kind: k.Kind}); k.Verdict() && len(e.Possible()) == 0 {
			t.Errorf("%s leaves nothing open", k.Kind)
		}
	}
}
