//go:build linux

package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// knownKeys writes n keys as if they had been verified an hour ago. They have
// no secrets.
func (p *person) knownKeys(n int) {
	p.tb.Helper()
	s, err := store.Open(store.Options{Home: p.home, Actor: "test", Host: "test"})
	if err != nil {
		p.tb.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	now := time.Now().UTC()
	if _, err := s.Update(func(d *store.Draft) error {
		for i := range n {
			if err := d.Add(knownKey(i, now)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		p.tb.Fatal(err)
	}
	if err := s.PinKeyring("file"); err != nil {
		p.tb.Fatal(err)
	}
}

// knownKey is a record with as many facts as exchanges give. All keys have the
// same deadline, so that they are shown in the order of their names.
func knownKey(i int, now time.Time) store.Record {
	ids := []exchanges.ID{"binance", "bybit", "deribit", "kraken"}
	keyID := fmt.Sprintf("known-key-%06d-ABCDEFGHIJKLMNOP", i)
	return store.Record{
		Name: fmt.Sprintf("key-%05d", i), Exchange: ids[i%len(ids)], Environment: exchanges.Live,
		Account: "main", Purpose: "market making, spot", KeyID: store.MaskKeyID(keyID), Fingerprint: store.Fingerprint(keyID),
		Added:     now.Add(-time.Hour),
		Consumers: []store.Consumer{{Name: fmt.Sprintf("bot-%03d", i%100), OnRotate: "systemctl --user restart bot"}},
		Facts: store.Facts{
			Seen: now.Add(-time.Hour), Label: fmt.Sprintf("label-%05d", i), Account: "88991122",
			Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).
				With(exchanges.Spot, exchanges.Granted).With(exchanges.Withdraw, exchanges.NotGranted),
			ExchangePermissions: []string{"enableReading", "enableSpotAndMarginTrading"},
			IPs:                 exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "198.51.100.20"}},
			Created:             exchanges.At(now.Add(-40 * 24 * time.Hour)),
			LastUsed:            exchanges.At(now.Add(-2 * time.Hour)),
		},
		Check: store.Check{At: now.Add(-time.Hour)},
	}
}

func TestATerminalThatNeverAnswersGetsItsScreen(t *testing.T) {
	p := newPerson(t)
	p.knownKeys(8)
	x := p.open("xterm-256color")
	x.shows("key-00000", "key-00007", "quit")
	x.types("?")
	x.shows("Help")
	x.types("\x1b")
	x.lacks("Help")
	x.types("q")
	if code := x.ends(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if n := strings.Count(x.stream(), "\x1b]11;?"); n != 1 {
		t.Errorf("the terminal was asked %d times for its background, want once", n)
	}
	if n := strings.Count(x.stream(), "\x1b[6n"); n != 0 {
		t.Errorf("the terminal was asked %d times where the cursor is", n)
	}
}

// TestALateAnswerIsNotText sends the answer long after the question, torn in
// two wherever it can be. The letters before and after it show on the screen
// that each part was read before the next one came.
func TestALateAnswerIsNotText(t *testing.T) {
	for _, answer := range []string{backgroundAnswer, "\x1b]11;rgb:ffff/ffff/ffff\a", "\x1b]10;rgb:0000/0000/0000\x1b\\"} {
		p := newPerson(t)
		p.knownKeys(8)
		x := p.open("xterm-256color")
		x.shows("key-00000", "quit")
		openNameField(x)
		typed := ""
		for cut := 2; cut < len(answer); cut++ { // a lone ESC is the Escape key
			typed += "a"
			x.types("a" + answer[:cut])
			x.until("the field with "+typed, func(screen string) bool { return nameField(screen) == typed })
			typed += "b"
			x.types(answer[cut:] + "b")
			x.until("the field with "+typed, func(screen string) bool { return nameField(screen) == typed })
		}
		x.types("\x1b")
		x.shows("[ live ]")
		x.types("\x1b")
		x.shows("key-00000")
	}
}

// openNameField opens the wizard and goes to its first field for text.
func openNameField(x *terminal) {
	x.tb.Helper()
	x.types("n")
	x.shows("Add a key that you have")
	x.types("a")
	x.shows("[ live ]")
	x.types("\r")
	x.shows("> Environment")
	x.types("\r")
	x.shows("> Name")
}

// nameField returns what stands in the field Name, which has the focus: it is
// in the line below its label.
func nameField(screen string) string {
	lines := strings.Split(screen, "\n")
	for i, line := range lines[:len(lines)-1] {
		if before, _, ok := strings.Cut(line, "> Name"); ok {
			return strings.TrimSpace(string([]rune(lines[i+1])[utf8.RuneCountInString(before):]))
		}
	}
	return ""
}

// longPEM is about 5 KB of key file, each line different and with the line
// ends that terminals paste.
func longPEM() (paste string, lines []string) {
	for i := range 77 {
		lines = append(lines, fmt.Sprintf("C4NARY%02d%s", i, strings.Repeat("Qx7"+string(rune('a'+i%26)), 14)))
	}
	return "-----BEGIN PRIVATE KEY-----\r" + strings.Join(lines, "\r") + "\r-----END PRIVATE KEY-----\r", lines
}

func TestAPastedKeyFileIsCountedAndNeverShown(t *testing.T) {
	p := newPerson(t)
	x := p.open("xterm-256color")
	x.shows("quit")
	openNameField(x)
	x.types("k1\r")
	x.shows("> Account")
	x.types("\r")
	x.shows("> Purpose")
	x.types("\r")
	x.shows("> Used by")
	x.types("\r")
	x.shows("> API Key")
	x.types("\t")
	x.shows("> Secret Key")
	paste, lines := longPEM()
	x.types("\x1b[200~" + paste + "\x1b[201~")
	x.shows(fmt.Sprintf("hidden: %d bytes, %d lines", len(paste), len(lines)+2))
	out := x.stream()
	for _, line := range lines {
		if strings.Contains(out, line[:12]) || strings.Contains(out, line[len(line)-12:]) {
			t.Fatal("a part of the key file was printed")
		}
	}
}

// cursorRow returns the name of the key that the cursor is on.
func cursorRow(screen string) string {
	for line := range strings.Lines(screen) {
		if row, ok := strings.CutPrefix(line, " > "); ok {
			return strings.Fields(row + " ?")[0]
		}
	}
	return ""
}

func TestKeysTypedFastAllCount(t *testing.T) {
	p := newPerson(t)
	p.knownKeys(12)
	x := p.open("xterm-256color")
	x.shows("key-00000", "quit")
	at := func(name string) {
		t.Helper()
		x.until("the cursor on "+name, func(screen string) bool { return cursorRow(screen) == name })
	}
	// In the order of the screen: by exchange, then by name.
	at("key-00000")
	x.types("jjj") // one write: Bubble Tea reads it as one key of three letters
	at("key-00001")
	x.types("kk")
	at("key-00004")
	x.types("\x1b[B\x1b[Bj")
	at("key-00005")
}

// TestHostileTextCannotMoveTheCursor puts escape sequences where keys.toml has
// free text, as an exchange's label or another program's edit might.
func TestHostileTextCannotMoveTheCursor(t *testing.T) {
	const evil = `\u001b[2J\u001b[1;1HEV1L\u001b]0;EV1L\u0007\u009b31m\u202eEV1L`
	p := newPerson(t)
	p.knownKeys(4)
	file := filepath.Join(p.home, "keys.toml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, free := range []string{`"main"`, `"label-00002"`, `"market making, spot"`, `"88991122"`, `"enableReading"`, `"bot-002"`} {
		changed := strings.ReplaceAll(text, free, `"`+evil+`"`)
		if changed == text {
			t.Fatalf("keys.toml has no %s", free)
		}
		text = changed
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"show", "key-00002"}, {"check", "--offline", "--json"}, {"list", "--json"}} {
		r := p.run("", args...)
		if !strings.Contains(r.out, "key-00002") || hasEvil(r.out+r.err) {
			t.Errorf("keyrota %v prints %q", args, r.out+r.err)
		}
	}
	x := p.open("xterm-256color")
	x.shows("key-00002", "quit")
	x.types("jj")
	x.until("the cursor on key-00002", func(screen string) bool { return cursorRow(screen) == "key-00002" })
	x.types("\r")
	x.shows("key-00002", "EV1L") // the words do no harm, the sequences would
	if out := x.stream(); hasEvil(out) {
		t.Error("an escape sequence of the file reached the terminal")
	}
	if title := x.title(); strings.Contains(title, "EV1L") {
		t.Errorf("the window is called %q now", title)
	}
}

// hasEvil looks for the sequences that hostile text begins or hides with.
func hasEvil(out string) bool {
	for _, s := range []string{"\x1b[2J\x1b[1;1H", "\x1b]0;", "\u009b", "\u202e"} {
		if strings.Contains(out, s) {
			return true
		}
	}
	return false
}
