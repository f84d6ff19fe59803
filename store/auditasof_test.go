package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// past is a log in the making: each event happens at noon of a day of October.
type past []Event

func onDay(day int) time.Time { return time.Date(2026, 10, day, 12, 0, 0, 0, time.UTC) }

// say writes an event of the record r1 down.
func (p *past) say(day int, a Action, change func(*Event)) {
	e := Event{At: onDay(day), Actor: "ann", Host: "box", Action: a, Key: "bot", Record: "r1", Exchange: "kraken", Environment: exchanges.Live}
	if change != nil {
		change(&e)
	}
	*p = append(*p, e)
}

func with(id, purpose string, consumers ...string) func(*Event) {
	return func(e *Event) {
		e.KeyID, e.Purpose, e.Consumers = id, purpose, append([]string{}, consumers...)
	}
}

// inFlow is an event of a flow.
func inFlow(detail string, more ...func(*Event)) func(*Event) {
	return func(e *Event) {
		e.Flow, e.Detail = "f1", detail
		for _, m := range more {
			m(e)
		}
	}
}

// on says in one line a key what the log knows of a day.
func (p past) on(day int) string {
	from := onDay(day).Add(-12 * time.Hour)
	h := NewHoldings(AuditSpan{from, from.AddDate(0, 0, 1)})
	for i := range p {
		h.Take(&p[i])
	}
	var lines []string
	for _, k := range h.All() {
		lines = append(lines, describe(&k))
	}
	return strings.Join(lines, "\n")
}

func describe(k *Holding) string {
	deed := func(d Deed) string {
		if d.At.IsZero() {
			return "?"
		}
		return fmt.Sprintf("%d %s by %s", d.At.Day(), d.Action, d.Actor)
	}
	var users []string
	for _, u := range k.Uses {
		user := fmt.Sprintf("%s from %d", u.Consumer, u.From.Day())
		if !u.Until.At.IsZero() {
			user += fmt.Sprintf(" to %d", u.Until.At.Day())
		}
		users = append(users, user)
	}
	if !k.UsersIn {
		users = append(users, "?")
	}
	purpose := k.Purpose
	if !k.ForWhat {
		purpose = "?"
	}
	return fmt.Sprintf("%s %s for %s: %s to %s [%s]", k.Key, k.KeyID, purpose, deed(k.Issued), deed(k.Until), strings.Join(users, ", "))
}

func (p past) want(t *testing.T, day int, want ...string) {
	t.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n"), p.on(day)); diff != "" {
		t.Errorf("on October %d (-want +got):\n%s", day, diff)
	}
}

func TestAKeyIsHeldFromItsAddingToItsForgetting(t *testing.T) {
	var p past
	p.say(2, ActionAdded, with("a…1", "spot bot", "grid", "tax"))
	p.say(4, ActionVerified, with("a…1", "spot bot", "grid", "tax"))
	p.say(6, ActionEdited, func(e *Event) {
		with("a…1", "futures bot", "tax", "hedge")(e)
		e.Key = "renamed"
	})
	p.say(8, ActionForgotten, with("a…1", "futures bot", "tax", "hedge"))
	p.want(t, 1)
	p.want(t, 2, "bot a…1 for spot bot: 2 added by ann to 8 forgotten by ann [grid from 2 to 6, tax from 2]")
	p.want(t, 5, "bot a…1 for spot bot: 2 added by ann to 8 forgotten by ann [grid from 2 to 6, tax from 2]")
	p.want(t, 6, "renamed a…1 for futures bot: 2 added by ann to 8 forgotten by ann [grid from 2 to 6, tax from 2, hedge from 6]")
	p.want(t, 7, "renamed a…1 for futures bot: 2 added by ann to 8 forgotten by ann [tax from 2, hedge from 6]")
	p.want(t, 8, "renamed a…1 for futures bot: 2 added by ann to 8 forgotten by ann [tax from 2, hedge from 6]")
	p.want(t, 9)
	p[:2].want(t, 31, "bot a…1 for spot bot: 2 added by ann to ? [grid from 2, tax from 2]")
}

// rotation is one with its hand-overs days apart.
func rotation(detailed bool) past {
	var p past
	fill := func(id string, consumers ...string) func(*Event) {
		if !detailed {
			return func(*Event) {}
		}
		return with(id, "spot bot", consumers...)
	}
	p.say(1, ActionAdded, with("a…1", "spot bot", "grid", "tax"))
	p.say(3, ActionFlowBegun, inFlow("rotate"))
	p.say(3, ActionCreated, inFlow("b…2 by API, label x", fill("b…2", "grid", "tax")))
	p.say(4, ActionSwitched, inFlow("a…1 → b…2", fill("b…2", "grid", "tax")))
	p.say(4, ActionVerified, with("b…2", "spot bot", "grid", "tax"))
	p.say(5, ActionHandedOver, inFlow("grid, hook ran", fill("b…2", "grid")))
	p.say(6, ActionHandedOver, inFlow("tax, skipped", fill("b…2", "tax")))
	p.say(7, ActionRevoked, inFlow("a…1 by API", func(e *Event) {
		if detailed {
			e.KeyID = "a…1"
		}
	}))
	p.say(8, ActionProvenDead, inFlow("the exchange's own word"))
	p.say(8, ActionSecretForgotten, inFlow("a…1"))
	return p
}

// TestARotationLeavesTwoKeysForAWhile, whether its entries have the later
// fields or not.
func TestARotationLeavesTwoKeysForAWhile(t *testing.T) {
	for _, detailed := range []bool{true, false} {
		p := rotation(detailed)
		const old = "bot a…1 for spot bot: 1 added by ann to 7 revoked by ann [grid from 1, tax from 1]"
		p.want(t, 2, old)
		p.want(t, 4, old, "bot b…2 for spot bot: 3 created by ann to ? []")
		p.want(t, 6, old, "bot b…2 for spot bot: 3 created by ann to ? [grid from 5]")
		p.want(t, 9, "bot b…2 for spot bot: 3 created by ann to ? [grid from 5]")
	}
}

// TestKeysThatLookAlikeAreToldApart: IDs in the log are masked.
func TestKeysThatLookAlikeAreToldApart(t *testing.T) {
	p := rotation(true)
	for i := range p {
		p[i].KeyID, p[i].Detail = "a…1", strings.ReplaceAll(p[i].Detail, "b…2", "a…1")
	}
	p.say(9, ActionFlowBegun, func(e *Event) { e.Flow, e.Detail = "f2", "rotate" })
	p.say(10, ActionSwitched, func(e *Event) { e.Flow, e.Detail, e.KeyID = "f2", "a…1 → a…1", "a…1" })
	p.say(11, ActionRevoked, func(e *Event) { e.Flow, e.Detail, e.KeyID = "f2", "a…1 by API", "a…1" })
	p.say(12, ActionProvenDead, func(e *Event) { e.Flow, e.KeyID = "f2", "a…1" })
	p.want(t, 9, "bot a…1 for spot bot: 3 created by ann to 11 revoked by ann [grid from 5]")
	p.want(t, 13, "bot a…1 for spot bot: 10 switched by ann to ? []")
}

func TestWhatACreationMakesIsHandedOver(t *testing.T) {
	for _, detailed := range []bool{true, false} {
		var p past
		p.say(1, ActionFlowBegun, inFlow("create"))
		p.say(2, ActionCreated, inFlow("a…1 by hand, label x"))
		p.say(3, ActionAdded, inFlow("a…1 for alerts", func(e *Event) {
			if detailed {
				with("a…1", "alerts", "grid")(e)
			}
		}))
		p.say(4, ActionHandedOver, inFlow("grid, by the person"))
		p.want(t, 1)
		p.want(t, 2, "bot a…1 for alerts: 2 created by ann to ? []")
		p.want(t, 4, "bot a…1 for alerts: 2 created by ann to ? [grid from 4]")
	}
	var p past
	p.say(3, ActionAdded, inFlow("a…1 for no stated purpose"))
	p.want(t, 3, "bot a…1 for : 3 added by ann to ? []")
}

func TestARevocationEndsTheRecordsKey(t *testing.T) {
	for _, last := range []Action{ActionRevoked, ActionProvenDead, ActionFoundRefused} {
		var p past
		p.say(1, ActionAdded, with("a…1", "", "grid"))
		p.say(3, ActionFlowBegun, inFlow("revoke"))
		p.say(4, last, inFlow("evidence"))
		p.say(5, ActionProvenDead, inFlow("evidence"))
		p.want(t, 4, "bot a…1 for : 1 added by ann to 4 "+string(last)+" by ann [grid from 1]")
		p.want(t, 5)
	}
}

// TestWhatOldEntriesDoNotTellIsUnknown: it is neither none nor guessed.
func TestWhatOldEntriesDoNotTellIsUnknown(t *testing.T) {
	var p past
	p.say(1, ActionAdded, nil)
	p.say(5, ActionVerified, with("a…1", "spot bot", "grid"))
	p.want(t, 3, "bot a…1 for ?: 1 added by ann to ? [?]")
	p.want(t, 6, "bot a…1 for spot bot: 1 added by ann to ? [grid from 5]")
	p.say(7, ActionEdited, nil) // by an older keyrota
	p.want(t, 6, "bot a…1 for spot bot: 1 added by ann to ? [grid from 5]")
	p.want(t, 8, "bot a…1 for spot bot: 1 added by ann to ? [grid from 5, ?]")

	// A key that was there before the log.
	p = nil
	p.say(3, ActionVerified, nil)
	p.say(4, ActionHandedOver, inFlow("grid, by the person"))
	p.want(t, 2)
	p.want(t, 4, "bot  for ?: ? to ? [grid from 4, ?]")
	p = nil
	p.say(3, ActionSwitched, inFlow("a…1 → b…2"))
	p.say(4, ActionHandedOver, inFlow("grid, by the person"))
	p.say(5, ActionRevoked, inFlow("a…1 by hand"))
	p.want(t, 4, "bot a…1 for ?: ? to 5 revoked by ann [?]", "bot b…2 for ?: 3 switched by ann to ? [grid from 4]")
	p = nil
	p.say(3, ActionForgotten, nil)
	p.want(t, 3, "bot  for ?: ? to 3 forgotten by ann [?]")
	p = nil
	p.say(3, ActionRevoked, inFlow("a…1 by hand"))
	p.say(3, ActionHandedOver, inFlow("grid, skipped"))
	p.want(t, 3, "bot  for ?: ? to ? [?]")

	// A list of consumers that was too long to be written down.
	p = nil
	p.say(1, ActionAdded, with("a…1", "", "grid", moreConsumers))
	p.want(t, 1, "bot a…1 for : 1 added by ann to ? [grid from 1, ?]")
}

func TestWhatAnAbandonedFlowLeaves(t *testing.T) {
	begun := rotation(true)
	undone := append(past{}, begun[:3]...)
	undone.say(4, ActionRevoked, inFlow("b…2, abandoned", func(e *Event) { e.KeyID = "b…2" }))
	undone.say(4, ActionFlowAbandoned, inFlow("Abandoned."))
	undone.want(t, 5, "bot a…1 for spot bot: 1 added by ann to ? [grid from 1, tax from 1]")

	// The new key becomes a record of its own, which nobody has.
	kept := append(past{}, begun[:3]...)
	kept.say(4, ActionKept, inFlow(`as "bot-new"`))
	kept.say(6, ActionEdited, func(e *Event) {
		with("b…2", "spare", "hedge")(e)
		e.Record, e.Key = "r2", "spare"
	})
	kept.want(t, 5, "bot a…1 for spot bot: 1 added by ann to ? [grid from 1, tax from 1]", "bot-new b…2 for spot bot: 3 created by ann to ? []")
	kept.want(t, 6, "bot a…1 for spot bot: 1 added by ann to ? [grid from 1, tax from 1]", "spare b…2 for spare: 3 created by ann to ? [hedge from 6]")

	// After the switch it is the old one, and who has it has it.
	kept = append(past{}, begun[:6]...)
	kept.say(7, ActionKept, inFlow(`as "bot-old"`))
	kept.say(8, ActionForgotten, func(e *Event) { e.Record, e.Key, e.KeyID = "r3", "bot-old", "a…1" })
	kept.want(t, 7, "bot-old a…1 for spot bot: 1 added by ann to 8 forgotten by ann [grid from 1, tax from 1]",
		"bot b…2 for spot bot: 3 created by ann to ? [grid from 5]")
	kept.want(t, 9, "bot b…2 for spot bot: 3 created by ann to ? [grid from 5]")
	kept[len(kept)-2].Detail = "no name"
	kept.want(t, 7, "bot a…1 for spot bot: 1 added by ann to 8 forgotten by ann [grid from 1, tax from 1]",
		"bot b…2 for spot bot: 3 created by ann to ? [grid from 5]")
}

func TestANameThatIsGivenAgainIsAnotherKey(t *testing.T) {
	var p past
	p.say(1, ActionAdded, with("a…1", "one", "grid"))
	p.say(3, ActionForgotten, with("a…1", "one", "grid"))
	p.say(5, ActionAdded, func(e *Event) {
		with("b…2", "two", "tax")(e)
		e.Record = "r2"
	})
	p.say(6, ActionFound, func(e *Event) { e.Record = "" }) // about a key that no record is about
	p.want(t, 4)
	p.want(t, 6, "bot b…2 for two: 5 added by ann to ? [tax from 5]")
}

func TestHeldBy(t *testing.T) {
	h := Holding{Uses: []Use{{Consumer: "3Commas", From: onDay(1)}}}
	if u, had, known := h.HeldBy("3commas"); u.From != onDay(1) || !had || !known {
		t.Errorf("%v %v %v", u, had, known)
	}
	if _, had, known := h.HeldBy("grid"); had || known {
		t.Error("the log does not tell all, but another had it not")
	}
	h.UsersIn = true
	if _, had, known := h.HeldBy("grid"); had || !known {
		t.Error("the log tells all")
	}
}
