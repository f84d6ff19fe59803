package command

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
)

const queryAPI = "/v5/user/query-api"

// signedOf decodes what sign --json prints.
func (tr *trader) signedOf(r result) signedJSON {
	tr.t.Helper()
	var s signedJSON
	d := json.NewDecoder(strings.NewReader(r.out))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		tr.t.Fatalf("%v in\n%s%s", err, r.out, r.err)
	}
	return s
}

// aFile writes a file and returns its name.
func aFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSignShowsEachStepAndHidesTheSignature(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	k := tr.seeded("bybit", "live", plain)
	out := tr.ok("", "sign", "grid-bot", "get", queryAPI, "--query", "a=1", "--at", "1700000000000")
	for _, part := range []string{
		"grid-bot · bybit live · GET " + queryAPI, "Nothing is sent. The moment is 2023-11-14T22:13:20.000Z.",
		"timestamp       Unix time in milliseconds", "string to sign", "1700000000000" + k.Key + "5000a=1",
		"its own 36 bytes, not decoded", "HMAC-SHA256, in lower-case hexadecimal", "X-BAPI-SIGN: " + hiddenMark,
		queryAPI + "?a=1", "Whoever sees the signature can send the call until it expires.",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
	if strings.Contains(out, k.Secret) || strings.Contains(tr.ok("", "audit"), "revealed") {
		t.Errorf("a secret, or a reveal that was none:\n%s", out)
	}
}

func TestARevealIsWrittenDown(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	hidden := tr.signedOf(tr.run("", "sign", "grid-bot", "GET", queryAPI, "--at", "1700000000000", "--json"))
	shown := tr.signedOf(tr.run("", "sign", "grid-bot", "GET", queryAPI, "--at", "1700000000000", "--json", "--reveal"))
	sig := shown.Headers["X-BAPI-SIGN"]
	if hidden.Revealed || hidden.Headers["X-BAPI-SIGN"] != hiddenMark || !shown.Revealed || len(sig) != 64 {
		t.Errorf("hidden %+v\nshown %+v", hidden, shown)
	}
	if log := tr.ok("", "audit", "--json"); !strings.Contains(log, "signature of GET "+queryAPI) || strings.Contains(log, sig) {
		t.Errorf("the audit log:\n%s", log)
	}
	last := hidden.Steps[len(hidden.Steps)-1]
	if !last.Hidden || last.Name != exchanges.StepSignature || hidden.StringToSign != shown.StringToSign {
		t.Errorf("steps %+v", hidden.Steps)
	}
}

func TestNothingIsRevealedWithoutATrace(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	if r := tr.run("", "sign", "grid-bot", "GET", queryAPI, "--reveal", "--read-only"); r.code == 0 || strings.Contains(r.out, "X-BAPI-SIGN") || !strings.Contains(r.err, "audit log") {
		t.Errorf("revealed without a trace: %+v", r)
	}
}

// What is shown is what a simulated exchange takes, sent by someone else.
func TestTheShownCallIsAccepted(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	for _, c := range []struct{ exchange, method, path string }{
		{"bybit", "GET", queryAPI}, {"binance", "GET", "/sapi/v1/account/apiRestrictions"}, {"kraken", "POST", "/0/private/GetApiKeyInfo"},
		{"upbit", "GET", "/v1/api_keys"},
	} {
		if r := tr.add(c.exchange, c.exchange, "live", tr.seeded(c.exchange, "live", plain), "--no-verify"); r.code != 0 {
			t.Fatal(r.err)
		}
		s := tr.signedOf(tr.run("", "sign", c.exchange, c.method, c.path, "--json", "--reveal"))
		req, err := http.NewRequestWithContext(t.Context(), s.Method, s.URL, strings.NewReader(s.Body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range s.Headers {
			req.Header[name] = []string{value}
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(body), `"error":["E`) || strings.Contains(string(body), `"retCode":1`) {
			t.Errorf("%s answers %d %s, %v", c.exchange, resp.StatusCode, body, err)
		}
	}
}

func TestSignDialsNobody(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	k := tr.seeded("bybit", "live", plain)
	tr.config("[exchange.bybit.live]\nbase_url = \"http://" + l.Addr().String() + "\"\n")
	if r := tr.add("grid-bot", "bybit", "live", k, "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	s := tr.signedOf(tr.run("", "sign", "grid-bot", "GET", queryAPI, "--json", "--reveal", "--compare", aFile(t, "x")))
	if s.URL != "http://"+l.Addr().String()+queryAPI {
		t.Errorf("the address is %s", s.URL)
	}
	// Whoever had dialled before is in the queue before us.
	own, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Close() }()
	first, err := l.Accept()
	if err != nil || first.RemoteAddr().String() != own.LocalAddr().String() {
		t.Errorf("somebody else had dialled: %v", err)
	}
	_ = first.Close()
}

func TestSignComparesAndExitsByTheVerdict(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	k := tr.seeded("bybit", "live", plain)
	text := "1700000000000" + k.Key + "5000b=2&a=x%20y"
	sign := []string{"sign", "grid-bot", "GET", queryAPI + "?b=2&a=x%20y", "--at", "1700000000000", "--compare"}
	for name, c := range map[string]struct {
		theirs, cause string
		code          int
	}{
		"the same":  {text, "string to sign: the same", 0},
		"line end":  {text + "\n", "a line end stands behind your text", 0},
		"seconds":   {strings.Replace(text, "1700000000000", "1700000000", 1), "the timestamp is in seconds", 1},
		"plus":      {strings.Replace(text, "%20", "+", 1), "a blank is written as +", 1},
		"order":     {strings.Replace(text, "b=2&a=x%20y", "a=x%20y&b=2", 1), "sorted by name", 1},
		"header":    {"X-BAPI-TIMESTAMP: 1700000000", "in seconds", 1},
		"signature": {strings.Repeat("ab", 32), "no usual mistake leads to it", 1},
		"rubbish":   {"\x1b[2J\x00\xff", "differs", 1},
		"secret":    {text + "&secret=" + k.Secret, "holds a part of the secret", 1},
	} {
		r := tr.run(c.theirs, append(sign, "-")...)
		if r.code != c.code || !strings.Contains(r.out, c.cause) || strings.Contains(r.out+r.err, k.Secret) || strings.Contains(r.out, "\x1b") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	r := tr.run("", append(sign, aFile(t, strings.Replace(text, "5000", "6000", 1)), "--json")...)
	m := tr.signedOf(r).Comparison
	if r.code != 1 || len(m) != 1 || m[0].Same || m[0].Part != "string to sign" || m[0].At != len("1700000000000"+k.Key)+1 || !strings.Contains(m[0].Yours, "6000") {
		t.Errorf("%+v", m)
	}
}

func TestSignRefusesRubbish(t *testing.T) {
	t.Parallel()
	tr := stocked(t)
	for name, c := range map[string]struct {
		args  []string
		words string
	}{
		"no path":        {[]string{"grid-bot", "GET"}, "takes the name of a key, a method and a path"},
		"no such key":    {[]string{"nobody", "GET", "/x"}, "no key named"},
		"no slash":       {[]string{"grid-bot", "GET", "x"}, "does not begin with a slash"},
		"a whole URL":    {[]string{"grid-bot", "GET", "https://api.bybit.com/x"}, "does not begin with a slash"},
		"no method":      {[]string{"grid-bot", "G3T", "/x"}, "the method is not a word"},
		"two queries":    {[]string{"grid-bot", "GET", "/x?a=1", "--query", "b=2"}, "a query in the path and one in --query"},
		"two bodies":     {[]string{"grid-bot", "POST", "/x", "--body", "a", "--body-file", aFile(t, "b")}, "a --body and a --body-file"},
		"no body file":   {[]string{"grid-bot", "POST", "/x", "--body-file", filepath.Join(t.TempDir(), "none")}, "--body-file cannot be read"},
		"no moment":      {[]string{"grid-bot", "GET", "/x", "--at", "yesterday\x1b"}, "--at cannot be"},
		"nothing":        {[]string{"grid-bot", "GET", "/x", "--compare", aFile(t, " \n")}, "nothing to compare with"},
		"too much":       {[]string{"grid-bot", "GET", "/x", "--compare", aFile(t, strings.Repeat("x", maxCompared+1))}, "holds more than 64 KiB"},
		"a blank":        {[]string{"grid-bot", "GET", "/x", "--query", "a=b c"}, "must be escaped"},
		"a hidden nonce": {[]string{"grid-bot", "GET", "/x", "--nonce", "1\n2"}, "characters that nobody can see"},
	} {
		r := tr.run("", append([]string{"sign"}, c.args...)...)
		if r.code == 0 || !strings.Contains(r.err, c.words) || strings.Contains(r.err, "\x1b") || r.out != "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	r := tr.run("", "sign", "grid-bot", "GET", "x", "--json")
	if r.code == 0 || !strings.Contains(r.out, `"kind": "invalid"`) {
		t.Errorf("an error as JSON: %+v", r)
	}
}

func TestAKeyThatNothingIsKnownOfIsNotSigned(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{World: "empty"})
	if r := tr.addPhemex("--venue", "Phemex"); r.code != 0 {
		t.Fatal(r.err)
	}
	if r := tr.run("", "sign", "phx-bot", "GET", "/x"); r.code == 0 || !strings.Contains(r.err, "no API for this") {
		t.Errorf("%+v", r)
	}
}

func TestInstantsAreReadInEveryUnit(t *testing.T) {
	now := time.Unix(1, 0)
	want := time.UnixMilli(1700000000000)
	for _, text := range []string{"1700000000", "1700000000000", "1700000000000000", "1700000000000000000", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20", "2023-11-14T23:13:20+01:00"} {
		if got, err := readInstant(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if got, err := readInstant("", now); err != nil || !got.Equal(now) {
		t.Errorf("nothing: %s, %v", got, err)
	}
	for _, text := range []string{"-5", "x", "17000000000000000000000"} {
		if _, err := readInstant(text, now); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// A line longer than Clean lets through is drawn whole.
func TestLongTextsAreDrawnWhole(t *testing.T) {
	long := strings.Repeat("ä€x", 700)
	if got := drawn(long + "\u202e\x1b"); got != long {
		t.Errorf("%d of %d bytes", len(got), len(long))
	}
}
