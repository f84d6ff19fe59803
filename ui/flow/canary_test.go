package flow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// canaries are what no file and no screen may hold: every secret of the toy
// exchange begins so, and every private key has this in it.
var canaries = []string{"SECRET-CANARY", "PRIVATE KEY", "735517"}

// noCanary wants a text to be free of secrets.
func noCanary(t *testing.T, where, text string) {
	t.Helper()
	for _, c := range canaries {
		if strings.Contains(text, c) {
			t.Errorf("a secret in %s: %s", where, text)
		}
	}
}

// TestNoSecretLeavesItsPlace walks every flow with wrong answers, faults and
// codes on the way, and looks into all that is written and shown. The keyring
// of the test is in memory: whatever lies in the folder was written by us.
func TestNoSecretLeavesItsPlace(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			d := sc.begun(t)
			w := d.w
			w.failWith(func(what string) error { // the journal is gone at the end: look at each line before
				if what == "journal end" {
					w.searchHome(t)
				}
				return nil
			})
			if sc.can.Create {
				w.venue.second = "735517"
			}
			d.answers[AskCode] = func(Update) Answer {
				return Answer{Choice: Go, Code: exchanges.NewSecret("735517"), Values: map[string]string{"code": "735517"}}
			}
			paste := d.answers[AskPaste]
			d.answers[AskPaste] = func(u Update) Answer {
				bad := Answer{Choice: Go, Credential: exchanges.Credential{Secret: exchanges.NewSecret("SECRET-CANARY-typo")},
					Values: map[string]string{"credential": "SECRET-CANARY-typo", "secret": "SECRET-CANARY-typo"}}
				err := w.engine.Answer(context.Background(), d.id, u.State.Rev, bad)
				noCanary(t, "an error", fmt.Sprintf("%+v %v", err, bad.Credential))
				a := paste(u)
				a.Values = map[string]string{"credential": a.Credential.Secret.Reveal(), "passphrase": "SECRET-CANARY-typo"}
				return a
			}
			d.seen = func(u Update) {
				noCanary(t, "an update", fmt.Sprintf("%+v %#v %v", u, u, u.Halt))
				if u.Prompt != nil {
					noCanary(t, "a prompt", fmt.Sprintf("%+v %#v\n%s", *u.Prompt, *u.Prompt, promptText(*u.Prompt)))
				}
			}
			sc.ends(t, d, "watched")
			w.searchHome(t)
			for e, err := range w.store.ReadAudit() {
				if err != nil {
					t.Fatal(err)
				}
				noCanary(t, "the audit log", fmt.Sprintf("%+v", e))
			}
		})
	}
}

// searchHome looks for secrets in everything that lies in the folder.
func (w *world) searchHome(t *testing.T) {
	files, journals := 0, 0
	err := filepath.WalkDir(w.home, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if strings.HasSuffix(path, ".jsonl") {
			journals++
		}
		for _, c := range canaries {
			if strings.Contains(string(text), c) {
				t.Errorf("a secret in %s", path)
			}
		}
		return nil
	})
	if err != nil || files < 2 {
		t.Errorf("%d files: %v", files, err)
	}
}
