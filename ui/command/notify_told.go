package command

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// tellAgain is after how long a thing that is still so is news again: a day,
// less what one daily run may come before the time of day of the last.
const tellAgain = 23 * time.Hour

// tellings remember what notifications told, and when. They have a file of their own,
// which is written while a dashboard holds the lock on the others, too: two
// checks at the same moment may tell a thing twice, which does no harm.
type tellings map[string]time.Time

// tellable names a finding of a key. One that has become worse is another.
func tellable(id store.RecordID, f policy.Finding) string {
	return string(id) + " " + f.Code + " " + f.Severity.String()
}

// toldPath names the file.
func (s *session) toldPath() string {
	return filepath.Join(filepath.Dir(s.store.Paths().Keys), "notified.json")
}

// readTold reads what was told lately. A file that is missing or damaged tells
// nothing, and a time that is still to come is of a clock that was wrong.
func readTold(path string, now time.Time) tellings {
	var all tellings
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &all) != nil || all == nil {
		return tellings{}
	}
	maps.DeleteFunc(all, func(_ string, at time.Time) bool { return at.After(now) || now.Sub(at) >= tellAgain })
	return all
}

// lack reports whether any of these was not told lately.
func (t tellings) lack(about []string) bool {
	return slices.ContainsFunc(about, func(what string) bool { _, known := t[what]; return !known })
}

func (t tellings) add(about []string, now time.Time) {
	for _, what := range about {
		t[what] = now.UTC().Truncate(time.Second)
	}
}

// write replaces the file; it is for the person alone.
func (t tellings) write(path string) error {
	return replaceFile(path, func(w io.Writer) error { return writeJSON(w, t) })
}
