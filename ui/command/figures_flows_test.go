//go:build linux

package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// beginRotations leaves the first n keys of a home with an unfinished rotation
// each, as a queue that was begun and left at its first question.
func (p *person) beginRotations(n int) {
	p.tb.Helper()
	st, err := store.Open(store.Options{Home: p.home, Actor: "test", Host: "test"})
	if err != nil {
		p.tb.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	d := desk.New(desk.Deps{Store: st, Registry: all.Registry()})
	snap, err := d.Load()
	if err != nil {
		p.tb.Fatal(err)
	}
	for i, r := range snap.Records()[:n] {
		q := flow.Request{Kind: flow.Rotate, Record: r.ID, Batch: flow.Batch{ID: "bench", Number: i + 1, Of: n}}
		if _, err := d.Flows().Start(context.Background(), q); err != nil {
			p.tb.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		p.tb.Fatal(err)
	}
}

// BenchmarkUnfinished is what 100 unfinished flows add to the time from exec
// to the first full frame with 200 keys. Budget: 10 ms. The frame that tells of
// them comes later, once their journals are read.
func BenchmarkUnfinished(b *testing.B) {
	const keys, flows = 200, 100
	p, q := newPerson(b), newPerson(b)
	p.knownKeys(keys)
	q.knownKeys(keys)
	q.beginRotations(flows)
	var none, many, told spans
	for b.Loop() {
		s, took := p.openSession(b, true)
		none = append(none, took)
		s.close()
		s, took = q.openSession(b, true)
		many = append(many, took)
		began := time.Now()
		s.until(fmt.Sprintf("%d unfinished", flows))
		told = append(told, took+time.Since(began))
		s.close()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(none.median()), "ms-without")
	b.ReportMetric(milliseconds(many.median()-none.median()), "added-ms")
	b.ReportMetric(milliseconds(slices.Min(many)-slices.Min(none)), "added-ms-best")
	b.ReportMetric(milliseconds(told.median()-none.median()), "told-ms")
}

// BenchmarkQueue is what a queue of 50 rotations, begun on the screen and at
// the plan of the first, holds more than the dashboard of the same 60 keys
// before anything was pressed. Budget: 10 MiB.
func BenchmarkQueue(b *testing.B) {
	const keys, queue = 60, 50
	var idle, used []float64
	for b.Loop() {
		p := newPerson(b)
		p.knownKeys(keys)
		s, _ := p.openSession(b, true)
		s.settle(100 * time.Millisecond)
		idle = append(idle, memory(b, s.cmd.Process.Pid, "VmRSS"))
		for range queue {
			s.press(" ")
		}
		s.until(fmt.Sprintf("rotate %d", queue))
		s.press("r")
		s.until("The plan")
		s.settle(100 * time.Millisecond)
		used = append(used, memory(b, s.cmd.Process.Pid, "VmRSS"))
		s.close()
		if begun, err := os.ReadDir(filepath.Join(p.home, "flows")); err != nil || len(begun) != queue {
			b.Fatalf("%d rotations were begun, want %d: %v", len(begun), queue, err)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(slices.Max(idle), "idle-MiB")
	b.ReportMetric(slices.Max(used), "queue-MiB")
	b.ReportMetric(slices.Max(used)-slices.Min(idle), "added-MiB")
}
