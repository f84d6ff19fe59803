package exchanges

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[secret]"

var errSecretEncoding = errors.New("refusing to encode a secret")

// Secret holds a value that must never reach a log, a file or the screen by
// accident. The value sits behind a func, so that printers that walk values
// by reflection have nothing to walk into; every encoder gets an error.
//
// Go cannot promise that no copy stays in memory: Wipe clears the one that
// this Secret owns.
type Secret struct{ bytes func() []byte }

// NewSecret copies b into a Secret. An empty b gives the zero Secret. Not
// inlined: it has many callers.
//
//go:noinline
func NewSecret[T string | []byte](b T) Secret {
	if len(b) == 0 {
		return Secret{}
	}
	own := append([]byte(nil), b...) // a conversion would share a slice
	return Secret{func() []byte { return own }}
}

// Reveal returns the value. Each caller is a place to look at in a review. Not
// inlined: it has many callers.
//
//go:noinline
func (s Secret) Reveal() string {
	if s.bytes == nil {
		return ""
	}
	return string(s.bytes())
}

// Bytes returns the value without a copy. The caller may not change or keep it.
// Copied into its hundred callers, this and Reveal would cost 15 kB.
//
//go:noinline
func (s Secret) Bytes() []byte {
	if s.bytes == nil {
		return nil
	}
	return s.bytes()
}

// Len returns the number of bytes.
//
//go:noinline // it has many callers
func (s Secret) Len() int { return len(s.Bytes()) }

// IsZero reports whether there is no value.
//
//go:noinline // it has many callers
func (s Secret) IsZero() bool { return s.Len() == 0 }

// Wipe overwrites the value with zeros, in this and every copy of the Secret.
//
//go:noinline // it has many callers
func (s Secret) Wipe() { clear(s.Bytes()) }

// String returns a placeholder.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString returns a placeholder.
func (s Secret) GoString() string { return redacted }

// Format writes a placeholder whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns a placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText always fails: no encoder may write a secret.
func (s Secret) MarshalText() ([]byte, error) { return nil, errSecretEncoding }

// MarshalJSON always fails.
func (s Secret) MarshalJSON() ([]byte, error) { return nil, errSecretEncoding }

// MarshalBinary always fails; gob asks for it.
func (s Secret) MarshalBinary() ([]byte, error) { return nil, errSecretEncoding }
