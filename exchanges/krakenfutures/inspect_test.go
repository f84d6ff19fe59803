package krakenfutures

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

func parsed(t *testing.T, body string) exchanges.KeyInfo {
	t.Helper()
	got, e := parseKey(rest.Response{Status: 200, Body: []byte(body)})
	if e != nil {
		t.Fatalf("%s: %v", body, e)
	}
	return got
}

func TestInspectReadsTheKey(t *testing.T) {
	got := parsed(t, goodKey)
	if got.Account != "8f2c1e4a-1111-4c22-9d33-aaaabbbbcccc" || got.Label != "" || len(got.Notes) != 0 {
		t.Errorf("%+v", got)
	}
	if at, ok := got.Created.Time(); !ok || !at.Equal(time.Date(2026, 2, 11, 10, 20, 30, 123e6, time.UTC)) {
		t.Errorf("created %v", at)
	}
	if got.Expires.Known() || got.LastUsed.Known() {
		t.Error("Kraken tells neither expiry nor last use of a futures key")
	}
	if !slices.Equal(got.ExchangePermissions, []string{"general: FULL_ACCESS"}) {
		t.Errorf("words %q", got.ExchangePermissions)
	}
	if got.IPs.State != exchanges.IPList || !slices.Equal(got.IPs.Entries, []string{"203.0.113.7/32", "198.51.100.0/24"}) {
		t.Errorf("IPs %+v", got.IPs)
	}
}

func TestEachLevel(t *testing.T) {
	const none, read, full = noAccess, "READ_ONLY", "FULL_ACCESS"
	for levels, want := range map[[2]string]string{
		{none, none}: "-read -spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		{read, none}: "+read -spot -margin -futures -options -transfer -withdraw -earn -admin -other",
		{full, none}: "+read -spot -margin +futures -withdraw -earn",
		{none, full}: "-read -spot -margin -futures -options +transfer +withdraw -earn -admin -other",
		{read, full}: "+read -spot -margin -futures -options +transfer +withdraw -earn -admin -other",
		{full, full}: "+read -spot -margin +futures +transfer +withdraw -earn",
		// What this level means for transfers is not documented.
		{read, read}: "+read -spot -margin -futures -options -earn -admin -other",
		// Levels that came later.
		{"TRADE_ONLY", none}: "-withdraw +other",
		{read, "SOME"}:       "+read -spot -margin -futures -options -earn -admin +other",
	} {
		got := parsed(t, fmt.Sprintf(`{"permissions":{"general":%q,"transfer":%q}}`, levels[0], levels[1]))
		if text := exchangetest.Grants(got.Permissions); text != want {
			t.Errorf("%s: %q, want %q", levels, text, want)
		}
	}
}

func TestWhatIsNotToldIsUnknown(t *testing.T) {
	for permissions, want := range map[string]string{
		`null`: "", `[]`: "", `"FULL_ACCESS"`: "", `{}`: "",
		`{"general":null,"transfer":null}`:                         "",
		`{"transfer":"NO_ACCESS"}`:                                 "-withdraw",
		`{"general":7,"transfer":"NO_ACCESS"}`:                     "-withdraw +other", // no level that is known
		`{"general":"READ_ONLY"}`:                                  "+read -spot -margin -futures -options -earn -admin -other",
		`{"general":"READ_ONLY","transfer":{}}`:                    "+read -spot -margin -futures -options -earn -admin",
		`{"general":"READ_ONLY","staking":"FULL_ACCESS"}`:          "+read -spot -margin -futures -options -earn -admin +other",
		`{"general":"READ_ONLY","staking":"NO_ACCESS"}`:            "+read -spot -margin -futures -options -earn -admin -other",
		`{"general":"READ_ONLY","staking":[]}`:                     "+read -spot -margin -futures -options -earn -admin",
		`{"general":"full_access","transfer":"NO_ACCESS"}`:         "-withdraw +other",
		`{"general":"\u001b[2J","transfer":"NO_ACCESS","a\n":"b"}`: "-withdraw +other",
	} {
		got := parsed(t, `{"accountUid":"x","permissions":`+permissions+`}`)
		if text := exchangetest.Grants(got.Permissions); text != want {
			t.Errorf("%s: %q, want %q", permissions, text, want)
		}
		for _, w := range got.ExchangePermissions {
			if w != exchanges.Clean(w) || strings.HasSuffix(w, noAccess) {
				t.Errorf("%s: the word %q", permissions, w)
			}
		}
	}
	got := parsed(t, `{"accountUid":"x","createdAt":"yesterday"}`)
	if got.Created.Known() || got.IPs.State != exchanges.IPUnknown || got.Permissions.Known() {
		t.Errorf("%+v", got)
	}
}

func TestEveryShapeOfTheIPList(t *testing.T) {
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	open, unknown := exchanges.IPWhitelist{State: exchanges.IPAny}, exchanges.IPWhitelist{}
	for fields, want := range map[string]exchanges.IPWhitelist{
		`"allowedCidrBlock":"203.0.113.7/32","allowedCidrBlocks":["203.0.113.7/32"]`: list("203.0.113.7/32"),
		`"allowedCidrBlock":null,"allowedCidrBlocks":["203.0.113.7/32"]`:             list("203.0.113.7/32"),
		`"allowedCidrBlocks":["203.0.113.7/32","2001:db8::/48"]`:                     list("203.0.113.7/32", "2001:db8::/48"),
		`"allowedCidrBlock":"203.0.113.7/32"`:                                        list("203.0.113.7/32"),
		`"allowedCidrBlock":"203.0.113.7/32","allowedCidrBlocks":[]`:                 list("203.0.113.7/32"),
		`"allowedCidrBlock":"203.0.113.7/32","allowedCidrBlocks":null`:               list("203.0.113.7/32"),
		`"allowedCidrBlock":null,"allowedCidrBlocks":null`:                           open,
		`"allowedCidrBlock":null,"allowedCidrBlocks":[]`:                             open,
		`"allowedCidrBlock":"","allowedCidrBlocks":[ ]`:                              open,
		`"allowedCidrBlock":null`:                                                    open,
		`"allowedCidrBlocks":[]`:                                                     open,
		`"iiban":null`:                                                               unknown,
		`"allowedCidrBlock":null,"allowedCidrBlocks":"203.0.113.7/32"`:               list("203.0.113.7/32"),
		`"allowedCidrBlock":null,"allowedCidrBlocks":[null]`:                         unknown,
		`"allowedCidrBlock":null,"allowedCidrBlocks":["203.0.113.x"]`:                {State: exchanges.IPRestricted},
		`"allowedCidrBlock":7,"allowedCidrBlocks":[]`:                                unknown,
		`"allowedCidrBlock":{},"allowedCidrBlocks":null`:                             unknown,
		`"allowedCidrBlock":null,"allowedCidrBlocks":{}`:                             unknown,
	} {
		got := parsed(t, `{"accountUid":"x",`+fields+`}`).IPs
		if got.State != want.State || !slices.Equal(got.Entries, want.Entries) {
			t.Errorf("%s: %+v, want %+v", fields, got, want)
		}
	}
}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		chosen := levels{"general": noAccess, "transfer": noAccess}
		for _, words := range ticked { // Full Access comes after Read Only and replaces it
			area, level := "general", wire.Text("READ_ONLY")
			if strings.HasPrefix(words, "Withdrawal") {
				area = "transfer"
			}
			if strings.HasSuffix(words, ": Full Access") {
				level = "FULL_ACCESS"
			}
			chosen[area] = level
		}
		return chosen.permissions()
	}, exchanges.Spot, exchanges.Margin, exchanges.Options, exchanges.Earn, exchanges.Admin, exchanges.Other)
}
