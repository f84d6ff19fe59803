// Package themes holds keyrota's colour themes: sixteen tokens, each a
// meaning and not a place, as TOML files built into the program and as files
// of the person's own.
package themes

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Theme is a named set of colours. A colour is "#rrggbb", an ANSI number
// "0".."255", or empty for the terminal's own.
type Theme struct {
	Name string
	Dark bool // made for a dark background

	Text, Muted, Faint, Accent, Header, Border string
	CursorText, CursorBack                     string
	OK, Warning, Danger, Unknown               string
	Live, Testnet, Demo, Key                   string
}

// The themes that stand in where none was chosen: what a token is that a
// person's file leaves out, and what auto chooses between.
const (
	Dark  = "dark"
	Light = "light"
	Mono  = "mono" // no colours at all: states rest on words and weight
)

//go:embed builtin/*.toml
var builtin embed.FS

// shipped is the order in which the picker lists the built-in themes.
var shipped = []string{
	Dark, Light, "high-contrast", "high-contrast-light", "colour-blind", "colour-blind-light", Mono,
}

// ErrUnknown is returned by Load for a name that no file has.
var ErrUnknown = errors.New("no such theme")

// Load returns the theme of that name: from userDir if there is a file
// NAME.toml, else the built-in one. An empty userDir means: built-in only.
func Load(name, userDir string) (Theme, error) {
	if !validName(name) {
		return Theme{}, fmt.Errorf("theme %q: a name has small letters, digits and hyphens only", name)
	}
	if userDir != "" {
		path := filepath.Join(userDir, name+".toml")
		data, err := os.ReadFile(path)
		if err == nil {
			t, err := Parse(name, data)
			if err != nil {
				return Theme{}, fmt.Errorf("%s: %w", path, err)
			}
			return t, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return Theme{}, err
		}
	}
	if !slices.Contains(shipped, name) {
		return Theme{}, fmt.Errorf("theme %q: %w; there are %s", name, ErrUnknown, strings.Join(Names(userDir), ", "))
	}
	return Builtin(name), nil
}

// Builtin returns a theme that is built into the program. It panics for a
// name that is not.
func Builtin(name string) Theme {
	data, err := builtin.ReadFile("builtin/" + name + ".toml")
	if err != nil {
		panic(err)
	}
	t, err := parse(name, data, func(bool) Theme { return Theme{} })
	if err != nil {
		panic("theme " + name + ": " + err.Error())
	}
	return t
}

// Names lists the themes there are: the built-in ones in their own order,
// then those of the person by name. Files that cannot be themes are left out.
func Names(userDir string) []string {
	names := slices.Clone(shipped)
	if userDir == "" {
		return names
	}
	files, err := os.ReadDir(userDir)
	if err != nil {
		return names // no folder, no themes
	}
	for _, f := range files {
		name, isTOML := strings.CutSuffix(f.Name(), ".toml")
		if isTOML && validName(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// validName keeps a name from leaving its folder and from needing quotes.
func validName(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
