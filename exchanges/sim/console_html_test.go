package sim

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// visitor.html returns a page as a person gets it, after the checks that every
// page has to pass: tags that match, and nothing that runs or loads.
func (v visitor) html(method, path string, fields url.Values, status int) string {
	v.t.Helper()
	v.json = false
	got := v.send(method, path, fields)
	text := string(got.body)
	if got.status != status || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		v.t.Fatalf("%s %s: %d %s", method, path, got.status, text)
	}
	if got.header.Get("Cache-Control") != "no-store" || !strings.Contains(got.header.Get("Content-Security-Policy"), "default-src 'none'") {
		v.t.Errorf("%s: headers %v", path, got.header)
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			v.t.Fatalf("%s: %v in\n%s", path, err, text)
		}
		if tag, ok := token.(xml.StartElement); ok {
			switch tag.Name.Local {
			case "script", "img", "style", "b":
				v.t.Errorf("%s has a tag %s", path, tag.Name.Local)
			}
		}
	}
}

func has(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not have %s:\n%s", part, page)
		}
	}
}

func TestPageReadByAPerson(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	grid := s.Describe().venue(t, "binance", "live").key(t, "grid-bot")
	v := s.visitor(t, "binance", "live")
	list := v.html(http.MethodGet, "/", nil, 200)
	has(t, list, "binance live", "grid-bot", masked(grid.Key), "203.0.113.7, 198.51.100.20", "2026-08-20 12:00 UTC", "2026-11-25 11:58 UTC",
		"Enable Reading, Enable Spot &amp; Margin Trading, Enable Futures", "yield@example.com", `<textarea name="public_key"`, "ed25519 or rsa")
	for _, hidden := range []string{grid.Key, grid.Secret, `name="code"`, `name="expires"`, "arb-bot"} {
		if strings.Contains(list, hidden) {
			t.Errorf("the list shows %s", hidden)
		}
	}
	has(t, v.html(http.MethodGet, "/?account="+url.QueryEscape(demoArbitrage), nil, 200), "arb-bot", `name="account" value="arb@example.com"`)
	kraken := s.visitor(t, "kraken", "live").html(http.MethodGet, "/", nil, 200)
	has(t, kraken, `name="expires"`, "every address", "old-laptop (disabled)")
	if strings.Contains(kraken, "public_key") {
		t.Error("Kraken takes no public key")
	}
	has(t, s.visitor(t, "bybit", "demo").html(http.MethodGet, "/", nil, 200), "There are none.")
	has(t, s.visitor(t, "deribit", "testnet").html(http.MethodGet, "/", nil, 200), `name="code"`)
}

func TestSecretIsShownOnce(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "binance", "live")
	created := v.html(http.MethodPost, "/keys", url.Values{"label": {"mine"}, "box": {"enableReading"}}, 201)
	var secret, key string
	for _, f := range s.fronts[:1] {
		e, _ := f.desk.book.byLabel("", "mine")
		secret, key = e.Secret, e.ID
	}
	has(t, created, secret, key, "this once")
	row := v.row("", "mine")
	for _, where := range []string{"/", path(row, "edit"), path(row, "delete")} {
		if page := v.html(http.MethodGet, where, nil, 200); strings.Contains(page, secret) || strings.Contains(page, key) {
			t.Errorf("%s shows it again", where)
		}
	}
	public, _ := newMaterial("pair").ed25519()
	pair := v.html(http.MethodPost, "/keys", url.Values{
		"label": {"pair"}, "box": {"enableReading"}, "public_key": {strings.ReplaceAll(publicPEM(public), "\n", "\r\n")},
	}, 201)
	has(t, pair, "BEGIN PUBLIC KEY")
	if strings.Contains(pair, "Secret") {
		t.Error("a key pair has a secret")
	}
}

func TestPersonIsSentBackToTheList(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "binance", "live")
	row := v.row(demoArbitrage, "arb-bot")
	has(t, v.html(http.MethodGet, path(row, "edit"), nil, 200), "Edit arb-bot", `value="enableReading" checked`, `value="enableFutures">`, `value="203.0.113.7"`)
	list := v.html(http.MethodPost, path(row, "edit"), url.Values{"box": {"enableReading"}, "ips": {"192.0.2.44"}}, 200)
	has(t, list, "arb-bot", "192.0.2.44") // send follows the redirect
	has(t, v.html(http.MethodGet, path(row, "delete"), nil, 200), "Delete arb-bot?", `name="confirm" value="yes"`)
	if v.html(http.MethodPost, path(row, "delete"), url.Values{"confirm": {"yes"}}, 200); strings.Contains(s.keysOf(t, "binance", "live"), "arb-bot") {
		t.Error("it was not deleted")
	}
	has(t, v.html(http.MethodGet, path(row, "edit"), nil, 404), "no such key")
}

func TestRefusedFormKeepsWhatWasFilledIn(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "binance", "live")
	page := v.html(http.MethodPost, "/keys", url.Values{"label": {"mine"}, "box": {"enableFutures"}, "ips": {"nowhere"}}, 422)
	has(t, page, `role="alert"`, "not an IP address", "Nothing has changed", `value="mine"`, `value="nowhere"`, `value="enableFutures" checked`)
	row := v.row("", "grid-bot")
	page = v.html(http.MethodPost, path(row, "edit"), url.Values{"box": {"enableFutures"}, "ips": {"nowhere"}}, 422)
	has(t, page, `value="nowhere"`, `value="enableFutures" checked`, `value="enableReading">`)
}

func TestPrivateKeysAreNotSentBack(t *testing.T) {
	v := startAt(t, Options{World: "demo"}).visitor(t, "binance", "live")
	_, private := newMaterial("pair").ed25519()
	page := v.html(http.MethodPost, "/keys", url.Values{"label": {"mine"}, "box": {"enableReading"}, "public_key": {private}}, 422)
	has(t, page, "That is a private key", `value="mine"`)
	if strings.Contains(page, "BEGIN PRIVATE KEY") {
		t.Error("the page shows it")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "binance", "live")
	for _, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=x>`, `'><b>`, `</title><script>`, `</textarea><b>`, `{{.Secret}}`, `javascript:x`,
	} {
		created := v.html(http.MethodPost, "/keys", url.Values{"label": {hostile}, "box": {"enableReading"}}, 201)
		list := v.html(http.MethodGet, "/", nil, 200)
		row := v.row("", hostile)
		for name, page := range map[string]string{
			"created": created, "list": list, "edit": v.html(http.MethodGet, path(row, "edit"), nil, 200),
			"delete": v.html(http.MethodGet, path(row, "delete"), nil, 200),
		} {
			if strings.Contains(hostile, "<") && strings.Contains(page, hostile) {
				t.Errorf("%s has %s as it was sent", name, hostile)
			}
		}
		v.html(http.MethodPost, "/keys", url.Values{"label": {hostile}, "ips": {hostile}, "public_key": {hostile}}, 422)
		v.html(http.MethodGet, "/?account="+url.QueryEscape(hostile), nil, 404)
	}
}

func TestOtherWebPagesCannotSendForms(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	before := s.keysOf(t, "kraken", "live")
	v := s.visitor(t, "kraken", "live")
	body := url.Values{"label": {"evil"}, "box": {"withdraw-funds"}}.Encode()
	for _, h := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://example.com"}}} {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := send(t, http.MethodPost, v.at+"/keys", body, h); got.status != http.StatusForbidden {
			t.Errorf("%v: %d", h, got.status)
		}
	}
	for _, target := range []string{"/keys", "/keys/1/delete", "/nothing"} {
		if got := send(t, http.MethodDelete, v.at+target, "", nil); got.status != http.StatusMethodNotAllowed && got.status != http.StatusNotFound {
			t.Errorf("DELETE %s: %d", target, got.status)
		}
	}
	if got := send(t, http.MethodPost, v.at+"/keys", strings.Repeat("x", maxBody+1), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}); got.status != http.StatusBadRequest {
		t.Errorf("a form that is too large: %d", got.status)
	}
	if after := s.keysOf(t, "kraken", "live"); after != before {
		t.Errorf("changed to %s", after)
	}
}
