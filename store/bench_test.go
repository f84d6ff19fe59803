package store

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// benchRecords returns n records as an exchange fills them.
func benchRecords(n int) []*Record {
	all := make([]*Record, n)
	for i := range all {
		r := fullRecord()
		r.ID, r.Name = NewRecordID(), fmt.Sprintf("key-%05d", i)
		r.Consumers, r.Rules, r.Notes, r.Check.Kind, r.Check.Code, r.Check.Hint = nil, Overrides{}, "", "", "", ""
		r.Slot, r.SubAccount, r.Manager = "", "", false
		r.Facts.LastUsed = exchanges.At(testNow)
		normalise(&r)
		all[i] = &r
	}
	return all
}

var benchSizes = []int{200, 1_000, 10_000}

// BenchmarkLoad reads keys.toml from the disk. Its "toml" half is what the TOML
// library takes to decode the same text into the same types: the budget is 1.3
// times that.
func BenchmarkLoad(b *testing.B) {
	for _, n := range benchSizes {
		data, err := encode("pass", benchRecords(n))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("store/%d", n), func(b *testing.B) {
			s := benchStore(b)
			if err := s.disk.replace(s.paths.Keys, data, false); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				s.loaded = false
				if got, err := s.Load(); err != nil || got.Len() != n {
					b.Fatal(got, err)
				}
			}
		})
		b.Run(fmt.Sprintf("toml/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var f fileKeys
				if err := toml.Unmarshal(data, &f); err != nil || len(f.Keys) != n {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSave changes one record and writes keys.toml, with the look at what
// lies there, the backup and the flush. Its "toml" half is the encoder alone.
func BenchmarkSave(b *testing.B) {
	for _, n := range benchSizes {
		records := benchRecords(n)
		b.Run(fmt.Sprintf("store/%d", n), func(b *testing.B) {
			s := benchStore(b)
			_, err := s.Update(func(d *Draft) error {
				for _, r := range records {
					if err := d.Add(*r); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Update(func(d *Draft) error { return d.Replace(*records[n/2]) }); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("toml/%d", n), func(b *testing.B) {
			f := fileKeys{Schema: schema}
			for _, r := range records {
				f.Keys = append(f.Keys, toFile(r))
			}
			b.ReportAllocs()
			for b.Loop() {
				var out bytes.Buffer
				if err := toml.NewEncoder(&out).Encode(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	home := b.TempDir()
	for b.Loop() {
		s, err := Open(testOptions(home))
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}

func BenchmarkRulesFor(b *testing.B) {
	c, err := parseConfig("config.toml", "[exchange.bybit]\nrotate_every = \"60d\"\n[key.grid]\nwarn_before = \"1d\"\n")
	if err != nil {
		b.Fatal(err)
	}
	r := fullRecord()
	b.ReportAllocs()
	for b.Loop() {
		if c.RulesFor(&r).WarnBefore == 0 {
			b.Fatal("no rules")
		}
	}
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(testOptions(b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// BenchmarkLoadFlows reads what a start needs of a hundred unfinished flows:
// the budget is 10 ms.
func BenchmarkLoadFlows(b *testing.B) {
	s := benchStore(b)
	for i := range 100 {
		for range 20 {
			if err := s.AppendFlow(fmt.Sprintf("flow%03d", i), bytes.Repeat([]byte("x"), 4000)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		ids, err := s.FlowIDs()
		if err != nil || len(ids) != 100 {
			b.Fatal(ids, err)
		}
		for _, id := range ids {
			if lines, err := s.TailFlow(id, 2); err != nil || len(lines) != 2 {
				b.Fatal(len(lines), err)
			}
		}
	}
}

// BenchmarkAppendFlow writes one state and flushes it.
func BenchmarkAppendFlow(b *testing.B) {
	s := benchStore(b)
	line := bytes.Repeat([]byte("x"), 4000)
	for b.Loop() {
		if err := s.AppendFlow("flow", line); err != nil {
			b.Fatal(err)
		}
	}
}
