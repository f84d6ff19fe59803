package desk

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// TestOptions say what a test run does beside its reads.
type TestOptions struct {
	Market string // in the exchange's words; empty: one that it has
	Drills bool   // also reads that are wrong on purpose, where no real money is
}

// TestStep is one call of a test run: when it begins, and again when it is done.
type TestStep struct {
	At, Of  int // its place in the run, from 0, and how many there are
	Call    exchanges.TestCall
	Done    bool
	Reply   exchanges.TestReply   // when Done
	Verdict exchanges.TestVerdict // when Done
}

// TestReport is what came of a test run.
type TestReport struct {
	Steps []TestStep // that are done
	Clock exchanges.Clock
	Usage string // of the rate limit, as far as the exchange told
}

// Unexpected returns the names of the calls that did not go as a bot should
// expect.
//
//go:noinline // copied into its callers, it would take 2 kB
func (r *TestReport) Unexpected() []string {
	var out []string
	for i := range r.Steps {
		if s := &r.Steps[i]; s.Verdict == exchanges.Unexpected {
			out = append(out, s.Call.Name)
		}
	}
	return out
}

// CanTest returns why a key cannot be test-run, or "".
func (d *Desk) CanTest(r *store.Record) string {
	v, err := d.venue(siteOf(r))
	if err != nil {
		return exchanges.AsError(err).Kind.Sentence()
	}
	if _, can := v.(exchanges.Driller); !can {
		return "keyrota cannot ask this exchange"
	}
	return ""
}

// TestRun makes the calls of a test run of a key, one after the other, and
// writes down that it did.
func (d *Desk) TestRun(ctx context.Context, id store.RecordID, o TestOptions, report func(TestStep)) (TestReport, error) {
	defer d.begin()()
	r, ok := d.Snapshot().ByID(id)
	if !ok {
		return TestReport{}, Refuse("the key is gone", "keyrota list shows those that there are.")
	}
	if why := d.CanTest(r); why != "" {
		return TestReport{}, Refuse(fmt.Sprintf("%s cannot be test-run: %s", r.Name, why), "A test run takes an exchange with an API that keyrota knows.")
	}
	if o.Drills && r.Environment == exchanges.Live {
		return TestReport{}, Refuse(fmt.Sprintf("%s is a live key: drills are for testnet and demo keys only", r.Name),
			"Leave the drills out, or drill with a key of a testnet or of demo trading.")
	}
	calls, wipe, err := d.course(ctx, r, o.Market)
	if err != nil {
		return TestReport{}, err
	}
	defer wipe()
	if !o.Drills {
		calls = readsOf(calls)
	}
	out := d.drive(ctx, calls, report)
	return out, d.audit(ctx, "the key was test-run", d.tested(r, &out, len(calls)))
}

// course reads the credential of a key for the calls of its test run.
func (d *Desk) course(ctx context.Context, r *store.Record, market string) (calls []exchanges.TestCall, wipe func(), err error) {
	v, err := d.venue(siteOf(r))
	if err != nil {
		return nil, nil, err
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, err := vault.Credential(ctx, r)
	if err == nil {
		err = store.CheckFingerprint(r, c)
	}
	if err != nil {
		return nil, nil, keyringFailure(r, err)
	}
	c.Nonce = d.store.Config().NonceUnit(r)
	wipe = func() { c.Secret.Wipe(); c.PrivateKey.Wipe(); c.Passphrase.Wipe() }
	if driller, ok := v.(exchanges.Driller); ok {
		calls, err = driller.Course(c, market)
	}
	if err != nil {
		wipe()
	}
	return calls, wipe, err
}

func readsOf(calls []exchanges.TestCall) (reads []exchanges.TestCall) {
	for _, c := range calls {
		if c.Drill == exchanges.NoDrill {
			reads = append(reads, c)
		}
	}
	return reads
}

// drive makes the calls until all are done or ctx ends.
func (d *Desk) drive(ctx context.Context, calls []exchanges.TestCall, report func(TestStep)) (out TestReport) {
	for i, c := range calls {
		out.Steps = append(out.Steps, TestStep{At: i, Of: len(calls), Call: c})
		s := &out.Steps[i]
		report(*s)
		if c.Do != nil {
			s.Reply = c.Do(ctx)
		}
		s.Done, s.Verdict = true, c.Judge(s.Reply)
		if s.Reply.Clock.Known {
			out.Clock = s.Reply.Clock
		}
		out.Usage = cmp.Or(s.Reply.Usage, out.Usage)
		report(*s)
		if ctx.Err() != nil {
			break
		}
	}
	return out
}

// tested is the event of a test run.
func (d *Desk) tested(r *store.Record, t *TestReport, planned int) store.Event {
	result, detail, last := "ok", fmt.Sprintf("%d calls", len(t.Steps)), len(t.Steps)-1
	if last >= 0 && t.Steps[last].Verdict == exchanges.Interrupted {
		result, detail = string(exchanges.Interrupted), fmt.Sprintf("%d of %d calls", last, planned)
	} else if names := t.Unexpected(); len(names) > 0 {
		result, detail = string(exchanges.Unexpected), strings.Join(names, ", ")
	}
	return d.event(r, store.ActionTested, result, detail)
}
