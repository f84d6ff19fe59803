package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// hyperliquidFields are the fields of an action, as they were sent.
type hyperliquidFields = map[string]json.RawMessage

// hyperliquidAction is a kind of action. Those that a wallet signs as its
// owner sees them have a structure of their own; of the others the hash is
// signed, and API wallets may do that.
type hyperliquidAction struct {
	name, fields string // of the structure
	do           func(*hyperliquid, hyperliquidFields) (response any, refusal *hyperliquidRefusal)
	never        string // in place of do: what it is refused with whatever the call says
}

const hyperliquidChain = "string hyperliquidChain,"

// hyperliquidActions are the kinds there are here. They are the ones that SDKs
// are first tried with; in all but the first few nothing changes.
var hyperliquidActions = table[hyperliquidAction]{
	{"approveAgent", hyperliquidAction{"ApproveAgent", hyperliquidChain + "address agentAddress,string agentName,uint64 nonce",
		(*hyperliquid).approveAgent, ""}},
	{"approveBuilderFee", hyperliquidAction{"ApproveBuilderFee", hyperliquidChain + "string maxFeeRate,address builder,uint64 nonce", hyperliquidNothing, ""}},
	{"usdSend", hyperliquidAction{"UsdSend", hyperliquidChain + "string destination,string amount,uint64 time", nil, hyperliquidNoMoney}},
	{"spotSend", hyperliquidAction{"SpotSend", hyperliquidChain + "string destination,string token,string amount,uint64 time", nil, hyperliquidNoMoney}},
	{"usdClassTransfer", hyperliquidAction{"UsdClassTransfer", hyperliquidChain + "string amount,bool toPerp,uint64 nonce", nil, hyperliquidNoMoney}},
	{"withdraw3", hyperliquidAction{"Withdraw", hyperliquidChain + "string destination,string amount,uint64 time", nil,
		"Insufficient balance for withdrawal"}},

	{"order", hyperliquidAction{do: (*hyperliquid).order}},
	{"cancel", hyperliquidAction{do: hyperliquidCancel}},
	{"cancelByCloid", hyperliquidAction{do: hyperliquidCancel}},
	{"modify", hyperliquidAction{never: "Cannot modify canceled or filled order"}},
	{"scheduleCancel", hyperliquidAction{never: "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $0.0."}},
	{"setReferrer", hyperliquidAction{never: "Referral code not registered"}},
	{"updateLeverage", hyperliquidAction{do: hyperliquidNothing}},
	{"noop", hyperliquidAction{do: hyperliquidNothing}},
}

const hyperliquidNoMoney = "Insufficient balance for token transfer"

// hyperliquidNothing does what has no effect in a simulation.
func hyperliquidNothing(*hyperliquid, hyperliquidFields) (any, *hyperliquidRefusal) {
	return jsonOf(`{"type":"default"}`), nil
}

// hyperliquidRequest is the body of a request to /exchange.
type hyperliquidRequest struct {
	kind      string
	action    json.RawMessage
	fields    hyperliquidFields // of the action
	nonce     int64
	signature walletSignature
	vault     string // the sub-account or vault that it is for; empty: the signer's own account
	expires   int64  // in milliseconds; 0: never
}

func readHyperliquid(body []byte) (q hyperliquidRequest, ok bool) {
	var signature json.RawMessage
	bad, ok := readFields(body, "action", &q.action, "nonce", &q.nonce, "signature", &signature, "vaultAddress", &q.vault, "expiresAfter", &q.expires)
	if bad != "" || !ok || json.Unmarshal(q.action, &q.fields) != nil || q.nonce <= 0 || q.expires < 0 {
		return q, false
	}
	if q.vault != "" {
		if q.vault, ok = readAddress(q.vault); !ok {
			return q, false
		}
	}
	q.kind, _ = valueOf[string](q.fields["type"])
	q.signature, ok = readWalletSignature(signature)
	return q, ok
}

// exchange answers POST /exchange.
func (v *hyperliquid) exchange(body []byte) (any, *hyperliquidRefusal) {
	q, readable := readHyperliquid(body)
	action, known := hyperliquidActions.of(q.kind)
	if !readable || !known {
		return nil, hyperliquidUnreadable()
	}
	now := v.now()
	if words := nonceOutOfTime(q.nonce, now); words != "" {
		return nil, hyperliquidSays(words)
	}
	digest, ok := v.digest(q, action)
	if !ok {
		return nil, hyperliquidUnreadable()
	}
	signer, ok := q.signature.signer(digest)
	if !ok {
		return nil, hyperliquidSays("Unable to recover signer.")
	}
	if refusal := v.admit(q, action, signer, now); refusal != nil {
		return nil, refusal
	}
	if action.never != "" {
		return nil, hyperliquidSays(action.never)
	}
	response, refusal := action.do(v, q.fields)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"status":"ok","response":?}`, response), nil
}

// digest returns what the signature of a request has to be of. Which network
// it is for is not taken from the request: one that was signed for the other
// network has a signer that nobody knows.
func (v *hyperliquid) digest(q hyperliquidRequest, action hyperliquidAction) ([]byte, bool) {
	m := typedMessage{domain: "Exchange", chain: 1337, name: "Agent", fields: "string source,bytes32 connectionId"}
	if action.name == "" {
		hash, ok := q.hash()
		m.values = map[string]json.RawMessage{"source": asJSON(v.source), "connectionId": asJSON(fmt.Sprintf("0x%x", hash))}
		digest, _ := m.digest()
		return digest, ok
	}
	chain, _ := valueOf[string](q.fields["signatureChainId"])
	id, err := strconv.ParseUint(strings.TrimPrefix(chain, "0x"), 16, 64)
	if network, _ := valueOf[string](q.fields["hyperliquidChain"]); err != nil || !contains([]string{"Mainnet", "Testnet"}, network) {
		return nil, false
	}
	m = typedMessage{
		domain: "HyperliquidSignTransaction", chain: id, name: "HyperliquidTransaction:" + action.name, fields: action.fields,
		values: map[string]json.RawMessage{"agentName": asJSON("")}, // it may be left out, and is signed so then
	}
	for name, value := range q.fields {
		if string(value) != "null" {
			m.values[name] = value
		}
	}
	m.values["hyperliquidChain"] = asJSON(v.chain)
	return m.digest()
}

// hash returns the hash of an action for which API wallets may sign: of its
// MessagePack, the nonce, the vault and the time when it expires.
func (q hyperliquidRequest) hash() ([]byte, bool) {
	data, err := packed(q.action)
	vault, expires := []byte{0}, []byte{}
	if q.vault != "" {
		address, _ := hexBytes(q.vault, 20)
		vault = append([]byte{1}, address...)
	}
	if q.expires != 0 {
		expires = append([]byte{0}, word64(uint64(q.expires))[24:]...)
	}
	return keccak(data, word64(uint64(q.nonce))[24:], vault, expires), err == nil
}

func asJSON(text string) json.RawMessage { return json.RawMessage(strconv.Quote(text)) }

// hyperliquidStranger is what the exchange says instead of "wrong signature":
// of one there follows an address that it does not know.
func hyperliquidStranger(address string) string {
	return "User or API Wallet " + address + " does not exist."
}

// admit checks who signed a request, that it was not sent before, and that it
// is still wanted.
func (v *hyperliquid) admit(q hyperliquidRequest, action hyperliquidAction, signer string, now time.Time) *hyperliquidRefusal {
	agent, isAgent := v.find(signer)
	if signer != v.master.address && !isAgent {
		return hyperliquidSays(hyperliquidStranger(signer))
	}
	if words := v.misdirected(q, action, signer); words != "" {
		return hyperliquidSays(words)
	}
	if words := v.noncesOf(signer).spend(q.nonce); words != "" {
		return hyperliquidSays(words)
	}
	if isAgent {
		v.touch(agent, now)
	}
	if q.expires != 0 && q.expires <= inMillis(now) {
		return hyperliquidSays("Action already expired")
	}
	return nil
}

// misdirected says that an action is not for an account that its signer acts
// for, or not the one of the request.
func (v *hyperliquid) misdirected(q hyperliquidRequest, action hyperliquidAction, signer string) string {
	if action.name == "" {
		if q.vault != "" && !contains(v.subs, q.vault) {
			return "Vault not registered: " + q.vault
		}
		return ""
	}
	if signer != v.master.address {
		// what a wallet signs as its owner sees it is about that wallet's own
		// account, and an agent has none
		return "Must deposit before performing actions. User: " + signer
	}
	if !q.sameNonce() {
		return "Nonce mismatch."
	}
	return ""
}

// sameNonce reports whether what was signed has the nonce of the request.
func (q hyperliquidRequest) sameNonce() bool {
	for _, name := range []string{"nonce", "time"} {
		if n, ok := valueOf[int64](q.fields[name]); ok {
			return n == q.nonce
		}
	}
	return false
}
