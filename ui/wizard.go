package ui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// addStep is a step of adding a key.
type addStep uint8

// The steps, in order. Nothing is saved before addStore.
const (
	addWhere  addStep = iota // exchange, environment, site
	addWhat                  // name, purpose, who uses it
	addState                 // what the key may do, where nobody can be asked
	addPaste                 // the credential
	addVerify                // the exchange is asked, or what is stated looked at
	addStore                 // keyring, then record
)

// spareShortcut fills in a made-up key, in the demo only.
const spareShortcut = "ctrl+g"

// addPath is the way to a key whose exchange is asked, addStatedPath to one
// whose exchange nobody can ask.
var (
	addPath       = []addStep{addWhere, addWhat, addPaste, addVerify, addStore}
	addStatedPath = []addStep{addWhere, addWhat, addState, addPaste, addVerify, addStore}
)

// addWizard adds a key that the person has. It asks the exchange before it
// saves anything, and shows what the exchange said.
type addWizard struct {
	env   *Env
	stray *store.Unmanaged // the key that is adopted; nil: any may be added
	w, h  int

	step    addStep
	forms   [addVerify]*form
	place   placeInputs  // for an exchange without adapter
	says    statedInputs // of the key, by the person
	key     desk.NewKey
	trial   desk.Trial
	failure error // why trying or saving did not work, apart from the trial
	busy    string
	gen     int // results of an older attempt are dropped
	cancel  context.CancelFunc
	scroll  int
	deaf    time.Time // keys before this are the rest of a paste, see deafFor
}

// Messages of the wizard; gen tells an attempt that was left.
type (
	triedMsg struct {
		gen   int
		trial desk.Trial
		err   error
	}
	addedMsg struct {
		gen    int
		record *store.Record
		err    error
	}
)

func newAddWizard(env *Env) Screen {
	w := &addWizard{env: env, place: newPlaceInputs("", ""), says: newStatedInputs(desk.Stated{})}
	w.forms[addState] = newForm(w.says.fields()...)
	w.forms[addWhere] = w.whereForm(0, 0)
	w.forms[addWhat] = newForm(
		newTextField("Name", "your name for the key, by purpose: grid-bot, tax-export", ""),
		newTextField("Account", "login or sub-account it belongs to; may stay empty", ""),
		newTextField("Purpose", "what it is for: spot bot, tax export, price alert; may stay empty", ""),
		newTextField("Used by", "programs that use it, separated by commas; one key per bot is safest", ""),
	)
	return w
}

// Title is the wizard's breadcrumb.
func (w *addWizard) Title() string { return w.caption() }

// Init has nothing to start.
func (w *addWizard) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (w *addWizard) SetSize(width, height int) { w.w, w.h = width, height }

// Typing reports whether keys are text, or the rest of one.
func (w *addWizard) Typing() bool { return w.step < addVerify || w.env.Now().Before(w.deaf) }

// Update handles one message.
func (w *addWizard) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case KeyMsg:
		return w.keyPress(m)
	case PasteMsg:
		if w.step < addVerify {
			w.forms[w.step].paste(m.Text)
		}
	case MouseMsg:
		w.scroll = max(0, w.scroll+m.Wheel)
	case triedMsg:
		w.tried(m)
	case addedMsg:
		return w.added(m)
	}
	return nil
}

func (w *addWizard) keyPress(k KeyMsg) tea.Cmd {
	if w.step >= addVerify {
		if w.Typing() {
			w.deaf = w.env.Now().Add(deafFor)
		}
		return nil
	}
	if k.Name == spareShortcut {
		w.fillSpare()
		return nil
	}
	switch w.forms[w.step].key(k, w.env.Now()) {
	case formSubmit:
		return w.submit()
	case formBack:
		return w.back()
	case formNothing:
	}
	return nil
}

// back goes one step back; from the first it leaves. Typed text stays, a
// secret is forgotten when its step is left backwards.
func (w *addWizard) back() tea.Cmd {
	w.stop()
	w.failure = nil
	if w.step == w.firstStep() {
		w.wipe()
		return pop
	}
	if w.step == addPaste {
		w.forms[addPaste].wipe()
	}
	if w.step == addStore {
		w.step = addVerify
	}
	w.step = w.neighbour(-1)
	return nil
}

// neighbour is the step before or after the present one, on the way that the
// chosen exchange wants.
func (w *addWizard) neighbour(n int) addStep {
	path := w.path()
	return path[slices.Index(path, w.step)+n]
}

func (w *addWizard) path() []addStep {
	id := w.key.Exchange
	if c, ok := w.forms[addWhere].fields[0].(*choiceField); ok && w.step == addWhere {
		id = exchanges.ID(c.value()) // it may be another one now
	}
	if w.infoOf(id).Manual {
		return addStatedPath
	}
	return addPath
}

// stop leaves what is under way.
func (w *addWizard) stop() {
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	w.gen++
	w.busy = ""
}

func (w *addWizard) wipe() {
	if f := w.forms[addPaste]; f != nil {
		f.wipe()
	}
	for _, s := range []exchanges.Secret{w.key.Credential.Secret, w.key.Credential.Passphrase, w.key.Credential.PrivateKey} {
		s.Wipe()
	}
	w.key.Credential = exchanges.Credential{}
}

// submit checks the step's form and goes on.
func (w *addWizard) submit() tea.Cmd {
	switch w.step {
	case addWhere:
		if w.takeWhere() {
			w.step = addWhat
		}
	case addWhat:
		if w.takeWhat() {
			w.step = w.neighbour(1)
		}
	case addState:
		if w.takeStated() {
			w.step = addPaste
		}
	case addPaste:
		if w.takeCredential() {
			w.deaf = w.env.Now().Add(deafFor)
			return w.try()
		}
	case addVerify, addStore:
	}
	return nil
}

// takeWhat reads names and refuses one that is taken.
func (w *addWizard) takeWhat() bool {
	f := w.forms[addWhat]
	text := func(i int) string {
		t, _ := f.fields[i].(*textField)
		return t.value()
	}
	w.key.Name = text(0)
	if err := w.env.Desk.CheckName(w.key.Name); err != nil {
		f.refuse(0, err.Error(), "Choose another name.")
		return false
	}
	consumers, err := store.ParseConsumers(text(3))
	if err != nil {
		f.refuse(3, err.Error(), "Write names separated by commas; edit says later how each gets a new key.")
		return false
	}
	w.key.Details.Account, w.key.Details.Purpose, w.key.Details.Consumers = text(1), text(2), consumers
	w.key.Details.SubAccount = w.subAccount()
	return true
}

// Actions lists what can be done now.
func (w *addWizard) Actions() []Action {
	back := Action{Keys: []string{"esc"}, Label: "back", Help: "Go one step back; nothing is saved.", Group: "Wizard", Do: w.back}
	if w.step < addVerify {
		actions := []Action{
			{Keys: []string{"enter"}, Label: "next", Help: "Go to the next field or step.", Group: "Wizard", Do: func() tea.Cmd { return w.keyPress(KeyMsg{Name: "enter"}) }},
			{Keys: []string{"tab"}, Label: "field", Help: "Go to the next field; shift+tab goes back.", Group: "Wizard", Do: func() tea.Cmd { return w.keyPress(KeyMsg{Name: "tab"}) }},
			back,
		}
		if _, ok := w.spare(); ok {
			actions = append(actions, Action{Keys: []string{spareShortcut}, Label: "made-up key", Help: "Fill in a key of the simulated exchange.", Group: "Wizard",
				Do: func() tea.Cmd { w.fillSpare(); return nil }})
		}
		return actions
	}
	if w.busy != "" {
		return []Action{back}
	}
	if w.trial.Err == nil && w.failure == nil {
		return []Action{{Keys: []string{"enter"}, Label: "save", Help: "Store the secret in the keyring and the record in keys.toml.", Group: "Wizard", Do: w.save}, back}
	}
	again := Action{Keys: []string{"r"}, Label: "try again", Help: "Ask once more.", Group: "Wizard", Do: w.again}
	actions := []Action{again, back}
	if w.trial.Err != nil {
		actions = append(actions, Action{Keys: []string{"S"}, Label: "save unverified", Group: "Wizard",
			Help: "Store the key although the exchange did not accept it.", Do: w.save})
	}
	return actions
}

func (w *addWizard) again() tea.Cmd {
	if w.step == addStore {
		return w.save()
	}
	return w.try()
}
