package exchangetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var secretLaws = []Law{
	{"an exchange that echoes a secret does not leak it", echoes},
	{"a log has no queries, bodies and secrets", logsAreQuiet},
}

// echoes has the exchange put the secret wherever it can put text.
func echoes(s Subject) error {
	secrets := secretParts(s.Credential)
	if len(secrets) == 0 {
		return errors.New("the subject's credential has no secret")
	}
	secret := secrets[0].value
	quoted, _ := json.Marshal("no: " + secret)
	replies := map[string]Reply{
		"in a page":     Status(http.StatusForbidden, "<p>"+secret),
		"in a status":   Raw("HTTP/1.1 400 " + secret + "\r\nContent-Length: 0\r\n\r\n"),
		"in a non-HTTP": Raw(secret + "\r\n\r\n"),
		"in a redirect": Redirect("https://example.com/" + secret),
		"as JSON text":  JSON(string(quoted)),
	}
	for i, r := range s.Refusals {
		if body, err := inject(r.Reply.Body, "no: "+secret); err == nil {
			r.Reply.Body = body
			replies[fmt.Sprintf("in refusal %d, %s", i, r.Name)] = r.Reply
		}
	}
	var p problems
	for name, reply := range replies {
		p.in(name, s.answering(reply.Handler(), func(b *bench, info exchanges.KeyInfo, err error) error {
			return errors.Join(b.leaks(dump(info)), b.leaks(dump(err)), b.leaks(b.log.String()))
		}))
	}
	return p.err()
}

// inject replaces every string of a JSON body that looks like a sentence.
func inject(body, text string) (string, error) {
	err := walk(body, func([]string, any, func(any) string) {})
	if err != nil {
		return "", err
	}
	var out string
	_ = walk(body, func(_ []string, node any, encode func(any) string) {
		if s, ok := node.(string); ok && out == "" && strings.Contains(s, " ") {
			out = encode(text)
		}
	})
	if out == "" {
		return "", errors.New("there is no sentence in it")
	}
	return out, nil
}

func logsAreQuiet(s Subject) error {
	return s.onEach(func(b *bench) error {
		if _, err := b.inspect(); err != nil {
			return err
		}
		log := b.log.String()
		var p problems
		if !strings.Contains(log, "path=") || !strings.Contains(log, "status=200") {
			p.addf("the log does not say what was called: %q", log)
		}
		p.in("log", b.leaks(log))
		if strings.Contains(log, b.cred.KeyID) {
			p.addf("the log shows the full key")
		}
		for _, r := range b.signed() {
			if r.Query != "" && strings.Contains(log, r.Query) || r.Body != "" && strings.Contains(log, r.Body) {
				p.addf("the log shows parameters of %s", r.Call())
			}
		}
		return p.err()
	})
}
