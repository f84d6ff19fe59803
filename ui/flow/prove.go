package flow

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

const (
	// settles is how long a revoked key may go on working before that is
	// worth a question, and how often it is looked at meanwhile.
	settles    = time.Minute
	settleLook = 5 * time.Second

	// leastRefusals is how often in a row an ambiguous refusal must be seen.
	leastRefusals = 3
)

// probed takes in one try to use the old key.
//
// Only the exchange's own word proves that a key is dead: that it knows no
// such key, or a list of the account's keys without it. A refusal that may
// also be about the address, a right or the signature is evidence when all of
// this holds: the exchange took the key from here before, it takes another key
// from here now, and it goes on refusing for some minutes.
func (s *State) probed(e Event) error {
	p, q := e.Probe, &s.Proof
	q.Tries++
	q.Judged, q.Kind, q.Code = true, p.Kind, p.Code
	q.Alive, q.Listed = p.Accepted || p.Listed, p.Listed
	q.Unknown, q.Unlisted, q.Alone = p.Unknown && s.wasKnown(), p.Unlisted && s.listTells(p), p.Alone
	if q.Alive || livingRefusal(p.Kind) {
		q.First, q.Last, q.Refusals, q.NewOK = noTime, noTime, 0, false
	}
	switch {
	case q.Alive:
		if e.At.Sub(q.Since) < settles {
			s.Due = e.At.Add(settleLook)
		}
	case q.Unknown, q.Unlisted:
		q.Verdict = Proven
		s.proven(e)
	case p.Verdict:
		s.refusedAgain(e)
	case p.Asked: // a failure on the way proves nothing
		s.Due = e.At.Add(p.Every)
	}
	return nil
}

// wasKnown reports whether the exchange ever knew the key: it took it, listed
// it, or refused it as one that lives. A site that never did does not know it
// either while it lives at another one.
func (s *State) wasKnown() bool {
	return !s.Old.Accepted.IsZero() || !s.Old.Facts.Seen.IsZero() || s.Old.Listed || s.Old.Lives
}

// livingRefusal reports whether a refusal is one of a key that lives, so that it
// breaks a row of refusals and time will not make a death of it.
func livingRefusal(kind string) bool {
	k := exchanges.Kind(kind)
	return k == exchanges.IPBlocked || k == exchanges.Denied
}

// listTells reports whether a list without the old key says anything: the key
// must have been in it, or have worked before and be refused now. Else the list
// may be that of another account.
func (s *State) listTells(p *Probe) bool {
	return s.Old.Listed || p.Verdict && !s.Old.Accepted.IsZero()
}

func (s *State) refusedAgain(e Event) {
	p, q := e.Probe, &s.Proof
	if q.First.IsZero() || e.At.Before(q.First) { // the clock was set back
		q.First = e.At
	}
	q.Last = e.At
	q.Refusals++
	q.NewOK = p.NewOK
	long := q.Last.Sub(q.First) >= p.For && q.Refusals >= leastRefusals
	if long && !s.Old.Accepted.IsZero() && (q.NewOK || p.Alone) {
		q.Verdict = Refused // the person sees the evidence before the secret goes
		return
	}
	if !long {
		s.Due = e.At.Add(p.Every)
	}
}

// proven notes the verdict and goes on to forget the old secret.
func (s *State) proven(e Event) {
	action := store.ActionProvenDead
	if s.Proof.Verdict != Proven {
		action = store.ActionFoundRefused
	}
	s.note(e, action, string(s.Proof.Verdict), strings.Join(s.Evidence(), " ")).KeyID = s.Old.Masked
	s.next()
}

// Evidence says what is known of the old key's death, in sentences.
func (s *State) Evidence() []string {
	q := &s.Proof
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch {
	case q.Unknown:
		say("The exchange says that it knows no such key%s.", inBrackets(q.Code))
	case q.Unlisted:
		say("The exchange's own list of keys does not have it any more.")
	case q.Listed:
		say("The exchange's list of keys still has the old key.")
	case q.Alive:
		say("The exchange still accepts the old key.")
	case q.Verdict == Stated:
		say("You say that it is deleted; keyrota could not ask.")
	}
	if !s.Old.Accepted.IsZero() {
		say("The exchange accepted it from this machine on %s.", clock(s.Old.Accepted))
	}
	return append(out, q.refusal()...)
}

// refusal says what is known where the exchange neither took the key nor said
// that there is none.
func (q *Proof) refusal() []string {
	switch {
	case q.Refusals > 0:
		out := []string{fmt.Sprintf("It has refused it %s%s.", q.row(), inBrackets(q.Code))}
		switch {
		case q.NewOK:
			out = append(out, "It accepts another key from this machine meanwhile.")
		case q.Alone:
			out = append(out, "There is no other key here to hold against that.")
		}
		return out
	case livingRefusal(q.Kind):
		return []string{fmt.Sprintf("It refuses the old key as one that lives%s.", inBrackets(q.Code))}
	case q.Kind != "" && !q.Unknown && !q.Unlisted && !q.Alive:
		return []string{fmt.Sprintf("The last try did not reach a verdict (%s).", q.Kind)}
	}
	return nil
}

// row says how often and for how long the key was refused without a break.
func (q *Proof) row() string {
	if q.Refusals == 1 {
		return "once"
	}
	return fmt.Sprintf("%s in a row, for %s", times(q.Refusals), q.Last.Sub(q.First).Round(time.Second))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func inBrackets(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

// clock writes a moment for people, in UTC as the audit log does.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// leftovers says what an abandoned flow leaves at the exchange.
func (s *State) leftovers() []string {
	var out []string
	switch {
	case s.Kind == Revoke:
		out = append(out, s.keyStays())
	case s.Kind == Create && !s.Watch.Since.IsZero():
		for _, h := range s.Consumers {
			if h.State == Waiting || h.State == Asked {
				out = append(out, fmt.Sprintf("%s is stored; %s does not have it yet.", s.Name, h.Consumer.Name))
			}
		}
	case s.Step == StepReconcile, s.Step == StepMake && s.Plan.Route == ByHand:
		out = append(out, fmt.Sprintf("If there is a key labelled %s on the exchange's page, delete it there: nobody has its secret.", s.Plan.Label))
	}
	return append(out, s.strays()...)
}

// keyStays says what a revocation that is abandoned leaves.
func (s *State) keyStays() string {
	if s.Old.Gone && !s.Proof.Alive && s.Proof.Verdict != Proven {
		return fmt.Sprintf("The key %s was revoked, but that is not proven. Its record stays: verify it, or revoke it again.", s.Old.Masked)
	}
	return fmt.Sprintf("The key %s is %s, and its record stays.", s.Old.Masked, s.oldIs())
}

// strays names the labels of attempts that nobody has seen the end of.
func (s *State) strays() []string {
	if len(s.Plan.Earlier) == 0 || s.Plan.Can.List && s.Plan.Route == ByAPI {
		return nil // the exchange's list was asked
	}
	return []string{"Should the exchange's page show a key with one of these labels, delete it there: " + strings.Join(s.Plan.Earlier, ", ") + "."}
}
