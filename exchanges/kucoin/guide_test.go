package kucoin

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		var words []string
		for _, b := range boxes {
			if slices.Contains(ticked, b.words) {
				words = append(words, b.word)
			}
		}
		return with(t, map[string]string{"permission": `"` + strings.Join(words, ",") + `"`}).Permissions
	}, exchanges.Options, exchanges.Admin, exchanges.Other)
}

func TestGuideSaysThatThePassphraseMustBeKept(t *testing.T) {
	if !slices.ContainsFunc(guide().Create, func(s exchanges.GuideStep) bool {
		return strings.Contains(s.Text, "passphrase") && strings.Contains(s.Text, "keep it")
	}) {
		t.Error("it does not")
	}
}
