package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

const okxSecret = "22582BD0CFF14C41EDBF1AB98506286D"

// okxOrder is an order at OKX: method, path with query, and body are signed.
func okxOrder(t *testing.T) *comparison {
	t.Helper()
	call := exchanges.Call{Method: "POST", Path: "/api/v5/trade/order", Query: "b=2&a=x%20y", Body: `{"instId":"BTC-USDT","sz":"2"}`, At: at}
	c := exchanges.Credential{KeyID: "985d5b66-57ce-40fb-b714-afc0b9787083", Secret: exchanges.NewSecret(okxSecret), Passphrase: exchanges.NewSecret("pass-phrase")}
	return &comparison{shownBy(t, "okx", c, call), call}
}

// binanceOrder is an order at Binance: its parameters are signed.
func binanceOrder(t *testing.T) *comparison {
	t.Helper()
	call := exchanges.Call{Method: "GET", Path: "/api/v3/order", Query: "symbol=LTCBTC&origClientOrderId=a%2Fb%20c", At: at}
	c := exchanges.Credential{KeyID: "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A", Secret: exchanges.NewSecret("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")}
	return &comparison{shownBy(t, "binance", c, call), call}
}

// bybitCall is a call at Bybit: its query is signed with nothing before it but
// letters and digits.
func bybitCall(t *testing.T) *comparison {
	t.Helper()
	call := exchanges.Call{Method: "GET", Path: "/v5/order/realtime", Query: "symbol=BTCUSDT&category=linear", At: at}
	return &comparison{shownBy(t, "bybit", exchanges.Credential{KeyID: "XXXXXXXXXX", Secret: exchanges.NewSecret(okxSecret)}, call), call}
}

func textOf(c *comparison) string {
	step, _ := c.signing.Step(exchanges.StepText)
	return step.Text
}

func signatureOf(c *comparison) string {
	step, _ := c.signing.Step(exchanges.StepSignature)
	return step.Text
}

func mac(h func() hash.Hash, key, text string) []byte {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func has(causes []string, words string) bool {
	return slices.ContainsFunc(causes, func(c string) bool { return strings.Contains(c, words) })
}

// Each case is what a program with one mistake would sign.
func TestWhyAStringToSignDiffers(t *testing.T) {
	okx, binance, bybit := okxOrder(t), binanceOrder(t), bybitCall(t)
	for name, c := range map[string]struct {
		of    *comparison
		edit  func(string) string
		cause string
	}{
		"seconds":          {okx, swap("2023-11-14T22:13:20.123Z", "1700000000"), "the timestamp is in seconds"},
		"milliseconds":     {okx, swap("2023-11-14T22:13:20.123Z", "1700000000123"), "the timestamp is in milliseconds"},
		"microseconds":     {binance, swap("1700000000123", "1700000000123000"), "the timestamp is in microseconds"},
		"binance seconds":  {binance, swap("1700000000123", "1700000000"), "the timestamp is in seconds"},
		"another moment":   {binance, swap("1700000000123", "1700000000999"), "run this again with --at 1700000000999"},
		"another unit too": {binance, swap("1700000000123", "1700000777"), "has 10 digits, where it must have 13"},
		"method":           {okx, swap("POST", "post"), "the method is in lower case"},
		"no method":        {okx, drop("POST"), "the method is missing"},
		"no slash":         {okx, swap("/api", "api"), "the leading slash of the path is missing"},
		"host":             {okx, swap("/api", "openapi.okx.com/api"), "the host stands before the path"},
		"whole address":    {okx, swap("/api", "https://openapi.okx.com/api"), "scheme and host stand before the path"},
		"prefix":           {okx, swap("/api/v5", ""), "the path lacks its beginning, /api/v5"},
		"no query":         {okx, drop("?b=2&a=x%20y"), "the query is left out"},
		"no question mark": {okx, drop("?"), "the question mark before the query is missing"},
		"order":            {okx, swap("b=2&a=x%20y", "a=x%20y&b=2"), "sorted by name"},
		"other order":      {binance, func(s string) string { return "recvWindow=5000&" + drop("&recvWindow=5000")(s) }, "in another order"},
		"order, glued":     {bybit, swap("symbol=BTCUSDT&category=linear", "category=linear&symbol=BTCUSDT"), "sorted by name"},
		"missing, glued":   {bybit, drop("&category=linear"), `the parameter "category" is missing`},
		"no window":        {bybit, drop("5000"), "the value of the header X-BAPI-RECV-WINDOW is left out"},
		"later order":      {bybit, func(s string) string { return "1700000000XXXXXXXXXX5000category=linear&symbol=BTCUSDT" }, "sorted by name"},
		"plus":             {okx, swap("%20", "+"), "a blank is written as +"},
		"not escaped":      {okx, swap("%20", " "), "the parameters are not escaped"},
		"small escapes":    {binance, swap("%2F", "%2f"), "the digits of escapes are in lower case"},
		"no body":          {okx, drop(`{"instId":"BTC-USDT","sz":"2"}`), "the body is left out"},
		"blanks in JSON":   {okx, swap(`{"instId":"BTC-USDT","sz":"2"}`, `{"instId": "BTC-USDT", "sz": "2"}`), "other white space"},
		"lines in JSON":    {okx, swap(`{"instId":"BTC-USDT","sz":"2"}`, "{\n  \"instId\": \"BTC-USDT\",\n  \"sz\": \"2\"\n}"), "other white space"},
		"order in JSON":    {okx, swap(`{"instId":"BTC-USDT","sz":"2"}`, `{"sz":"2","instId":"BTC-USDT"}`), "members in another order"},
		"missing":          {binance, drop("&recvWindow=5000"), `the parameter "recvWindow" is missing`},
		"too many":         {binance, func(s string) string { return s + "&side=BUY" }, `there is a parameter "side" too many`},
		"another value":    {binance, swap("LTCBTC", "BTCUSDT"), `the parameter "symbol" has another value`},
		"two line ends":    {okx, func(s string) string { return s + "\n\n" }, "a line end stands behind the text"},
	} {
		t.Run(name, func(t *testing.T) {
			all := compare(c.of.signing, c.of.call, c.edit(textOf(c.of)))
			if len(all) != 1 || all[0].Part != "string to sign" || all[0].Same || !has(all[0].Causes, c.cause) || len(all[0].Causes) > 2 {
				t.Errorf("%+v, want %q", all, c.cause)
			}
			if all[0].At == 0 || all[0].Yours == all[0].Ours {
				t.Errorf("no place: %+v", all[0])
			}
		})
	}
}

// Each case is a signature alone, of a program with mistakes.
func TestWhyASignatureDiffers(t *testing.T) {
	okx := okxOrder(t)
	text := textOf(okx)
	b64 := base64.StdEncoding.EncodeToString
	for name, c := range map[string]struct{ signature, cause string }{
		"hexadecimal":      {hex.EncodeToString(mac(sha256.New, okxSecret, text)), "in lower-case hexadecimal, where base64 is wanted"},
		"upper case":       {strings.ToUpper(hex.EncodeToString(mac(sha256.New, okxSecret, text))), "in upper-case hexadecimal"},
		"of hexadecimal":   {b64([]byte(hex.EncodeToString(mac(sha256.New, okxSecret, text)))), "base64 of the hexadecimal text"},
		"other hash":       {b64(mac(sha512.New, okxSecret, text)), "HMAC-SHA512, where HMAC-SHA256 is wanted"},
		"decoded":          {b64(mac(sha256.New, string(must(hex.DecodeString(okxSecret))), text)), "the secret is decoded from hexadecimal"},
		"line end":         {b64(mac(sha256.New, okxSecret+"\n", text)), "line end behind the secret"},
		"method":           {b64(mac(sha256.New, okxSecret, strings.Replace(text, "POST", "post", 1))), "the method is in lower case"},
		"two":              {b64(mac(sha256.New, okxSecret, drop("?b=2&a=x%20y")(swap("POST", "post")(text)))), "the method is in lower case; the query is left out"},
		"method and hash":  {b64(mac(sha512.New, okxSecret, strings.Replace(text, "POST", "post", 1))), "HMAC-SHA512"},
		"sorted":           {b64(mac(sha256.New, okxSecret, swap("b=2&a=x%20y", "a=x%20y&b=2")(text))), "sorted by name"},
		"of something":     {b64(mac(sha256.New, "another", text)), "no usual mistake leads to it"},
		"in an address":    {strings.ReplaceAll(b64(mac(sha512.New, okxSecret, text)), "=", "%3D"), "HMAC-SHA512"},
		"of the time in s": {b64(mac(sha256.New, okxSecret, swap("2023-11-14T22:13:20.123Z", "1700000000")(text))), "in seconds"},
	} {
		all := compare(okx.signing, okx.call, c.signature+"\n")
		if len(all) != 1 || all[0].Part != "signature" || all[0].Same || !has(all[0].Causes, c.cause) {
			t.Errorf("%s: %+v, want %q", name, all, c.cause)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWhatIsTheSameIsSaidToBe(t *testing.T) {
	okx, binance := okxOrder(t), binanceOrder(t)
	_, query, _ := strings.Cut(binance.signing.URL, "?")
	for name, c := range map[string]struct {
		of           *comparison
		theirs, part string
	}{
		"string to sign": {okx, textOf(okx), "string to sign"}, "signature": {okx, signatureOf(okx), "signature"},
		"header":    {okx, "ok-access-sign: " + signatureOf(okx), "header OK-ACCESS-SIGN"},
		"query":     {binance, query, "query"},
		"body":      {okx, okx.call.Body, "body"},
		"CR LF":     {okx, textOf(okx) + "\r\n", "string to sign"},
		"timestamp": {okx, "OK-ACCESS-TIMESTAMP: 2023-11-14T22:13:20.123Z", "header OK-ACCESS-TIMESTAMP"},
	} {
		if all := compare(c.of.signing, c.of.call, c.theirs); len(all) != 1 || !all[0].Same || all[0].Part != c.part {
			t.Errorf("%s: %+v", name, all)
		}
	}
	if m := compare(okx.signing, okx.call, textOf(okx)+"\n")[0]; !has(m.Causes, "a line end stands behind your text") {
		t.Errorf("the line end is passed over: %+v", m)
	}
}

func TestAQueryAndItsSignatureAreComparedApart(t *testing.T) {
	c := binanceOrder(t)
	_, query, _ := strings.Cut(c.signing.URL, "?")
	wrong := strings.Replace(query, signatureOf(c), strings.ToUpper(signatureOf(c)), 1)
	m := compare(c.signing, c.call, wrong)[0]
	if m.Same || m.At != 0 || !has(m.Causes, "in upper-case hexadecimal, where lower-case hexadecimal is wanted") {
		t.Errorf("%+v", m)
	}
	m = compare(c.signing, c.call, strings.Replace(wrong, "%20", "+", 1))[0]
	if m.At == 0 || !has(m.Causes, "a blank is written as +") || !has(m.Causes, "upper-case hexadecimal") {
		t.Errorf("%+v", m)
	}
	if strings.Contains(m.Yours+m.Ours, signatureOf(c)[:10]) {
		t.Errorf("the signature is shown: %+v", m)
	}
}

func TestHeadersThatAreNotThere(t *testing.T) {
	c := okxOrder(t)
	all := compare(c.signing, c.call, "X-Nothing: 5\nOK-ACCESS-TIMESTAMP: 1700000000")
	if len(all) != 2 || !has(all[0].Causes, "no header of that name") || !has(all[1].Causes, "in seconds") {
		t.Errorf("%+v", all)
	}
}

func TestATokenIsTakenApart(t *testing.T) {
	call := exchanges.Call{Method: "GET", Path: "/v1/orders", Query: "market=KRW-BTC", Nonce: "00000000-0000-4000-8000-000000000000"}
	s := shownBy(t, "upbit", exchanges.Credential{KeyID: "test-api-key", Secret: exchanges.NewSecret("test-api-secret")}, call)
	parts := strings.Split(strings.TrimPrefix(s.Header.Get("Authorization"), "Bearer "), ".")
	for _, m := range compare(s, call, s.Header.Get("Authorization")) {
		if !m.Same {
			t.Errorf("its own token: %+v", m)
		}
	}
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"access_key":"test-api-key","nonce":"00000000-0000-4000-8000-000000000000"}`))
	signed := parts[0] + "." + claims
	all := compare(s, call, "Authorization: Bearer "+signed+"."+base64.RawURLEncoding.EncodeToString(mac(sha256.New, "test-api-secret", signed)))
	if len(all) != 3 || !all[0].Same || !has(all[1].Causes, `the parameter "query_hash" is missing`) || !has(all[2].Causes, "HMAC-SHA256, where HMAC-SHA512 is wanted") {
		t.Errorf("%+v", all)
	}
}

func TestAHashInTheStringToSign(t *testing.T) {
	const secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
	call := exchanges.Call{Method: "POST", Path: "/0/private/Balance", At: at, Nonce: "1700000000000"}
	s := shownBy(t, "kraken", exchanges.Credential{KeyID: "k", Secret: exchanges.NewSecret(secret)}, call)
	sum := sha256.Sum256([]byte("1700000000000nonce=1700000000000"))
	sig := base64.StdEncoding.EncodeToString(mac(sha512.New, secret, "/0/private/Balance"+string(sum[:])))
	if m := compare(s, call, sig)[0]; !has(m.Causes, "must be decoded from base64") {
		t.Errorf("%+v", m)
	}
	if m := compare(s, call, "1700000000000nonce=1700000000777")[0]; m.Part != "hashed text" || m.At != 30 {
		t.Errorf("%+v", m)
	}
}

func TestRubbishIsCompared(t *testing.T) {
	c := okxOrder(t)
	for _, theirs := range []string{"x", "\x00\xff\xfe", "=", "&&&", "?", "{", "%%%", "...", "a.b.c", "::", ": x", strings.Repeat("é", 3000), "\u202e\u200b", "Bearer", "{}"} {
		for _, m := range compare(c.signing, c.call, theirs) {
			if m.Same || m.Part == "" || exchanges.Clean(m.Yours) != m.Yours {
				t.Errorf("%q: %+v", theirs, m)
			}
		}
	}
}
