package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// nobodyToAsk says why a key cannot be verified.
func nobodyToAsk(r *store.Record) string {
	return "keyrota cannot ask " + placeName(nil, r.Exchange, r.Venue) + " about its keys"
}

// stated says whose word the rights, addresses and dates of a key are, where
// they are no exchange's.
func (d *detail) stated(f *paragraphs) {
	r := d.row.rec
	if !r.Facts.Stated {
		return
	}
	when := "stated by you"
	if at := r.Facts.Seen; !at.IsZero() {
		when += " on " + date(at) + " (" + ago(at, d.env.Now()) + ")"
	}
	f.para("", words(inkMuted, when+": "+nobodyToAsk(r))...)
}

// pageActions opens the page for keys of an exchange that the person named.
func (d *detail) pageActions() []Action {
	if d.row == nil || d.row.rec.KeysPage == "" || d.env.OpenPage == nil {
		return nil
	}
	page := exchanges.Clean(d.row.rec.KeysPage)
	return []Action{{Keys: []string{"o"}, Label: "open page", Group: "Keys", Quiet: true, Help: "Open the exchange's page for keys in your browser.",
		Do: func() tea.Cmd { return openLink(d.env, page) }}}
}
