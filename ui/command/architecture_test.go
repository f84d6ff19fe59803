package command

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/keyrota/keyrota"

// top is the repository's root, seen from this package's folder.
const top = "../.."

// allowed says which of our rooms a room may import, longest prefix first.
// What a room is not allowed here it does not need.
var allowed = []struct {
	room string
	may  []string
}{
	{"exchanges/sim", nil},
	{"exchanges/exchangetest", []string{"exchanges"}},
	{"exchanges/all", []string{"exchanges"}},
	{"exchanges", []string{"exchanges"}},
	{"themes", nil},
	{"store/oskeyring/busguard", nil},
	{"store", []string{"exchanges", "store"}},
	{"ui/termguard", nil},
	{"ui/flow", []string{"exchanges", "store", "ui/flow"}},
	{"ui/desk", []string{"exchanges", "store", "ui/flow"}},
	{"ui/command/ical", nil},
	{"ui/command", []string{"exchanges", "store", "themes", "ui"}},
	{"ui", []string{"exchanges", "store", "themes", "ui/desk", "ui/flow"}},
}

// forbidden are imports that only one room may have.
var forbidden = map[string]string{
	"github.com/99designs/keyring":          "store/oskeyring",
	"github.com/charmbracelet/bubbletea":    "ui",
	"github.com/BurntSushi/toml":            "store themes",
	"github.com/spf13/cobra":                "ui/command",
	"github.com/charmbracelet/bubbles":      "ui",
	module + "/exchanges/internal/rest":     "exchanges",
	"github.com/charmbracelet/lipgloss":     "ui",
	"github.com/godbus/dbus":                "",
	"github.com/keyrota/keyrota/ui/command": "",
}

func TestImportsPointOneWay(t *testing.T) {
	files := 0
	walkGo(t, func(path string, imports []string) {
		files++
		room := filepath.ToSlash(filepath.Dir(path))
		if room == "." {
			return
		}
		for _, i := range imports {
			if own, ok := strings.CutPrefix(i, module+"/"); ok && !strings.HasSuffix(path, "_test.go") {
				checkOwn(t, path, room, own)
			}
			if only, ok := forbidden[i]; ok && !strings.HasSuffix(path, "_test.go") && !slices.ContainsFunc(strings.Fields(only), func(r string) bool { return within(room, r) }) {
				t.Errorf("%s imports %s, which is for %q only", path, i, only)
			}
		}
	})
	if files < 50 {
		t.Fatalf("looked at %d files only: is the root still %s?", files, top)
	}
}

func checkOwn(t *testing.T, path, room, own string) {
	t.Helper()
	for _, a := range allowed {
		if !within(room, a.room) {
			continue
		}
		if within(own, room) || slices.ContainsFunc(a.may, func(m string) bool { return within(own, m) }) {
			return
		}
		t.Errorf("%s imports %s: %s may import %v", path, own, a.room, a.may)
		return
	}
	t.Errorf("%s is in no room", path)
}

func within(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

// TestFlowAndDeskKnowNoTerminal keeps what changes keys free of the screen.
func TestFlowAndDeskKnowNoTerminal(t *testing.T) {
	walkGo(t, func(path string, imports []string) {
		room := filepath.ToSlash(filepath.Dir(path))
		if !within(room, "ui/desk") && !within(room, "ui/flow") && !within(room, "store") && !within(room, "exchanges") {
			return
		}
		for _, i := range imports {
			if strings.Contains(i, "charmbracelet") {
				t.Errorf("%s imports %s", path, i)
			}
		}
	})
}

// TestSimSharesNothingWithAdapters: what both sides share, no test can find wrong.
func TestSimSharesNothingWithAdapters(t *testing.T) {
	walkGo(t, func(path string, imports []string) {
		if !within(filepath.ToSlash(filepath.Dir(path)), "exchanges/sim") {
			return
		}
		for _, i := range imports {
			if strings.HasPrefix(i, module) {
				t.Errorf("%s imports %s", path, i)
			}
		}
	})
}

func TestTopLevelIsFixed(t *testing.T) {
	want := []string{"LICENSE", "README.md", "exchanges", "go.mod", "go.sum", "main.go", "store", "themes", "ui"}
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "keyrota" && e.Name() != "keyrota.exe" {
			got = append(got, e.Name())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("top level holds %v\nwant %v", got, want)
	}
}

func walkGo(t *testing.T, visit func(path string, imports []string)) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != top {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, p)
		}
		rel, err := filepath.Rel(top, path)
		visit(rel, imports)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
