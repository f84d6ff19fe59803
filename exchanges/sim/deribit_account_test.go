package sim

import (
	"crypto/ed25519"
	"crypto/md5"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deribitKeyRow is a row of list_api_keys.
type deribitKeyRow struct {
	ID        int      `json:"id"`
	ClientID  string   `json:"client_id"`
	Secret    string   `json:"client_secret"`
	Name      string   `json:"name"`
	Timestamp int64    `json:"timestamp"`
	Enabled   bool     `json:"enabled"`
	MaxScope  string   `json:"max_scope"`
	IPs       []string `json:"ip_whitelist"`
	PublicKey string   `json:"public_key"`
}

func TestDeribitListsTheAccountsKeys(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "grid-bot with a long name", Permissions: []string{"read", "futures"}, IPs: []string{"203.0.113.7"}, Age: time.Hour},
		{Label: "pair", Algorithm: algEd25519, Permissions: []string{"read"}, Disabled: true},
	}})
	caller, pair := rig.key("grid-bot with a long name"), rig.key("pair")
	token := rig.login(caller)
	var rows []deribitKeyRow
	rig.expect(rig.get("private/list_api_keys", "Bearer "+token.Access), &rows)
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	block, _ := pem.Decode([]byte(rows[1].PublicKey))
	if block == nil {
		t.Fatalf("no public key: %+v", rows[1])
	}
	sum := md5.Sum(block.Bytes)
	want := []deribitKeyRow{
		{ID: 1, ClientID: caller.Key, Secret: caller.Secret, Name: "grid_bot_with_a_", Enabled: true,
			Timestamp: noon.Add(-time.Hour).UnixMilli(), IPs: []string{"203.0.113.7"},
			MaxScope: "account:read block_rfq:none block_trade:none trade:read_write wallet:read"},
		{ID: 2, ClientID: pair.Key, Secret: strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":"), Name: "pair",
			Timestamp: noon.UnixMilli(), IPs: []string{}, PublicKey: publicPEM(ed25519PublicOf(t, pair.PrivateKey)),
			MaxScope: "account:read block_rfq:none block_trade:none trade:read wallet:read"},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v\nwant %+v", rows, want)
	}
	if pair.Secret != "" {
		t.Error("a key pair is described with a secret")
	}
}

// ed25519PublicOf returns the public half of a private key in PEM.
func ed25519PublicOf(t *testing.T, private string) any {
	t.Helper()
	block, _ := pem.Decode([]byte(private))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(ed25519.PrivateKey).Public()
}

func TestDeribitCredentialsLookReal(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k"}}})
	const urlSafe = alphanumeric + "-_"
	key := rig.key("k")
	if len(key.Key) != 8 || len(key.Secret) != 43 || strings.Trim(key.Key+key.Secret, urlSafe) != "" {
		t.Errorf("id %q, secret of %d characters", key.Key, len(key.Secret))
	}
}

// summed is a rig with an account that has half a bitcoin, and its token.
func summed(t *testing.T) (rig *deribitRig, bearer string) {
	t.Helper()
	rig = newDeribitRig(t, "live", account{
		ID: "4711", Balances: map[string]float64{"BTC": 0.5}, Seeds: []seed{{Label: "k", Permissions: []string{"read"}}},
	})
	return rig, "Bearer " + rig.login(rig.key("k")).Access
}

func TestDeribitSummaryOfACurrency(t *testing.T) {
	type summary struct {
		Currency string
		Equity   float64
		ID       *int64
		Type     string
	}
	rig, bearer := summed(t)
	for _, c := range []struct {
		params []string
		want   summary
	}{
		{[]string{"currency", "BTC"}, summary{Currency: "BTC", Equity: 0.5}},
		{[]string{"currency", "ETH", "extended", "true"}, summary{Currency: "ETH", ID: new(int64(4711)), Type: "main"}},
	} {
		var got summary
		rig.expect(rig.get("private/get_account_summary", bearer, c.params...), &got)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %+v, want %+v", c.params, got, c.want)
		}
	}
	rig.refused(rig.get("private/get_account_summary", bearer), deribitBadParams)
	rig.refused(rig.get("private/get_account_summary", bearer, "currency", "DOGE"), deribitBadParams)
}

func TestDeribitSummariesOfTheAccount(t *testing.T) {
	rig, bearer := summed(t)
	for _, c := range []struct {
		params []string
		id     *int64
	}{
		{nil, nil},
		{[]string{"extended", "true"}, new(int64(4711))},
	} {
		var all struct {
			Summaries []struct{ Currency string }
			ID        *int64
		}
		rig.expect(rig.get("private/get_account_summaries", bearer, c.params...), &all)
		if !reflect.DeepEqual(all.ID, c.id) || len(all.Summaries) != len(deribitCurrencies) {
			t.Errorf("%v: %d summaries, ID %v", c.params, len(all.Summaries), all.ID)
		}
	}
}

// Deribit allows eight keys an account, so that a list never grows beyond it.
func TestDeribitListsTheKeysOfOneSubAccount(t *testing.T) {
	seeds := make([]seed, 20)
	for i := range seeds {
		seeds[i] = seed{Label: "k" + strconv.Itoa(i), Permissions: []string{"read"}}
	}
	rig := newDeribitRig(t, "live", account{ID: "1", Seeds: seeds})
	if got := rig.key("k0").Account + ", " + rig.key("k8").Account + ", " + rig.key("k19").Account; got != ", sub_1, sub_2" {
		t.Errorf("the accounts are %s", got)
	}
	for caller, want := range map[string]string{"k0": "k0 k1 k2 k3 k4 k5 k6 k7", "k9": "k8 k9 k10 k11 k12 k13 k14 k15", "k19": "k16 k17 k18 k19"} {
		var rows []struct{ Name string }
		rig.expect(rig.get("private/list_api_keys", "Bearer "+rig.login(rig.key(caller)).Access), &rows)
		var names []string
		for _, r := range rows {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s sees %s, want %s", caller, got, want)
		}
	}
}

func TestDeribitSaysThatASubAccountIsOne(t *testing.T) {
	rig := newDeribitRig(t, "live", account{ID: "4711", Seeds: []seed{{Label: "k", Sub: "hedges", Permissions: []string{"read"}}}})
	var owner struct {
		ID   int64
		Type string
	}
	rig.expect(rig.get("private/get_account_summaries", "Bearer "+rig.login(rig.key("k")).Access, "extended", "true"), &owner)
	if owner.Type != "subaccount" || owner.ID == 0 || owner.ID == 4711 {
		t.Errorf("%+v", owner)
	}
}
