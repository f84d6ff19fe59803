package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// AuditState says how far the audit log can be trusted.
type AuditState string

// The states of the audit log, as they appear in --json output.
const (
	AuditIntact     AuditState = "intact"     // as the keyring remembers it
	AuditAhead      AuditState = "ahead"      // one batch more: keyrota ended between log and keyring
	AuditUnanchored AuditState = "unanchored" // the chain holds, but the keyring cannot vouch for the end
	AuditTampered   AuditState = "tampered"   // changed, shortened, re-ordered or removed
)

// AuditReport is the result of VerifyAudit.
type AuditReport struct {
	State   AuditState
	Entries uint64
	Beyond  uint64 // entries that the anchor does not cover
	Torn    int64  // bytes of an unfinished last line: keyrota ended while it wrote
	Line    int    // the first line that is wrong; 0: none, or none that is still there
	Text    string // a sentence
}

// VerifyAudit reads the whole audit log and holds it against the anchor. The
// error says that log or anchor could not be read, not that the log is wrong.
// With a nil anchor a missing end cannot be seen.
func (s *Store) VerifyAudit(ctx context.Context, anchor Anchor) (AuditReport, error) {
	s.audit.mu.Lock()
	defer s.audit.mu.Unlock()
	report, err := s.checkAudit(ctx, anchor)
	if err != nil {
		return AuditReport{}, err
	}
	return *report, nil
}

// ReadAudit goes through the events, oldest first. A line that is no event
// gives an error, and the reading goes on behind it. It verifies nothing.
func (s *Store) ReadAudit() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		_, _, err := eachLine(s.paths.Audit, func(number int, line []byte) bool {
			e, err := parseLine(line)
			if err != nil {
				err = &Error{Op: "read", Path: fmt.Sprintf("%s:%d", s.paths.Audit, number), Err: err, Hint: badLineHint}
			}
			return yield(e.Event, err)
		})
		if err != nil {
			yield(Event{}, fileError("read", s.paths.Audit, err))
		}
	}
}

// checkAudit walks the log, remembers its head, and judges it. When the anchor
// cannot be read, both results are set.
func (s *Store) checkAudit(ctx context.Context, anchor Anchor) (*AuditReport, error) {
	var anchored Head
	var anchorErr error
	if anchor != nil {
		anchored, anchorErr = anchor.Load(ctx)
	}
	w := walk{anchor: anchored}
	finished, torn, err := eachLine(s.paths.Audit, w.line)
	if err != nil {
		return nil, fileError("read", s.paths.Audit, err)
	}
	s.audit.known, s.audit.trusted, s.audit.head = true, false, w.head
	s.audit.size, s.audit.torn = finished+torn, torn
	report := w.report(anchor != nil && anchorErr == nil)
	report.Torn = torn
	return &report, anchorErr
}

// tampered returns the error for a report that says so, else nil.
func (s *Store) tampered(r *AuditReport) error {
	if r.State != AuditTampered {
		return nil
	}
	return &Error{Op: "trust", Path: s.paths.Audit, Err: fmt.Errorf("%w: %s", ErrTampered, r.Text),
		Hint: tamperedHint}
}

const tamperedHint = "Keep a copy of the file and find out who changed it. New entries are written, but the keyring still vouches for the old state only."

// walk goes through the log, line by line.
type walk struct {
	anchor Head

	head    Head
	bad     int    // first wrong line
	onChain bool   // the anchor was met
	beyond  uint64 // entries after the anchor
	batches int    // batches after the anchor
	batch   uint64
	link    linker
}

// line takes the next line. The chain goes on from the hash that a wrong line
// claims, so that one change is one finding.
func (w *walk) line(number int, line []byte) bool {
	hash, text, err := splitLine(line)
	var n, batch uint64
	if err == nil {
		n, batch, err = entryNumbers(text)
	}
	w.head.Count++
	if err != nil || n != w.head.Count || w.link.hash(w.head.Hash, text) != hash {
		if w.bad == 0 {
			w.bad = number
		}
	}
	w.head.Hash = hash
	switch {
	case w.head == w.anchor:
		w.onChain = true
	case w.head.Count > w.anchor.Count:
		w.beyond++
		if batch != w.batch {
			w.batch, w.batches = batch, w.batches+1
		}
	}
	return true
}

// report judges what was read. anchored says whether there is an anchor to
// hold it against.
func (w *walk) report(anchored bool) AuditReport {
	r := AuditReport{State: AuditIntact, Entries: w.head.Count, Beyond: w.beyond, Line: w.bad,
		Text: fmt.Sprintf("%d entries, as the keyring remembers them", w.head.Count)}
	set := func(state AuditState, format string, args ...any) AuditReport {
		r.State, r.Text = state, fmt.Sprintf(format, args...)
		return r
	}
	switch {
	case w.bad > 0:
		return set(AuditTampered, "line %d was changed, or lines before it were removed or moved", w.bad)
	case !anchored:
		return set(AuditUnanchored, "%d entries whose chain holds; without the keyring a missing end cannot be seen", w.head.Count)
	case w.head.Count < w.anchor.Count:
		return set(AuditTampered, "the keyring remembers %d entries, %d are there", w.anchor.Count, w.head.Count)
	case w.anchor.Count > 0 && !w.onChain:
		return set(AuditTampered, "the first %d entries are not those that the keyring remembers", w.anchor.Count)
	case w.batches > 1:
		return set(AuditUnanchored, "the last %d of %d entries were written without the keyring, which cannot vouch for them", w.beyond, w.head.Count)
	case w.batches == 1:
		return set(AuditAhead, "%d entries, %d more than the keyring remembers: keyrota ended before it could tell it", w.head.Count, w.beyond)
	}
	return r
}

// maxLine is more than the longest entry: eleven texts of exchanges.MaxText and
// maxConsumerText, of which JSON may write each rune as six bytes.
const maxLine = 64 << 10

// eachLine calls visit with every finished line, without its end, until visit
// returns false. It returns how many bytes the finished lines take, and how
// many an unfinished last one. A missing file has no lines. A line is valid
// during the call only; one longer than maxLine is given as nil.
func eachLine(path string, visit func(number int, line []byte) bool) (finished, torn int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = f.Close() }()
	r := bufio.NewReaderSize(f, maxLine)
	for number := 1; ; {
		line, err := r.ReadSlice('\n')
		torn += int64(len(line))
		switch {
		case errors.Is(err, io.EOF):
			return finished, torn, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return finished, torn, err
		}
		line = line[:len(line)-1]
		if torn > int64(len(line))+1 {
			line = nil // its beginning is gone from the buffer
		}
		finished, torn = finished+torn, 0
		if !visit(number, line) {
			return finished, 0, nil
		}
		number++
	}
}
