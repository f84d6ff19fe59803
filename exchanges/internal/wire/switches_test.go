package wire

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

var acme = []Switch{
	{Name: "can_look", Gives: []exchanges.Permission{exchanges.Read}},
	{Name: "can_trade", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Read}, Maybe: []exchanges.Permission{exchanges.Margin}},
}

func TestSwitches(t *testing.T) {
	for body, want := range map[string]string{
		`{"can_look":true,"can_trade":false}`:                 "+read -spot -margin",
		`{"can_look":false,"can_trade":true}`:                 "+read +spot",
		`{"can_look":false,"can_trade":false}`:                "-read -spot -margin",
		`{"can_look":false}`:                                  "",
		`{"can_trade":false}`:                                 "-spot -margin",
		`{"can_look":"yes","can_trade":"true"}`:               "+read +spot",
		`{"can_look":true,"can_fly":true,"may_talk":true}`:    "+read +other",
		`{"can_look":true,"can_fly":false,"can_sing":[true]}`: "+read",
		`{"can_look":null}`:                                   "",
	} {
		set, _, _ := Switches(Members([]byte(body)), "can_", acme...)
		if got, _ := set.MarshalText(); string(got) != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestSwitchesInTheExchangesWords(t *testing.T) {
	_, words, told := Switches(Members([]byte(`{"can_trade":true,"can_look":false,"can_\u001b[2Jx":true,"other":true}`)), "can_", acme...)
	if want := []string{"can_[2Jx", "can_trade"}; !told || !slices.Equal(words, want) {
		t.Errorf("%q, %t", words, told)
	}
	for _, body := range []string{`{}`, `null`, `{"can_look":null}`, `{"may_look":true}`, `[]`, `x`, ``} {
		if _, words, told := Switches(Members([]byte(body)), "can_", acme...); told || words != nil {
			t.Errorf("%s: %q, %t", body, words, told)
		}
	}
}
