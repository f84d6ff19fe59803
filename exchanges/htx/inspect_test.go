package htx

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

func TestInspectTellsAllThatHTXDoes(t *testing.T) {
	got, err := inspect(t, exchangetest.JSON(goodKeys).With("X-HB-RateLimit-Requests-Remain", "19"))
	if err != nil {
		t.Fatal(err)
	}
	want := exchanges.KeyInfo{
		KeyID: testKey, Label: "grid bot", Account: testUID,
		Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures,
			exchanges.Options, exchanges.Transfer).With(exchanges.Admin, exchanges.Unknown),
		ExchangePermissions: []string{"readOnly", "trade"},
		IPs:                 exchangetest.IPs("203.0.113.7", "198.51.100.0/24"),
		Created:             exchanges.At(time.UnixMilli(1615192704000)), Expires: exchanges.Never(),
		Seen: got.Seen, Clock: got.Clock, Usage: "19 calls left", Notes: []string{noteAdmin},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// answering is an answer about keys.
func answering(keys string) rest.Response {
	return rest.Response{Status: 200, Body: []byte(`{"code":200,"data":` + keys + `}`)}
}

// A parent user's key may manage keys with Trade, a sub-user's key may not.
func TestPermissions(t *testing.T) {
	for words, c := range map[string]struct{ own, sub string }{
		"":                        {"", ""},
		"readOnly":                {"+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other", "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other"},
		"readOnly,trade":          {"+read +spot +margin +futures +options +transfer -withdraw -earn -other", "+read +spot +margin +futures +options +transfer -withdraw -earn -admin -other"},
		"withdraw,trade,readOnly": {"+read +spot +margin +futures +options +transfer +withdraw -earn -other", "+read +spot +margin +futures +options +transfer +withdraw -earn -admin -other"},
		"readOnly,newRight":       {"+read +other", "+read +other"},
	} {
		for o, want := range map[owner]string{ofCaller: c.own, ofSubUser: c.sub} {
			got, _ := key{Permission: wire.At[wire.Words]([]byte(strconv.Quote(words)))}.info(o, time.Now()).Permissions.MarshalText()
			if string(got) != want {
				t.Errorf("%q, of a sub-user %t: %s", words, o, got)
			}
		}
	}
}

func TestDaysThatAreLeft(t *testing.T) {
	at := time.Date(2026, 11, 23, 22, 30, 0, 0, time.FixedZone("", -5*3600)) // it is the 24th in UTC
	day := func(d int) exchanges.Moment { return exchanges.At(time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC)) }
	for name, c := range map[string]struct {
		fields string
		want   exchanges.Moment
		note   string
	}{
		"permanent":       {`"validDays":-1`, exchanges.Never(), ""},
		"some":            {`"validDays":6`, day(30), noteDays},
		"in quotes":       {`"validDays":"6","status":"normal"`, day(30), noteDays},
		"the last":        {`"validDays":0`, day(25), noteDays},
		"expired":         {`"validDays":0,"status":"expired"`, day(24), noteExpired},
		"expired for all": {`"validDays":-1,"status":"expired"`, day(24), noteExpired},
		"not told":        {`"note":"x"`, exchanges.Moment{}, ""},
		"null":            {`"validDays":null`, exchanges.Moment{}, ""},
		"below":           {`"validDays":-2`, exchanges.Moment{}, ""},
		"beyond":          {`"validDays":9223372036854775807`, exchanges.Moment{}, ""},
		"no number":       {`"validDays":"soon"`, exchanges.Moment{}, ""},
		"locked":          {`"validDays":-1,"status":"locked"`, exchanges.Never(), "HTX gives this key the status locked."},
	} {
		found, e := parseKeys(answering(`[{` + c.fields + `}]`))
		if e != nil {
			t.Fatalf("%s: %v", name, e)
		}
		got := found.keys[0].info(ofSubUser, at)
		if got.Expires != c.want || strings.Join(got.Notes, "|") != c.note {
			t.Errorf("%s: %v, notes %q", name, got.Expires, got.Notes)
		}
	}
}

func TestAddresses(t *testing.T) {
	for field, want := range map[string]exchanges.IPWhitelist{
		`"ipAddresses":""`:                                {State: exchanges.IPAny},
		`"ipAddresses":"203.0.113.7, 2001:db8::1"`:        exchangetest.IPs("203.0.113.7", "2001:db8::1"),
		`"ipAddresses":["203.0.113.7","198.51.100.0/24"]`: exchangetest.IPs("203.0.113.7", "198.51.100.0/24"),
		`"ipAddresses":"203.**.7"`:                        {State: exchanges.IPRestricted},
		`"ipAddresses":null`:                              {},
		`"note":"without"`:                                {},
	} {
		found, e := parseKeys(answering(`[{` + field + `}]`))
		if e != nil {
			t.Fatal(e)
		}
		if got := found.keys[0].info(ofCaller, time.Now()).IPs; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", field, got)
		}
	}
}

// HTX may keep the list from keys of sub-users. It took the key all the same.
func TestKeyThatIsNotDescribedIsAccepted(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"forbidden":    newer(1002, "forbidden"),
		"right":        older(notValid, "Signature not valid: API key has no permission"),
		"value":        newer(2002, "invalid field value in `uid`"),
		"unknown code": newer(2099, "parent users only, perhaps"),
		"nobody":       exchangetest.JSON(`{"code":200,"data":[]}`),
		"others":       exchangetest.JSON(`{"code":200,"data":[{"accessKey":"5000d371","permission":"readOnly"}]}`),
	} {
		got, err := inspect(t, reply)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, _ := got.Permissions.MarshalText()
		if string(text) != "+read" || got.KeyID != testKey || got.Account != testUID || got.IPs.State != exchanges.IPUnknown || got.Expires.Known() {
			t.Errorf("%s: %+v", name, got)
		}
		if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "sub-user") {
			t.Errorf("%s: %q", name, got.Notes)
		}
	}
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
	}{
		"address":     {older(notValid, saysAddress), exchanges.IPBlocked},
		"unknown key": {older(notValid, saysUnknown), exchanges.Auth},
		"no list":     {exchangetest.JSON(`{"code":200,"data":null}`), exchanges.Protocol},
		"a page":      {exchangetest.Page(404), exchanges.Protocol},
		"firewall":    {exchangetest.Page(403), exchanges.Blocked},
	} {
		if _, err := inspect(t, c.reply); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuideAgreesWithWhatAnInspectionTells(t *testing.T) {
	on, off, will, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Spot})
	if len(on) != 2 || len(off) != 1 || off[0].Words != "Withdraw" || len(missing) != 0 {
		t.Errorf("on %v, off %v, missing %v", on, off, missing)
	}
	told := key{Permission: wire.Words{Values: []string{"readOnly", "trade"}, Known: true}}.info(ofSubUser, time.Now()).Permissions
	if will != told {
		t.Errorf("planned %v, told %v", will.All(exchanges.Granted), told.All(exchanges.Granted))
	}
	if _, _, _, missing = guide().Plan([]exchanges.Permission{exchanges.Earn, exchanges.Admin}); len(missing) != 2 {
		t.Errorf("HTX has no box for earning and managing; missing %v", missing)
	}
}

// The end that HTX tells is the days that are left: no rule may guess another.
func TestLifetimesLeaveTheToldEndAlone(t *testing.T) {
	trader := exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)
	reader := exchanges.NewPermissionSet(exchanges.Read)
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	for _, l := range guide().Lifetimes {
		if !l.Covers(exchanges.Live, trader, anywhere) || l.Covers(exchanges.Live, reader, anywhere) || l.Covers(exchanges.Live, trader, exchangetest.IPs("203.0.113.7")) {
			t.Errorf("%+v", l)
		}
		if at, ok := l.End(exchanges.At(time.Now()), exchanges.Moment{}); ok {
			t.Errorf("an end at %s, of a key whose last use is not told", at)
		}
	}
	steps := guide().Create
	if !slices.ContainsFunc(steps, func(s exchanges.GuideStep) bool {
		return s.Put == exchanges.PutIPs && strings.Contains(s.Text, "90 days")
	}) {
		t.Error("the guide does not say what a key without addresses comes to")
	}
}
