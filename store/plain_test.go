package store

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// byLibrary reads keys.toml as the library does, and refuses what we refuse.
func byLibrary(text string) (f fileKeys, err error) {
	md, err := toml.Decode(text, &f)
	if err == nil {
		err = checkKeys(md.Keys())
	}
	return f, err
}

// TestWhatWeWriteIsReadWithoutTheLibrary keeps the quick way from falling out
// of use unnoticed when the encoder writes something new.
func TestWhatWeWriteIsReadWithoutTheLibrary(t *testing.T) {
	odd := fullRecord()
	odd.Notes = "two\nlines, \"quoted\" \\ and a tab\t."
	stated := statedRecord()
	written, err := encode("pass", append(benchRecords(3), &odd, &stated))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(written), goldenKeys} {
		got, ok := decodePlain(text)
		if !ok {
			t.Errorf("not read:\n%s", text)
		}
		if want, err := byLibrary(text); err != nil || cmp.Diff(want, got) != "" {
			t.Error(err, cmp.Diff(want, got))
		}
	}
}

func TestWhatWeDoNotWriteIsLeftToTheLibrary(t *testing.T) {
	const head = "schema = 4\n\n[[key]]\nid = \"a\"\n"
	if _, ok := decodePlain(head); !ok {
		t.Fatal("the text that the cases add to is not read")
	}
	for name, more := range map[string]string{
		"an unknown name": "colour = \"red\"\n", "a name twice": "id = \"b\"\n", "a string of several lines": "notes = \"\"\"\nx\"\"\"\n",
		"a literal string": "name = 'x'\n", "no value": "name\n", "a number for a string": "name = 1\n", "a string for a list": "ip_entries = \"x\"\n",
		"an open string": "name = \"x\n", "an open escape": "name = \"x\\\n", "an unknown escape": "name = \"\\q\"\n", "words behind a value": "name = \"x\" y\n",
		"a comment behind a value": "name = \"x\" # y\n", "a list over lines": "ip_entries = [\n\"x\"]\n", "an open list": "ip_entries = [\"x\"\n",
		"a comma at the end": "ip_entries = [\"x\", ]\n", "a list of numbers": "ip_entries = [1]\n", "a control character": "name = \"\x01\"\n",
		"a control character in a comment": "# \x01\n", "another table": "[other]\n", "a carriage return": "name = \"x\"\r\n", "no UTF-8": "name = \"\xff\"\n",
		"a record in place of a string": "[[schema]]\n",
		"a string for a truth":          "manager = \"true\"\n", "half a truth": "manager = tru\n", "an open truth": "manager = \n", "words behind a truth": "manager = true # y\n",
		"a text for what is stated": "stated = \"true\"\n", "stated twice": "stated = true\nstated = true\n",
	} {
		if f, ok := decodePlain(head + more); ok {
			t.Errorf("%s was read as %+v", name, f)
		}
	}
	for _, text := range []string{"[[key.consumer]]\nname = \"x\"\n", "schema = 12\n", "key = []\n" + strings.TrimPrefix(head, "schema = 4\n")} {
		if _, ok := decodePlain(text); ok {
			t.Errorf("%q was read", text)
		}
	}
}

// FuzzDecodePlain holds the quick way against the library: what it accepts,
// the library accepts and reads the same.
func FuzzDecodePlain(f *testing.F) {
	written, err := encode("pass", benchRecords(2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(written))
	f.Add(goldenKeys)
	f.Add("schema = 2\n[[key]]\nmanager = false\nslot = \"x\"\n[[key.consumer]]\nby = \"run\"\nfile = \"\"\n")
	f.Add("schema = 4\n[[key]]\nvenue = \"Phemex\"\nkeys_page = \"https://phemex.com/\"\nstated = true\nstated = false\n")
	f.Add("schema = 1\n[[key]]\nid = \"\\u0041\\\"\"\nip_entries = []\n[[key.consumer]]\nname = \"x\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := decodePlain(text)
		if !ok {
			return
		}
		want, err := byLibrary(text)
		if len(want.Keys) == 0 && len(got.Keys) == 0 {
			want.Keys, got.Keys = nil, nil
		}
		if err != nil || cmp.Diff(want, got) != "" {
			t.Fatalf("%q: %v\n%s", text, err, cmp.Diff(want, got))
		}
	})
}
