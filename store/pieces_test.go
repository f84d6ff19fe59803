package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// manyKeys is a keys.toml of several pieces.
func manyKeys(t *testing.T, n int, notes func(i int) string) []byte {
	t.Helper()
	records := make([]*Record, n)
	for i := range records {
		records[i] = &Record{
			ID: RecordID(fmt.Sprintf("id%05d", i)), Name: fmt.Sprintf("key-%05d", i), Exchange: "kraken", Environment: exchanges.Live,
			KeyID: "ab…yz", Fingerprint: Fingerprint(fmt.Sprint(i)), Notes: notes(i),
			Consumers: []Consumer{{Name: "bot"}, {Name: "other"}},
		}
	}
	data, err := encode("file", records)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPiecesAreTheWhole(t *testing.T) {
	data := manyKeys(t, 1000, func(i int) string { return strings.Repeat("x", i%90) })
	parts := pieces(data)
	if len(parts) < 5 {
		t.Fatalf("%d bytes are %d pieces", len(data), len(parts))
	}
	for _, p := range parts[1:] {
		if !bytes.HasPrefix(p, []byte(keyHeader+"\n")) {
			t.Errorf("a piece begins with %q", p[:20])
		}
	}
	if !bytes.Equal(bytes.Join(parts, nil), data) {
		t.Error("something was lost between the pieces")
	}
	var whole fileKeys
	if err := decodePiece(data, &whole); err != nil {
		t.Fatal(err)
	}
	got, err := decodeText(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, got); diff != "" {
		t.Errorf("pieces differ from the whole: %s", diff)
	}
}

// A person may have written a note of several lines that looks like a record.
func TestATextThatLooksLikeARecordIsNone(t *testing.T) {
	data := manyKeys(t, 600, func(int) string { return "plain" })
	at := bytes.Index(data[pieceSize:], []byte(`notes = "plain"`)) + pieceSize
	trap := "notes = \"\"\"\n[[key]]\nid = \"trap\"\n\"\"\""
	data = append(append(bytes.Clone(data[:at]), trap...), data[at+len(`notes = "plain"`):]...)
	if len(pieces(data)) < 2 {
		t.Fatal("the trap is not at the edge of a piece")
	}
	_, records, err := decode(data)
	if err != nil || len(records) != 600 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	trapped := 0
	for _, r := range records {
		if strings.Contains(r.Notes, "[[key]]") {
			trapped++
		}
	}
	if trapped != 1 {
		t.Errorf("%d notes hold the text", trapped)
	}
}

func TestAnErrorInALaterPieceHasItsLine(t *testing.T) {
	data := manyKeys(t, 600, func(int) string { return "plain" })
	data = append(data, "surprise = true\n"...)
	lines := bytes.Count(data, []byte("\n"))
	_, _, err := decode(data)
	if lineOf(err) != lines || !strings.Contains(err.Error(), "surprise") {
		t.Errorf("line %d of %d: %v", lineOf(err), lines, err)
	}
}
