package cred

// The lengths that a key or a secret of an exchange without documented lengths
// may have. All that are known are well within.
const (
	leastLength = 20
	mostLength  = 100
)

// Whole is the shape of keys and secrets whose length is known from examples
// only: it tells a whole one from a piece, or from several in one.
func Whole(words string) Shape {
	return Shape{Words: words, Fits: func(s string) bool { return len(s) >= leastLength && len(s) <= mostLength }}
}
