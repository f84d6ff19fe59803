package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Consumer is a program that uses a key, and how it gets a new one.
type Consumer struct {
	Name     string   `json:"name"`                // "grid-bot"
	By       Handover `json:"by,omitempty"`        // empty: see Handover
	OnRotate string   `json:"on_rotate,omitempty"` // command when the key changes: "systemctl --user restart grid-bot"
	File     string   `json:"file,omitempty"`      // HandFile: what is written; an absolute path
	Template string   `json:"template,omitempty"`  // HandFile: what it is made from; an absolute path
}

// Handover says how a consumer gets a key. The words are stable: they are in
// files.
type Handover string

// The ways.
const (
	HandByHand Handover = "hand" // the person gives it
	HandRun    Handover = "run"  // keyrota starts the program, with the key in its environment
	HandHook   Handover = "hook" // OnRotate is run, with the key in its environment
	HandFile   Handover = "file" // File is written from Template
)

// Handover returns how c gets a key, where By does not say so: by its command
// if it has one, else by hand.
func (c Consumer) Handover() Handover {
	switch {
	case c.By != "":
		return c.By
	case c.OnRotate != "":
		return HandHook
	}
	return HandByHand
}

// ConsumerNames returns the names of consumers, as the audit log has them: never
// nil, since none is an answer too.
func ConsumerNames(all []Consumer) []string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// check says what keeps c from being stored.
func (c Consumer) check() error {
	switch c.By {
	case "", HandByHand, HandRun:
	case HandHook:
		if c.OnRotate == "" {
			return errors.New("a consumer by hook needs on_rotate, the command to run")
		}
	case HandFile:
		if c.File == "" {
			return errors.New("a consumer by file needs file, the path to write")
		}
	default:
		return fmt.Errorf("by: %q is none of hand, run, hook and file", exchanges.Clean(string(c.By)))
	}
	if c.File != "" && c.Template == "" {
		return errors.New("a consumer with a file needs template, the path of what it is made from")
	}
	if err := checkPath("file", c.File); err != nil {
		return err
	}
	return checkPath("template", c.Template)
}

func checkPath(field, path string) error {
	switch {
	case path == "":
		return nil
	case exchanges.Clean(path) != path:
		return fmt.Errorf("%s: the path is too long or has characters that cannot be shown", field)
	case !absolute(path):
		return fmt.Errorf("%s: the path must begin at the root of the file system", field)
	}
	return nil
}

// absolute reports whether path is absolute on any system: a keys.toml that
// was copied from another machine must stay readable.
func absolute(path string) bool {
	drive := len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/')
	return drive || strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\\`) || filepath.IsAbs(path)
}
