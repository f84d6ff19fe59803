package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

// whereForm asks for exchange, environment and, where there are several, the
// regional site. It is built again when a choice changes what can follow.
func (w *addWizard) whereForm(exchange, env int) *form {
	infos := w.env.Desk.Exchanges()
	ids, names := make([]string, len(infos)), make([]string, len(infos))
	for i, x := range infos {
		ids[i], names[i] = string(x.ID), x.Name
	}
	where := newChoiceField("Exchange", "← → choose, enter goes on", ids, names)
	where.at = exchange
	info := infos[exchange]
	envs := info.Environments()
	env = min(env, len(envs)-1)
	envWords := make([]string, len(envs))
	for i, e := range envs {
		envWords[i] = string(e)
	}
	which := newChoiceField("Environment", "live moves real money; testnet and demo keys work only on their own sites", envWords, envWords)
	which.at = env
	where.changed = func() { w.rebuild(where.at, 0, 0) }
	which.changed = func() { w.rebuild(where.at, which.at, 1) }
	fields := []field{where, which}
	siteIDs, siteNames := sitesOf(info, envs[env])
	if len(siteIDs) > 1 {
		fields = append(fields, newChoiceField("Site", "the site on which the account was opened; a key works there only", siteIDs, siteNames))
	}
	if info.Manual {
		fields = append(fields, w.place.fields()...)
	}
	return newForm(fields...)
}

func sitesOf(info exchanges.Info, env exchanges.Environment) (ids, names []string) {
	for _, s := range info.Sites {
		if s.Environment == env {
			ids, names = append(ids, s.ID), append(names, s.Name)
		}
	}
	return ids, names
}

func (w *addWizard) rebuild(exchange, env, focus int) {
	w.forms[addWhere] = w.whereForm(exchange, env)
	w.forms[addWhere].focus = focus
}

// takeWhere reads the choices and builds the credential form of that exchange.
func (w *addWizard) takeWhere() bool {
	pick := func(i int) string {
		if i >= len(w.forms[addWhere].fields) {
			return ""
		}
		if c, ok := w.forms[addWhere].fields[i].(*choiceField); ok {
			return c.value()
		}
		return ""
	}
	changed := w.key.Exchange != exchanges.ID(pick(0))
	w.key.Exchange, w.key.Environment, w.key.Site = exchanges.ID(pick(0)), exchanges.Environment(pick(1)), pick(2)
	if changed || w.forms[addPaste] == nil {
		w.wipe()
		w.forms[addPaste] = credentialForm(w.info().Form)
	}
	return w.takePlace()
}

func (w *addWizard) info() *exchanges.Info { return w.infoOf(w.key.Exchange) }

func (w *addWizard) infoOf(id exchanges.ID) *exchanges.Info {
	infos := w.env.Desk.Exchanges()
	for i := range infos {
		if infos[i].ID == id {
			return &infos[i]
		}
	}
	return &exchanges.Info{}
}

// credentialForm makes the fields that an exchange's keys consist of, and no
// others.
func credentialForm(f exchanges.Form) *form {
	var fields []field
	for _, x := range f.Fields {
		name := x.Label
		if x.Optional {
			name += " (if there is one)"
		}
		if x.Name == exchanges.FieldKey {
			fields = append(fields, newKeyField(name, x.Help))
			continue
		}
		fields = append(fields, newSecretField(name, x.Help, x.PEM))
	}
	return newForm(fields...)
}

// takeCredential reads the fields and has the adapter check them, which sends
// nothing anywhere.
func (w *addWizard) takeCredential() bool {
	f := w.forms[addPaste]
	c := exchanges.Credential{}
	for i, x := range w.info().Form.Fields {
		switch in := f.fields[i].(type) {
		case *textField:
			c.KeyID = in.in.Value()
		case *secretField:
			setPart(&c, x.Name, in.secret())
		}
	}
	checked, err := w.env.Desk.CheckCredential(w.key.Exchange, c)
	if err != nil {
		what, hint := misshapen(err)
		f.refuse(fieldNamedIn(w.info().Form.Fields, what), what, hint)
		return false
	}
	if !w.takes(checked) {
		return false
	}
	w.key.Credential = checked
	return true
}

// misshapen says what is wrong with a key that was not even sent: it stands
// below its field, so that who says it and when need no words.
func misshapen(err error) (what, hint string) {
	what, hint = explain(err)
	if e, ok := errors.AsType[*exchanges.Error](err); ok && e.Err != nil {
		what = exchanges.Clean(e.Err.Error())
	}
	return what, hint
}

// fillSpare types a made-up key for the person: the demo is for looking
// around, and nobody has a key of a simulated exchange at hand.
func (w *addWizard) fillSpare() {
	c, ok := w.spare()
	if !ok {
		return
	}
	f := w.forms[addPaste]
	for i, x := range w.info().Form.Fields {
		switch in := f.fields[i].(type) {
		case *textField:
			in.in.SetValue(c.KeyID)
		case *secretField:
			in.paste(part(c, x.Name).Bytes())
		}
	}
	f.problem, f.focus = problem{}, len(f.fields)-1
}

// spare returns the demo's made-up key for the chosen site, if there is one.
func (w *addWizard) spare() (exchanges.Credential, bool) {
	if w.env.Spare == nil || w.step != addPaste {
		return exchanges.Credential{}, false
	}
	if w.stray != nil {
		return w.env.lost(w.stray.Fingerprint)
	}
	return w.env.Spare(w.key.Exchange, w.key.Environment)
}

func part(c exchanges.Credential, name exchanges.FieldName) exchanges.Secret {
	switch name {
	case exchanges.FieldSecret:
		return c.Secret
	case exchanges.FieldPassphrase:
		return c.Passphrase
	case exchanges.FieldPrivateKey:
		return c.PrivateKey
	case exchanges.FieldKey:
	}
	return exchanges.Secret{}
}

func setPart(c *exchanges.Credential, name exchanges.FieldName, s exchanges.Secret) {
	switch name {
	case exchanges.FieldSecret:
		c.Secret = s
	case exchanges.FieldPassphrase:
		c.Passphrase = s
	case exchanges.FieldPrivateKey:
		c.PrivateKey = s
	case exchanges.FieldKey:
	}
}

// fieldNamedIn finds the field that an error names, since the check knows
// fields by their labels; the last one where it names none.
func fieldNamedIn(fields []exchanges.Field, what string) int {
	best, at := len(what)+1, len(fields)-1
	for i, x := range fields {
		if n := strings.Index(strings.ToLower(what), strings.ToLower(x.Label)); n >= 0 && n < best {
			best, at = n, i
		}
	}
	return at
}

// try asks the exchange. Nothing is saved.
func (w *addWizard) try() tea.Cmd {
	w.stop()
	w.step, w.failure, w.trial = addVerify, nil, desk.Trial{}
	if w.info().Manual {
		return nil
	}
	w.busy = fmt.Sprintf("asking %s (%s) what this key may do", w.info().Name, w.key.Environment)
	ctx, cancel := context.WithCancel(w.env.Ctx)
	w.cancel = cancel
	gen, key, service := w.gen, w.key, w.env.Desk
	return func() tea.Msg {
		t, err := service.Try(ctx, key)
		return triedMsg{gen, t, err}
	}
}

func (w *addWizard) tried(m triedMsg) {
	if m.gen != w.gen {
		return
	}
	w.busy, w.trial, w.failure = "", m.trial, m.err
}

// seenTrial is what the exchange said, nil where nobody could be asked.
func (w *addWizard) seenTrial() *desk.Trial {
	if w.info().Manual {
		return nil
	}
	trial := w.trial
	return &trial
}

// save stores secret and record.
func (w *addWizard) save() tea.Cmd {
	w.stop()
	w.step, w.failure = addStore, nil
	w.busy = "storing the secret: " + keyringTitle(w.env.Desk.Keyring().Backend)
	ctx, cancel := context.WithCancel(w.env.Ctx)
	w.cancel = cancel
	gen, key, trial, service := w.gen, w.key, w.seenTrial(), w.env.Desk
	return func() tea.Msg {
		r, err := service.Add(ctx, key, trial)
		result := func() tea.Msg { return addedMsg{gen, r, err} }
		// The table must show the key even when the person has left the wizard.
		return tea.BatchMsg{snapshotChanged, result}
	}
}

// added leaves the wizard when the key is stored.
func (w *addWizard) added(m addedMsg) tea.Cmd {
	if m.gen != w.gen {
		return nil
	}
	w.busy = ""
	if m.record == nil {
		w.failure = m.err
		return nil
	}
	w.wipe()
	done := toast(Success, fmt.Sprintf("%s is stored; where its secret lies: %s", m.record.Name, keyringTitle(w.env.Desk.Keyring().Backend)), "")
	if m.err != nil {
		done = failed(m.err)
	}
	// In this order: the table can find the key once it has heard of it.
	found := func() tea.Msg { return selectMsg{m.record.ID} }
	return sequence(pop, snapshotChanged, found, done)
}

// failed is the toast of an error: what failed on what, and what to do next.
func failed(err error) tea.Cmd {
	what, hint := explain(err)
	return toast(Failure, what, hint)
}
