package store

import (
	"strings"
	"testing"
)

func TestConsumersAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		want Consumer
	}{
		{"grid-bot", Consumer{Name: "grid-bot"}},
		{"my tax tool", Consumer{Name: "my tax tool"}},
		{"grid-bot: systemctl --user restart grid-bot", Consumer{Name: "grid-bot", By: HandHook, OnRotate: "systemctl --user restart grid-bot"}},
		{`bot: a, b; c | d > e = f: "g" && h`, Consumer{Name: "bot", By: HandHook, OnRotate: `a, b; c | d > e = f: "g" && h`}},
		{"bot = run", Consumer{Name: "bot", By: HandRun}},
		{"bot > /etc/bot.json from /etc/bot.tmpl", Consumer{Name: "bot", By: HandFile, File: "/etc/bot.json", Template: "/etc/bot.tmpl"}},
		{`bot > "/a from b" from "/c from \"d\""`, Consumer{Name: "bot", By: HandFile, File: "/a from b", Template: `/c from "d"`}},
		{`"a: b = c > d \"e\" \\f": restart`, Consumer{Name: `a: b = c > d "e" \f`, By: HandHook, OnRotate: "restart"}},
		{"日本語ボット: 再起動", Consumer{Name: "日本語ボット", By: HandHook, OnRotate: "再起動"}},
	} {
		got, some, err := ParseConsumer(c.text)
		if err != nil || !some || got != c.want {
			t.Errorf("%q is read as %+v, %v, %v", c.text, got, some, err)
		}
		if back := c.want.String(); back != c.text {
			t.Errorf("%+v is written as %q, want %q", c.want, back, c.text)
		}
	}
}

func TestConsumersAreReadGenerously(t *testing.T) {
	for text, want := range map[string]Consumer{
		"  bot:restart  ": {Name: "bot", By: HandHook, OnRotate: "restart"},
		"bot=run":         {Name: "bot", By: HandRun},
		"bot = hand":      {Name: "bot"},
		`"bot"`:           {Name: "bot"},
		"bot>/a from /b":  {Name: "bot", By: HandFile, File: "/a", Template: "/b"},
	} {
		if got, some, err := ParseConsumer(text); err != nil || !some || got != want {
			t.Errorf("%q is read as %+v, %v, %v", text, got, some, err)
		}
	}
	for _, text := range []string{"", "   ", `""`} {
		if got, some, err := ParseConsumer(text); err != nil || some {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
}

func TestConsumersThatMakeNoSenseAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"bot:":                  "after the colon",
		": restart":             "needs a name before :",
		"= run":                 "needs a name before =",
		"bot = often":           "after = stands run",
		"bot = run now":         "after = stands run",
		"bot > /etc/bot.json":   "FILE from TEMPLATE",
		"bot > from /b":         "FILE from TEMPLATE",
		"bot > /a from ":        "FILE from TEMPLATE",
		"bot > a from /b":       "must be whole",
		"bot > /a from ~/b":     "must be whole",
		`bot > "/a" /b`:         "FILE from TEMPLATE",
		`bot > /a from "/b" /c`: "FILE from TEMPLATE",
		`bot > "/a from /b`:     "not closed",
		`"bot: restart`:         "not closed",
		`my "bot": restart`:     "around the whole name",
		`"bot" restart`:         "after the name in quotes",
	} {
		got, some, err := ParseConsumer(text)
		if err == nil || some || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %+v, %v, %v; want an error with %q", text, got, some, err, want)
		}
	}
}

// Whatever a name is, it comes back as it was, cannot be drawn as anything but
// text, and never turns into a command.
func FuzzConsumerNamesComeBack(f *testing.F) {
	for _, name := range []string{"bot", "a: b", `"`, `\`, " x ", "=run", "> /a from /b", "\x1b[31m", "\u202e", "日本", "a\nb", "'", "🇫🇷"} {
		f.Add(name, "restart")
	}
	f.Fuzz(func(t *testing.T, name, command string) {
		text := Consumer{Name: name, OnRotate: command}.String()
		got, _, err := ParseConsumer(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(got.Name, "\x1b\n\r\u202e") {
			t.Errorf("the name %q holds what cannot be drawn", got.Name)
		}
		if command == "" && got.OnRotate != "" {
			t.Errorf("the name %q has become the command %q", name, got.OnRotate)
		}
		again, _, err := ParseConsumer(got.String())
		if err != nil || again.Name != got.Name || again.Handover() != got.Handover() {
			t.Errorf("%+v comes back as %+v, %v", got, again, err)
		}
	})
}

func TestListsOfConsumers(t *testing.T) {
	got, err := ParseConsumers("a, b: restart b, , c")
	if err != nil || len(got) != 3 || got[1].OnRotate != "restart b" || got[2].Name != "c" {
		t.Errorf("read %+v, %v", got, err)
	}
	if _, err := ParseConsumers("a, b:"); err == nil {
		t.Error("a consumer without its command is taken")
	}
}
