package ui

import (
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// newAdoptWizard is the add wizard for a key that an exchange lists: where it
// is for is known, and no other key is taken.
func newAdoptWizard(env *Env, u store.Unmanaged) Screen {
	w, _ := newAddWizard(env).(*addWizard)
	w.stray, w.step = &u, addWhat
	w.key = desk.NewKey{Exchange: u.Exchange, Environment: u.Environment, Site: u.Site, Details: desk.Details{SubAccount: u.SubAccount}}
	w.forms[addPaste] = credentialForm(w.info().Form)
	label := exchanges.Clean(u.Facts.Label)
	if name, ok := w.forms[addWhat].fields[0].(*textField); ok && env.Desk.CheckName(label) == nil {
		name.in.SetValue(label)
		name.in.CursorEnd()
	}
	return w
}

// firstStep is the one that there is no way back from.
func (w *addWizard) firstStep() addStep {
	if w.stray != nil {
		return addWhat
	}
	return addWhere
}

// subAccount is that of the key that is adopted.
func (w *addWizard) subAccount() string {
	if w.stray == nil {
		return ""
	}
	return w.stray.SubAccount
}

// caption says what the wizard does.
func (w *addWizard) caption() string {
	if w.stray == nil {
		return "Add a key"
	}
	return "Adopt key " + exchanges.Clean(w.stray.KeyID)
}

// takes refuses another key than the one that is adopted. What was pasted is
// not repeated: it may be the secret.
func (w *addWizard) takes(c exchanges.Credential) bool {
	if w.stray == nil || w.stray.Is(c.KeyID) {
		return true
	}
	at := slices.IndexFunc(w.info().Form.Fields, func(f exchanges.Field) bool { return f.Name == exchanges.FieldKey })
	w.forms[addPaste].refuse(max(0, at), fmt.Sprintf("this is another key than %s", exchanges.Clean(w.stray.KeyID)),
		"Paste the key with that ID, from the program that uses it. Any other one is added with n on the dashboard.")
	return false
}
