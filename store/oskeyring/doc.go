// Package oskeyring keeps secrets in the keyring of the operating system. It
// is the only importer of github.com/99designs/keyring and the place where
// that library's habits are dealt with:
//
//   - The library has no time limits and is not safe for concurrent use. A
//     turn lets one operation at a time into it, watches that operation, and
//     abandons it when it hangs. See turn.go.
//   - Backends disagree on names, sizes, atomicity and what a missing item
//     looks like. A ring stores every value in an envelope of its own, in
//     parts where the backend caps an item, and never overwrites the only
//     readable copy of a value. See ring.go, put.go and envelope.go.
//   - The library tries one backend after the other. Here exactly one is
//     allowed; if it does not work, that is an error with a hint.
//   - The file backend accepts any passphrase. See file.go.
//   - The pass backend writes to the terminal. See pass_unix.go.
//
// Secret Service transfers secrets over the session bus in the clear, which
// only programs of the same user can listen to, and leaks a session in the
// daemon per call: callers read a secret once and do not poll.
package oskeyring
