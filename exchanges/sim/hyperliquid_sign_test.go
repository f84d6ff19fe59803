package sim

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The key of the tests of hyperliquid-dex/hyperliquid-python-sdk.
const (
	vectorKey     = "0x0123456789012345678901234567890123456789012345678901234567890123"
	vectorAddress = "0x14791697260E4c9A71f18484C9f997B308e59325"
)

// signatureVectors: the first and those of L1 actions are published in
// tests/signing_test.py of hyperliquid-dex/hyperliquid-python-sdk (2026-04-14),
// the others were made with @nktkas/hyperliquid 0.33.3 and ethers 6, which agree.
var signatureVectors = []struct {
	network, action string
	nonce           int64
	r, s            string
	v               int
}{
	{"Testnet", `{"type":"usdSend","signatureChainId":"0x66eee","hyperliquidChain":"Testnet",
		"destination":"0x5e9ee1089755c3435139848e47e6635505d5a13a","amount":"1","time":1687816341423}`, 1687816341423,
		"0x637b37dd731507cdd24f46532ca8ba6eec616952c56218baeff04144e4a77073",
		"0x11a6a24900e6e314136d2592e2f8d502cd89b7c15b198e1bee043c9589f9fad7", 27},
	{"Testnet", approveVector("Testnet", `,"agentName":"rotator"`), 1700000000000,
		"0x90eee7c86e17972d77f5ac527c94bf38588fc18dc0ad86c88eb956355bbf5abf",
		"0x5729bb57c7bbc3a7990ea2f602830856db338222ac700009c12faa7dfb98631c", 28},
	{"Mainnet", approveVector("Mainnet", `,"agentName":"rotator"`), 1700000000000,
		"0xebe01687a7327b5cda8f50a0862e26a5fede52bd009fad17ea2dd27b510915a0",
		"0x77a463c4d651be3c63c45e5c47f87523123076b1fcf59a2b9b504b489fb08a92", 28},
	{"Mainnet", approveVector("Mainnet", ""), 1700000000000,
		"0x54f5454c773cd968e83df70df529df45085a9f351a7a6eddbe24c107da917373",
		"0x3d9a375b08fabcea501881b706d0c4dc7b267b58a96731f05ca3cca9a735bcf6", 28},
	{"Mainnet", approveVector("Mainnet", `,"agentName":null`), 1700000000000,
		"0x54f5454c773cd968e83df70df529df45085a9f351a7a6eddbe24c107da917373",
		"0x3d9a375b08fabcea501881b706d0c4dc7b267b58a96731f05ca3cca9a735bcf6", 28},
	{"Mainnet", `{"type":"dummy","num":100000000000}`, 0,
		"0x53749d5b30552aeb2fca34b530185976545bb22d0b3ce6f62e31be961a59298",
		"0x755c40ba9bf05223521753995abb2f73ab3229be8ec921f350cb447e384d8ed8", 27},
	{"Testnet", `{"type":"dummy","num":100000000000}`, 0,
		"0x542af61ef1f429707e3c76c5293c80d01f74ef853e34b76efffcb57e574f9510",
		"0x17b8b32f086e8cdede991f1e2c529f5dd5297cbe8128500e00cbaf766204a613", 28},
	{"Mainnet", orderVector(`{"limit":{"tif":"Gtc"}}`), 0,
		"0xd65369825a9df5d80099e513cce430311d7d26ddf477f5b3a33d2806b100d78e",
		"0x2b54116ff64054968aa237c20ca9ff68000f977c93289157748a3162b6ea940e", 28},
	{"Testnet", orderVector(`{"trigger":{"isMarket":true,"triggerPx":"103","tpsl":"sl"}}`), 0,
		"0x971c554d917c44e0e1b6cc45d8f9404f32172a9d3b3566262347d0302896a2e4",
		"0x206257b104788f80450f8e786c329daa589aa0b32ba96948201ae556d5637eac", 28},
}

func approveVector(chain, name string) string {
	return `{"type":"approveAgent","signatureChainId":"0x66eee","hyperliquidChain":"` + chain +
		`","agentAddress":"0x286edfa08c04f6899dab3bfdecf2dd133f9733b9"` + name + `,"nonce":1700000000000}`
}

func orderVector(kind string) string {
	return `{"type":"order","orders":[{"a":1,"b":true,"p":"100","s":"100","r":false,"t":` + kind + `}],"grouping":"na"}`
}

// signerOf returns whom a venue takes for the signer of an action.
func signerOf(t *testing.T, network, action, vault string, nonce int64, r, s string, v int) string {
	t.Helper()
	rig := newWalletRig(t, map[string]string{"Mainnet": "live", "Testnet": "testnet"}[network], Options{})
	q := hyperliquidRequest{action: json.RawMessage(action), nonce: nonce, vault: vault}
	if err := json.Unmarshal(q.action, &q.fields); err != nil {
		t.Fatal(err)
	}
	kind, _ := valueOf[string](q.fields["type"])
	rules, _ := hyperliquidActions.of(kind)
	digest, ok := rig.venue.digest(q, rules)
	signature, readable := readWalletSignature(json.RawMessage(fmt.Sprintf(`{"r":%q,"s":%q,"v":%d}`, r, s, v)))
	if !ok || !readable {
		t.Fatalf("%s: cannot be read", action)
	}
	signer, _ := signature.signer(digest)
	return signer
}

func TestPublishedSignatures(t *testing.T) {
	want := strings.ToLower(vectorAddress)
	for _, c := range signatureVectors {
		if got := signerOf(t, c.network, c.action, "", c.nonce, c.r, c.s, c.v); got != want {
			t.Errorf("%s %s: signed by %s", c.network, c.action, got)
		}
		other := map[string]string{"Mainnet": "Testnet", "Testnet": "Mainnet"}[c.network]
		for what, got := range map[string]string{
			"the other network": signerOf(t, other, c.action, "", c.nonce, c.r, c.s, c.v),
			"the other v":       signerOf(t, c.network, c.action, "", c.nonce, c.r, c.s, 55-c.v),
			"a v of 29":         signerOf(t, c.network, c.action, "", c.nonce, c.r, c.s, c.v+2),
		} {
			if got == want {
				t.Errorf("%s %s is right for %s", c.network, c.action, what)
			}
		}
	}
}

func TestPublishedSignatureForAVault(t *testing.T) {
	const vault, r, s = "0x1719884eb866cb12b2287399b15f7db5e7d775ea",
		"0x3c548db75e479f8012acf3000ca3a6b05606bc2ec0c29c50c515066a326239",
		"0x4d402be7396ce74fbba3795769cda45aec00dc3125a984f2a9f23177b190da2c"
	const action, want = `{"type":"dummy","num":100000000000}`, vectorAddress
	if got := signerOf(t, "Mainnet", action, vault, 0, r, s, 28); got != strings.ToLower(want) {
		t.Errorf("signed by %s", got)
	}
	if got := signerOf(t, "Mainnet", action, "", 0, r, s, 28); got == strings.ToLower(want) {
		t.Error("the vault is not part of what is signed")
	}
}

// The hash of an action in production, of the same tests.
func TestPublishedActionHash(t *testing.T) {
	q := hyperliquidRequest{nonce: 1677777606040, action: json.RawMessage(
		`{"type":"order","orders":[{"a":4,"b":true,"p":"1670.1","s":"0.0147","r":false,"t":{"limit":{"tif":"Ioc"}}}],"grouping":"na"}`)}
	hash, ok := q.hash()
	if got := hex.EncodeToString(hash); !ok || got != "0fcbeda5ae3c4950a548021552a4fea2226858c4453571bf3f24ba017eac2908" {
		t.Error(got)
	}
}

func TestWalletsFollowFromTheirPrivateKeys(t *testing.T) {
	digest := keccak([]byte("anything"))
	for _, name := range []string{"a", "b", "c"} {
		w := someWallet(name)
		signature, ok := readWalletSignature(json.RawMessage(signedBy(t, w.private, digest)))
		signer, recovered := signature.signer(digest)
		if !ok || !recovered || signer != w.address || w != someWallet(name) || len(w.private) != 66 {
			t.Errorf("%s: %+v signs as %s", name, w, signer)
		}
	}
}

// The examples and the table of the format's own specification (msgpack.org).
func TestPacked(t *testing.T) {
	long := strings.Repeat("x", 300)
	for text, want := range map[string]string{
		`{"compact":true,"schema":0}`:                  "82a7636f6d70616374c3a6736368656d6100",
		`{"b":1,"a":2}`:                                "82a16201a16102", // in the order sent
		`[null,false,""]`:                              "93c0c2a0",
		`[127,128,255,256,65535,65536]`:                "967fcc80ccffcd0100cdffffce00010000",
		`[4294967295,4294967296,12312312312300000000]`: "93ceffffffffcf0000000100000000cfaade1ed08a4f5300",
		`[-1,-32,-33,-128,-129,-32769,-2147483649]`:    "97ffe0d0dfd080d1ff7fd2ffff7fffd3ffffffff7fffffff",
		`1.5`:                                  "cb3ff8000000000000",
		`"` + long[:31] + `"`:                  "bf" + strings.Repeat("78", 31),
		`"` + long[:32] + `"`:                  "d920" + strings.Repeat("78", 32),
		`"` + long + `"`:                       "da012c" + strings.Repeat("78", 300),
		`[` + strings.Repeat("1,", 15) + `1]`:  "dc0010" + strings.Repeat("01", 16),
		`[` + strings.Repeat("1,", 7e4) + `1]`: "dd00011171" + strings.Repeat("01", 70001),
		`{"a":{"b":[{}]}}`:                     "81a16181a1629180",
	} {
		got, err := packed(json.RawMessage(text))
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%.60s: %.60x (%v), want %.60s", text, got, err, want)
		}
	}
	for _, text := range []string{``, `{`, `[1`, `{"a":`, `1 2`, `1e999`} {
		if got, err := packed(json.RawMessage(text)); err == nil {
			t.Errorf("%q is packed as %x", text, got)
		}
	}
}

func TestReadAddress(t *testing.T) {
	for text, want := range map[string]string{
		vectorAddress:                  strings.ToLower(vectorAddress),
		strings.ToLower(vectorAddress): strings.ToLower(vectorAddress),
		noAddress:                      noAddress,
		vectorAddress[2:]:              "",
		vectorAddress[:41]:             "",
		vectorAddress + "0":            "",
		"0x" + strings.Repeat("g", 40): "",
		vectorKey:                      "",
		"":                             "",
	} {
		if got, ok := readAddress(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
}
