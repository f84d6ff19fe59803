package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// answersHelp documents the file that answers a flow's prompts.
const answersHelp = `The file of --answers is a JSON object: its names are prompts, its values answers. An answer is
the choice, or an object of the choice and the fields, or a list of answers, used up one by one:

  {
    "where":    {"choice": "go", "exchange": "deribit", "environment": "live", "name": "grid-bot"},
    "plan":     "go",
    "paste":    {"choice": "go", "key": "…", "secret": "…"},
    "consumer": ["run", "done"],
    "revoke":   {"choice": "go", "phrase": "grid-bot"}
  }

Fields are texts, or lists of texts. The parts of a credential are key, secret, passphrase and
private_key; of a key pair that was made here only key, and not even that where the public half is
the key. A one-time code is code; what is dangerous wants the key's name as phrase. A field that is
left out keeps its default. Each answer is used once and for one key. Where there is none left, the
flow stays as it is, and the command prints what is asked, with its fields and choices. A prompt
that goes on by itself is waited for, up to --wait, unless the file has an answer. The answer later,
which every prompt takes, leaves the flow there.

In the demo the answer simulate lets the simulated exchange do what a person does on its page:
"paste", "gone", "undo", "code" and "works" take it.

A hook runs and a file is written only after the answer that says so, and an answer to "consumer"
may say for which it is: {"for": "grid-bot", "choice": "run"}.

Exit codes: 0 done, 1 abandoned or failed, 2 bad input, 3 waits for an answer, 130 interrupted.`

// maxAnswers bounds what is read of an answers file.
const maxAnswers = 1 << 20

// reply is one answer of an answers file. Its fields are held against the
// prompt only when that is asked: what a prompt takes depends on the flow.
type reply struct {
	choice     string
	subject    string // the consumer that it is for; empty: whichever is next
	values     map[string]string
	credential exchanges.Credential
	code       exchanges.Secret
}

// answers are the replies by prompt, in the order of their use.
type answers map[flow.PromptID][]reply

// Names in an answer that are no fields of a prompt by that name.
const (
	nameChoice  = "choice"
	nameSubject = "for"
	nameCode    = "code"
	namePhrase  = "phrase"
)

// anywhere are the names that any answer may have; what it is asked for decides
// whether they are of use.
var anywhere = []string{
	nameChoice, nameCode, namePhrase,
	string(exchanges.FieldKey), string(exchanges.FieldSecret), string(exchanges.FieldPassphrase), string(exchanges.FieldPrivateKey),
}

// readAnswers reads an answers file, or standard input for "-". warn hears of
// a file that others can read and should not.
func readAnswers(path string, stdin io.Reader, warn func(what, hint string)) (answers, error) {
	name, from := path, stdin
	var mode fs.FileMode
	if path == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, desk.Refuse("the answers cannot be read: "+err.Error(), "Name a JSON file with --answers, or - for standard input.")
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err == nil {
			mode = info.Mode()
		}
		from = f
	}
	raw, err := io.ReadAll(io.LimitReader(from, maxAnswers+1))
	defer clear(raw)
	switch {
	case err != nil:
		return nil, desk.Refuse("the answers cannot be read: "+err.Error(), "Name a JSON file with --answers, or - for standard input.")
	case len(raw) > maxAnswers:
		return nil, desk.Refuse(name+" holds more than 1 MiB", answersShape)
	}
	a, err := parseAnswers(name, raw)
	if err == nil && a.secret() && exposed(mode) {
		warn(fmt.Sprintf("%s holds a secret and can be read by others", path), "Make it yours alone: chmod 600. Delete it when the key is made.")
	}
	return a, err
}

const answersShape = "keyrota create --help shows how answers are written."

// exposed reports whether others may read a file. Windows keeps that in
// access lists, of which the mode says nothing.
func exposed(m fs.FileMode) bool {
	return m.IsRegular() && m.Perm()&0o077 != 0 && runtime.GOOS != "windows"
}

// parseAnswers reads the JSON form. Its errors name prompts and fields and
// never quote a value.
func parseAnswers(name string, raw []byte) (answers, error) {
	var prompts map[string]json.RawMessage
	if json.Unmarshal(raw, &prompts) != nil || prompts == nil {
		return nil, desk.Refuse(name+" is not a JSON object of answers", answersShape)
	}
	out := answers{}
	for id, value := range prompts {
		fields, ok := promptFields[flow.PromptID(id)]
		if !ok {
			return nil, desk.Refuse(fmt.Sprintf("%s answers %q, which keyrota never asks", name, exchanges.Clean(id)), "It asks: "+promptList()+".")
		}
		replies, err := parseReplies(value, fields)
		if err != nil {
			return nil, desk.Refuse(fmt.Sprintf("%s: %q: %v", name, id, err), answersShape)
		}
		out[flow.PromptID(id)] = replies
	}
	return out, nil
}

// promptFields are the prompts there are, each with the fields that it may
// have for some flow. Parts of a credential, a code and a phrase are not named.
var promptFields = map[flow.PromptID][]string{
	flow.AskWhere:    {"exchange", "environment", "site", "sub_account", "name"},
	flow.AskVenue:    {"venue", "keys_page"},
	flow.AskPurpose:  {"purpose", "permissions"},
	flow.AskIPs:      {"ips"},
	flow.AskPlan:     {"permissions", "ips", "consumers", "route", "source"},
	flow.AskOldDead:  nil,
	flow.AskPaste:    nil,
	flow.AskLook:     nil,
	flow.AskReview:   nil,
	flow.AskWorks:    nil,
	flow.AskConsumer: {nameSubject},
	flow.AskWatch:    nil,
	flow.AskRevoke:   nil,
	flow.AskGone:     nil,
	flow.AskProve:    nil,
	flow.AskCode:     nil,
	flow.AskProblem:  nil,
	flow.AskAbandon:  nil,
	flow.AskUndo:     nil,
}

func promptList() string {
	var ids []string
	for id := range promptFields {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

func parseReplies(value json.RawMessage, fields []string) ([]reply, error) {
	list := []json.RawMessage{value}
	if bytes.HasPrefix(value, []byte("[")) {
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, errNoAnswer
		}
	}
	var out []reply
	for _, v := range list {
		r, err := parseReply(v, fields)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

var errNoAnswer = fmt.Errorf("an answer is a text, an object or a list of these")

func parseReply(value json.RawMessage, fields []string) (reply, error) {
	r := reply{values: map[string]string{}}
	if json.Unmarshal(value, &r.choice) == nil && r.choice != "" {
		return r, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil || object == nil {
		return r, errNoAnswer
	}
	for name, v := range object {
		text, ok := fieldText(v)
		if !ok {
			return r, fmt.Errorf("%q is neither a text nor a list of texts", exchanges.Clean(name))
		}
		if err := r.set(name, text, fields); err != nil {
			return r, err
		}
	}
	if r.choice == "" {
		return r, fmt.Errorf("an answer has no %q", nameChoice)
	}
	return r, nil
}

// fieldText returns a text, or the texts of a list with blanks between them,
// as a person would type them.
func fieldText(v json.RawMessage) (string, bool) {
	var text *string
	if json.Unmarshal(v, &text) == nil && text != nil {
		return *text, true
	}
	var list []string
	if json.Unmarshal(v, &list) != nil || list == nil {
		return "", false
	}
	return strings.Join(list, " "), true
}

// set takes in one name of an answer object.
func (r *reply) set(name, text string, fields []string) error {
	if !slices.Contains(anywhere, name) && !slices.Contains(fields, name) {
		return fmt.Errorf("there is no field %q", exchanges.Clean(name))
	}
	switch name {
	case nameChoice:
		r.choice = text
	case nameSubject:
		r.subject = text
	case nameCode:
		r.code = exchanges.NewSecret(text)
	case string(exchanges.FieldKey):
		r.credential.KeyID = text
	case string(exchanges.FieldSecret):
		r.credential.Secret = exchanges.NewSecret(text)
	case string(exchanges.FieldPassphrase):
		r.credential.Passphrase = exchanges.NewSecret(text)
	case string(exchanges.FieldPrivateKey):
		r.credential.PrivateKey = exchanges.NewSecret(text)
	default:
		r.values[name] = text
	}
	return nil
}

// secret reports whether the answers hold something that nobody else may read.
func (a answers) secret() bool {
	for _, replies := range a {
		for _, r := range replies {
			c := r.credential
			if !c.Secret.IsZero() || !c.Passphrase.IsZero() || !c.PrivateKey.IsZero() || !r.code.IsZero() {
				return true
			}
		}
	}
	return false
}

// fresh returns answers for another flow. The lists are used up from the
// front, so that sharing what they hold is safe.
func (a answers) fresh() answers {
	out := make(answers, len(a))
	for id, replies := range a {
		out[id] = replies
	}
	return out
}
