package sim

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
)

// walletRig is a site of Hyperliquid and what SDKs do with it. Actions are
// signed over the digest that the simulation itself makes: that it is the
// right one is what TestPublishedSignatures shows.
type walletRig struct {
	*siteRig

	venue  *hyperliquid
	master string // the private key
}

func newWalletRig(t *testing.T, env string, o Options, seeds ...seed) *walletRig {
	t.Helper()
	at := hyperliquidSites[0]
	at.environment = env
	rig := newSiteRig(t, at, o, seeds...)
	v := rig.venue.(*hyperliquid)
	return &walletRig{rig, v, v.owner().private}
}

// agentSeed is an agent that works for another 30 days.
func agentSeed(label string) seed {
	return seed{Label: label, Algorithm: algWallet, Age: day, Expires: 30 * day}
}

func (r *walletRig) ask(question string) reply {
	r.t.Helper()
	return r.do(http.MethodPost, "/info", question, http.Header{"Content-Type": {"application/json"}})
}

// about asks a question about an address.
func (r *walletRig) about(kind, address string) reply {
	r.t.Helper()
	return r.ask(`{"type":"` + kind + `","user":"` + address + `"}`)
}

// role returns what an address is.
func (r *walletRig) role(address string) string {
	r.t.Helper()
	return text(r.about("userRole", address).object(r.t), "role")
}

// agents returns the names of the list of agents.
func (r *walletRig) agents() string {
	r.t.Helper()
	var list []struct{ Name string }
	if err := json.Unmarshal(r.about("extraAgents", r.venue.master.address).body, &list); err != nil {
		r.t.Fatal(err)
	}
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.Name
	}
	return strings.Join(names, " ")
}

// signedBy returns the signature of a digest as SDKs write it.
func signedBy(t *testing.T, private string, digest []byte) string {
	t.Helper()
	raw, ok := hexBytes(private, 32)
	if !ok {
		t.Fatalf("%q is no private key", private)
	}
	s := ecdsa.SignCompact(secp256k1.PrivKeyFromBytes(raw), digest, false)
	short := func(part []byte) string { return "0x" + strings.TrimLeft(hex.EncodeToString(part), "0") }
	return fmt.Sprintf(`{"r":%q,"s":%q,"v":%d}`, short(s[1:33]), short(s[33:]), s[0])
}

// act signs an action, in which NONCE stands for the nonce, and sends it with
// the fields that extra adds to the request.
func (r *walletRig) act(private, action string, extra ...string) reply {
	r.t.Helper()
	r.calls++
	return r.actAt(r.time().UnixMilli()+int64(r.calls), private, action, extra...)
}

func (r *walletRig) actAt(nonce int64, private, action string, extra ...string) reply {
	r.t.Helper()
	action = strings.ReplaceAll(action, "NONCE", strconv.FormatInt(nonce, 10))
	body := fmt.Sprintf(`{"action":%s,"nonce":%d,"signature":{"r":"0x1","s":"0x1","v":27}`, action, nonce)
	rest := strings.Join(append([]string{""}, extra...), ",") + "}"
	q, readable := readHyperliquid([]byte(body + rest))
	rules, _ := hyperliquidActions.of(q.kind)
	digest, ok := r.venue.digest(q, rules)
	if !readable || !ok {
		r.t.Fatalf("%s%s cannot be signed", body, rest)
	}
	return r.post(strings.Replace(body, `{"r":"0x1","s":"0x1","v":27}`, signedBy(r.t, private, digest), 1) + rest)
}

func (r *walletRig) post(body string) reply {
	r.t.Helper()
	return r.do(http.MethodPost, "/exchange", body, http.Header{"Content-Type": {"application/json"}})
}

// approving returns the action that approves an agent; without a name when
// that is empty.
func (r *walletRig) approving(name, address string) string {
	if name != "" {
		name = fmt.Sprintf(`,"agentName":%q`, name)
	}
	return fmt.Sprintf(`{"type":"approveAgent","hyperliquidChain":%q,"signatureChainId":"0xa4b1","agentAddress":%q%s,"nonce":NONCE}`,
		r.venue.chain, address, name)
}

const (
	anyOrder = `{"type":"order","orders":[{"a":0,"b":true,"p":"64000","s":"0.01","r":false,"t":{"limit":{"tif":"Gtc"}}}],"grouping":"na"}`
	noOp     = `{"type":"noop"}`
)

// says fails unless an answer is a refusal, with status 200, of these words;
// none is success.
func (r *walletRig) says(what string, got reply, words string) {
	r.t.Helper()
	o := r.reply(got)
	status, _ := o["status"].(string)
	response, _ := o["response"].(string)
	if got.status != http.StatusOK || (status == "err") != (words != "") || words != "" && !strings.Contains(response, words) {
		r.t.Errorf("%s: %d %s, want %q", what, got.status, got.body, words)
	}
}

func (r *walletRig) reply(got reply) object {
	r.t.Helper()
	if got.status != http.StatusOK {
		r.t.Fatalf("%d %s", got.status, got.body)
	}
	return got.object(r.t)
}

// someWallet returns a pair that the exchange has never seen.
func someWallet(name string) wallet { return newMaterial("test", name).wallet() }
