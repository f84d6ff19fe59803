package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hexHMAC signs as the guide says.
func hexHMAC(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// header returns an Authorization header for a request.
func (d *deribitRig) header(key Key, method, uri, body, nonce string, at time.Time) string {
	ts := strconv.FormatInt(at.UnixMilli(), 10)
	sig := hexHMAC(key.Secret, ts+"\n"+nonce+"\n"+method+"\n"+uri+"\n"+body+"\n")
	return "deri-hmac-sha256 id=" + key.Key + ",ts=" + ts + ",sig=" + sig + ",nonce=" + nonce
}

// signature logs in with a signature that was made before.
func (d *deribitRig) signature(id, signature, nonce, data string, at time.Time) reply {
	d.t.Helper()
	return d.get("public/auth", "", "grant_type", "client_signature", "client_id", id, "signature", signature,
		"timestamp", strconv.FormatInt(at.UnixMilli(), 10), "nonce", nonce, "data", data)
}

const summaryURI = "/api/v2/private/get_account_summary?currency=BTC"

// Published in the guide to authentication.
func TestDeribitSignaturesMatchTheGuide(t *testing.T) {
	amanda := &entry{ID: "AMANDA", Secret: "AMANDASECRECT"}
	for want, data := range map[string]string{
		"56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1": "",
		"9bfbc51a2bc372d72cc396cf1a213dc78d42eb74cb7dc272351833ad0de276ab": "GET\n" + summaryURI + "\n\n",
	} {
		p := deribitProof{timestamp: "1576074319000", nonce: "1iqt2wls", data: data, signature: want}
		if !p.validFor(amanda) {
			t.Errorf("the published signature %s is refused", want)
		}
		p.signature = strings.ToUpper(want)
		if p.validFor(amanda) {
			t.Error("upper-case hex is accepted")
		}
		p.signature, p.nonce = want, "1iqt2wlt"
		if p.validFor(amanda) {
			t.Error("another nonce is accepted")
		}
	}
}

// The key is that of RFC 8032, 7.1, test 1.
func TestDeribitEd25519SignatureIsURLSafe(t *testing.T) {
	seed, _ := hex.DecodeString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
	key := &entry{PublicKey: ed25519.NewKeyFromSeed(seed).Public()}
	p := deribitProof{timestamp: "1576074319000", nonce: "1iqt2wls",
		signature: "ct_usiNBEI4biVO3qsPw4ACmmZR-NEhJpA6sX9nUXU3mak75LAiccV35TNtZM8-OdvjW0i77cJKvX1IFhz1PAg"}
	if !p.validFor(key) {
		t.Error("the signature is refused")
	}
	p.signature = strings.NewReplacer("-", "+", "_", "/").Replace(p.signature)
	if p.validFor(key) {
		t.Error("the other alphabet is accepted")
	}
}

func TestDeribitTokens(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	token := rig.login(rig.key("k"), "state", "mine")
	if token.Type != "bearer" || token.Life != 31_536_000 || token.State != "mine" || token.TFA != "" ||
		token.Scope != "account:read connection mainaccount trade:read wallet:read" {
		t.Fatalf("%+v", token)
	}
	var summary object
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), &summary)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "bearer "+token.Access), &summary)
	for _, wrong := range []string{"x", token.Refresh, token.Access + "x"} {
		rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+wrong), deribitUnauthorized)
	}

	var next deribitTokenReply
	rig.expect(rig.get("public/auth", "", "grant_type", "refresh_token", "refresh_token", token.Refresh), &next)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+next.Access), &summary)
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
	rig.refused(rig.get("public/auth", "", "grant_type", "refresh_token", "refresh_token", token.Refresh), deribitUnauthorized)
}

func TestDeribitTokensExpire(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	token := rig.login(rig.key("k"), "scope", "account:read expires:60")
	if token.Life != 60 {
		t.Fatalf("lives %d s", token.Life)
	}
	rig.pass(time.Minute - time.Millisecond)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), &object{})
	rig.pass(time.Millisecond)
	failure := rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
	if failure.Data["reason"] != "token has expired" {
		t.Errorf("reason %q", failure.Data["reason"])
	}
}

func TestDeribitKeepsSixteenSessionsOfAKey(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	first := rig.login(rig.key("k"))
	second := rig.login(rig.key("k"))
	for range deribitMaxSessions - 1 {
		rig.login(rig.key("k"))
	}
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+first.Access), deribitUnauthorized)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+second.Access), &object{})
}

func TestDeribitTokenMayBeBoundToAnAddress(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	token := rig.login(rig.key("k"), "scope", "account:read ip:203.0.113.7")
	rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), &object{})
	rig.caller = netip.MustParseAddr("203.0.113.8")
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
}

func TestDeribitHeaderSignature(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "k", Permissions: []string{"read"}}, {Label: "pair", Algorithm: algEd25519, Permissions: []string{"read"}},
	}})
	key := rig.key("k")
	at := noon
	good := rig.header(key, "GET", summaryURI, "", "n1", at)
	rig.expect(rig.do(http.MethodGet, summaryURI, "", good), &object{})
	rig.refused(rig.do(http.MethodGet, summaryURI, "", good), deribitUnauthorized) // the nonce comes again

	const body = `{"jsonrpc":"2.0","id":1,"method":"private/get_account_summary","params":{"currency":"ETH"}}`
	rig.expect(rig.do(http.MethodPost, "/api/v2", body, rig.header(key, "POST", "/api/v2", body, "n2", at)), &object{})

	forged, unknown, pair := key, key, rig.key("pair")
	forged.Secret, unknown.Key = "wrong", "nobody00"
	for name, test := range map[string]struct {
		header string
		want   deribitError
	}{
		"wrong secret":   {rig.header(forged, "GET", summaryURI, "", "n3", at), deribitBadCredentials},
		"unknown id":     {rig.header(unknown, "GET", summaryURI, "", "n4", at), deribitBadCredentials},
		"other method":   {rig.header(key, "POST", summaryURI, "", "n5", at), deribitBadCredentials},
		"other query":    {rig.header(key, "GET", summaryURI+"&extended=true", "", "n6", at), deribitBadCredentials},
		"other body":     {rig.header(key, "GET", summaryURI, "x", "n7", at), deribitBadCredentials},
		"key pair":       {rig.header(pair, "GET", summaryURI, "", "n8", at), deribitBadCredentials},
		"old":            {rig.header(key, "GET", summaryURI, "", "n9", at.Add(-deribitWindow-time.Millisecond)), deribitUnauthorized},
		"ahead":          {rig.header(key, "GET", summaryURI, "", "n10", at.Add(deribitWindow+time.Millisecond)), deribitUnauthorized},
		"no nonce":       {rig.header(key, "GET", summaryURI, "", "", at), deribitNoAuth},
		"nothing in it":  {"deri-hmac-sha256", deribitNoAuth},
		"another scheme": {"Digest x", deribitNoAuth},
		"no header":      {"", deribitNoAuth},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.refused(rig.do(http.MethodGet, summaryURI, "", test.header), test.want)
		})
	}
	rig.t = t
	// A refused signature does not use up its nonce.
	rig.expect(rig.do(http.MethodGet, summaryURI, "", rig.header(key, "GET", summaryURI, "", "n3", at)), &object{})
	rig.expect(rig.do(http.MethodGet, summaryURI, "", rig.header(key, "GET", summaryURI, "", "edge", at.Add(-deribitWindow))), &object{})
}

func TestDeribitRequestDatedAheadCannotBeReplayed(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	ahead := rig.header(rig.key("k"), "GET", summaryURI, "", "n", noon.Add(deribitWindow))
	rig.expect(rig.do(http.MethodGet, summaryURI, "", ahead), &object{})
	rig.pass(2 * deribitWindow) // the timestamp is still good
	rig.refused(rig.do(http.MethodGet, summaryURI, "", ahead), deribitUnauthorized)
}

func TestDeribitBasic(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	key := rig.key("k")
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	rig.expect(rig.do(http.MethodGet, summaryURI, "", basic(key.Key+":"+key.Secret)), &object{})
	rig.refused(rig.do(http.MethodGet, summaryURI, "", basic(key.Key+":no")), deribitBadCredentials)
	rig.refused(rig.do(http.MethodGet, summaryURI, "", basic(key.Key)), deribitBadCredentials)
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Basic %"), deribitNoAuth)
}

// signWithPEM signs as the guide to asymmetric keys says.
func signWithPEM(t *testing.T, private, text string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(private))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	signer, options, digest := key.(crypto.Signer), crypto.Hash(0), []byte(text)
	if _, ok := key.(*rsa.PrivateKey); ok {
		sum := sha256.Sum256(digest)
		options, digest = crypto.SHA256, sum[:]
	}
	raw, err := signer.Sign(rand.Reader, digest, options)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestDeribitClientSignature(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: algHMAC, Algorithm: algHMAC, Permissions: []string{"read"}},
		{Label: algEd25519, Algorithm: algEd25519, Permissions: []string{"read"}},
		{Label: algRSA, Algorithm: algRSA, Permissions: []string{"read"}},
	}})
	for _, algorithm := range []string{algHMAC, algEd25519, algRSA} {
		t.Run(algorithm, func(t *testing.T) {
			rig.t = t
			key := rig.key(algorithm)
			text := strconv.FormatInt(noon.UnixMilli(), 10) + "\nonce\nmore"
			var signature string
			if algorithm == algHMAC {
				signature = hexHMAC(key.Secret, text)
			} else {
				signature = signWithPEM(t, key.PrivateKey, text)
			}
			rig.expect(rig.signature(key.Key, signature, "once", "more", noon), &deribitTokenReply{})
			rig.refused(rig.signature(key.Key, signature, "once", "more", noon), deribitUnauthorized)
			rig.refused(rig.signature(key.Key, signature, "once", "less", noon), deribitBadCredentials)
			rig.refused(rig.signature(key.Key, signature, "once", "more", noon.Add(time.Second)), deribitBadCredentials)
			rig.refused(rig.signature(key.Key, "", "once", "more", noon), deribitBadParams)
		})
	}
}

// A timestamp is a number in a JSON body.
func TestDeribitClientSignatureInABody(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	key, ts := rig.key("k"), strconv.FormatInt(noon.UnixMilli(), 10)
	body := `{"jsonrpc":"2.0","id":1,"method":"public/auth","params":{"grant_type":"client_signature","client_id":"` + key.Key +
		`","timestamp":` + ts + `,"nonce":"n","data":"","signature":"` + hexHMAC(key.Secret, ts+"\nn\n") + `"}}`
	rig.expect(rig.do(http.MethodPost, "/api/v2/public/auth", body, ""), &deribitTokenReply{})
}

func TestDeribitRefusesCredentials(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "good"}, {Label: "off", Disabled: true}, {Label: "elsewhere", IPs: []string{"198.51.100.44"}},
		{Label: "pair", Algorithm: algEd25519},
	}})
	good := rig.key("good")
	for name, c := range map[string][2]string{
		"wrong secret":    {good.Key, good.Secret + "x"},
		"swapped":         {good.Secret, good.Key},
		"unknown":         {"nobody00", good.Secret},
		"disabled":        {rig.key("off").Key, rig.key("off").Secret},
		"foreign address": {rig.key("elsewhere").Key, rig.key("elsewhere").Secret},
		"key pair":        {rig.key("pair").Key, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.refused(rig.get("public/auth", "", "grant_type", "client_credentials", "client_id", c[0], "client_secret", c[1]), deribitBadCredentials)
		})
	}
	rig.t = t
	rig.refused(rig.get("public/auth", "", "grant_type", "client_credentials", "client_id", good.Key), deribitBadParams)
}

func TestDeribitSwitchedOffKeyLosesItsTokens(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	token := rig.login(rig.key("k"))
	e, _ := rig.venue.(*deribit).find(rig.key("k").Key)
	e.Disabled = true
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
	rig.refused(rig.get("public/auth", "", "grant_type", "refresh_token", "refresh_token", token.Refresh), deribitUnauthorized)
}

func TestDeribitServesOneNonceOnceToManyCallers(t *testing.T) {
	rig := newDeribitRig(t, "live", account{Seeds: []seed{{Label: "k", Permissions: []string{"read"}}}})
	key := rig.key("k")
	header := rig.header(key, "GET", summaryURI, "", "n", noon)
	var accepted, tokens atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if rig.do(http.MethodGet, summaryURI, "", header).status == http.StatusOK {
				accepted.Add(1)
			}
			if rig.get("public/auth", "", "grant_type", "client_credentials", "client_id", key.Key, "client_secret", key.Secret).status == http.StatusOK {
				tokens.Add(1)
			}
		})
	}
	wait.Wait()
	if accepted.Load() != 1 || tokens.Load() != 8 {
		t.Errorf("one nonce was accepted %d times, %d of 8 logins", accepted.Load(), tokens.Load())
	}
}
