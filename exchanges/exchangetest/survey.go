package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var surveyLaws = []Law{
	{"SurveyKeys shows every key of the own account", surveysAll},
	{"SurveyKeys fails rather than leave a key out", surveysNoPart},
}

func surveys(c exchanges.Capabilities) bool { return c.Survey }

func (d *desk) survey() ([]exchanges.KeyInfo, error) {
	s, ok := d.exchange.(exchanges.Surveyor)
	if !ok {
		return nil, errNotThere
	}
	if !d.Manage.OwnKeys {
		return nil, errors.New("the subject does not serve the keys of an own account: set Manage.OwnKeys")
	}
	return s.SurveyKeys(context.Background(), exchanges.Manager{Credential: d.manager.Credential})
}

// owns fills the own account: the managing key, and two others.
func (d *desk) owns() []Key {
	keys := []Key{keyOf(d.Manage.New), keyOf(d.Manage.New), keyOf(d.Manage.New)}
	keys[0].ID, keys[1].ID, keys[2].ID = d.key(1), d.manager.Credential.KeyID, d.key(2)
	for i := range keys {
		keys[i].Number = i + 1
	}
	d.account.setOwn(keys...)
	return keys
}

func surveysAll(s Subject) error {
	return s.managing(surveys, func(d *desk) error {
		own := d.owns()
		got, err := d.survey()
		if err != nil {
			return err
		}
		var p problems
		p.in("KeyInfo", d.leaks(dump(got)))
		p.in("requests", d.judged())
		if len(got) != len(own) {
			p.addf("%d keys of %d", len(got), len(own))
			return p.err()
		}
		for i, k := range got { // in the order of the exchange, which is the account's
			if !shows(k.KeyID, own[i].ID) || k.Label != own[i].Label {
				p.addf("%q called %q is not the key %q", k.KeyID, k.Label, own[i].ID)
			}
		}
		if n := len(d.writes()); n > 0 {
			p.addf("%d writes were sent", n)
		}
		return p.err()
	})
}

// shows reports whether a key ID with stars for what is hidden may be id.
func shows(hidden, id string) bool {
	head, rest, masked := strings.Cut(hidden, "*")
	if !masked {
		return hidden == id
	}
	tail := rest[strings.LastIndex(rest, "*")+1:]
	return head+tail != "" && strings.HasPrefix(id, head) && strings.HasSuffix(id, tail)
}

// surveysNoPart has the list without the calling key, and then every part of the
// answers replaced.
func surveysNoPart(s Subject) error {
	var p problems
	p.in("without the calling key", s.managing(surveys, func(d *desk) error {
		d.account.setOwn(d.owns()[2])
		got, err := d.survey()
		if err == nil {
			return fmt.Errorf("%d keys, and the calling one is not among them", len(got))
		}
		return d.lawful(err)
	}))
	p.in("changed", s.managing(surveys, func(d *desk) error {
		own := len(d.owns())
		return d.eachVariant((*desk).survey, swapTypes, func(where string, got []exchanges.KeyInfo, err error) error {
			switch {
			case err != nil:
				return d.lawful(err)
			case len(got) != own:
				return fmt.Errorf("%s: %d keys of %d", where, len(got), own)
			}
			return nil
		})
	}))
	return p.err()
}
