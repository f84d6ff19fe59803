package deribit

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// What a client ID and a secret look like; the values open nothing.
const (
	testID     = "Tz7-xK_q"
	testSecret = "canary-secret_of_43_characters-0123456789ab"
	testToken  = "1700000000000.1AbCdEfG.canary-token"
	otherKey   = "canary-secret-of-another-key-of-the-account"
	ownInList  = "canary-secret-of-this-key-as-the-list-has-it"
)

const (
	timeCall   = "GET /api/v2/public/get_time"
	authCall   = "POST /api/v2/public/auth"
	listCall   = "POST /api/v2/private/list_api_keys"
	createCall = "POST /api/v2/private/create_api_key"
	editCall   = "POST /api/v2/private/edit_api_key"
	removeCall = "POST /api/v2/private/remove_api_key"
)

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testID, Secret: exchanges.NewSecret(testSecret)}
}

// pemKey is PKCS #8, as openssl genpkey writes it.
func pemKey(key any) exchanges.Secret {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return exchanges.NewSecret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

var edKey = ed25519.NewKeyFromSeed([]byte("an Ed25519 seed has 32 bytes ..."))

// rpcReply answers a JSON-RPC request with result.
func rpcReply(site exchanges.Site, result string) exchangetest.Handler {
	return func(r exchangetest.Request) exchangetest.Reply {
		var in request
		_ = json.Unmarshal([]byte(r.Body), &in)
		return exchangetest.JSON(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"testnet":%t,"result":%s,"usIn":1,"usOut":2,"usDiff":1}`,
			in.ID, site.Environment == exchanges.Testnet, result))
	}
}

func rpcError(words string) exchangetest.Reply {
	return exchangetest.Status(400, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"error":%s}`, words))
}

const (
	goodGrant = `{"access_token":"` + testToken + `","refresh_token":"canary-refresh","expires_in":31536000,"token_type":"bearer",
		"scope":"account:read block_trade:none connection mainaccount trade:read_write wallet:read","enabled_features":[]}`
	goodList = `[
		{"id":11,"client_id":"GgUXjYUj","client_secret":"` + otherKey + `","name":"another","timestamp":1721816749587,
		 "enabled":true,"default":false,"max_scope":"account:read_write","enabled_features":[],"ip_whitelist":["198.51.100.1"]},
		{"id":12,"client_id":"` + testID + `","client_secret":"` + ownInList + `","name":"grid_bot_a","timestamp":1721816749587,
		 "enabled":true,"default":false,"max_scope":"account:read trade:read_write wallet:read",
		 "enabled_features":["restricted_block_trades"],"ip_whitelist":["203.0.113.7"]}]`
)

func goodRoutes(site exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		timeCall: func(exchangetest.Request) exchangetest.Reply {
			return exchangetest.JSON(fmt.Sprintf(`{"jsonrpc":"2.0","result":%d,"testnet":%t}`,
				time.Now().UnixMilli(), site.Environment == exchanges.Testnet))
		},
		authCall: rpcReply(site, goodGrant),
		listCall: rpcReply(site, goodList),
	}
}

// received is a JSON-RPC request as Deribit reads it.
type received struct {
	Version string `json:"jsonrpc"`
	ID      int64  `json:"id"`
	Method  string `json:"method"`
	Params  struct {
		authParams
		Secret *string `json:"client_secret"`
	} `json:"params"`
}

// verify judges a request as Deribit would.
func verify(r exchangetest.Request) error {
	var in received
	if err := json.Unmarshal([]byte(r.Body), &in); err != nil {
		return err
	}
	if err := in.wellFormed(r); err != nil {
		return err
	}
	auth := r.Header.Get("Authorization")
	switch {
	case strings.HasPrefix(r.Path, "/api/v2/private/") && auth == "Bearer "+testToken:
		return nil
	case r.Call() == authCall && auth == "":
		return verifyAuth(in.Params.authParams, testCredential(), r.At)
	}
	return fmt.Errorf("%s with authorization %q", r.Call(), auth)
}

// wellFormed judges what every call has in common.
func (in received) wellFormed(r exchangetest.Request) error {
	switch {
	case r.Header.Get("Content-Type") != "application/json":
		return fmt.Errorf("content type %q", r.Header.Get("Content-Type"))
	case in.Version != "2.0" || in.ID == 0 || r.Path != "/api/v2/"+in.Method || r.Query != "":
		return fmt.Errorf("not JSON-RPC for %s?%s: %s", r.Path, r.Query, r.Body)
	case strings.Contains(r.Body, testSecret) || in.Params.Secret != nil:
		return errors.New("the secret crosses the network")
	}
	return nil
}

func verifyAuth(p authParams, c exchanges.Credential, arrived time.Time) error {
	at := time.UnixMilli(p.Timestamp)
	want, err := sign(nil, c, stamp{at, p.Nonce}.text(""))
	switch {
	case err != nil:
		return err
	case p.GrantType != "client_signature" || p.ClientID != c.KeyID || p.Data != "":
		return fmt.Errorf("parameters %+v", p)
	case len(p.Nonce) < 8 || arrived.Sub(at).Abs() > time.Minute:
		return fmt.Errorf("nonce %q at %s", p.Nonce, at)
	case p.Signature != want:
		return fmt.Errorf("signature %q, want %q", p.Signature, want)
	}
	return nil
}

func refusal(name, words string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: rpcError(words), Kind: kind, Outcome: exchanges.Refused}
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter:         Adapter(),
		Credential:      testCredential(),
		MoreCredentials: []exchanges.Credential{{KeyID: testID, PrivateKey: pemKey(edKey)}},
		DetectsSwap:     true,
		Routes:          goodRoutes,
		ClockCall:       timeCall,
		Called:          called,
		Silences:        map[string]string{"addresses": "docs.deribit.com, private/list_api_keys: ip_whitelist is left out where there is no restriction"},
		Verify:          verify,
		Manage:          management(),
		Refusals: []exchangetest.Refusal{
			refusal("invalid credentials", `{"code":13004,"message":"invalid_credentials"}`, exchanges.Auth),
			refusal("unauthorized", `{"code":13009,"message":"unauthorized","data":{"reason":"no such thing","param":"x"}}`, exchanges.Auth),
			refusal("address", `{"code":13004,"message":"invalid_credentials","data":{"reason":"ip not allowed"}}`, exchanges.IPBlocked),
			refusal("clock", `{"code":13009,"message":"unauthorized","data":{"reason":"timestamp is too old"}}`, exchanges.ClockSkew),
			refusal("forbidden", `{"code":13021,"message":"forbidden"}`, exchanges.Denied),
			refusal("too many requests", `{"code":10028,"message":"too_many_requests"}`, exchanges.RateLimited),
			refusal("maintenance", `{"code":11051,"message":"system_maintenance"}`, exchanges.Unavailable),
			refusal("country", `{"code":12005,"message":"country_is_banned"}`, exchanges.Blocked),
			refusal("parameters", `{"code":-32602,"message":"Invalid params"}`, exchanges.Protocol),
			refusal("new code", `{"code":99999,"message":"never heard of it"}`, exchanges.Protocol),
		},
	})
}

// called is the call that a recorded request was made for. What goes with a
// token is not signed.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	var in received
	if json.Unmarshal([]byte(r.Body), &in) != nil || in.Params.Signature == "" {
		return exchanges.Call{}, false
	}
	c := exchangetest.Asked(r, "")
	c.Body, c.Nonce, c.At = "", in.Params.Nonce, time.UnixMilli(in.Params.Timestamp)
	return c, true
}
