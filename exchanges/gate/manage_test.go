package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	set, anywhere := exchanges.NewPermissionSet, exchanges.IPWhitelist{State: exchanges.IPAny}
	const reading = `{"name":"account","read_only":true},{"name":"futures","read_only":true},`
	for name, c := range map[string]struct {
		set  exchanges.PermissionSet
		ips  exchanges.IPWhitelist
		want string
	}{
		"reader": {set(exchanges.Read), anywhere,
			`{"ip_whitelist":[],"mode":1,"name":"bot","perms":[` + reading + `{"name":"spot","read_only":true},{"name":"wallet","read_only":true}]}`},
		"spot bot": {set(exchanges.Read, exchanges.Spot), exchangetest.IPs("203.0.113.7", "203.0.113.8"),
			`{"ip_whitelist":["203.0.113.7","203.0.113.8"],"mode":1,"name":"bot","perms":[` + reading + `{"name":"spot","read_only":false},{"name":"wallet","read_only":true}]}`},
	} {
		d := newBench(t)
		made, err := d.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "bot", Permissions: c.set, IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		if got := d.sent(t, "POST "+subPath); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestKeyIDMakesNoOtherPath(t *testing.T) {
	for _, id := range []string{"", "..", "../lock", "a/b", "a?b", "a b", "a%2fb", "ключ"} {
		d := newBench(t)
		for _, err := range []error{d.RevokeKey(t.Context(), testManager(), id), d.EditKey(t.Context(), testManager(), id, manage().Changed)} {
			if !errors.Is(err, exchanges.Invalid) || len(d.server.Requests()) != 0 {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
}

func TestListSaysWhatIsToldOfSubAccountKeys(t *testing.T) {
	d := newBench(t)
	id := d.key(exchanges.Futures)
	got, err := d.ListKeys(t.Context(), testManager())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	k := got[0]
	used, _ := k.LastUsed.Time()
	if k.KeyID != id || k.Label != "grid bot" || k.Account != testUser || !k.Created.Known() || used.Unix() != 1763642892 || k.Seen.IsZero() || k.Notes != nil {
		t.Errorf("%+v", k)
	}
	if p := exchangetest.Grants(k.Permissions); p != "+read -spot -margin +futures -options -transfer -withdraw -earn -admin -other" {
		t.Errorf("permissions %s", p)
	}
}

// What is not in the list counts as gone, so a list that cannot be relied on
// is no list.
func TestDoubtfulListIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"an object":       `{"key":"` + subKeyOf(2).KeyID + `"}`,
		"masked":          `[{"key":"75c3264105b7*****"}]`,
		"another account": `[{"key":"aa","user_id":10002}]`,
	} {
		d := newBench(t)
		id := d.key()
		d.server.Handle("GET "+subPath, exchangetest.JSON(body).Handler())
		if _, err := d.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		d.server.Handle("DELETE "+subPath+"/"+id, noSuchKey().Handler())
		if err := d.RevokeKey(t.Context(), testManager(), id); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

// An unknown managing key, or sub-account, proves nothing about the key.
func TestRefusedManagerIsNotTheKey(t *testing.T) {
	for _, c := range []struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
		hint  string
	}{
		{said(401, "INVALID_KEY", "Invalid key provided"), exchanges.Auth, "deleted"},
		{said(400, "SUB_ACCOUNT_NOT_FOUND", "no such user"), exchanges.NotFound, "user ID"},
		{said(403, "FORBIDDEN", "no permission"), exchanges.Denied, "main account"},
		{said(403, "SUB_ACCOUNT_LOCKED", "locked"), exchanges.Denied, "locked"},
	} {
		d := newBench(t)
		id := d.key()
		d.server.Handle("GET "+subPath, c.reply.Handler())
		d.server.Handle("DELETE "+subPath+"/"+id, c.reply.Handler())
		_, listErr := d.ListKeys(t.Context(), testManager())
		for _, err := range []error{listErr, d.RevokeKey(t.Context(), testManager(), id), d.EditKey(t.Context(), testManager(), id, manage().Changed)} {
			if e := exchanges.AsError(err); e.Kind != c.kind || e.UnknownKey || !strings.Contains(e.Hint, c.hint) || strings.Contains(e.Op, id) {
				t.Errorf("%+v", e)
			}
		}
	}
}

// What a change leaves out is cleared: what stays goes back as it came.
func TestEditSendsTheWholeKey(t *testing.T) {
	const told = `,"mode":2,"name":"bot \u00e9\u200b","perms":[{"name":"futures","read_only":false,"x":1}],"ip_whitelist":["203.0.113.7"],"state":1`
	for name, c := range map[string]struct {
		entry   string
		request exchanges.KeyRequest
		want    string
	}{
		"a list": {told, exchanges.KeyRequest{IPs: exchangetest.IPs("198.51.100.1")},
			`{"ip_whitelist":["198.51.100.1"],"mode":2,"name":"bot \u00e9\u200b","perms":[{"name":"futures","read_only":false,"x":1}]}`},
		"permissions": {told, exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read)},
			`{"ip_whitelist":["203.0.113.7"],"mode":2,"name":"bot \u00e9\u200b","perms":[{"name":"futures","read_only":true}]}`},
		"pairs stay": {told + `,"currency_pairs":["BTC_USDT"]`, exchanges.KeyRequest{IPs: exchanges.IPWhitelist{State: exchanges.IPAny}},
			`{"currency_pairs":["BTC_USDT"],"ip_whitelist":[],"mode":2,"name":"bot \u00e9\u200b","perms":[{"name":"futures","read_only":false,"x":1}]}`},
	} {
		d := newBench(t)
		d.shows(c.entry)
		call := "PUT " + subPath + "/" + subKeyOf(1).KeyID
		d.server.Handle(call, exchangetest.Status(204, "").Handler())
		if err := d.EditKey(t.Context(), testManager(), subKeyOf(1).KeyID, c.request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := d.sent(t, call); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestChangesStayBelowTheLimit(t *testing.T) {
	d := newBench(t)
	exchangetest.Paced(t, d.Now, 12, 1900*time.Millisecond, func() error {
		_, err := d.ListKeys(t.Context(), testManager())
		return err
	})
}

func TestSitesDoWhatTheyDeclare(t *testing.T) {
	for _, site := range info().Sites {
		x, err := open(exchanges.Connection{Site: site, Origin: site.Origin})
		if err != nil {
			t.Fatal(err)
		}
		if _, manages := x.(exchanges.Revoker); manages != (site.Environment == exchanges.Live) {
			t.Errorf("%s: manages %t", site.Name, manages)
		}
	}
}
