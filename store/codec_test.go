package store

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

const goldenKeys = fileComment + `schema = 4
keyring = "secret-service"

[[key]]
id = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
name = "grid-bot"
exchange = "bybit"
environment = "live"
site = "eu"
account = "main account"
purpose = "spot bot"
key_id = "vmPU…uh8A"
fingerprint = "a23dd9673c38fb75be6e2cf789e4f108a3f4dd2ee2962d2355a6abaad5161187"
slot = "key-aaaaaaaaaaaaaaaaaaaaaaaaaa.k3m5p7q2"
sub_account = "grid@example.com"
manager = true
added = "2026-08-18T23:30:00.123Z"
rotated = "2026-08-20T22:30:00.123Z"
rotate_every = "30d"
warn_before = "12h"
unused_after = "off"
secret_from = "key-pair"
notes = "first line\nsecond \"line\"\n\nlast \\ line"
seen = "2026-08-21T22:30:00.123Z"
since = "2026-08-19T22:30:00.123Z"
exchange_label = "grid"
exchange_account = "1234567"
granted = "read spot"
denied = "withdraw"
exchange_permissions = ["ContractTrade: Order", "Spot: SpotTrade"]
ip = "list"
ip_entries = ["203.0.113.7", "2001:db8::/32"]
created = "2026-08-18T22:30:00.123Z"
expires = "2026-11-16T22:30:00.123Z"
last_used = "never"
exchange_notes = ["unified account"]
checked = "2026-08-21T22:30:00.123Z"
failure = "ip-blocked"
failure_code = "10010 Unmatched IP"
failure_hint = "Add this machine's address."
failing_since = "2026-08-21T21:30:00.123Z"
clock = "-1.5s"

[[key.consumer]]
name = "grid-bot"
on_rotate = "systemctl --user restart grid-bot"

[[key.consumer]]
name = "tax-tool"

[[key.consumer]]
name = "relay"
by = "file"
on_rotate = "relay reload"
file = "/etc/relay/key.env"
template = "C:\\keys\\relay.tmpl"

[[key.past]]
first = "2026-08-18T22:30:00.123Z"
last = "2026-08-19T22:30:00.123Z"
exchange_label = "old"
exchange_account = "1"
granted = "read"
denied = "spot"
ip = "any"

[[key.past]]
first = "2026-08-18T21:30:00.123Z"
last = "2026-08-18T22:30:00.123Z"

[[key.accepted]]
code = "withdraw-enabled"
fact = "withdraw"
reason = "treasury \"bot\""
at = "2026-08-18T22:30:00.123Z"
until = "2026-11-16T22:30:00.123Z"
by = "ann"

[[key]]
id = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
name = "paper"
exchange = "binance"
environment = "testnet"
key_id = "…"
fingerprint = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

[[key]]
id = "cccccccccccccccccccccccccc"
name = "phx-bot"
exchange = "other"
environment = "live"
venue = "Phemex"
keys_page = "https://phemex.com/account/api"
key_id = "…"
fingerprint = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
stated = true
seen = "2026-08-18T22:30:00.123Z"
granted = "read futures"
denied = "withdraw"
ip = "any"
`

// TestGoldenFile pins the format: what is on people's disks must be read for
// ever, and a day must not get lost east of Greenwich.
func TestGoldenFile(t *testing.T) {
	full := fullRecord()
	bare := Record{ID: "bbbbbbbbbbbbbbbbbbbbbbbbbb", Name: "paper", Exchange: "binance", Environment: exchanges.Testnet,
		KeyID: MaskKeyID("abc"), Fingerprint: Fingerprint("abc")}
	stated := statedRecord()
	want := []*Record{&full, &bare, &stated}

	data, err := encode("secret-service", want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenKeys, string(data)); diff != "" {
		t.Errorf("keys.toml (-want +got):\n%s", diff)
	}
	keyring, got, err := decode([]byte(goldenKeys))
	if err != nil {
		t.Fatal(err)
	}
	if keyring != "secret-service" {
		t.Errorf("keyring = %q", keyring)
	}
	if diff := cmp.Diff(want, got, sameRecord); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	for _, r := range got {
		for _, at := range []time.Time{r.Added, r.Rotated, r.Facts.Seen, r.Check.At} {
			if at.Location() != time.UTC {
				t.Errorf("%s is not in UTC", at)
			}
		}
	}
}

// TestGoldenFileInOtherZones runs the golden test where "today" is another day.
func TestGoldenFileInOtherZones(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"} {
		t.Run(zone, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestGoldenFile$", "-test.v")
			child.Env = append(os.Environ(), "TZ="+zone)
			out, err := child.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS: TestGoldenFile") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestARecordReadsTheSameBeforeAndAfterARestart(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	odd := fullRecord()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	odd.Added = time.Now().In(berlin) // with monotonic part and nanoseconds
	odd.Facts.Created = exchanges.At(time.Now())
	odd.Facts.Expires = exchanges.Never()
	odd.Notes = "bad \xff and \x1b[31mred\x1b[0m\r\n\u202etrap\n\n"
	odd.Facts.Label = "\x1b]52;c;AAAA\x07"
	odd.Facts.Notes = []string{}
	odd.Consumers = []Consumer{}
	odd.Rules.RotateEvery = 90*time.Minute + 5*time.Millisecond
	before, err := s.Update(func(d *Draft) error { return d.Add(odd) })
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	after, err := openStore(t, home).Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Records(), after.Records(), sameRecord); diff != "" {
		t.Errorf("records (-before +after):\n%s", diff)
	}
	if got := after.Records()[0].Notes; got != "bad \ufffd and [31mred[0m\ntrap" {
		t.Errorf("notes = %q", got)
	}
}

func TestLongNotesAreKeptWhole(t *testing.T) {
	s := openStore(t, t.TempDir())
	r := testRecord("a")
	r.Notes = strings.Repeat("é", MaxNotes)
	after, err := s.Update(func(d *Draft) error { return d.Add(r) })
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Records()[0].Notes; got != r.Notes {
		t.Errorf("%d characters are left of %d", utf8.RuneCountInString(got), MaxNotes)
	}
}

const head = "# comment\nschema = 4\n"

// key returns a [[key]] table of seven lines, with lines added to it.
func key(id, name string, more ...string) string {
	return "[[key]]\nid = \"" + id + "\"\nname = \"" + name + "\"\nexchange = \"binance\"\nenvironment = \"live\"\n" +
		"key_id = \"…\"\nfingerprint = \"00\"\n" + strings.Join(append(more, ""), "\n")
}

func TestAWrongFileIsRefusedWithItsLine(t *testing.T) {
	const canary = "CANARY-8f3a-value"
	for what, c := range map[string]struct {
		file string
		line string
		text string
	}{
		"unknown key at the top":   {"schema = 4\ncolour = 1\n", ":2", `"colour"`},
		"unknown key in a record":  {head + key("a", "a") + key("b", "b", `secret = "`+canary+`"`), ":17", `"key.secret"`},
		"another case":             {head + key("a", "a", `Purpose = "x"`), ":10", `"key.Purpose"`},
		"unknown key in consumer":  {head + key("a", "a", "[[key.consumer]]", `name = "x"`, `pid = 1`), ":12", `"key.consumer.pid"`},
		"unknown table":            {head + "[other]\nx = 1\n", ":3", `"other"`},
		"syntax":                   {head + key("a", "a") + "id = = 1\n", ":10", ""},
		"unquoted value":           {head + key("a", "a", "notes = "+canary), ":10", "expected value"},
		"wrong type":               {head + key("a", "a", "notes = 5") + key("b", "b"), ":10", "has type int64"},
		"wrong type, second":       {head + key("a", "a") + key("b", "b", "notes = 5") + key("c", "c"), ":17", "has type int64"},
		"wrong time":               {head + key("a", "a") + key("b", "b", `added = "`+canary+`"`), ":10", "added: not a time"},
		"local date":               {head + key("a", "a", `created = "2026-01-02"`), ":3", "created: not a time"},
		"wrong period":             {head + key("a", "a", `rotate_every = "90 days"`), ":3", `"90d"`},
		"wrong permission":         {head + key("a", "a", `granted = "read `+canary+`"`), ":3", "granted: not a permission"},
		"wrong ip state":           {head + key("a", "a", `ip = "`+canary+`"`), ":3", "ip: use any"},
		"same id":                  {head + key("a", "a") + key("a", "b"), ":10", "id: two keys"},
		"same name":                {head + key("a", "Bot") + key("b", "bOT"), ":10", "name: two keys"},
		"no name":                  {head + key("a", ""), ":3", "name is needed"},
		"name that moves a cursor": {head + key("a", `x\u001b[2J`), ":3", "cannot be shown"},
		"no id":                    {head + key("", "a"), ":3", "ID of a record"},
		"unknown environment":      {head + strings.Replace(key("a", "a"), `"live"`, `"production"`, 1), ":3", "not an environment"},
		"wrong slot":               {head + key("a", "a", `slot = "audit-head"`), ":3", "slot: not the place"},
		"slot of another":          {head + key("a", "a") + key("b", "b", `slot = "key-a"`), ":10", "slot: two keys"},
		"same slot":                {head + key("a", "a", `slot = "key-x.12345678"`) + key("b", "b", `slot = "key-x.12345678"`), ":11", "slot: two keys"},
		"manager in words":         {head + key("a", "a", `manager = "yes"`), ":10", "bool"},
		"unknown handover":         {head + key("a", "a", "[[key.consumer]]", `name = "x"`, `by = "pigeon"`), ":3", "by: "},
		"relative path":            {head + key("a", "a", "[[key.consumer]]", `name = "x"`, `file = "x.env"`, `template = "/t"`), ":3", "file: the path"},
		"bad keyring":              {head + "keyring = \"../x\"\n", "", "keyring"},
		"no schema":                {"keyring = \"file\"\n", ":1", "schema"},
		"empty":                    {"", ":1", "schema"},
		"not text":                 {"\x00\x01\x02", ":1", ""},
	} {
		t.Run(what, func(t *testing.T) {
			s := openStore(t, t.TempDir())
			writeFile(t, s.Paths().Keys, c.file)
			_, err := s.Load()
			wantError(t, err, ErrCorrupt)
			if want := s.Paths().Keys + c.line + ":"; !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not name %s", err, want)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q does not say %q", err, c.text)
			}
			if strings.Contains(err.Error()+Hint(err), canary) {
				t.Errorf("%q quotes the file", err)
			}
			if _, err := s.Update(func(d *Draft) error { return d.Add(testRecord("b")) }); err == nil {
				t.Error("a file that cannot be read was overwritten")
			}
			if got := readFile(t, s.Paths().Keys); got != c.file {
				t.Error("the file changed")
			}
		})
	}
}

func TestAFileThatIsNoneIsRefused(t *testing.T) {
	s := openStore(t, t.TempDir())
	if err := os.Mkdir(s.Paths().Keys, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), s.Paths().Keys) {
		t.Errorf("Load of a folder: %v", err)
	}
	_ = os.Remove(s.Paths().Keys)
	writeFile(t, s.Paths().Keys, "")
	if err := os.Truncate(s.Paths().Keys, maxKeysFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("Load of a huge file: %v", err)
	}
}

// FuzzDecode looks for files that are read but cannot be written again as they
// were, and for crashes.
func FuzzDecode(f *testing.F) {
	f.Add(goldenKeys)
	f.Add(head + key("a", "a"))
	f.Add(head + key("a", "a", "[[key.consumer]]", `name = "x"`))
	f.Add("schema = 2\nkey = [{id = \"a\"}]\n")
	f.Add(head + key("a", "a", `slot = "key-b"`, "manager = true", `sub_account = "x"`) + key("b", "b"))
	f.Fuzz(func(t *testing.T, text string) {
		keyring, records, err := decode([]byte(text))
		if err != nil {
			if _, ok := errors.AsType[*lineError](err); !ok {
				t.Errorf("%v has no place for a line", err)
			}
			return
		}
		data, err := encode(keyring, records)
		if err != nil {
			t.Fatal(err)
		}
		keyring2, again, err := decode(data)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, data)
		}
		if diff := cmp.Diff(records, again, sameRecord); diff != "" || keyring != keyring2 {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

// FuzzRecord puts hostile words and odd times into a record: whatever Draft
// takes must be read again as it was, since a file that cannot be read locks
// the person out of all keys.
func FuzzRecord(f *testing.F) {
	f.Add("name", "text", "list", int64(0), int64(1e18), uint8(0), uint16(0x3ff))
	f.Add("a\u0301", "\xff\x1b[2J\u202e\r\n\t\"\"\"", "\\u0000 ''' # =", int64(-62135596801), int64(1)<<40, uint8(1), uint16(7))
	f.Add("x", "\ufeff\ufffe\ue000\U0010ffff", "=", int64(253402300800), int64(-5), uint8(2), uint16(0))
	f.Fuzz(func(t *testing.T, name, text, list string, seconds, length int64, choice uint8, bits uint16) {
		at, period := time.Unix(seconds, length), time.Duration(length)
		moment := []exchanges.Moment{{}, exchanges.Never(), exchanges.At(at)}[choice%3]
		r := Record{
			Name: name, Exchange: "okx", Environment: exchanges.Demo, Site: text, Account: text, Purpose: text,
			Consumers: []Consumer{{Name: text, OnRotate: list}, {text, Handover(list), text, list, text}}[:1+choice%2],
			Slot:      []Slot{"", Slot(list), NewSlot("a")}[choice%3], SubAccount: list, Manager: choice > 3, KeyID: text, Fingerprint: text, Added: at, Rotated: at, Notes: text,
			Rules: Overrides{period, -period, period / 2},
			Facts: Facts{Seen: at, Label: text, Account: list, ExchangePermissions: []string{list, text},
				IPs:     exchanges.IPWhitelist{State: []exchanges.IPState{"", "any", "list", exchanges.IPState(list)}[choice%4], Entries: []string{text}},
				Created: moment, Expires: moment, LastUsed: moment, Notes: []string{text}},
			Check: Check{At: at, Kind: exchanges.Kind(text), Code: text, Hint: list},
		}
		for i, p := range exchanges.Permissions() {
			r.Facts.Permissions = r.Facts.Permissions.With(p, exchanges.Grant(bits>>i)%3)
		}
		d := newDraft(newSnapshot(0, "", nil))
		if err := d.Add(r); err != nil {
			return
		}
		want := d.snapshot().Records()
		data, err := encode("", want)
		if err != nil {
			t.Fatal(err)
		}
		_, got, err := decode(data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(want, got, sameRecord); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
