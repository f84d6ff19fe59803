package bybit

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// calls are the signed calls that a server has seen, in order.
func calls(s *exchangetest.Server) []string {
	var out []string
	for _, r := range s.Requests() {
		if r.Path != timePath {
			out = append(out, r.Call())
		}
	}
	return out
}

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		set  exchanges.PermissionSet
		ips  exchanges.IPWhitelist
		want string
	}{
		"futures bot": {
			exchanges.NewPermissionSet(exchanges.Read, exchanges.Futures), exchangetest.IPs("203.0.113.7", "203.0.113.8"),
			`{"subuid":100400345,"note":"bot","ips":"203.0.113.7,203.0.113.8","readOnly":0,"permissions":{"ContractTrade":["Order","Position"]}}`,
		},
		"reader": {
			exchanges.NewPermissionSet(exchanges.Read), exchanges.IPWhitelist{State: exchanges.IPAny},
			`{"subuid":100400345,"note":"bot","ips":"*","readOnly":1,"permissions":{"ContractTrade":["Order","Position"],"Spot":["SpotTrade"]}}`,
		},
		"much": {
			exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Options, exchanges.Transfer, exchanges.Admin, exchanges.Earn), exchangetest.IPs("203.0.113.7"),
			`{"subuid":100400345,"note":"bot","ips":"203.0.113.7","readOnly":0,"permissions":{"Earn":["Earn"],"Options":["OptionsTrade"],"Spot":["SpotTrade"],"Wallet":["AccountTransfer"]}}`,
		},
	} {
		d := newBench(t)
		made, err := d.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: c.set, IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		if got := d.server.Requests("POST " + createSubPath)[0].Body; got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestListSaysWhatAnInspectionDoes(t *testing.T) {
	d := newBench(t)
	d.key(exchanges.Futures)
	got, err := d.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	if k.Label != "grid bot" || k.Account != testUID || !k.Created.Known() || !k.Expires.IsNever() || k.IPs.State != exchanges.IPList || k.Seen.IsZero() {
		t.Errorf("%+v", k)
	}
	if g := exchangetest.Grants(k.Permissions); g != "+read -spot -margin +futures -options -transfer -withdraw -earn -admin -other" {
		t.Errorf("permissions %s", g)
	}
	if sent := d.server.Requests("GET " + listSubPath)[0].Query; sent != "subMemberId=100400345&limit=20" {
		t.Errorf("query %q, which is that of the vector", sent)
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"no list":      `{"retCode":0,"result":{}}`,
		"null":         `{"retCode":0,"result":{"result":null}}`,
		"no name":      `{"retCode":0,"result":{"result":[{"note":"x"}],"nextPageCursor":""}}`,
		"a page twice": `{"retCode":0,"result":{"result":[{"apiKey":"k1"}],"nextPageCursor":"again"}}`,
	} {
		d := newBench(t)
		id := d.key().KeyID
		d.server.Handle("GET "+listSubPath, exchangetest.JSON(body).Handler())
		if _, err := d.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) {
			t.Errorf("%s: %v", name, err)
		}
		d.server.Handle("POST "+deleteSubPath, noSuchKey().Handler())
		if err := d.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

func TestUnknownKeyIsSaidByOneCodeOnly(t *testing.T) {
	for _, code := range verdicts.Codes() {
		_, err := inspect(t, said(200, int(code), "no"))
		if got := exchanges.AsError(err).UnknownKey; got != (code == 10003) {
			t.Errorf("%d: unknown key %t", code, got)
		}
	}
}

func TestRefusedChangeNamesTheRightThatItTakes(t *testing.T) {
	d := newBench(t)
	d.server.Handle("POST "+createSubPath, said(200, 10005, "Permission denied.").Handler())
	_, err := d.CreateKey(t.Context(), testManager(), manage().New)
	if e := exchanges.AsError(err); e.Kind != exchanges.Denied || !strings.Contains(e.Hint, "wallet") || !strings.Contains(e.Hint, "read-only") {
		t.Errorf("%v: %s", err, e.Hint)
	}
}

func TestSiteThatMakesNoKeysPointsToThePage(t *testing.T) {
	d := newBench(t)
	d.server.Handle("POST "+createSubPath, said(200, 81007, "not supported").Handler())
	_, err := d.CreateKey(t.Context(), testManager(), manage().New)
	if e := exchanges.AsError(err); e.Kind != exchanges.Unsupported || !strings.Contains(e.Hint, "by hand") {
		t.Errorf("%v: %s", err, e.Hint)
	}
}

// One new key a second is what an account has.
func TestChangesStayBelowTheLimit(t *testing.T) {
	d := newBench(t)
	exchangetest.Paced(t, d.Now, 4, 3*time.Second, func() error {
		_, err := d.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
}

func TestSitesDoWhatTheyDeclare(t *testing.T) {
	for _, site := range info().Sites {
		x, err := open(exchanges.Connection{Site: site, Origin: site.Origin})
		if err != nil {
			t.Fatal(err)
		}
		_, creates := x.(exchanges.Creator)
		_, revokes := x.(exchanges.Revoker)
		demo := site.Environment == exchanges.Demo
		if creates != (!demo && site.ID != "eu") || revokes == demo || site.Capabilities.KeyPair != exchanges.RSA {
			t.Errorf("%s: creates %t, revokes %t, pair %q", site.Name, creates, revokes, site.Capabilities.KeyPair)
		}
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte(`{"apiKey":"k1","note":"\u001b[2J","readOnly":true,"permissions":{"Spot":["SpotTrade"]},"ips":["*"]}`))
	f.Add([]byte(`{"readOnly":"no","permissions":{"Wallet":["Withdraw",7]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var k key
		if json.Unmarshal(body, &k) != nil {
			return
		}
		for _, want := range []exchanges.PermissionSet{{}, exchanges.NewPermissionSet(exchanges.Read), exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)} {
			m, err := k.becomes("x", want)
			if err != nil {
				continue
			}
			if want.Known() && slices.Contains(m.Permissions["Wallet"], "Withdraw") {
				t.Errorf("%s keeps withdrawal: %+v", body, m)
			}
			if m.Permissions[addedByBybit] != nil {
				t.Errorf("%s sends Bybit's own group: %+v", body, m)
			}
		}
	})
}
