package bybit

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func itselfAs(c exchanges.Credential) exchanges.Manager { return exchanges.Manager{Credential: c} }

// The traps of an edit: without its mode a read-only key becomes read-write,
// and without its list it becomes open.
func TestEditSendsModeAndListEvenWhereTheyStay(t *testing.T) {
	for name, c := range map[string]struct {
		granted []exchanges.Permission
		request exchanges.KeyRequest
		want    string
	}{
		"list of a reader": {
			nil, exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")},
			`{"apikey":"subKey000000000001","ips":"198.51.100.1","readOnly":1,"permissions":{"ContractTrade":["Order"],"Spot":["SpotTrade"]}}`,
		},
		"list of a trader": {
			[]exchanges.Permission{exchanges.Futures}, exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")},
			`{"apikey":"subKey000000000001","ips":"198.51.100.1","readOnly":0,"permissions":{"ContractTrade":["Order","Position"]}}`,
		},
		"rights": {
			[]exchanges.Permission{exchanges.Futures}, exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Earn)},
			`{"apikey":"subKey000000000001","ips":"203.0.113.7","readOnly":0,"permissions":{"Earn":["Earn"]}}`,
		},
		"one right more": {
			[]exchanges.Permission{exchanges.Futures}, exchanges.KeyRequest{Permissions: exchanges.PermissionSet{}.With(exchanges.Earn, exchanges.Granted)},
			`{"apikey":"subKey000000000001","ips":"203.0.113.7","readOnly":0,"permissions":{"ContractTrade":["Order","Position"],"Earn":["Earn"]}}`,
		},
		"to a reader": {
			[]exchanges.Permission{exchanges.Futures}, exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read)},
			`{"apikey":"subKey000000000001","ips":"203.0.113.7","readOnly":1,"permissions":{"ContractTrade":["Order","Position"],"Spot":["SpotTrade"]}}`,
		},
	} {
		d := newBench(t)
		id := d.key(c.granted...).KeyID
		d.server.Handle("POST "+editSubPath, result(struct{}{}).Handler())
		if err := d.EditKey(t.Context(), testManager(), id, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := d.server.Requests("POST " + editSubPath)[0].Body; got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestRightsThatStayAndGo(t *testing.T) {
	have := groups{
		"Spot": {"SpotTrade"}, "Wallet": {"AccountTransfer", "SubMemberTransfer", "Withdraw"}, "Derivatives": {"DerivativesTrade"},
		"Exchange": {"ExchangeHistory"},
	}
	all := exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Transfer, exchanges.Withdraw, exchanges.Admin, exchanges.Other)
	for name, c := range map[string]struct {
		want  exchanges.PermissionSet
		words string
	}{
		"all stay":          {all, "Exchange:ExchangeHistory Spot:SpotTrade Wallet:AccountTransfer Wallet:SubMemberTransfer Wallet:Withdraw"},
		"without withdraw":  {all.With(exchanges.Withdraw, exchanges.NotGranted), "Exchange:ExchangeHistory Spot:SpotTrade Wallet:AccountTransfer Wallet:SubMemberTransfer"},
		"without transfer":  {all.With(exchanges.Transfer, exchanges.NotGranted), "Exchange:ExchangeHistory Spot:SpotTrade Wallet:Withdraw"},
		"without other":     {all.With(exchanges.Other, exchanges.NotGranted), "Spot:SpotTrade Wallet:AccountTransfer Wallet:SubMemberTransfer Wallet:Withdraw"},
		"spot, not a word":  {exchanges.PermissionSet{}.With(exchanges.Spot, exchanges.NotGranted), "Exchange:ExchangeHistory Wallet:AccountTransfer Wallet:SubMemberTransfer Wallet:Withdraw"},
		"admin but no more": {exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin), "Wallet:AccountTransfer"},
		"reading":           {exchanges.NewPermissionSet(exchanges.Read), "ContractTrade:Order ContractTrade:Position Spot:SpotTrade"},
	} {
		m, err := asked("x", c.want, have)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := strings.Join(m.Permissions.words(), " "); got != c.words || (m.ReadOnly == 1) != (name == "reading") {
			t.Errorf("%s: %s, read-only %d", name, got, m.ReadOnly)
		}
	}
}

func TestKeyRevokesItself(t *testing.T) {
	for _, c := range []struct {
		subs bool
		path string
	}{{false, deletePath}, {true, deleteSubPath}} {
		d := newBench(t)
		d.fake.subs = c.subs
		own, other := d.key(exchanges.Futures), d.key()
		for range 2 { // a second try finds nothing to do
			if err := d.RevokeKey(t.Context(), itselfAs(own), own.KeyID); err != nil {
				t.Fatal(err)
			}
		}
		if left := d.fake.Keys(); len(left) != 1 || left[0].ID != other.KeyID {
			t.Errorf("left %v", left)
		}
		sent := d.server.Requests("POST " + c.path)
		if len(sent) != 1 || sent[0].Body != "{}" || len(d.server.Requests("POST "+deletePath, "POST "+deleteSubPath)) != 1 {
			t.Errorf("sent %v", calls(d.server))
		}
	}
}

func TestKeyThatIsNotTheCallingOneNeedsASubAccount(t *testing.T) {
	d := newBench(t)
	own, other := d.key(), d.key()
	if err := d.RevokeKey(t.Context(), itselfAs(own), other.KeyID); !errors.Is(err, exchanges.Invalid) {
		t.Error(err)
	}
	if err := d.EditKey(t.Context(), itselfAs(own), other.KeyID, manage().Changed); !errors.Is(err, exchanges.Invalid) {
		t.Error(err)
	}
	if n := len(d.server.Requests()); n != 0 || len(d.fake.Keys()) != 2 {
		t.Errorf("%d requests", n)
	}
}

// The reply to a key's last call is easily lost: then the key is asked.
func TestLostReplyToSelfRevocation(t *testing.T) {
	d := newBench(t)
	own := d.key()
	d.server.Handle("POST "+deletePath, func(r exchangetest.Request) exchangetest.Reply {
		d.fake.deleteItself(r)
		return exchangetest.Drop()
	})
	if err := d.RevokeKey(t.Context(), itselfAs(own), own.KeyID); err != nil {
		t.Error(err)
	}
	d = newBench(t)
	own = d.key()
	d.server.Handle("POST "+deletePath, exchangetest.Drop().Handler())
	err := d.RevokeKey(t.Context(), itselfAs(own), own.KeyID)
	if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.OutcomeUnknown {
		t.Errorf("the key lives: %v", err)
	}
}

// Only the one code says that a key is unknown; a refused address does not.
func TestSelfRevocationIsNotDoneByARefusal(t *testing.T) {
	for _, code := range []int{10004, 10005, 10007, 10010, 33004} {
		d := newBench(t)
		own := d.key()
		d.server.Handle("POST "+deletePath, said(200, code, "no").Handler())
		if err := d.RevokeKey(t.Context(), itselfAs(own), own.KeyID); err == nil {
			t.Errorf("%d on the deletion counts as gone", code)
		}
		d.server.Handle("GET "+inspectPath, said(200, code, "no").Handler())
		if err := d.RevokeKey(t.Context(), itselfAs(own), own.KeyID); err == nil {
			t.Errorf("%d on the look counts as gone", code)
		}
	}
}

func TestKeyEditsItself(t *testing.T) {
	d := newBench(t)
	own := d.key(exchanges.Futures)
	r := exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: exchangetest.IPs("203.0.113.7")}
	if err := d.EditKey(t.Context(), itselfAs(own), own.KeyID, r); err != nil {
		t.Fatal(err)
	}
	if got := d.must(t, own.KeyID); got.Permissions != r.Permissions || !slices.Equal(got.IPs.Entries, r.IPs.Entries) {
		t.Errorf("%+v", got)
	}
	if got := calls(d.server); !slices.Equal(got, []string{"GET " + inspectPath, "POST " + editPath}) {
		t.Errorf("calls %v", got)
	}
	if err := d.EditKey(t.Context(), itselfAs(own), own.KeyID, exchanges.KeyRequest{IPs: r.IPs}); err != nil || len(calls(d.server)) != 3 {
		t.Errorf("the same list again: %v, %v", err, calls(d.server))
	}
}

func TestMasterKeyCannotChangeItsOwnList(t *testing.T) {
	d := newBench(t)
	own := d.key(exchanges.Futures)
	for _, ips := range []exchanges.IPWhitelist{exchangetest.IPs("198.51.100.1"), {State: exchanges.IPAny}} {
		err := d.EditKey(t.Context(), itselfAs(own), own.KeyID, exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: ips})
		if e := exchanges.AsError(err); e.Kind != exchanges.Unsupported || !strings.Contains(e.Hint, "by hand") {
			t.Errorf("%v", err)
		}
	}
	if got := d.must(t, own.KeyID); !got.Permissions.Has(exchanges.Futures) {
		t.Error("half of the change was made")
	}
}

func TestSubAccountsKeyEditsItselfWithItsList(t *testing.T) {
	d := newBench(t)
	d.fake.subs = true
	own := d.key(exchanges.Futures)
	if err := d.EditKey(t.Context(), itselfAs(own), own.KeyID, manage().Changed); err != nil {
		t.Fatal(err)
	}
	if got := d.must(t, own.KeyID); got.Permissions != manage().Changed.Permissions || len(got.IPs.Entries) != 2 {
		t.Errorf("%+v", got)
	}
	if body := d.server.Requests("POST " + editSubPath)[0].Body; strings.Contains(body, "apikey") {
		t.Errorf("the calling key must not be named: %s", body)
	}
}
