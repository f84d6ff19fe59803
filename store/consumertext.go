package store

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// consumerSigns end a name that is not in quotes.
const consumerSigns = `:=>"`

// String writes the consumer as ParseConsumer reads it.
func (c Consumer) String() string {
	name := c.Name
	if strings.ContainsAny(name, consumerSigns) || strings.TrimSpace(name) != name {
		name = strconv.Quote(name)
	}
	switch c.Handover() {
	case HandRun:
		return name + " = run"
	case HandHook:
		return name + ": " + c.OnRotate
	case HandFile:
		return name + " > " + pathText(c.File) + " from " + pathText(c.Template)
	case HandByHand:
	}
	return name
}

func pathText(path string) string {
	if strings.HasPrefix(path, `"`) || strings.Contains(path, fromWord) || strings.TrimSpace(path) != path {
		return strconv.Quote(path)
	}
	return path
}

const fromWord = " from "

// ParseConsumer reads a consumer as people write it, on one line, name first:
//
//	grid-bot                                  the person gives it a new key
//	grid-bot: systemctl --user restart bot    a command, run with the key in its environment
//	grid-bot = run                            keyrota run starts it
//	grid-bot > /etc/bot.json from /etc/bot.t  a file, made from a template
//
// A name that has one of : = > or a quote in it is put in double quotes, and
// so is a path with " from " in it; inside, a backslash goes before a quote.
//
// An empty line is none.
func ParseConsumer(line string) (c Consumer, some bool, err error) {
	name, rest, err := cutName(strings.TrimSpace(line))
	if err != nil || name == "" && rest == "" {
		return c, false, err
	}
	if name == "" {
		return c, false, errors.New("a program needs a name before " + rest[:1])
	}
	c.Name = name
	if rest != "" {
		err = parseHandover(&c, rest[0], strings.TrimSpace(rest[1:]))
	}
	return c, err == nil, err
}

// parseHandover reads how a consumer gets a new key: the sign after its name,
// and what follows.
func parseHandover(c *Consumer, sign byte, value string) (err error) {
	switch {
	case sign == ':' && value == "":
		return errors.New("after the colon stands the command that hands over a new key")
	case sign == ':':
		c.By, c.OnRotate = HandHook, value
	case sign == '=' && value == string(HandRun):
		c.By = HandRun
	case sign == '=' && value == string(HandByHand):
	case sign == '=':
		return errors.New("after = stands run, or hand")
	case sign == '>':
		c.By = HandFile
		c.File, c.Template, err = parsePaths(value)
	default:
		return errors.New("after the name in quotes stands nothing, or one of : = >")
	}
	return err
}

// cutName splits off the name, in quotes or not.
func cutName(line string) (name, rest string, err error) {
	if strings.HasPrefix(line, `"`) {
		name, rest, err = cutQuoted(line)
		return exchanges.Clean(name), rest, err
	}
	at := strings.IndexAny(line, consumerSigns)
	if at < 0 {
		return strings.TrimSpace(exchanges.Clean(line)), "", nil
	}
	if line[at] == '"' {
		return "", "", errors.New(`a quote stands around the whole name: "my bot"`)
	}
	return strings.TrimSpace(exchanges.Clean(line[:at])), line[at:], nil
}

// cutQuoted splits off what is in double quotes.
func cutQuoted(text string) (inside, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", errors.New("a quote is not closed")
	}
	inside, err = strconv.Unquote(quoted)
	if err != nil {
		return "", "", errors.New("what is in the quotes cannot be read")
	}
	return inside, strings.TrimSpace(text[len(quoted):]), nil
}

// parsePaths reads FILE from TEMPLATE.
func parsePaths(value string) (file, template string, err error) {
	wrong := errors.New("after > stands FILE from TEMPLATE")
	if strings.HasPrefix(value, `"`) {
		if file, value, err = cutQuoted(value); err != nil {
			return "", "", err
		}
		rest, ok := strings.CutPrefix(value, strings.TrimLeft(fromWord, " "))
		if !ok {
			return "", "", wrong
		}
		value = rest
	} else {
		var ok bool
		if file, value, ok = strings.Cut(value, fromWord); !ok {
			return "", "", wrong
		}
	}
	template, file = strings.TrimSpace(value), strings.TrimSpace(file)
	if strings.HasPrefix(template, `"`) {
		var rest string
		if template, rest, err = cutQuoted(template); err != nil || rest != "" {
			return "", "", errors.Join(err, wrong)
		}
	}
	for _, path := range []string{file, template} {
		if !filepath.IsAbs(path) && !strings.HasPrefix(path, "/") { // one from another system is the store's to judge
			return "", "", errors.New("the paths of FILE and TEMPLATE must be whole, from the root of the file system")
		}
	}
	return file, template, nil
}

// ParseConsumers reads the list of a field that takes several consumers,
// separated by commas. A command with a comma does not fit in there: the edit
// form has a line for each.
func ParseConsumers(list string) ([]Consumer, error) {
	var out []Consumer
	for item := range strings.SplitSeq(list, ",") {
		c, some, err := ParseConsumer(item)
		if err != nil {
			return nil, err
		}
		if some {
			out = append(out, c)
		}
	}
	return out, nil
}
