package ui

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
)

// grantField takes an answer for each permission: yes, no, or not known. All of
// them are told by words.
type grantField struct {
	name string
	set  exchanges.PermissionSet
	at   int
}

// statedPermissions are those that a person is asked about. Nobody knows of
// "other" what it would be.
var statedPermissions = []exchanges.Permission{
	exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options,
	exchanges.Transfer, exchanges.Withdraw, exchanges.Earn, exchanges.Admin,
}

func newGrantField(name string, set exchanges.PermissionSet) *grantField {
	return &grantField{name: name, set: set}
}

func (f *grantField) label() string { return f.name }
func (f *grantField) help() string {
	return "y yes, n no, ? not known; space goes through them, up and down move"
}
func (f *grantField) paste([]byte) {}
func (f *grantField) wipe()        {}

// key answers for the permission under the cursor, or moves it, and out of the
// list at its ends.
func (f *grantField) key(k KeyMsg) bool {
	p := statedPermissions[f.at]
	to := f.at
	switch k.Name {
	case "y":
		f.set = f.set.With(p, exchanges.Granted)
	case "n":
		f.set = f.set.With(p, exchanges.NotGranted)
	case "?":
		f.set = f.set.With(p, exchanges.Unknown)
	case " ", "right":
		f.set = f.set.With(p, nextGrant(f.set.Get(p)))
	case "up", "k":
		to--
	case "down", "j":
		to++
	default:
		return false
	}
	if to < 0 || to >= len(statedPermissions) {
		return false
	}
	f.at = to
	return true
}

func nextGrant(g exchanges.Grant) exchanges.Grant {
	switch g {
	case exchanges.Unknown:
		return exchanges.Granted
	case exchanges.Granted:
		return exchanges.NotGranted
	case exchanges.NotGranted:
	}
	return exchanges.Unknown
}

func (f *grantField) draw(s *Styles, w int, focus bool) []string {
	lines := make([]string, len(statedPermissions))
	for i, p := range statedPermissions {
		box, style := "[ ? ] ", s.Muted
		switch f.set.Get(p) {
		case exchanges.Granted:
			box, style = "[yes] ", s.Bold
			if dangerWords[p.String()] != "" {
				style = s.Danger
			}
		case exchanges.NotGranted:
			box = "[no ] "
		case exchanges.Unknown:
		}
		mark := "  "
		if focus && i == f.at {
			mark, style = "> ", style.Reverse()
		}
		text := fit(mark+box+p.String(), 16)
		if danger := dangerWords[p.String()]; danger != "" {
			text += "  " + danger
		}
		lines[i] = style.Render(ansi.Truncate(text, w, "…"))
	}
	return lines
}
