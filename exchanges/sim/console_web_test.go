package sim

import (
	"encoding/base32"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// visitor is somebody at the page of one site: a person, or a program that
// wants JSON.
type visitor struct {
	t    *testing.T
	at   string
	json bool
}

func (s *Sim) visitor(t *testing.T, exchange, env string) visitor {
	t.Helper()
	return visitor{t, strings.TrimSuffix(s.Describe().venue(t, exchange, env).ConsoleURL, "/"), true}
}

func (v visitor) send(method, path string, fields url.Values) reply {
	v.t.Helper()
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if v.json {
		h.Set("Accept", "application/json")
	}
	return send(v.t, method, v.at+path, fields.Encode(), h)
}

// read sends a request and reads the JSON that must come with a status.
func (v visitor) read(method, path string, fields url.Values, status int, out any) {
	v.t.Helper()
	got := v.send(method, path, fields)
	if err := json.Unmarshal(got.body, out); err != nil || got.status != status {
		v.t.Fatalf("%s %s: %d %s (%v)", method, path, got.status, got.body, err)
	}
}

func (v visitor) list(account string) (p consolePage) {
	v.t.Helper()
	v.read(http.MethodGet, "/?account="+url.QueryEscape(account), nil, http.StatusOK, &p)
	return p
}

func (v visitor) row(account, label string) consoleRow {
	v.t.Helper()
	for _, row := range v.list(account).Keys {
		if row.Label == label {
			return row
		}
	}
	v.t.Fatalf("no key %s", label)
	return consoleRow{}
}

func (v visitor) refused(method, path string, fields url.Values, status int, says string) {
	v.t.Helper()
	var p consolePage
	v.read(method, path, fields, status, &p)
	if !strings.Contains(p.Error, says) {
		v.t.Errorf("%s %s: %q does not say %s", method, path, p.Error, says)
	}
}

func path(row consoleRow, what string) string {
	return "/keys/" + strconv.Itoa(row.Number) + "/" + what
}

func TestPageWalkedByAProgram(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "kraken", "live")
	var made consoleKey
	v.read(http.MethodPost, "/keys", url.Values{
		"label": {"api-key-7"}, "box": {"query-funds", "modify-trades"}, "ips": {"203.0.113.0/24, 2001:db8::1"}, "expires": {"2027-01-31"},
	}, http.StatusCreated, &made)
	api := s.Describe().venue(t, "kraken", "live")
	if !api.accepted(t, Key{Key: made.Key, Secret: made.Secret}, noon) {
		t.Errorf("%+v does not work", made)
	}
	row := v.row("", "api-key-7")
	if row.LastUsed == nil || !row.LastUsed.Equal(noon) {
		t.Error("its use does not show")
	}
	end := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	want := consoleRow{
		Number: made.Number, Label: "api-key-7", Key: masked(made.Key), Boxes: []string{"query-funds", "modify-trades"},
		Permissions: []string{"read", "spot", "margin"}, IPs: []string{"203.0.113.0/24", "2001:db8::1"},
		Created: noon, LastUsed: row.LastUsed, Expires: &end,
	}
	if !reflect.DeepEqual(row, want) {
		t.Errorf("listed as %+v, want %+v", row, want)
	}
	var edited consoleRow
	v.read(http.MethodPost, path(row, "edit"), url.Values{"box": {"query-ledger"}}, http.StatusOK, &edited)
	want.Boxes, want.Permissions, want.IPs = []string{"query-ledger"}, []string{"read"}, []string{}
	if again := v.row("", "api-key-7"); !reflect.DeepEqual(again, want) || !reflect.DeepEqual(edited, want) {
		t.Errorf("edited to %+v, told as %+v, want %+v", again, edited, want)
	}
}

func TestPageDeletesAfterAYes(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "kraken", "live")
	row := v.row("", "dca-bot")
	v.refused(http.MethodPost, path(row, "delete"), nil, 422, "Confirm")
	v.row("", "dca-bot") // is still there
	var gone struct{ Deleted bool }
	v.read(http.MethodPost, path(row, "delete"), url.Values{"confirm": {"yes"}}, http.StatusOK, &gone)
	if !gone.Deleted || strings.Contains(s.keysOf(t, "kraken", "live"), "dca-bot") {
		t.Error("it was not deleted")
	}
	v.refused(http.MethodPost, path(row, "delete"), url.Values{"confirm": {"yes"}}, 404, "no such key")
	v.refused(http.MethodPost, "/keys/x/edit", nil, 404, "no such key")
}

func TestPageRefusesWhatTheRulesForbid(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	before := s.keysOf(t, "binance", "live")
	v := s.visitor(t, "binance", "live")
	v.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"enableFutures"}}, 422, "only have Enable Reading")
	v.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"enableEverything"}}, 422, "no such permission")
	v.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"enableFixReadOnly"}, "ips": {"203.0.113.7"}}, 422, "Ed25519")
	v.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"enableReading"}, "expires": {"2027-01-31"}}, 422, "no expiration")
	v.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"enableReading"}, "public_key": {"-----BEGIN PRIVATE KEY-----"}}, 422, "private key")
	v.refused(http.MethodGet, "/?account=nobody@example.com", nil, 404, "no sub-account")
	v.refused(http.MethodPost, path(v.row("", "scalper"), "edit"), url.Values{"box": {"enableWithdrawals"}}, 422, "IP list")
	kraken := s.visitor(t, "kraken", "live")
	kraken.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"query-funds"}, "expires": {"2026-11-25"}}, 422, "past")
	kraken.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {"query-funds"}, "expires": {"soon"}}, 422, "not a date")
	bybit := s.visitor(t, "bybit", "live")
	bybit.refused(http.MethodPost, "/keys", url.Values{"label": {"a"}, "box": {bybitReadOnly}}, 422, "may look at")
	if after := s.keysOf(t, "binance", "live"); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
}

func TestPageOfASubAccount(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.visitor(t, "binance", "live")
	main := v.list("")
	if len(main.SubAccounts) != 2 || v.row(demoArbitrage, "arb-bot").Account != demoArbitrage {
		t.Errorf("%+v", main.SubAccounts)
	}
	for _, row := range main.Keys {
		if row.Label == "arb-bot" || row.Account != "" {
			t.Errorf("the main account lists %+v", row)
		}
	}
	var made consoleKey
	v.read(http.MethodPost, "/keys", url.Values{"account": {"yield@example.com"}, "label": {"lender"}, "box": {"enableReading"}}, 201, &made)
	if made.Account != "yield@example.com" || len(v.list("yield@example.com").Keys) != 1 || len(v.list("").Keys) != len(main.Keys) {
		t.Errorf("%+v", made)
	}
}

func TestPageAsksForTheSecondFactor(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	venue := s.Describe().venue(t, "deribit", "testnet")
	secret, err := base32.StdEncoding.DecodeString(venue.TOTPSecret)
	if err != nil {
		t.Fatal(err)
	}
	code := func(step int64) []string { return []string{timeCode(secret, uint64(noon.Unix()/codeStep+step))} }
	v := s.visitor(t, "deribit", "testnet")
	if !v.list("").SecondFactor || s.visitor(t, "deribit", "live").list("").SecondFactor {
		t.Error("the page does not say whether it asks for a code")
	}
	before := s.keysOf(t, "deribit", "testnet")
	form := url.Values{"label": {"new"}, "box": {"trade:read"}}
	v.refused(http.MethodPost, "/keys", form, 422, "authenticator")
	form["code"] = code(2)
	v.refused(http.MethodPost, "/keys", form, 422, "wrong")
	form["code"], form["label"] = code(-1), []string{"not allowed"}
	v.refused(http.MethodPost, "/keys", form, 422, "letters, digits") // and does not use up the code
	if after := s.keysOf(t, "deribit", "testnet"); after != before {
		t.Fatalf("changed to %s", after)
	}
	form["label"] = []string{"new"}
	v.read(http.MethodPost, "/keys", form, 201, &consoleKey{})
	row := v.row("", "new")
	v.refused(http.MethodPost, path(row, "edit"), url.Values{"box": {"trade:read"}, "code": code(-1)}, 422, "has been used")
	v.read(http.MethodPost, path(row, "edit"), url.Values{"box": {"wallet:read"}, "code": code(0)}, 200, &consoleRow{})
	v.refused(http.MethodPost, path(row, "delete"), url.Values{"confirm": {"yes"}}, 422, "authenticator")
	s.Advance(codeStep * time.Second)
	v.read(http.MethodPost, path(row, "delete"), url.Values{"confirm": {"yes"}, "code": code(1)}, 200, &object{})
}

// What cannot be shown on the page keeps what it was; what a person did not
// touch stays as it is.
func TestEditFormSentBackUnchangedChangesNothing(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	for _, at := range []struct{ exchange, env string }{{"binance", "live"}, {"bybit", "live"}, {"kraken", "live"}, {"deribit", "live"}} {
		before := s.keysOf(t, at.exchange, at.env)
		v := s.visitor(t, at.exchange, at.env)
		edited := 0
		for _, row := range v.list("").Keys {
			got := v.send(http.MethodPost, path(row, "edit"), url.Values{"box": row.Boxes, "ips": {strings.Join(row.IPs, ",")}})
			if got.status == http.StatusOK {
				edited++
			}
		}
		if after := s.keysOf(t, at.exchange, at.env); after != before || edited == 0 {
			t.Errorf("%s: %d edited\n%s\nbecame\n%s", at.exchange, edited, before, after)
		}
	}
}
