package ui

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowGlyph marks what is unfinished, always beside a word.
const flowGlyph = "↻"

// kindWords are the words for a kind of flow: as a command, as a badge and as
// a thing.
type kindWords struct{ verb, doing, noun string }

func wordsOf(k flow.Kind) kindWords {
	switch k {
	case flow.Create:
		return kindWords{"create", "CREATING", "creation"}
	case flow.Rotate:
		return kindWords{"rotate", "ROTATING", "rotation"}
	case flow.Revoke:
		return kindWords{"revoke", "REVOKING", "revocation"}
	}
	word := exchanges.Clean(string(k))
	return kindWords{word, strings.ToUpper(word), word}
}

// flowTitle names a flow: "rotate grid-bot"; one whose key has no name yet is
// "create a key".
func flowTitle(s flow.Summary) string {
	name := exchanges.Clean(s.Name)
	if name == "" {
		name = "a key"
	}
	return wordsOf(s.Kind).verb + " " + name
}

// stepWord is the stage at which a flow is, as its own page calls it.
func stepWord(s flow.Summary) string {
	st := flow.State{Kind: s.Kind, Step: s.Step}
	for _, g := range st.Stages() {
		if g.Here {
			return g.Name
		}
	}
	return exchanges.Clean(string(s.Step))
}

// flowPlace says where a flow is and, when it is stuck, why.
func flowPlace(s flow.Summary) string {
	switch {
	case s.Problem != "":
		return "stuck at " + stepWord(s) + ": " + exchanges.Clean(s.Problem)
	case s.Untouched:
		return "at " + stepWord(s) + ", nothing done yet"
	}
	return "at " + stepWord(s)
}

// batchWords places a flow among those that were asked for with it: "2 of 5".
func batchWords(b flow.Batch) string {
	if b.ID == "" || b.Of < 2 {
		return ""
	}
	return fmt.Sprintf("%d of %d", b.Number, b.Of)
}

// flowBadge is what a row's state shows while a flow of its key is unfinished.
func flowBadge(s flow.Summary) span {
	text := flowGlyph + " " + wordsOf(s.Kind).doing
	switch {
	case s.Problem != "":
		return span{inkWarning, text + " !"}
	case s.Untouched:
		return span{inkAccent, flowGlyph + " PLANNED"} // nothing is under way yet
	}
	return span{inkAccent, text}
}

// unfinished are the unfinished flows, oldest first.
type unfinished []flow.Summary

// of returns the flow of a key.
//
//go:noinline // copied into its callers, it would take 2 kB
func (u unfinished) of(id store.RecordID) (flow.Summary, bool) {
	for _, s := range u {
		if s.Record == id {
			return s, true
		}
	}
	return flow.Summary{}, false
}

// stuck returns those that cannot go on without the person's help.
func (u unfinished) stuck() unfinished {
	var out unfinished
	for _, s := range u {
		if s.Problem != "" {
			out = append(out, s)
		}
	}
	return out
}

// banner says how many are unfinished and names one of them: the first that is
// stuck, or else the oldest. Without any it is nothing.
func (u unfinished) banner() []span {
	if len(u) == 0 {
		return nil
	}
	tint, one := inkAccent, u[0]
	if s := u.stuck(); len(s) > 0 {
		tint, one = inkWarning, s[0]
	}
	return []span{
		{tint, fmt.Sprintf(" %s %d unfinished", flowGlyph, len(u))},
		{inkText, ": " + flowTitle(one)}, {inkMuted, " · " + flowPlace(one)},
	}
}

// bannerLine draws the banner with the key that lists the flows; the key stays
// however long the rest is.
func (u unfinished) bannerLine(box *penBox, w int) string {
	return box.banner(w, u.banner(), "f", " lists them ")
}

// banner draws what waits for the person, with the key that shows more of it.
func (box *penBox) banner(w int, what []span, key, does string) string {
	hint := []span{{inkKey, key}, {inkMuted, does}}
	room := w - spansWidth(hint) - 1
	b := box.newBrush(w, tonePlain)
	b.cell(room, what)
	b.put(inkText, " ")
	for _, s := range hint {
		b.put(s.ink, s.text)
	}
	return b.finish(w)
}
