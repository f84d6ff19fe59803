package store

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

func TestHowAConsumerGetsItsKey(t *testing.T) {
	for _, c := range []struct {
		consumer Consumer
		want     Handover
	}{
		{Consumer{Name: "tax-tool"}, HandByHand},
		{Consumer{Name: "bot", OnRotate: "restart bot"}, HandHook},
		{Consumer{Name: "bot", OnRotate: "restart bot", By: HandByHand}, HandByHand},
		{Consumer{Name: "bot", OnRotate: "restart bot", By: HandFile, File: "/f", Template: "/t"}, HandFile},
		{Consumer{Name: "bot", By: HandRun}, HandRun},
	} {
		if got := c.consumer.Handover(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.consumer, got, c.want)
		}
	}
}

func TestAConsumerThatCannotBeServedIsRefused(t *testing.T) {
	for _, c := range []Consumer{
		{Name: "x", File: "/home/a/bot.env", Template: "/home/a/bot.tmpl"},
		{Name: "x", By: HandFile, File: `C:\bots\key.env`, Template: `\\server\bots\key.tmpl`},
		{Name: "x", By: HandFile, File: "D:/key.env", Template: "/t", OnRotate: "reload"},
		{Name: "x", By: HandHook, OnRotate: "reload"},
	} {
		if err := c.check(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range []struct {
		consumer Consumer
		says     string
	}{
		{Consumer{By: "pigeon"}, "pigeon"},
		{Consumer{By: "Hand"}, "none of hand"},
		{Consumer{By: "\x1b[2J"}, "none of hand"},
		{Consumer{By: HandHook}, "on_rotate"},
		{Consumer{By: HandFile}, "file, the path"},
		{Consumer{By: HandFile, Template: "/t"}, "file, the path"},
		{Consumer{By: HandFile, File: "/f"}, "template"},
		{Consumer{File: "/f"}, "template"},
		{Consumer{File: "f", Template: "/t"}, "file: the path"},
		{Consumer{File: "~/f", Template: "/t"}, "file: the path"},
		{Consumer{File: "C:f", Template: "/t"}, "file: the path"},
		{Consumer{File: "/f", Template: "../t"}, "template: the path"},
		{Consumer{File: "/f\n", Template: "/t"}, "cannot be shown"},
		{Consumer{File: "/" + strings.Repeat("f", exchanges.MaxText), Template: "/t"}, "too long"},
	} {
		err := c.consumer.check()
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%+v: %v, want %q", c.consumer, err, c.says)
		}
		s := openStore(t, t.TempDir())
		if _, err := s.Update(func(d *Draft) error {
			r := testRecord("a")
			r.Consumers = []Consumer{{Name: "good"}, c.consumer}
			return d.Add(r)
		}); err == nil {
			t.Errorf("%+v was stored", c.consumer)
		}
	}
}

// TestJournalsKeepWhatARecordSays: flows write consumers, facts and checks as
// JSON and must find them again as they were.
func TestJournalsKeepWhatARecordSays(t *testing.T) {
	r := fullRecord()
	type said struct {
		Consumers []Consumer
		Facts     Facts
		Check     Check
	}
	for what, want := range map[string]said{"full": {r.Consumers, r.Facts, r.Check}, "bare": {}} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got said
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v\n%s", what, err, data)
		}
		if diff := cmp.Diff(want, got, sameRecord); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		if what == "bare" && string(data) != `{"Consumers":null,"Facts":{},"Check":{}}` {
			t.Errorf("nothing is written as %s", data)
		}
	}
}
