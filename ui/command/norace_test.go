//go:build !race

package command

// everyNth has every key of the world added.
const everyNth = 1
