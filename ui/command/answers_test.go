package command

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

const canary = "s3cret-c4nary"

func TestAnswersMayBeWrittenInThreeWays(t *testing.T) {
	a := script(t, `{
		"watch": "go",
		"ips": {"choice": "go", "ips": ["203.0.113.7", "203.0.113.8"]},
		"consumer": ["run", {"choice": "done", "for": "tax-tool"}],
		"code": []
	}`)
	if r := a[flow.AskWatch]; len(r) != 1 || r[0].choice != flow.Go {
		t.Errorf("watch is %+v", r)
	}
	if r := a[flow.AskIPs]; len(r) != 1 || r[0].values["ips"] != "203.0.113.7 203.0.113.8" {
		t.Errorf("ips is %+v", r)
	}
	if r := a[flow.AskConsumer]; len(r) != 2 || r[0].choice != flow.Run || r[1].subject != "tax-tool" {
		t.Errorf("consumer is %+v", r)
	}
	if len(a[flow.AskCode]) != 0 {
		t.Errorf("code is %+v", a[flow.AskCode])
	}
}

func TestAnswersThatCannotBeMeantAreRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"not JSON", "plan: go", "not a JSON object"},
		{"nothing", "", "not a JSON object"},
		{"null", "null", "not a JSON object"},
		{"a list", `["go"]`, "not a JSON object"},
		{"cut off", `{"plan": "go"`, "not a JSON object"},
		{"unknown prompt", `{"plam": "go"}`, `"plam"`},
		{"unknown field", `{"plan": {"choice": "go", "wishes": "x"}}`, `no field "wishes"`},
		{"a field of another prompt", `{"watch": {"choice": "go", "route": "hand"}}`, `no field "route"`},
		{"for whom, where nobody is", `{"watch": {"choice": "go", "for": "grid-bot"}}`, `no field "for"`},
		{"no choice", `{"plan": {"route": "hand"}}`, `no "choice"`},
		{"an empty choice", `{"plan": ""}`, "an answer is"},
		{"a number", `{"plan": 1}`, "an answer is"},
		{"null inside", `{"plan": null}`, "an answer is"},
		{"a list of lists", `{"plan": [["go"]]}`, "an answer is"},
		{"a field that is a number", `{"code": {"choice": "go", "code": 123456}}`, `"code" is neither`},
		{"a field that is null", `{"paste": {"choice": "go", "key": null}}`, `"key" is neither`},
		{"a field of mixed things", `{"ips": {"choice": "go", "ips": ["a", 1]}}`, `"ips" is neither`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := parseAnswers("answers.json", []byte(tt.text))
			if err == nil {
				t.Fatalf("it was read as %v", a)
			}
			what, hint := desk.Explain(err)
			if !strings.Contains(what, tt.want) || hint == "" {
				t.Errorf("it says %q, hint %q; want %q", what, hint, tt.want)
			}
		})
	}
}

func TestWhatIsWrongWithAnswersQuotesNoValue(t *testing.T) {
	for _, text := range []string{
		`{"paste": {"choice": "go", "secret": "` + canary + `", "wishes": "x"}}`,
		`{"paste": {"secret": "` + canary + `"}}`,
		`{"paste": {"choice": "go", "secret": ["` + canary + `", 1]}}`,
		`{"paste": "` + canary,
	} {
		if _, err := parseAnswers("answers.json", []byte(text)); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("it says %v", err)
		}
	}
}

func TestEveryPromptCanBeAnswered(t *testing.T) {
	for id := range promptFields {
		if a := script(t, `{"`+string(id)+`": "go"}`); len(a[id]) != 1 {
			t.Errorf("%q is %+v", id, a[id])
		}
	}
}

func TestAFreshCopyIsUsedUpAlone(t *testing.T) {
	a := script(t, `{"plan": ["go", "abandon"]}`)
	u := &flow.Update{Prompt: &askPlan}
	one, two := a.fresh(), a.fresh()
	for range 2 {
		one.use(u)
	}
	if _, ok := one.next(u); ok {
		t.Error("an answer is left in what was used up")
	}
	for _, want := range []string{"go", "abandon"} {
		if r, ok := two.next(u); !ok || r.choice != want {
			t.Errorf("the other copy has %q, want %q", r.choice, want)
		}
		two.use(u)
	}
}

func TestAnAnswerForAConsumerIsForNoOther(t *testing.T) {
	u := &flow.Update{Prompt: &flow.Prompt{ID: flow.AskConsumer, Choices: []flow.Choice{{ID: flow.Run}, {ID: flow.Done}}}}
	asks := func(names ...string) {
		u.State.Consumers = nil
		for _, n := range names {
			h := flow.Handover{State: flow.Waiting}
			h.Consumer.Name = n
			u.State.Consumers = append(u.State.Consumers, h)
		}
	}
	a := script(t, `{"consumer": [{"for": "grid-bot", "choice": "run"}, {"for": "tax-tool", "choice": "done"}]}`)
	asks("tax-tool", "grid-bot")
	if r, ok := a.next(u); !ok || r.choice != flow.Done {
		t.Errorf("tax-tool gets %q", r.choice)
	}
	a.use(u)
	if r, ok := a.next(u); ok {
		t.Errorf("tax-tool gets %q once more", r.choice)
	}
	asks("stranger")
	if r, ok := a.next(u); ok {
		t.Errorf("a stranger gets %q", r.choice)
	}
	asks("grid-bot")
	if r, ok := a.next(u); !ok || r.choice != flow.Run {
		t.Errorf("grid-bot gets %q", r.choice)
	}
}

func TestOthersWhoCanReadASecretAreMentioned(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	tests := []struct {
		name, text string
		mode       os.FileMode
		warns      bool
	}{
		{"a secret for all", `{"paste": {"choice": "go", "key": "k", "secret": "` + canary + `"}}`, 0o644, true},
		{"a secret for the group", `{"paste": {"choice": "go", "private_key": "` + canary + `"}}`, 0o640, true},
		{"a passphrase for all", `{"paste": {"choice": "go", "passphrase": "` + canary + `"}}`, 0o604, true},
		{"a secret for its owner", `{"paste": {"choice": "go", "secret": "` + canary + `"}}`, 0o600, false},
		{"nothing secret", `{"plan": "go"}`, 0o644, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "answers.json")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			var said []string
			if _, err := readAnswers(path, nil, func(what, hint string) { said = append(said, what, hint) }); err != nil {
				t.Fatal(err)
			}
			if tt.warns != (len(said) > 0) || strings.Contains(strings.Join(said, ""), canary) {
				t.Errorf("it says %q", said)
			}
		})
	}
}

func TestAnswersComeFromAFileOrStandardInput(t *testing.T) {
	quiet := func(what, _ string) { t.Errorf("it says %q", what) }
	a, err := readAnswers("-", strings.NewReader(`{"paste": {"choice": "go", "secret": "`+canary+`"}}`), quiet)
	if err != nil || !a.secret() {
		t.Errorf("standard input is %v, %v", a, err)
	}
	missing := filepath.Join(t.TempDir(), "nothing.json")
	if _, err := readAnswers(missing, nil, quiet); err == nil || !strings.Contains(err.Error(), "nothing.json") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := readAnswers("-", strings.NewReader(strings.Repeat(" ", maxAnswers+1)), quiet); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("too much: %v", err)
	}
}
