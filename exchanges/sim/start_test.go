package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestStartRefusesAddressesThatOthersCanReach(t *testing.T) {
	for _, listen := range []string{"0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1:80", "8.8.8.8", " 127.0.0.1"} {
		s, err := Start(t.Context(), Options{Listen: listen})
		if err == nil {
			_ = s.Close()
			t.Fatalf("listens on %q", listen)
		}
		if !strings.Contains(err.Error(), listen) {
			t.Errorf("%q: the error does not name the address: %v", listen, err)
		}
	}
}

func TestStartListensOnLoopbackOnly(t *testing.T) {
	for _, listen := range []string{"", "127.0.0.1", "127.9.9.9", "localhost", "::1"} {
		if listen == "::1" && !hasIPv6(t) {
			continue
		}
		if runtime.GOOS != "linux" && listen == "127.9.9.9" {
			continue // elsewhere only 127.0.0.1 is set up
		}
		s := startAt(t, Options{World: "empty", Listen: listen})
		for _, v := range s.Describe().Venues {
			addr, err := netip.ParseAddrPort(strings.TrimPrefix(v.BaseURL, "http://"))
			if err != nil || !addr.Addr().IsLoopback() {
				t.Errorf("listen %q: %s is at %s", listen, v.Exchange, v.BaseURL)
			}
		}
	}
}

func hasIPv6(t *testing.T) bool {
	t.Helper()
	_, err := os.Stat("/proc/net/if_inet6")
	return err == nil
}

func TestStartRefusesUnknownWorldsAndNegativeLatency(t *testing.T) {
	for _, o := range []Options{{World: "wild"}, {Latency: -time.Second}, {Propagation: -time.Second}} {
		if s, err := Start(t.Context(), o); err == nil {
			_ = s.Close()
			t.Errorf("%+v was accepted", o)
		}
	}
}

// The description as programs read it: a second, independent declaration.
type describedKey struct {
	Label       *string   `json:"label"`
	Account     string    `json:"account"` // may be missing, as may Manages
	Manages     bool      `json:"manages"`
	Key         *string   `json:"key"`
	Secret      *string   `json:"secret"`
	Passphrase  *string   `json:"passphrase"`
	PrivateKey  *string   `json:"private_key"`
	Permissions *[]string `json:"permissions"`
	IPWhitelist *[]string `json:"ip_whitelist"`
	Created     *string   `json:"created"`
}

type described struct {
	Venues *[]struct {
		Exchange    *string         `json:"exchange"`
		Environment *string         `json:"environment"`
		BaseURL     *string         `json:"base_url"`
		ConsoleURL  *string         `json:"console_url"`
		TOTPSecret  string          `json:"totp_secret"` // may be missing, as may what follows
		Account     string          `json:"account"`
		MasterKey   string          `json:"master_key"`
		SubAccounts []string        `json:"sub_accounts"`
		Keys        *[]describedKey `json:"keys"`
	} `json:"venues"`
	IPEcho *string `json:"ip_echo"`
}

func TestDescriptionShape(t *testing.T) {
	text, err := json.Marshal(startAt(t, Options{World: "demo"}).Describe())
	if err != nil {
		t.Fatal(err)
	}
	var d described
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil {
		t.Fatal(err)
	}
	allSet(t, reflect.ValueOf(d))
	if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/ip$`).MatchString(*d.IPEcho) {
		t.Errorf("ip_echo is %s", *d.IPEcho)
	}
	for _, v := range *d.Venues {
		if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+$`).MatchString(*v.BaseURL) {
			t.Errorf("base_url is %s", *v.BaseURL)
		}
		if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/$`).MatchString(*v.ConsoleURL) || *v.ConsoleURL == *v.BaseURL+"/" {
			t.Errorf("console_url is %s", *v.ConsoleURL)
		}
		for _, k := range *v.Keys {
			if (*k.Secret == "") == (*k.PrivateKey == "") {
				t.Errorf("%s has both or neither of secret and private key", *k.Label)
			}
		}
	}
}

// allSet fails for every field that was missing or null.
func allSet(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			t.Errorf("a %s is missing or null", v.Type())
			return
		}
		allSet(t, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			allSet(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			allSet(t, v.Field(i))
		}
	default:
	}
}

func TestEmptyWorldHasVenuesWithoutKeys(t *testing.T) {
	text, err := json.Marshal(startAt(t, Options{World: "empty"}).Describe())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"keys":[]`); n != len(sites()) {
		t.Errorf("%d of %d venues have an empty list of keys", n, len(sites()))
	}
}

func TestIPEchoTellsThePublicAddress(t *testing.T) {
	for _, caller := range []netip.Addr{{}, netip.MustParseAddr("2001:db8::7")} {
		s := startAt(t, Options{World: "empty", Caller: caller})
		want := "203.0.113.7\n"
		if caller.IsValid() {
			want = caller.String() + "\n"
		}
		if got := get(t, s.Describe().IPEcho); string(got.body) != want {
			t.Errorf("%q, want %q", got.body, want)
		}
	}
}

func TestAdvanceMovesTheClocks(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	url := s.Describe().venue(t, "binance", "live").BaseURL + "/api/v3/time"
	s.Advance(time.Hour)
	s.Advance(time.Minute)
	want := float64(noon.Add(61 * time.Minute).UnixMilli())
	if got := get(t, url).object(t)["serverTime"]; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{{Kind: FaultServerError, Rate: 1}}})
	live, testnet := s.Describe().venue(t, "bybit", "live").BaseURL, s.Describe().venue(t, "bybit", "testnet").BaseURL
	get(t, live+"/v5/market/time?x=1")
	get(t, live+"/v5/market/time?x=2")
	send(t, http.MethodPost, testnet+"/v5/market/time", "", nil)
	want := map[Request]int{
		{"bybit", "live", "GET", "/v5/market/time"}:     2,
		{"bybit", "testnet", "POST", "/v5/market/time"}: 1,
	}
	if got := s.Requests(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	s, err := Start(t.Context(), Options{World: "demo", Faults: []Fault{{Exchange: "bybit", Kind: FaultTimeout, Rate: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	d := s.Describe()
	kept := &http.Client{Transport: &http.Transport{}} // leaves an idle connection open
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.venue(t, "binance", "live").BaseURL+"/api/v3/time", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := kept.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	hung := make(chan error)
	go func() {
		_, err := try(t, http.MethodGet, d.venue(t, "bybit", "live").BaseURL+"/v5/market/time", "", nil)
		hung <- err
	}()
	for len(s.Requests()) < 2 {
		runtime.Gosched() // until the second request hangs
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-hung; err == nil {
		t.Error("a request that hung was answered at Close")
	}
	kept.CloseIdleConnections()
	for serverGoroutines() > 0 { // they are past their last deed; the test's own deadline bounds this
		runtime.Gosched()
	}
	if _, err := try(t, http.MethodGet, d.IPEcho, "", nil); err == nil {
		t.Error("still answers after Close")
	}
}

// serverGoroutines counts the goroutines that serve or were started by a Sim.
func serverGoroutines() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return bytes.Count(stacks, []byte("net/http.(*conn).serve")) + bytes.Count(stacks, []byte("sim.(*Sim).serve"))
}

func TestStartAfterTheEndOfContextFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{World: "empty"}); err == nil {
		_ = s.Close()
		t.Error("started")
	}
}

func TestEndOfContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{World: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(); err != nil { // waits for the stop that cancel began
		t.Fatal(err)
	}
	if _, err := try(t, http.MethodGet, s.Describe().IPEcho, "", nil); err == nil {
		t.Error("still answers")
	}
}
