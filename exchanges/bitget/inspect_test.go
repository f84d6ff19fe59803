package bitget

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

var compareFacts = cmp.AllowUnexported(exchanges.Moment{}, exchanges.PermissionSet{})

// with returns what is made of an answer with members replaced, as JSON; ""
// takes one away.
func with(t *testing.T, answer string, changes map[string]string) exchanges.KeyInfo {
	t.Helper()
	members := map[string]any{}
	for name, v := range changes {
		members[name] = json.RawMessage(v)
	}
	k, e := parseKey(rest.Response{Status: 200, Body: []byte(exchangetest.Altered(t, answer, members, "data"))})
	if e != nil {
		t.Fatal(e)
	}
	k.unified = answer == unifiedKey
	return k.info(testKey)
}

func TestInspectReadsTheKey(t *testing.T) {
	for name, c := range map[string]struct {
		unified exchangetest.Reply
		want    exchanges.KeyInfo
	}{
		"unified": {exchangetest.JSON(unifiedKey), exchanges.KeyInfo{
			KeyID: testKey, Account: "1234567890", IPs: exchangetest.IPs("203.0.113.7", "203.0.113.8"),
			Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Transfer, exchanges.Admin).
				With(exchanges.Earn, exchanges.Unknown),
			ExchangePermissions: []string{"read-and-write", "uta_mgt", "uta_trade"},
		}},
		"classic": {notUnified(), exchanges.KeyInfo{
			KeyID: testKey, Account: "1234567890", IPs: exchangetest.IPs("203.0.113.7"),
			Permissions:         exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures).With(exchanges.Earn, exchanges.Unknown),
			ExchangePermissions: []string{"coor", "coow", "stor", "wtor"},
			Notes:               []string{"This is a key of a sub-account of 1."},
		}},
	} {
		got, _, err := inspect(t, c.unified, exchangetest.JSON(classicKey))
		if err != nil || got.Seen.IsZero() || !got.Clock.Known {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		got.Seen, got.Clock = time.Time{}, exchanges.Clock{}
		if diff := cmp.Diff(c.want, got, compareFacts); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWordsOfAClassicAccount(t *testing.T) {
	const rest = "-options -transfer -withdraw -admin -other"
	for list, want := range map[string]string{
		`["readonly"]`:         "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		`["trade","readonly"]`: "+read +spot +futures -options",
		`["trade"]`:            "-read +spot +futures -options",
		`["stor","smor","coor","cpor","ttor","wtor","chor","p2pr","pllr","taxr"]`: "+read -spot -margin -futures " + rest,
		`["stow"]`:        "+read +spot -margin -futures " + rest,
		`["smow"]`:        "+read -spot +margin -futures " + rest,
		`["coow"]`:        "+read -spot -margin +futures " + rest,
		`["cpow"]`:        "+read -spot -margin +futures " + rest,
		`["ttow"]`:        "+read -spot -margin -futures -options -transfer -withdraw -admin +other",
		`["wtow"]`:        "+read -spot -margin -futures -options +transfer -withdraw -admin -other",
		`["wwow"]`:        "-read -spot -margin -futures -options -transfer +withdraw -admin -other",
		`["chow"]`:        "+read -spot -margin -futures -options -transfer -withdraw +admin -other",
		`["p2p"]`:         "-read -spot -margin -futures -options -transfer -withdraw -admin +other",
		`["pllw"]`:        "+read -spot -margin -futures -options -transfer -withdraw -admin +other",
		`["taxw"]`:        "+read -spot -margin -futures -options -transfer -withdraw -admin +other",
		`["xyzw","stow"]`: "+read +spot +other",
		`[]`:              "-read -spot -margin -futures " + rest,
		`"stow,stor"`:     "+read +spot -margin -futures " + rest,
		`[1]`:             "+other", // a word that nobody knows
		`null`:            "", `[{}]`: "", `[""]`: "", ``: "",
	} {
		if got := exchangetest.Grants(with(t, classicKey, map[string]string{"authorities": list}).Permissions); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
}

func TestWordsOfAUnifiedAccount(t *testing.T) {
	for _, c := range []struct{ mode, list, want string }{
		{`"read-only"`, `["uta_mgt","uta_trade","withdraw"]`, "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other"},
		{`"read_only"`, `null`, "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other"},
		{`"read-and-write"`, `["uta_trade"]`, "+read +spot +margin +futures -options -transfer -withdraw -admin -other"},
		{`"read_write"`, `["uta_mgt"]`, "+read -spot -margin -futures -options +transfer -withdraw +admin -other"},
		{`"read-and-write"`, `["withdraw"]`, "+read -spot -margin -futures -options -transfer +withdraw -admin -other"},
		{`"read-and-write"`, `["copy_futures_order","copy_futures_position"]`, "+read -spot -margin -futures -options -transfer -withdraw -admin +other"},
		{`"read-and-write"`, `["uta_new"]`, "+read +other"},
		{`"read-and-write"`, `[]`, "-spot -margin -futures -options -transfer -withdraw -admin -other"},
		{`"read-and-write"`, `null`, ""},
		{`"both"`, `["uta_trade"]`, "+read -options -transfer -withdraw -admin -other"},
		{``, `["withdraw"]`, "+read -spot -margin -futures -options -transfer -admin -other"},
	} {
		if got := exchangetest.Grants(with(t, unifiedKey, map[string]string{"permType": c.mode, "permissions": c.list}).Permissions); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.mode, c.list, got, c.want)
		}
	}
}

// A separator other than the comma has not been seen, and not been ruled out.
func TestIPList(t *testing.T) {
	for raw, want := range map[string]exchanges.IPState{
		`""`: exchanges.IPAny, ``: exchanges.IPUnknown, `null`: exchanges.IPUnknown, `"203.0.113.7"`: exchanges.IPList,
		`"203.0.113.7|203.0.113.8"`: exchanges.IPRestricted, `["203.0.113.7"]`: exchanges.IPList, `7`: exchanges.IPUnknown,
	} {
		if got := with(t, unifiedKey, map[string]string{"ips": raw}).IPs; got.State != want {
			t.Errorf("%s gives %+v, want %s", raw, got, want)
		}
	}
}

func TestNotes(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		changes map[string]string
		want    []string
	}{
		"main account":         {unifiedKey, nil, nil},
		"main, as a number":    {classicKey, map[string]string{"parentId": "0"}, nil},
		"sub-account":          {unifiedKey, map[string]string{"parentId": `"77"`}, []string{"This is a key of a sub-account of 77."}},
		"unified without mode": {unifiedKey, map[string]string{"permType": ""}, []string{"Bitget did not say whether the key is read-only."}},
		"classic has no mode":  {classicKey, map[string]string{"parentId": "null"}, nil},
	} {
		if got := with(t, c.answer, c.changes).Notes; !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// The time of registration is that of the account, and not the key's age.
func TestWhatIsNotTheKeysIsNotRead(t *testing.T) {
	for _, answer := range []string{unifiedKey, classicKey} {
		got := with(t, answer, map[string]string{"inviterId": `"CANARY"`, "channel": `"CANARY"`})
		if got.Created.Known() || got.Expires.Known() || got.LastUsed.Known() || got.Label != "" || strings.Contains(fmt.Sprint(got), "CANARY") {
			t.Errorf("%+v", got)
		}
	}
}

func TestAnswerWithoutAKeyIsRefused(t *testing.T) {
	for _, body := range []string{`{"code":"00000"}`, `{"code":"00000","data":null}`, `{"code":"00000","data":{}}`, `{"code":"00000","data":[]}`, `{"data":{"userId":"1"}}`} {
		if _, _, err := inspect(t, exchangetest.JSON(body), exchangetest.JSON(classicKey)); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		list := wire.Words{Known: true}
		for _, b := range boxes {
			if slices.Contains(ticked, b.words) {
				list.Values = append(list.Values, b.word)
			}
		}
		return classicSet(classicRights, list)
	}, exchanges.Options, exchanges.Earn, exchanges.Admin)
}
