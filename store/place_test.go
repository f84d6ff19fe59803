package store

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestStatedFactsAreAStatusOfTheirOwn(t *testing.T) {
	r := statedRecord()
	if r.Status() != Stated {
		t.Errorf("the status is %q", r.Status())
	}
	if at, told := r.Created(); told || !at.IsZero() {
		t.Errorf("nobody stated when it was made: %s, %t", at, told)
	}
	r.Facts.Created = exchanges.At(r.Facts.Seen)
	if at, told := r.Created(); !told || !at.Equal(r.Facts.Seen) {
		t.Errorf("stated: %s, %t", at, told)
	}
	r.Facts.Stated = false
	if r.Status() != Unverified {
		t.Errorf("without the person's word the status is %q", r.Status())
	}
}

func TestOneKeyAtTwoVenuesIsTwoKeys(t *testing.T) {
	r := statedRecord()
	for _, c := range []struct {
		exchange           exchanges.ID
		venue, fingerprint string
		same               bool
	}{
		{"other", "Phemex", r.Fingerprint, true}, {"other", "PHEMEX", r.Fingerprint, true}, {"other", "Bitstamp", r.Fingerprint, false},
		{"other", "", r.Fingerprint, false}, {"bybit", "Phemex", r.Fingerprint, false}, {"other", "Phemex", Fingerprint("x"), false},
	} {
		if r.Is(c.exchange, c.venue, c.fingerprint) != c.same {
			t.Errorf("%+v", c)
		}
	}
}

func TestVenuesAndPagesThatARecordMayHave(t *testing.T) {
	for text, good := range map[string]bool{
		"Phemex": true, "Börse Stuttgart": true, strings.Repeat("é", MaxVenue): true,
		"": false, " Phemex": false, "Ph\x1b[2Jemex": false, "Ph\nemex": false, "bad\xff": false, strings.Repeat("é", MaxVenue+1): false,
	} {
		if err := CheckVenue(text); (err == nil) != good {
			t.Errorf("venue %q: %v", text, err)
		}
	}
	for text, good := range map[string]bool{
		"https://phemex.com/account/api?x=1#keys": true, "https://localhost:8443/": true,
		"": false, "phemex.com": false, "http://phemex.com": false, "http://127.0.0.1/": false, "javascript:alert(1)": false, "file:///etc/passwd": false,
		"https://": false, "https://me:pw@phemex.com": false, "https://phemex.com/a b": false, "https://phemex.com/\x1b[2J": false, "https://%zz": false,
	} {
		err := CheckKeysPage(text)
		if (err == nil) != good {
			t.Errorf("page %q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "pw") {
			t.Errorf("the password is quoted: %v", err)
		}
	}
}

func TestARecordWithABadPlaceIsNotStored(t *testing.T) {
	s := openStore(t, t.TempDir())
	for name, change := range map[string]func(*Record){
		"venue":     func(r *Record) { r.Venue = strings.Repeat("x", MaxVenue+1) },
		"keys_page": func(r *Record) { r.KeysPage = "http://phemex.com" },
	} {
		r := statedRecord()
		change(&r)
		if _, err := s.Update(func(d *Draft) error { return d.Add(r) }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	writeFile(t, s.Paths().Keys, "schema = 4\n"+key("a", "a", `keys_page = "ftp://x"`))
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "keys_page") {
		t.Errorf("a file with such a page: %v", err)
	}
}
