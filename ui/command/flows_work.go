package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// creation returns the flow that makes a key of that name, or of one yet to be
// chosen, at the exchange that flags name or at one yet to be chosen.
func (s *session) creation(names []string, at *placeFlags) ([]flow.Request, error) {
	r := flow.Request{Kind: flow.Create, Name: strings.Join(names, "")}
	var err error
	if r.Preset, err = at.preset(); err != nil {
		return nil, err
	}
	if r.Name == "" {
		return []flow.Request{r}, nil
	}
	if err := s.desk.CheckName(r.Name); err != nil {
		return nil, desk.Refuse(desk.Explain(err))
	}
	return []flow.Request{r}, nil
}

// rotations returns the flows that rotate the named keys, or all overdue ones.
func (s *session) rotations(f *flowFlags, names []string, now time.Time) ([]flow.Request, error) {
	if (len(names) == 0) != f.allOverdue {
		return nil, desk.Refuse("rotate wants the names of keys, or --all-overdue", "keyrota list shows names and deadlines.")
	}
	records, err := s.pick(names)
	if err != nil {
		return nil, err
	}
	var out []flow.Request
	for _, k := range s.assess(records, now) {
		r := flow.Request{Kind: flow.Rotate, Record: k.record.ID, Name: k.record.Name}
		named := slices.ContainsFunc(out, func(o flow.Request) bool { return o.Record == r.Record })
		if !named && (!f.allOverdue || k.assessment.Overdue()) {
			out = append(out, r)
		}
	}
	return out, nil
}

// worker works flows one after the other.
type worker struct {
	driver driver
	flags  *flowFlags
	begun  func(name string) teller // a flow begins; name is empty for the only one
	ended  func(*end)
}

func (a *App) worker(s *session, f *flowFlags) *worker {
	w := &worker{driver: driver{flows: s.desk.Flows(), now: a.Now, limit: limit{most: f.wait}, simulate: s.simulate}, flags: f}
	w.begun = func(name string) teller {
		if f.asJSON {
			return silent{}
		}
		if name != "" {
			fmt.Fprintln(a.Stdout, name)
		}
		return &progress{out: a.Stdout}
	}
	w.ended = func(e *end) {
		if !f.asJSON {
			printEnd(a.Stdout, e)
		}
		if e.err != nil {
			a.complain(explained(e.err))
		}
	}
	return w
}

// worked is what came of the flows that were asked for.
type worked struct {
	batch flow.Batch
	ends  []end
	left  []string // names of those that were not begun
}

// all begins the flows that are asked for, each when the one before has ended,
// so that none is left behind unbegun when it stops.
func (w *worker) all(ctx context.Context, requests []flow.Request, a answers) worked {
	out := worked{batch: flow.Batch{Of: len(requests)}}
	if len(requests) > 1 {
		out.batch.ID = strings.ToLower(rand.Text()[:12])
	}
	for i, r := range requests {
		name := ""
		if len(requests) > 1 {
			r.Batch, name = out.batch, r.Name
			r.Batch.Number = i + 1
		}
		e := w.one(ctx, r, name, a.fresh())
		out.ends = append(out.ends, e)
		if e.code != exitDone && !w.flags.keepGoing || ctx.Err() != nil {
			for _, r := range requests[i+1:] {
				out.left = append(out.left, r.Name)
			}
			break
		}
	}
	return out
}

func (w *worker) one(ctx context.Context, r flow.Request, name string, a answers) end {
	w.driver.tell = w.begun(name)
	id, err := w.driver.flows.Start(ctx, r)
	e := end{update: flow.Update{State: flow.State{Kind: r.Kind, Record: r.Record, Name: r.Name}}, code: codeOf(err), err: err}
	if err == nil {
		e = w.driver.drive(ctx, id, a)
	}
	w.ended(&e)
	return e
}

func (w *worker) resume(ctx context.Context, id flow.ID, a answers) worked {
	w.driver.tell = w.begun("")
	e := w.driver.drive(ctx, id, a)
	w.ended(&e)
	return worked{ends: []end{e}}
}

// finish prints what is printed once, and returns the exit code.
func (a *App) finish(f *flowFlags, w worked) error {
	code := exitDone
	for i := range w.ends {
		code = max(code, w.ends[i].code)
	}
	var err error
	if f.asJSON {
		err = a.printJSON(w.json(f.allOverdue))
	} else if len(w.left) > 0 {
		_, err = fmt.Fprintf(a.Stdout, "Not begun: %s\n", strings.Join(w.left, ", "))
	}
	if err != nil || code == exitDone {
		return err
	}
	return &Exit{Code: code} // why is told already
}

// json is one flow, or a batch where several were asked for, even if one was
// all there was.
func (w *worked) json(several bool) any {
	flows := make([]flowJSON, len(w.ends))
	for i := range w.ends {
		flows[i] = newFlowJSON(&w.ends[i])
	}
	if w.batch.Of > 1 || several {
		return batchJSON{Batch: w.batch.ID, Of: w.batch.Of, Flows: flows, Left: list(w.left)}
	}
	return flows[0]
}
