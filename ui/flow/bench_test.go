package flow

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// benchWorld is a world whose folder lies on the real disk, so that flushing
// costs what it costs, and whose exchange answers at once.
func benchWorld(b *testing.B, keys int) (*world, []*store.Record) {
	b.Helper()
	w := newWorld(b, full)
	w.halt()
	w.home = b.TempDir()
	w.boot()
	out := make([]*store.Record, keys)
	for i := range out {
		name := fmt.Sprint("bot-", i)
		out[i] = w.addRecord(name, w.venue.make(name, exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
	}
	return w, out
}

// BenchmarkStep measures what a step of a rotation by API costs besides the
// exchange: the journal, keys.toml, the audit log, and the machine itself. The
// budget is 10 ms.
func BenchmarkStep(b *testing.B) {
	w, _ := benchWorld(b, 0)
	steps := uint64(0)
	var spent time.Duration
	for i := 0; b.Loop(); i++ {
		name := fmt.Sprint("bot-", i)
		k := w.venue.make(name, exchanges.Read, exchanges.Spot, exchanges.Admin)
		r := w.addRecord(name, k, nil)
		d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
		start := time.Now()
		u := d.run()
		spent += time.Since(start)
		if !u.Done {
			b.Fatalf("stopped at %s: %+v", u.State.Step, u.Prompt)
		}
		steps += u.State.Rev - 1
		if _, err := w.store.Update(func(d *store.Draft) error { return d.Remove(r.ID) }); err != nil {
			b.Fatal(err)
		}
		w.venue.mu.Lock()
		clear(w.venue.keys)
		w.venue.order = nil
		w.venue.mu.Unlock()
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(steps), "ms/step")
	b.ReportMetric(float64(steps)/float64(b.N), "steps/op")
}

// BenchmarkOpenFlows100 measures what 100 unfinished flows add to a start. The
// budget is 10 ms.
func BenchmarkOpenFlows100(b *testing.B) {
	w, keys := benchWorld(b, 100)
	for i, r := range keys {
		w.begin(Request{Kind: Rotate, Record: r.ID, Batch: Batch{ID: "b", Number: i + 1, Of: len(keys)}})
	}
	for b.Loop() {
		e := New(w.engine.Deps)
		if err := e.Load(); err != nil {
			b.Fatal(err)
		}
		if n := len(e.Open()); n != len(keys) {
			b.Fatalf("%d flows", n)
		}
		e.Close()
	}
}

// BenchmarkQueue50 measures what 50 rotations hold that wait at their plan.
// The budget is 10 MiB.
func BenchmarkQueue50(b *testing.B) {
	const queue = 50
	w, keys := benchWorld(b, queue)
	var held uint64
	for b.Loop() {
		e := New(w.engine.Deps)
		before := heap()
		for i, r := range keys {
			id, err := e.Start(context.Background(), Request{Kind: Rotate, Record: r.ID, Batch: Batch{ID: "b", Number: i + 1, Of: queue}})
			if err != nil {
				b.Fatal(err)
			}
			if err := e.Resume(id); err != nil {
				b.Fatal(err)
			}
		}
		for id := range e.flows {
			waitForPrompt(b, e, id)
		}
		held = max(held, heap()-before)
		e.Close()
		for id := range e.flows {
			if err := w.store.RemoveFlow(string(id)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(held)/(1<<20), "MiB")
}

func waitForPrompt(b *testing.B, e *Engine, id ID) {
	b.Helper()
	now, changed, stop, err := e.Watch(id)
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	for now().Prompt == nil {
		<-changed
	}
}

// heap returns what is in use, goroutines' stacks included.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
