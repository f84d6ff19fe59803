package flow

import "github.com/keyrota/keyrota/exchanges"

// OwnChoice is the purpose whose permissions the person chooses.
const OwnChoice = "own"

// Purposes returns the presets: the least that each needs. None may withdraw.
func Purposes() []Purpose {
	return []Purpose{
		{ID: "portfolio", Words: "Portfolio and tax", Help: "reads balances, orders and history", Permissions: []exchanges.Permission{exchanges.Read}},
		{ID: "alert", Words: "Price alert", Help: "reads, and places no order", Permissions: []exchanges.Permission{exchanges.Read}},
		{ID: "spot-bot", Words: "Spot bot", Help: "reads and trades spot", Permissions: []exchanges.Permission{exchanges.Read, exchanges.Spot}},
		{ID: "futures-bot", Words: "Futures bot", Help: "reads and trades futures", Permissions: []exchanges.Permission{exchanges.Read, exchanges.Futures}},
		{ID: OwnChoice, Words: "Own choice", Help: "you choose the permissions"},
	}
}

// PurposeByID returns a preset.
func PurposeByID(id string) (Purpose, bool) {
	for _, p := range Purposes() {
		if p.ID == id {
			return p, true
		}
	}
	return Purpose{}, false
}
