package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// writeBenchLog fills the audit log of s up to size bytes with entries as a
// trader's year has them, in a sound chain, and returns how many there are.
func writeBenchLog(b *testing.B, s *Store, size int64) int {
	b.Helper()
	f, err := os.Create(s.paths.Audit)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var head Head
	var link linker
	for written := int64(0); written < size; {
		head.Count++
		text, err := json.Marshal(entry{Number: head.Count, Batch: head.Count, Event: benchEvent(int(head.Count))})
		if err != nil {
			b.Fatal(err)
		}
		head.Hash = link.hash(head.Hash, text)
		n, _ := fmt.Fprintf(w, "%x %s\n", head.Hash, text)
		written += int64(n)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return int(head.Count)
}

// benchEvent returns the nth of a row of events: mostly verifications, now and
// then what changes a key.
func benchEvent(n int) Event {
	e := Event{
		At: testNow.Add(time.Duration(n) * time.Minute), Actor: "andrea", Host: "workstation", Action: ActionVerified,
		Key: fmt.Sprintf("key-%05d", n%200), Record: "k3jq5xv2m7dgw4ysn6tbe2ahru", Exchange: "binance", Environment: exchanges.Live, Result: "ok",
	}
	switch n % 10 {
	case 3:
		e.Action, e.Result, e.Detail = ActionVerifyFailed, "ip-blocked", "-2015"
	case 7:
		e.Action, e.Detail, e.Flow = ActionEdited, `was "grid-bot"`, "k3jq5xv2m7dg"
	}
	return e
}

// benchLog is the size of the log that benchmarks read as a whole.
const benchLog = 64 << 20

// BenchmarkAuditVerify reads and checks a whole log: the budget is 200 MB/s or
// 500,000 lines/s.
func BenchmarkAuditVerify(b *testing.B) {
	s := benchStore(b)
	lines := writeBenchLog(b, s, benchLog)
	b.SetBytes(benchLog)
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.VerifyAudit(context.Background(), nil)
		if err != nil || r.State != AuditUnanchored || r.Entries != uint64(lines) {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkAuditTail reads the last 100 entries of a log of 1 GB: the budget is
// 20 ms. The log is made of one block of entries again and again, since their
// chain is not looked at.
func BenchmarkAuditTail(b *testing.B) {
	s := benchStore(b)
	const size = 1 << 30
	writeBenchLog(b, s, 8<<20)
	block, err := os.ReadFile(s.paths.Audit)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.OpenFile(s.paths.Audit, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	for written := len(block); written < size; written += len(block) {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range s.ReadAuditBack(AuditEnd) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n == 100 {
				break
			}
		}
		if n != 100 {
			b.Fatal(n)
		}
	}
}

// BenchmarkAuditRead decodes every entry, as a query over the whole log does.
func BenchmarkAuditRead(b *testing.B) {
	s := benchStore(b)
	lines := writeBenchLog(b, s, benchLog)
	q := AuditQuery{Consumer: "grid-bot", Since: testNow}
	b.SetBytes(benchLog)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for e, err := range s.ReadAudit() {
			if err != nil || q.Match(&e) {
				b.Fatal(e, err)
			}
			n++
		}
		if n != lines {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
