package ui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// input is a field on the screen and the field of the prompt that it fills
// in. A credential takes several, one for each part.
type input struct {
	field
	of   flow.Field
	part exchanges.FieldName
}

// valued is a field whose value is not secret.
type valued interface{ value() string }

// inputsOf makes the inputs for the fields of a prompt.
func inputsOf(fields []flow.Field) []input {
	var out []input
	for _, f := range fields {
		if f.Kind == flow.FieldCredential {
			out = append(out, credentialInputs(f)...)
			continue
		}
		out = append(out, input{field: fieldFor(f), of: f})
	}
	return out
}

// credentialInputs asks for the parts of a key; of one whose secret was made
// here only for what the exchange made.
func credentialInputs(f flow.Field) []input {
	var out []input
	for i, made := range credentialForm(exchanges.Form{Fields: f.Form}).fields {
		part := f.Form[i].Name
		if f.Source == exchanges.FromKeyPair && part != exchanges.FieldKey {
			continue
		}
		out = append(out, input{field: made, of: f, part: part})
	}
	return out
}

func fieldFor(f flow.Field) field {
	switch {
	case f.Kind == flow.FieldMany:
		return newManyField(f)
	case f.Kind == flow.FieldChoice && len(f.Options) > 0:
		return newPickField(f)
	case f.Kind == flow.FieldCode:
		return codeField{newTextField(f.Label, f.Help, "")}
	case f.Kind == flow.FieldPhrase:
		help := "type " + cleanAll(f.Want) + " exactly"
		if f.Help != "" {
			help += ": " + f.Help
		}
		return newTextField(f.Label, help, "")
	}
	return newTextField(f.Label, f.Help, cleanAll(f.Default))
}

// carry takes over what a person changed when the same was asked before.
func (a *asking) carry(before *asking) {
	if before == nil || before.prompt.ID != a.prompt.ID {
		return
	}
	for i, in := range a.inputs {
		for _, old := range before.inputs {
			if old.of.Name == in.of.Name && old.changed() {
				a.inputs[i].field = old.field
			}
		}
	}
	a.settle()
}

// changed reports whether an input that is not secret is not what it was at first.
func (in input) changed() bool {
	now, ok := in.field.(valued)
	if !ok || in.of.Kind == flow.FieldCredential || in.of.Kind == flow.FieldCode {
		return false
	}
	first, ok := fieldFor(in.of).(valued)
	return ok && now.value() != first.value()
}

// takesText reports whether keys are text to the input.
func (in input) takesText() bool {
	switch in.field.(type) {
	case *pickField, *manyField:
		return false
	}
	return true
}

// codeField takes a one-time code. It may be seen, since it is worth nothing
// in half a minute, but it is not kept.
type codeField struct{ *textField }

func (f codeField) wipe() { f.in.SetValue("") }

// pickField takes one of a prompt's options, and says what the present one means.
type pickField struct {
	*choiceField
	options []flow.Option
}

func newPickField(f flow.Field) *pickField {
	p := &pickField{choiceField: newChoiceField(f.Label, f.Help, nil, nil)}
	p.offer(f.Options, f.Default)
	return p
}

// offer has one of options chosen: the one that has the value, or the first.
func (f *pickField) offer(options []flow.Option, value string) {
	f.options, f.values, f.words = options, make([]string, len(options)), make([]string, len(options))
	for i, o := range options {
		f.values[i], f.words[i] = o.Value, o.Words
	}
	f.at = max(0, slices.Index(f.values, value))
}

// settle has each input offer what goes with the values above it.
func (a *asking) settle() {
	var above []string
	for _, in := range a.inputs {
		pick, ok := in.field.(*pickField)
		if !ok {
			continue
		}
		if options := in.of.Offered(strings.Join(above, " ")); len(options) > 0 {
			pick.offer(options, pick.value())
		}
		above = append(above, pick.value())
	}
}

func (f *pickField) help() string {
	if more := f.options[f.at].Help; more != "" {
		return more
	}
	return f.hint
}

// manyField takes any number of a prompt's options, one a line.
type manyField struct {
	name, hint string
	options    []flow.Option
	on         []bool
	at         int
}

func newManyField(f flow.Field) *manyField {
	m := &manyField{name: f.Label, hint: f.Help, options: f.Options, on: make([]bool, len(f.Options))}
	chosen := strings.Fields(f.Default)
	for i, o := range f.Options {
		m.on[i] = slices.Contains(chosen, o.Value)
	}
	return m
}

func (f *manyField) label() string { return f.name }
func (f *manyField) paste([]byte)  {}
func (f *manyField) wipe()         {}

func (f *manyField) help() string {
	if f.hint == "" {
		return "space ticks, up and down move"
	}
	return f.hint + "; space ticks"
}

// value is the chosen options, separated by blanks.
func (f *manyField) value() string {
	var out []string
	for i, o := range f.options {
		if f.on[i] {
			out = append(out, o.Value)
		}
	}
	return strings.Join(out, " ")
}

// key moves within the list, and out of it at its ends.
func (f *manyField) key(k KeyMsg) bool {
	if len(f.options) == 0 {
		return false
	}
	to := f.at
	switch k.Name {
	case " ", "x":
		f.toggle(f.at)
		return true
	case "up", "k":
		to--
	case "down", "j":
		to++
	default:
		return false
	}
	if to < 0 || to >= len(f.options) {
		return false
	}
	f.at = to
	return true
}

func (f *manyField) toggle(i int) { f.at, f.on[i] = i, !f.on[i] }

func (f *manyField) draw(s *Styles, w int, focus bool) []string {
	wide := 0
	for _, o := range f.options {
		wide = max(wide, cells(o.Words))
	}
	lines := make([]string, len(f.options))
	for i, o := range f.options {
		box, style := "[ ] ", s.Muted
		if f.on[i] {
			box, style = "[x] ", s.Bold
		}
		help := o.Help
		if danger := dangerWords[o.Value]; danger != "" {
			style = s.Danger
			help = strings.TrimPrefix(help+"; ! "+danger, "; ")
		}
		mark := "  "
		if focus && i == f.at {
			mark, style = "> ", style.Reverse()
		}
		text := ansi.Truncate(fit(mark+box+o.Words, wide+6)+"  "+help, w, "…")
		lines[i] = style.Render(text)
	}
	return lines
}

// dangerWords says of permissions what makes them dangerous in a thief's hand.
var dangerWords = map[string]string{
	exchanges.Withdraw.String(): "can send money away",
	exchanges.Transfer.String(): "can move money between accounts",
	exchanges.Admin.String():    "can manage keys and account",
}
