package store

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numbered writes a log of n entries, named by their numbers.
func numbered(t *testing.T, n int) *diary {
	t.Helper()
	d := newDiary(t)
	var events []Event
	for i := range n {
		events = append(events, Event{Action: ActionVerified, Key: fmt.Sprint(i + 1)})
	}
	if err := d.Audit(t.Context(), d.anchor, events...); err != nil {
		t.Fatal(err)
	}
	return d
}

// back reads at most so many entries from a place on, and returns their keys,
// "!" for a line that is none, and the place of the last.
func (d *diary) back(place int64, most int) (keys []string, last int64) {
	d.Helper()
	for e, err := range d.ReadAuditBack(place) {
		key := e.Key
		if errors.Is(err, ErrNotEntry) {
			key = "!"
		} else if err != nil {
			d.Fatal(err)
		}
		keys, last = append(keys, key), e.Place
		if len(keys) == most {
			break
		}
	}
	return keys, last
}

func (d *diary) wantBack(place int64, most int, want ...string) int64 {
	d.Helper()
	got, last := d.back(place, most)
	if diff := cmp.Diff(want, got); diff != "" {
		d.Errorf("from %d (-want +got):\n%s", place, diff)
	}
	return last
}

func TestReadingBackIsReadingTheOtherWayRound(t *testing.T) {
	d := numbered(t, 2000) // more than one block
	var forth []AuditEntry
	place := int64(0)
	for i, line := range d.lines() {
		e, err := parseLine([]byte(strings.TrimSuffix(line, "\n")))
		if err != nil {
			t.Fatal(i, err)
		}
		forth = append(forth, AuditEntry{e.Event, e.Number, place})
		place += int64(len(line))
	}
	var back []AuditEntry
	for e, err := range d.ReadAuditBack(AuditEnd) {
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, e)
	}
	slices.Reverse(back)
	if diff := cmp.Diff(forth, back); diff != "" {
		t.Errorf("(-forth +back):\n%s", diff)
	}
}

func TestReadingBackGoesOnWhereItStopped(t *testing.T) {
	d := numbered(t, 5)
	place := d.wantBack(AuditEnd, 2, "5", "4")
	d.write(ActionEdited) // what comes in front moves nothing
	place = d.wantBack(place, 2, "3", "2")
	place = d.wantBack(place, 2, "1")
	d.wantBack(place, 2)
}

func TestReadingBackOverWhatIsNoEntry(t *testing.T) {
	d := newDiary(t)
	d.wantBack(AuditEnd, 9)
	d = numbered(t, 3)
	l := d.lines()
	d.setLines(l[0], "garbage\n", l[1], "\n", strings.Repeat("x", 3*maxLine)+"\n", l[2])
	d.wantBack(AuditEnd, 9, "3", "!", "!", "2", "!", "1")
	d.setLines(strings.Repeat("x", maxLine)+"\n", l[0])
	d.wantBack(AuditEnd, 9, "1", "!")
	d.setLines(strings.Repeat("x", 2*maxLine)+"\n", l[0])
	d.wantBack(AuditEnd, 9, "1", "!")
	d.setLines("\n", l[0])
	d.wantBack(AuditEnd, 9, "1", "!")

	// A line that is being written, or whose writing was cut off.
	d.setLines(l...)
	text := readFile(t, d.paths.Audit)
	writeFile(t, d.paths.Audit, text+strings.Repeat("y", 2*maxLine))
	d.wantBack(AuditEnd, 1, "3")
	writeFile(t, d.paths.Audit, text[:len(text)-1])
	d.wantBack(AuditEnd, 9, "2", "1")
	writeFile(t, d.paths.Audit, "no end of line")
	d.wantBack(AuditEnd, 9)
}

// TestReadingBackOfLinesOfEveryLength: no length makes a line fall between two
// blocks.
func TestReadingBackOfLinesOfEveryLength(t *testing.T) {
	d := newDiary(t)
	var text strings.Builder
	var want []string
	for n := range 600 {
		line := strings.Repeat(string(rune('a'+n%26)), n)
		fmt.Fprintln(&text, line)
		want = append(want, line)
	}
	writeFile(t, d.paths.Audit, text.String())
	slices.Reverse(want)
	var got []string
	if err := linesBack(d.paths.Audit, AuditEnd, func(_ int64, line []byte) bool {
		got = append(got, string(line))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadingBackNamesWhatCannotBeRead(t *testing.T) {
	d := numbered(t, 1)
	writeFile(t, d.paths.Audit, "garbage\n")
	for _, err := range d.ReadAuditBack(AuditEnd) {
		if err == nil || !strings.Contains(err.Error(), "audit.log at byte 0") || Hint(err) == "" {
			t.Errorf("%v, hint %q", err, Hint(err))
		}
	}
	if err := os.Remove(d.paths.Audit); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(d.paths.Audit, 0o700); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range d.ReadAuditBack(AuditEnd) {
		if n++; err == nil || errors.Is(err, ErrNotEntry) {
			t.Errorf("a folder gives %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d errors of a folder", n)
	}
}
