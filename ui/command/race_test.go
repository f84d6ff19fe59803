//go:build race

package command

// everyNth thins the whole world under the race detector, where the file
// keyring's key derivation takes ten times as long: races show with some keys as
// well as with all, and every key has its turn without the detector.
const everyNth = 3
