package mexc

import (
	"slices"
	"strings"
	"testing"
	"time"

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
		"bot":          {[]exchanges.Permission{exchanges.Read, exchanges.Spot}, exchangetest.IPs("203.0.113.7", "203.0.113.8"), "ip=203.0.113.7%2C203.0.113.8&", looks + "%2CSPOT_DEAL_WRITE"},
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

func TestChangesStayBelowTheLimit(t *testing.T) {
	b := newBench(t)
	exchangetest.Paced(t, b.Now, 5, 2*time.Second, func() error {
		_, err := b.CreateKey(t.Context(), testManager(), manage().New)
		return err
	})
}
