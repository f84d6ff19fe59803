package exchanges

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/BurntSushi/toml"
)

const canary = "CANARY-3c1f"

func canaryCredential() Credential {
	s := NewSecret(canary)
	return Credential{KeyID: "key", Secret: s, Passphrase: s, PrivateKey: s}
}

func TestSecretIsNotPrinted(t *testing.T) {
	c := canaryCredential()
	values := []any{
		c.Secret, &c.Secret, c, &c, []Secret{c.Secret}, map[string]Secret{"x": c.Secret}, struct{ s Secret }{c.Secret},
		[]any{c}, errors.New(fmt.Sprint(c)), fmt.Errorf("%v", c.Secret),
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "%10.3s", "%w"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T shows the secret: %s", verb, v, text)
			}
		}
	}
	if got := fmt.Sprintf("%s %v", c.Secret, Secret{}); got != "[secret] [secret]" {
		t.Errorf("%q", got)
	}
	if c.Secret.String() != "[secret]" || (Secret{}).String() != "" || c.Secret.GoString() != "[secret]" {
		t.Error("the placeholder is another one")
	}
}

func TestSecretIsNotLogged(t *testing.T) {
	c := canaryCredential()
	var buf bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&buf, nil), slog.NewJSONHandler(&buf, nil)} {
		slog.New(h).Info("x", "secret", c.Secret, "credential", c, "list", []Secret{c.Secret}, slog.Group("g", "s", &c.Secret))
	}
	if strings.Contains(buf.String(), canary) {
		t.Error(buf.String())
	}
}

func TestSecretIsNotEncoded(t *testing.T) {
	c := canaryCredential()
	for name, encode := range map[string]func(any) ([]byte, error){
		"json": json.Marshal,
		"xml":  xml.Marshal,
		"toml": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := toml.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
	} {
		for _, v := range []any{c, &c, map[string]Secret{"x": c.Secret}} {
			out, err := encode(v)
			if err == nil || bytes.Contains(out, []byte(canary)) {
				t.Errorf("%s of %T: %q, %v", name, v, out, err)
			}
		}
	}
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse("{{.}} {{.Secret}}")).Execute(&b, c); err != nil || strings.Contains(b.String(), canary) {
		t.Errorf("template: %q, %v", b.String(), err)
	}
	for _, f := range []func() ([]byte, error){c.Secret.MarshalText, c.Secret.MarshalJSON, c.Secret.MarshalBinary} {
		if out, err := f(); err == nil || out != nil {
			t.Errorf("%q", out)
		}
	}
}

// Printers such as spew walk unexported fields by reflection.
func TestSecretHidesFromReflection(t *testing.T) {
	v := reflect.ValueOf(NewSecret(canary))
	for i := range v.NumField() {
		if k := v.Field(i).Kind(); k != reflect.Func {
			t.Errorf("a printer can walk into a %s", k)
		}
	}
}

func TestSecretValue(t *testing.T) {
	given := []byte("abc")
	s := NewSecret(given)
	given[0] = 'x'
	if s.Reveal() != "abc" || string(s.Bytes()) != "abc" || s.Len() != 3 || s.IsZero() {
		t.Errorf("%q", s.Reveal())
	}
	dup := s
	s.Wipe()
	if dup.Reveal() != "\x00\x00\x00" {
		t.Errorf("a copy still holds %q", dup.Reveal())
	}
	for _, zero := range []Secret{{}, NewSecret(""), NewSecret([]byte(nil))} {
		zero.Wipe()
		if !zero.IsZero() || zero.Reveal() != "" || zero.Bytes() != nil {
			t.Error("the empty secret is not zero")
		}
	}
}
