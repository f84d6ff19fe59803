package flow

import "github.com/keyrota/keyrota/store"

// OwnChoice is the purpose whose permissions the person chooses.
const OwnChoice = store.OwnChoice

// Purpose is a preset of the create flow.
type Purpose = store.Purpose

// PurposeByID returns a preset.
func PurposeByID(id string) (Purpose, bool) {
	for _, p := range store.Purposes() {
		if p.ID == id {
			return p, true
		}
	}
	return Purpose{}, false
}
