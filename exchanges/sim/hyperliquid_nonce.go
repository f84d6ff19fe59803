package sim

import (
	"fmt"
	"slices"
	"time"
)

// A nonce is a time in milliseconds between 2 days ago and a day from now,
// both excluded, that its signer has not used. Of each signer the 100 highest
// are remembered, and none below these is taken (nonces and API wallets).
const (
	nonceBack    = 2 * day
	nonceAhead   = day
	mostRemember = 100
)

// nonceOutOfTime says that a nonce is too old or too new.
func nonceOutOfTime(nonce int64, now time.Time) string {
	oldest, newest := now.Add(-nonceBack).UnixMilli(), now.Add(nonceAhead).UnixMilli()
	switch {
	case nonce <= oldest:
		return fmt.Sprintf("Invalid nonce: nonce too low %d < %d", nonce, oldest)
	case nonce >= newest:
		return fmt.Sprintf("Invalid nonce: nonce too high %d > %d", nonce, newest)
	}
	return ""
}

// spentNonces are the highest nonces of a signer, the lowest first.
type spentNonces struct{ sorted []int64 }

func (v *hyperliquid) noncesOf(signer string) *spentNonces {
	if v.spent[signer] == nil {
		v.spent[signer] = &spentNonces{}
	}
	return v.spent[signer]
}

// spend takes a nonce, or says why not.
func (s *spentNonces) spend(nonce int64) string {
	at, used := slices.BinarySearch(s.sorted, nonce)
	full := len(s.sorted) == mostRemember
	switch {
	case used:
		return fmt.Sprintf("Invalid nonce: duplicate nonce %d", nonce)
	case full && at == 0:
		return fmt.Sprintf("Invalid nonce: nonce too low %d < %d", nonce, s.sorted[0])
	}
	s.sorted = slices.Insert(s.sorted, at, nonce)
	if full {
		s.sorted = slices.Delete(s.sorted, 0, 1)
	}
	return ""
}
