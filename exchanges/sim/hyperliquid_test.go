package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What is no request is refused before anybody looks at a signature.
func TestHyperliquidUnreadable(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	const unreadable = http.StatusUnprocessableEntity
	signature := `"signature":{"r":"0x1","s":"0x1","v":27}`
	nonce := `"nonce":` + strconv.FormatInt(noon.UnixMilli(), 10)
	approval := strings.ReplaceAll(rig.approving("x", vectorAddress), "NONCE", "1")
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/info", `{"type":`, http.StatusBadRequest},
		{"/info", ``, http.StatusBadRequest},
		{"/info", `[]`, unreadable},
		{"/info", `{}`, unreadable},
		{"/info", `{"type":"nothing"}`, unreadable},
		{"/info", `{"type":1}`, unreadable},
		{"/info", `{"Type":"meta"}`, unreadable},
		{"/info", `{"type":"meta","dex":"xyz"}`, unreadable},
		{"/info", `{"type":"extraAgents"}`, unreadable},
		{"/info", `{"type":"extraAgents","user":"0x12"}`, unreadable},
		{"/info", `{"type":"nothing","user":"` + noAddress + `"}`, unreadable},
		{"/exchange", `{`, http.StatusBadRequest},
		{"/exchange", `{}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,` + nonce + `}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,` + signature + `}`, unreadable},
		{"/exchange", `{"action":[],` + nonce + `,` + signature + `}`, unreadable},
		{"/exchange", `{"action":{"type":"nothing"},` + nonce + `,` + signature + `}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,"nonce":1.5,` + signature + `}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,` + nonce + `,"vaultAddress":"0x1",` + signature + `}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,` + nonce + `,"signature":{"r":"0x","s":"0x1","v":27}}`, unreadable},
		{"/exchange", `{"action":` + noOp + `,` + nonce + `,"signature":{"r":"1","s":"0x1","v":27}}`, unreadable},
		{"/exchange", `{"action":` + strings.Replace(approval, vectorAddress, "0x1z", 1) + `,` + nonce + `,` + signature + `}`, unreadable},
		{"/exchange", `{"action":` + strings.Replace(approval, "0xa4b1", "Arbitrum", 1) + `,` + nonce + `,` + signature + `}`, unreadable},
		{"/exchange", `{"action":` + strings.Replace(approval, "Mainnet", "Moon", 1) + `,` + nonce + `,` + signature + `}`, unreadable},
		{"/nothing", `{}`, http.StatusNotFound},
	} {
		got := rig.do(http.MethodPost, c.path, c.body, http.Header{"Content-Type": {"application/json; charset=utf-8"}})
		if got.status != c.status || strings.Contains(string(got.body), "status") {
			t.Errorf("%s %s: %d %s, want %d", c.path, c.body, got.status, got.body, c.status)
		}
	}
	if got := rig.do(http.MethodPost, "/info", `{"type":"meta"}`, nil); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("no content type: %d", got.status)
	}
	if got := rig.do(http.MethodGet, "/info", "", nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", got.status)
	}
}

// A wrong signature has a signer too: one that nobody knows.
func TestHyperliquidSigners(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	bot, stranger := rig.key("bot"), someWallet("stranger")
	fresh := rig.approving("fresh", someWallet("fresh").address)
	rig.says("the master acts", rig.act(rig.master, noOp), "")
	rig.says("an agent acts", rig.act(bot.PrivateKey, noOp), "")
	rig.says("a stranger acts", rig.act(stranger.private, noOp), "User or API Wallet "+stranger.address+" does not exist.")
	rig.says("a stranger approves", rig.act(stranger.private, fresh), "User or API Wallet "+stranger.address+" does not exist.")
	rig.says("an agent approves", rig.act(bot.PrivateKey, fresh), "Must deposit before performing actions. User: "+bot.Key)
	rig.says("an agent withdraws", rig.act(bot.PrivateKey,
		`{"type":"withdraw3","hyperliquidChain":"Mainnet","signatureChainId":"0x66eee","destination":"`+vectorAddress+`","amount":"1","time":NONCE}`),
		"Must deposit before performing actions. User: "+bot.Key)
	rig.says("signed for this network, whatever it says", rig.act(rig.master, strings.Replace(fresh, "Mainnet", "Testnet", 1)), "")
	if rig.agents() != "bot fresh" {
		t.Errorf("agents: %s", rig.agents())
	}
	unsignable := fmt.Sprintf(`{"action":%s,"nonce":%d,"signature":{"r":"0x0","s":"0x0","v":27}}`, noOp, noon.UnixMilli())
	rig.says("a signature of zeros", rig.post(unsignable), "Unable to recover signer.")
}

// Whatever was not signed as it was sent has another signer.
func TestHyperliquidSignsEverything(t *testing.T) {
	rig := newWalletRig(t, "testnet", Options{}, agentSeed("bot"))
	other := newWalletRig(t, "live", Options{})
	action := strings.ReplaceAll(rig.approving("fresh", someWallet("fresh").address), "NONCE", strconv.FormatInt(noon.UnixMilli(), 10))
	q := hyperliquidRequest{nonce: noon.UnixMilli()}
	for what, change := range map[string]func(string) string{
		"chain id": func(s string) string { return strings.Replace(s, "0xa4b1", "0x66eee", 1) },
		"name":     func(s string) string { return strings.Replace(s, "fresh", "Fresh", 1) },
		"address": func(s string) string {
			return strings.Replace(s, someWallet("fresh").address, someWallet("b").address, 1)
		},
		"chain's name": nil,
	} {
		sent, signer := action, rig
		if change == nil {
			signer = other // which signs for Mainnet
		} else {
			sent = change(action)
		}
		read := func(text string) hyperliquidRequest {
			full, ok := readHyperliquid([]byte(fmt.Sprintf(`{"action":%s,"nonce":%d,"signature":{"r":"0x1","s":"0x1","v":27}}`, text, q.nonce)))
			if !ok {
				t.Fatal(text)
			}
			return full
		}
		approve, _ := hyperliquidActions.of("approveAgent")
		digest, _ := signer.venue.digest(read(action), approve)
		body := fmt.Sprintf(`{"action":%s,"nonce":%d,"signature":%s}`, sent, q.nonce, signedBy(t, rig.master, digest))
		rig.says(what, rig.post(body), "does not exist.")
	}
	if rig.agents() != "bot" {
		t.Errorf("agents: %s", rig.agents())
	}
}

func TestHyperliquidNonces(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"), agentSeed("other"))
	bot, other := rig.key("bot").PrivateKey, rig.key("other").PrivateKey
	at := func(d time.Duration) int64 { return noon.Add(d).UnixMilli() }
	for _, c := range []struct {
		what, key string
		nonce     int64
		says      string
	}{
		{"now", bot, at(0), ""},
		{"again", bot, at(0), fmt.Sprintf("Invalid nonce: duplicate nonce %d", at(0))},
		{"by another signer", other, at(0), ""},
		{"an older one", bot, at(-time.Hour), ""},
		{"2 days ago", bot, at(-2 * day), "Invalid nonce: nonce too low"},
		{"almost 2 days ago", bot, at(-2*day) + 1, ""},
		{"in a day", bot, at(day), "Invalid nonce: nonce too high"},
		{"in almost a day", bot, at(day) - 1, ""},
		{"in seconds", bot, noon.Unix(), "Invalid nonce: nonce too low"},
	} {
		rig.says(c.what, rig.actAt(c.nonce, c.key, noOp), c.says)
	}
	mismatch := strings.ReplaceAll(rig.approving("x", someWallet("x").address), "NONCE", strconv.FormatInt(at(5*time.Millisecond), 10))
	rig.says("another nonce in what is signed", rig.actAt(at(6*time.Millisecond), rig.master, mismatch), "Nonce mismatch.")
}

// Of each signer the 100 highest nonces are remembered.
func TestHyperliquidRemembersNonces(t *testing.T) {
	var s spentNonces
	for n := range int64(100) {
		if words := s.spend(1000 + 2*n); words != "" {
			t.Fatal(words)
		}
	}
	for _, c := range []struct {
		nonce int64
		says  string
	}{
		{999, "too low 999 < 1000"}, {1000, "duplicate"}, {1001, ""}, // takes the place of 1000
		{1000, "too low 1000 < 1001"}, {1001, "duplicate"}, {5000, ""}, {1001, "too low 1001 < 1002"}, {1198, "duplicate"},
	} {
		if words := s.spend(c.nonce); (words == "") != (c.says == "") || !strings.Contains(words, c.says) {
			t.Errorf("%d: %q, want %q", c.nonce, words, c.says)
		}
	}
	if len(s.sorted) != 100 {
		t.Errorf("%d are remembered", len(s.sorted))
	}
}

func TestHyperliquidExpiresAfter(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	bot := rig.key("bot").PrivateKey
	rig.says("in time", rig.act(bot, noOp, fmt.Sprintf(`"expiresAfter":%d`, noon.UnixMilli()+1)), "")
	rig.says("late", rig.act(bot, noOp, fmt.Sprintf(`"expiresAfter":%d`, noon.UnixMilli())), "Action already expired")
	rig.says("null", rig.act(bot, noOp, `"expiresAfter":null`, `"vaultAddress":null`), "")
	rig.says("a foreign vault", rig.act(bot, noOp, `"vaultAddress":"`+noAddress+`"`), "Vault not registered: "+noAddress)
}

// Nothing is traded and nothing leaves the account.
func TestHyperliquidRefusesTrades(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	bot := rig.key("bot").PrivateKey
	for _, c := range []struct{ old, with, says string }{
		{"", "", "Insufficient margin to place order. asset=0"},
		{`"a":0`, `"a":10002`, "Insufficient spot balance asset=10002"},
		{`"r":false`, `"r":true`, "Reduce only order would increase position. asset=0"},
		{`"0.01"`, `"0.0001"`, "Order must have minimum value of $10. asset=0"},
		{`"0.01"`, `"0"`, "Order has zero size. asset=0"},
	} {
		got := rig.act(bot, strings.Replace(anyOrder, c.old, c.with, 1))
		rig.says(c.says, got, "")
		if want := fmt.Sprintf(`"statuses":[{"error":%q}]`, c.says); !strings.Contains(string(got.body), want) {
			t.Errorf("%s, want %s", got.body, want)
		}
	}
	for _, gap := range []string{`"a":0,`, `"b":true,`, `"p":"64000",`, `"s":"0.01",`, `"r":false,`} {
		if got := rig.act(bot, strings.Replace(anyOrder, gap, "", 1)); got.status != http.StatusUnprocessableEntity {
			t.Errorf("without %s: %d %s", gap, got.status, got.body)
		}
	}
	const never = "Order was never placed, already canceled, or filled. asset=3"
	for _, cancel := range []string{`{"type":"cancel","cancels":[{"a":3,"o":1}]}`, `{"type":"cancelByCloid","cancels":[{"asset":3,"cloid":"0x1"}]}`} {
		if got := rig.act(bot, cancel); !strings.Contains(string(got.body), never) {
			t.Errorf("%s: %s", cancel, got.body)
		}
	}
	for _, cancel := range []string{`{"type":"cancel","cancels":[]}`, `{"type":"cancel","cancels":[{"o":1}]}`} {
		if got := rig.act(bot, cancel); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", cancel, got.status, got.body)
		}
	}
	const wallet = `,"hyperliquidChain":"Mainnet","signatureChainId":"0x66eee"`
	rig.says("send", rig.act(rig.master, `{"type":"usdSend"`+wallet+`,"destination":"0x1","amount":"1","time":NONCE}`), "Insufficient balance")
	rig.says("move", rig.act(rig.master, `{"type":"usdClassTransfer"`+wallet+`,"amount":"1","toPerp":true,"nonce":NONCE}`), "Insufficient balance")
}

func TestHyperliquidFaults(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	for kind, want := range map[FaultKind]string{
		FaultBadRequest: "Failed to parse", FaultUnauthorized: "does not exist.", FaultRateLimit: "null", FaultServerError: "null",
		FaultUnavailable: "<html>",
	} {
		rig.setFaults([]Fault{{Kind: kind, Rate: 1}})
		got := rig.act(rig.key("bot").PrivateKey, noOp)
		if strconv.Itoa(got.status) != string(kind) || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		public := rig.ask(`{"type":"meta"}`)
		if hit := public.status != http.StatusOK; hit == (kind == FaultUnauthorized) {
			t.Errorf("%s: a public call gets %d", kind, public.status)
		}
	}
}
