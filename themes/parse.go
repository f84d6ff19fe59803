package themes

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// tokens maps the names in a file to the fields that they set.
func (t *Theme) tokens() map[string]*string {
	return map[string]*string{
		"text": &t.Text, "muted": &t.Muted, "faint": &t.Faint,
		"accent": &t.Accent, "header": &t.Header, "border": &t.Border,
		"cursor_text": &t.CursorText, "cursor_back": &t.CursorBack,
		"ok": &t.OK, "warning": &t.Warning, "danger": &t.Danger, "unknown": &t.Unknown,
		"live": &t.Live, "testnet": &t.Testnet, "demo": &t.Demo, "key": &t.Key,
	}
}

// Parse reads a theme from the TOML of a file called name. A token that is
// left out is taken from the built-in dark or light theme, as `dark` says;
// one that is misspelt or is no colour is an error that names it and its line.
func Parse(name string, data []byte) (Theme, error) {
	return parse(name, data, func(dark bool) Theme {
		if dark {
			return Builtin(Dark)
		}
		return Builtin(Light)
	})
}

func parse(name string, data []byte, base func(dark bool) Theme) (Theme, error) {
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		return Theme{}, syntaxError(err)
	}
	dark, err := background(values, data)
	if err != nil {
		return Theme{}, err
	}
	t := base(dark)
	t.Name, t.Dark = name, dark
	tokens := t.tokens()
	delete(values, "dark")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		field, known := tokens[key]
		if !known {
			return Theme{}, fmt.Errorf("line %d: %q is not a token of a theme", lineOf(data, key), key)
		}
		colour, isString := values[key].(string)
		if !isString || !validColour(colour) {
			return Theme{}, fmt.Errorf("line %d: %s: %s is not a colour; write \"#rrggbb\", an ANSI number \"0\" to \"255\", or \"\" for the terminal's own", lineOf(data, key), key, quoted(values[key]))
		}
		*field = colour
	}
	return t, nil
}

func background(values map[string]any, data []byte) (dark bool, err error) {
	v, given := values["dark"]
	if !given {
		return true, nil
	}
	dark, isBool := v.(bool)
	if !isBool {
		return false, fmt.Errorf("line %d: dark: %s is neither true nor false", lineOf(data, "dark"), quoted(v))
	}
	return dark, nil
}

func syntaxError(err error) error {
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("line %d: %s", p.Position.Line, p.Message)
	}
	return err
}

func validColour(s string) bool {
	if s == "" {
		return true
	}
	if hex, isHex := strings.CutPrefix(s, "#"); isHex {
		_, err := strconv.ParseUint(hex, 16, 32)
		return err == nil && len(hex) == 6
	}
	n, err := strconv.ParseUint(s, 10, 8)
	return err == nil && strconv.FormatUint(n, 10) == s
}

// lineOf finds the line that sets key. The decoder knows positions only of
// syntax errors.
func lineOf(data []byte, key string) int {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		name, _, found := strings.Cut(line, "=")
		name = strings.Trim(strings.TrimSpace(name), `"'[]`)
		if name == key && (found || strings.HasPrefix(strings.TrimSpace(line), "[")) {
			return n
		}
	}
	return 1
}

func quoted(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}
