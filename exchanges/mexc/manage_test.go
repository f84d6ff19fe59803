package mexc

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCreateSendsWhatIsDocumented(t *testing.T) {
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	const looks = "SPOT_ACCOUNT_READ%2CSPOT_DEAL_READ%2CCONTRACT_ACCOUNT_READ%2CCONTRACT_DEAL_READ"
	for name, c := range map[string]struct {
		granted     []exchanges.Permission
		ips         exchanges.IPWhitelist
		list, words string
	}{
		"reader":       {[]exchanges.Permission{exchanges.Read}, anywhere, "", looks},
		"bot":          {[]exchanges.Permission{exchanges.Read, exchanges.Spot}, ipList("203.0.113.7", "203.0.113.8"), "ip=203.0.113.7%2C203.0.113.8&", looks + "%2CSPOT_DEAL_WRITE"},
		"blind trader": {[]exchanges.Permission{exchanges.Futures, exchanges.Transfer}, anywhere, "", "CONTRACT_DEAL_WRITE%2CSPOT_TRANSFER_WRITE"},
	} {
		b := newBench(t)
		made, err := b.CreateKey(t.Context(), testManager(), exchanges.KeyRequest{Label: "my bot", Permissions: exchanges.NewPermissionSet(c.granted...), IPs: c.ips})
		if err != nil || made.KeyID != subKeyOf(1).KeyID || made.Secret.Reveal() != subKeyOf(1).Secret.Reveal() {
			t.Fatalf("%s: %v", name, err)
		}
		sent := b.server.Requests(calls.create)[0]
		if own, _, _ := strings.Cut(sent.Query, "&timestamp="); own != c.list+"note=my%20bot&permissions="+c.words+"&subAccount=gridbots1" || sent.Body != "" {
			t.Errorf("%s: %s", name, own)
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
	for name, r := range map[string]exchanges.KeyRequest{
		"no label":     with(func(r *exchanges.KeyRequest) { r.Label = "" }),
		"nothing":      asks(),
		"withdraw":     asks(exchanges.Read, exchanges.Withdraw),
		"margin":       asks(exchanges.Read, exchanges.Margin),
		"admin":        asks(exchanges.Read, exchanges.Admin),
		"unknown IPs":  with(func(r *exchanges.KeyRequest) { r.IPs = exchanges.IPWhitelist{} }),
		"a block":      with(func(r *exchanges.KeyRequest) { r.IPs = ipList("203.0.113.0/24") }),
		"IPv6":         with(func(r *exchanges.KeyRequest) { r.IPs = ipList("2001:db8::1") }),
		"a public key": with(func(r *exchanges.KeyRequest) { r.PublicKey = exchangetest.PublicPEM }),
	} {
		b := newBench(t)
		_, err := b.CreateKey(t.Context(), testManager(), r)
		if e := exchanges.AsError(err); err == nil || e.Outcome != exchanges.NotSent || e.Hint == "" || len(b.server.Requests()) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(b.server.Requests()))
		}
	}
}

func TestSubAccountIsAName(t *testing.T) {
	for _, name := range []string{"", "  ", "two words", "a&apiKey=b"} {
		b := newBench(t)
		m := testManager()
		m.SubAccount = name
		_, err := b.ListKeys(t.Context(), m)
		_, cerr := b.CreateKey(t.Context(), m, manage().New)
		for _, err := range []error{err, cerr, b.RevokeKey(t.Context(), m, "k")} {
			if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "name") || len(b.server.Requests()) != 0 {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}

// The list is of sub-accounts' keys: the managing key is not in it and not gone.
func TestManagingKeyDoesNotRevokeItself(t *testing.T) {
	b := newBench(t)
	for _, id := range []string{testKey, ""} {
		if err := b.RevokeKey(t.Context(), testManager(), id); !errors.Is(err, exchanges.Invalid) || len(b.server.Requests()) != 0 {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestListSaysWhatIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		row                 string
		grants, words, made string
		ips                 exchanges.IPState
	}{
		"all": {
			`"note":"bot","permissions":"SPOT_ACCOUNT_READ, SPOT_DEAL_WRITE","ip":"203.0.113.7","creatTime":1697026383085`,
			"+read +spot -margin -futures -options -transfer -withdraw -earn -admin -other", "SPOT_ACCOUNT_READ SPOT_DEAL_WRITE", "2023-10-11T12:13:03.085Z", exchanges.IPList,
		},
		"newer name of the time": {`"note":"bot","createTime":"1697026383085"`, "", "", "2023-10-11T12:13:03.085Z", exchanges.IPUnknown},
		"a right that came later": {
			`"note":"bot","permissions":["SPOT_DEAL_READ","MOON_WRITE"],"ip":""`, "+read +other", "MOON_WRITE SPOT_DEAL_READ", "", exchanges.IPAny,
		},
		"a cut address": {`"note":"bot","permissions":"SPOT_WITHDRAW_WRITE","ip":"135.181.193"`,
			"-read -spot -margin -futures -options -transfer +withdraw -earn -admin -other", "SPOT_WITHDRAW_WRITE", "", exchanges.IPRestricted},
	} {
		b := newBench(t)
		b.server.Handle(calls.list, exchangetest.JSON(`{"subAccount":[{"apiKey":"mx0k1",`+c.row+`}]}`).Handler())
		got, err := b.ListKeys(t.Context(), testManager())
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		told := func(m interface{ MarshalText() ([]byte, error) }) string {
			text, _ := m.MarshalText()
			return string(text)
		}
		k := got[0]
		tells := []string{told(k.Permissions), strings.Join(k.ExchangePermissions, " "), told(k.Created), k.KeyID, k.Label, k.Account}
		if want := []string{c.grants, c.words, c.made, "mx0k1", "bot", testSub}; !slices.Equal(tells, want) || k.IPs.State != c.ips {
			t.Errorf("%s: %q, %+v, want %q", name, tells, k, want)
		}
		if k.Seen.IsZero() || !k.Clock.Known {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

// What is not in the list counts as gone, so a list with holes is no list.
func TestIncompleteListIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"no list":      `{}`,
		"null":         `{"subAccount":null}`,
		"an object":    `{"subAccount":{"items":[]}}`,
		"without name": `{"subAccount":[{"note":"x"}]}`,
		"masked":       `{"subAccount":[{"apiKey":"mx0***9"}]}`,
		"twice":        `{"subAccount":[{"apiKey":"k1"},{"apiKey":"k1"}]}`,
	} {
		b := newBench(t)
		b.key()
		b.server.Handle(calls.list, exchangetest.JSON(body).Handler())
		if _, err := b.ListKeys(t.Context(), testManager()); !errors.Is(err, exchanges.Protocol) || exchanges.AsError(err).Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		b.server.Handle(calls.delete, said(400, 799999, "something else").Handler())
		if err := b.RevokeKey(t.Context(), testManager(), subKeyOf(1).KeyID); err == nil {
			t.Errorf("%s: a key counts as gone", name)
		}
	}
}

// The words for an invalid key are about the managing one here.
func TestManagersTroubleIsNotTheKeys(t *testing.T) {
	b := newBench(t)
	id := b.key()
	b.server.Handle(calls.delete, said(400, 700007, "No permission to access the endpoint.").Handler())
	err := b.RevokeKey(t.Context(), testManager(), id)
	if e := exchanges.AsError(err); e.Kind != exchanges.Denied || e.Hint != hintManager || e.UnknownKey {
		t.Errorf("%+v", e)
	}
	if _, there := b.fake.Key(id); !there {
		t.Error("it is gone")
	}
}
