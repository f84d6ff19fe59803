package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// hookTime is how long a consumer's command may take.
const hookTime = 2 * time.Minute

// handler hands credentials to consumers.
type handler struct{ environ func() []string }

var _ flow.Handler = handler{}

// RunHook runs the consumer's command through the shell, as the person wrote
// it. The credential is in its environment and nowhere else: not in its
// arguments, which every program can read. What it prints is dropped, since it
// may print what it was given.
func (h handler) RunHook(ctx context.Context, c store.Consumer, r *store.Record, cred exchanges.Credential) error {
	person := ctx
	ctx, cancel := context.WithTimeout(ctx, hookTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", c.OnRotate) //nolint:gosec // it is the person's own command, run after a yes
	if runtime.GOOS == "windows" {
		cmd = exec.CommandContext(ctx, "cmd", "/c", c.OnRotate) //nolint:gosec // as above
	}
	cmd.Env = append(without(h.environ(), "KEYROTA_"), credentialEnv(r, cred)...)
	cmd.WaitDelay = time.Second // a child that keeps the pipe open does not keep us
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case person.Err() != nil:
		return Refuse(fmt.Sprintf("the command of %s was interrupted", exchanges.Clean(c.Name)), "Look whether the program works, then try again or say that it has the key.")
	case ctx.Err() != nil:
		return Refuse(fmt.Sprintf("the command of %s did not end within %s", exchanges.Clean(c.Name), hookTime), "Run it yourself, or mend it and try again.")
	case errors.As(err, &exit):
		return Refuse(fmt.Sprintf("the command of %s ended with %s", exchanges.Clean(c.Name), exit.ProcessState), "Run it in a terminal to see what it says.")
	}
	return Refuse(fmt.Sprintf("the command of %s could not be started", exchanges.Clean(c.Name)), "Is there a shell? Run the command yourself.")
}

// without returns the environment without variables of a prefix: what keyrota
// itself is told is not the hook's.
func without(env []string, prefix string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(s string) bool { return strings.HasPrefix(s, prefix) })
}

// credentialEnv names the parts as `keyrota add --stdin` does.
func credentialEnv(r *store.Record, c exchanges.Credential) []string {
	out := []string{
		"KEYROTA_NAME=" + r.Name, "KEYROTA_EXCHANGE=" + string(r.Exchange), "KEYROTA_ENVIRONMENT=" + string(r.Environment),
		"KEYROTA_KEY=" + c.KeyID,
	}
	for _, p := range []struct {
		name string
		part exchanges.Secret
	}{{"SECRET", c.Secret}, {"PASSPHRASE", c.Passphrase}, {"PRIVATE_KEY", c.PrivateKey}} {
		if !p.part.IsZero() {
			out = append(out, "KEYROTA_"+p.name+"="+p.part.Reveal())
		}
	}
	return out
}

// WriteFile fills the consumer's template: see fill. The file is replaced in one
// step and for its owner alone; a template that fails leaves the old file as it is.
func (handler) WriteFile(_ context.Context, c store.Consumer, r *store.Record, cred exchanges.Credential) error {
	source, err := os.ReadFile(c.Template)
	if err != nil {
		return Refuse("the template "+c.Template+" cannot be read", "Check its path in the consumer's settings.")
	}
	text, err := fill(source, map[string][]byte{
		"Name": []byte(r.Name), "Exchange": []byte(r.Exchange), "Environment": []byte(r.Environment), "Key": []byte(cred.KeyID),
		"Secret": cred.Secret.Bytes(), "Passphrase": cred.Passphrase.Bytes(), "PrivateKey": cred.PrivateKey.Bytes(),
	})
	defer clear(text)
	if err != nil {
		return Refuse("the template "+c.Template+" "+err.Error(),
			"It may use {{.Name}} {{.Exchange}} {{.Environment}} {{.Key}} {{.Secret}} {{.Passphrase}} {{.PrivateKey}}, and {{json .Secret}} inside JSON.")
	}
	return replaceSecretFile(c.File, text)
}

// fill puts values where a template names them, {{.Secret}}, or as a JSON text
// with its quotes, {{json .Secret}}. It is the part of text/template's language
// that a file of settings needs; that package's reflection would keep every
// exported method of the program in the binary. An error quotes nothing.
func fill(template []byte, values map[string][]byte) (text []byte, err error) {
	text = make([]byte, 0, len(template)+16<<10) // so that no half of it is left behind by growing
	for rest := template; ; {
		before, from, found := bytes.Cut(rest, []byte("{{"))
		text = append(text, before...)
		if !found {
			return text, nil
		}
		inside, after, closed := bytes.Cut(from, []byte("}}"))
		if !closed {
			return text, errors.New("has a {{ without its }}")
		}
		words := strings.Fields(string(inside))
		quoted := len(words) == 2 && words[0] == "json"
		if quoted {
			words = words[1:]
		}
		if len(words) != 1 || !strings.HasPrefix(words[0], ".") {
			return text, errors.New("has something in {{ }} that is no name of a value")
		}
		value, known := values[words[0][1:]]
		if !known {
			return text, errors.New("asks for something that there is not")
		}
		if quoted {
			if value, err = json.Marshal(string(value)); err != nil {
				return text, err
			}
		}
		text, rest = append(text, value...), after
	}
}

// replaceSecretFile gives a file a new content in one step, readable for its
// owner alone. The unfinished file has a fixed name, so that what a crash leaves
// of it is removed when the flow writes it again.
func replaceSecretFile(path string, content []byte) error {
	fail := func(err error) error {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err
		}
		return Refuse(fmt.Sprintf("%s cannot be written: %v", path, err), "Check the folder and its rights, then try again.")
	}
	temp := path + ".keyrota"
	if err := os.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail(err)
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fail(err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp)
		return fail(err)
	}
	return nil
}
