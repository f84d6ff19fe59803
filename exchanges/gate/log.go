package gate

import (
	"log/slog"
	"strings"
)

// discreet returns a log in which paths end before the key that some calls
// about sub-accounts have there. Nil stays nil.
func discreet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return nil
	}
	return slog.New(keyless{log.Handler()})
}

// keyless shortens the attribute "path".
type keyless struct{ slog.Handler }

// WithAttrs is where the attributes of a call pass.
func (h keyless) WithAttrs(attrs []slog.Attr) slog.Handler {
	short := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		if before, _, cut := strings.Cut(a.Value.String(), "/keys/"); cut && a.Key == "path" {
			a.Value = slog.StringValue(before + "/keys/{key}")
		}
		short[i] = a
	}
	return keyless{h.Handler.WithAttrs(short)}
}

// WithGroup keeps the handler around the group.
func (h keyless) WithGroup(name string) slog.Handler { return keyless{h.Handler.WithGroup(name)} }
