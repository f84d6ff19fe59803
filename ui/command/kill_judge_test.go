//go:build linux

package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// labels returns those of all keys that the exchange has now, as its own page
// lists them.
func (v *victim) labels() []string {
	v.tb.Helper()
	var page string
	for _, x := range v.world.Describe().Venues {
		if x.Exchange == v.exchange && x.Environment == v.environment {
			page = x.ConsoleURL
		}
	}
	r, err := http.NewRequest(http.MethodGet, page, http.NoBody)
	if err != nil {
		v.tb.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		v.tb.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct {
		Keys []struct{ Label string } `json:"keys"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		v.tb.Fatal(err)
	}
	var out []string
	for _, k := range list.Keys {
		out = append(out, k.Label)
	}
	return out
}

// seeds returns the labels of all keys of the main account that the exchange
// had at the start.
func (v *victim) seeds() []string {
	var out []string
	for _, x := range v.world.Describe().Venues {
		for _, k := range x.Keys {
			if x.Exchange == v.exchange && x.Environment == v.environment && k.Account == "" {
				out = append(out, k.Label)
			}
		}
	}
	return out
}

// judge looks at everything that must hold when the flow has ended.
func (v *victim) judge() {
	v.tb.Helper()
	fresh := slices.DeleteFunc(v.labels(), func(l string) bool { return slices.Contains(v.seeds(), l) })
	if want := map[bool]int{true: 1, false: 0}[v.present()]; len(fresh) != want {
		v.tb.Errorf("%d keys were made and live: %v, want %d", len(fresh), fresh, want)
	}
	if slices.Contains(v.keys, v.record) && slices.Contains(v.labels(), v.record) {
		v.tb.Error("the old key lives")
	}
	if v.present() {
		r := v.inside.run("", "check", v.record, "--json")
		if k := v.inside.keys(r.out)[v.record]; k.Status != store.OK {
			v.tb.Errorf("the exchange does not take the stored secret: %+v", k.Error)
		}
		v.secrets = append(v.secrets, v.secret())
	}
	v.tidy()
	v.quiet()
}

// secret returns what the keyring holds for the record.
func (v *victim) secret() string {
	v.tb.Helper()
	app := v.inside.app(nil, io.Discard, io.Discard)
	var got exchanges.Credential
	err := app.looking(context.Background(), &globals{}, func(s *session) error {
		r, err := s.find(v.record)
		if err != nil {
			return err
		}
		ring, err := s.ring(context.Background())
		if err == nil {
			got, err = store.NewVault(ring).Credential(context.Background(), r)
		}
		return err
	})
	if err != nil || got.Secret.IsZero() {
		v.tb.Fatalf("%s has no secret: %v", v.record, err)
	}
	return got.Secret.Reveal()
}

// tidy lets doctor and the audit log speak: no secret without a key, no key
// without its secret, nothing unfinished, nothing changed.
func (v *victim) tidy() {
	v.tb.Helper()
	var d doctorJSON
	if err := json.Unmarshal([]byte(v.inside.ok("", "doctor", "--json")), &d); err != nil {
		v.tb.Fatal(err)
	}
	for _, f := range d.Findings {
		if f.Level != store.LevelOK {
			v.tb.Errorf("doctor: %s: %s", f.Subject, f.Text)
		}
	}
	if out := v.inside.ok("", "audit", "--verify"); !strings.HasPrefix(out, "intact") {
		v.tb.Errorf("the audit log is %q", out)
	}
}

// quiet looks for secrets in every file and in all that was said.
func (v *victim) quiet() {
	v.tb.Helper()
	files := 0
	err := filepath.WalkDir(v.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, s := range v.secrets {
			if bytes.Contains(content, []byte(s)) {
				v.tb.Errorf("%s holds a secret", path)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		v.tb.Errorf("looked at %d files, %v", files, err)
	}
}
