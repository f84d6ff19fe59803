package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// next returns the reply that fits what a flow asks, without using it up.
//
// Where the flow goes on by itself, a reply whose choice is not offered yet is
// kept for when it is.
func (a answers) next(u *flow.Update) (reply, bool) {
	for _, r := range a[u.Prompt.ID] {
		if r.subject != "" && r.subject != consumerOf(u) {
			continue
		}
		return r, u.Prompt.Due.IsZero() || r.choice == flow.Later || offers(u.Prompt, r.choice)
	}
	return reply{}, false
}

// use takes the reply that next returned off the list.
func (a answers) use(u *flow.Update) {
	id := u.Prompt.ID
	for i, r := range a[id] {
		if r.subject == "" || r.subject == consumerOf(u) {
			a[id] = slices.Concat(a[id][:i], a[id][i+1:]) // other flows share the list
			return
		}
	}
}

// consumerOf returns the consumer that the flow asks about.
func consumerOf(u *flow.Update) string {
	for _, h := range u.State.Consumers {
		if h.State == flow.Waiting || h.State == flow.Asked {
			return h.Consumer.Name
		}
	}
	return ""
}

func offers(p *flow.Prompt, choice string) bool {
	return slices.ContainsFunc(p.Choices, func(c flow.Choice) bool { return c.ID == choice })
}

// fit makes the answer that a prompt takes of a reply; whether it is a good one
// is for the flow to say. The error is a *flow.FieldError and quotes no value.
func (r reply) fit(p *flow.Prompt) (flow.Answer, error) {
	if err := r.foreign(p); err != nil {
		return flow.Answer{}, err
	}
	out := flow.Answer{Choice: r.choice, Values: map[string]string{}, Credential: r.credential, Code: r.code}
	for _, f := range p.Fields {
		name := f.Name
		if f.Kind == flow.FieldPhrase {
			name = namePhrase
		}
		if value, given := r.values[name]; given {
			out.Values[f.Name] = value
		}
	}
	return out, nil
}

// foreign names a field of the reply that the prompt does not have. A phrase
// may be there in vain: not every key is asked it.
func (r reply) foreign(p *flow.Prompt) error {
	has := fieldNames(p)
	for _, name := range r.names() {
		if name != namePhrase && !slices.Contains(has, name) {
			hint := "It has no fields."
			if len(has) > 0 {
				hint = "It has: " + strings.Join(has, ", ") + "."
			}
			return &flow.FieldError{Field: name, What: fmt.Sprintf("%q has no field %q", p.ID, name), Hint: hint}
		}
	}
	return nil
}

// names returns the fields that the reply fills in.
func (r reply) names() []string {
	var out []string
	for name := range r.values {
		out = append(out, name)
	}
	for name, s := range map[string]exchanges.Secret{
		string(exchanges.FieldSecret): r.credential.Secret, string(exchanges.FieldPassphrase): r.credential.Passphrase,
		string(exchanges.FieldPrivateKey): r.credential.PrivateKey, nameCode: r.code,
	} {
		if !s.IsZero() {
			out = append(out, name)
		}
	}
	if r.credential.KeyID != "" {
		out = append(out, string(exchanges.FieldKey))
	}
	slices.Sort(out) // so that the same mistake is told in the same words
	return out
}

// fieldNames returns what an answer to the prompt may hold beside its choice.
func fieldNames(p *flow.Prompt) []string {
	var out []string
	for _, f := range p.Fields {
		out = append(out, inputNames(f)...)
	}
	return out
}

// inputNames returns the names of a field in an answer.
//
//go:noinline // copied into its callers, it would take 6 kB
func inputNames(f flow.Field) []string {
	switch f.Kind {
	case flow.FieldCredential:
		return partNames(f)
	case flow.FieldCode:
		return []string{nameCode}
	case flow.FieldPhrase:
		return []string{namePhrase}
	default:
		return []string{f.Name}
	}
}

// partNames returns the parts of a credential that a field takes: of a key
// pair made here the exchange shows nothing but the key ID.
func partNames(f flow.Field) []string {
	if f.Source == exchanges.FromKeyPair {
		return []string{string(exchanges.FieldKey)}
	}
	var out []string
	for _, part := range f.Form {
		out = append(out, string(part.Name))
	}
	return out
}

// choicesOf returns the answers that a prompt takes: to leave it for later is
// none.
func choicesOf(p *flow.Prompt) []flow.Choice {
	return slices.DeleteFunc(slices.Clone(p.Choices), func(c flow.Choice) bool { return c.ID == flow.Later })
}
