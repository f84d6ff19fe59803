package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// krakenLike is an exchange whose "last used" counts our inspections, and
// whose clock is two minutes ahead of ours. It tells whole seconds.
type krakenLike struct {
	t     *testing.T
	facts Facts
	check Check

	tellsThis bool // the question itself is the last use that it tells
	used      exchanges.Moment
}

const krakenAhead = 2 * time.Minute

// theirs returns a moment of ours as the exchange tells it.
func (*krakenLike) theirs(at time.Time) exchanges.Moment {
	return exchanges.At(at.Add(krakenAhead).Truncate(time.Second))
}

// use is a call by somebody else.
func (k *krakenLike) use(at time.Time) exchanges.Moment {
	k.used = k.theirs(at)
	return k.used
}

// inspect is a successful inspection; the exchange is reached after half of
// the time that it takes.
func (k *krakenLike) inspect(asked time.Time, takes time.Duration, want exchanges.Moment) {
	k.t.Helper()
	told := k.used
	k.used = k.theirs(asked.Add(takes / 2))
	if k.tellsThis {
		told = k.used
	}
	done := asked.Add(takes)
	info := exchanges.KeyInfo{
		LastUsed: told, Asked: asked, Seen: done, Clock: exchanges.Clock{Known: true, Offset: krakenAhead},
	}
	counts := exchanges.Capabilities{LastUsed: true, LastUsedCountsOwn: true}
	k.facts = MergeFacts(k.facts, k.check, info, counts, done)
	k.check = Check{At: done}
	if k.facts.LastUsed != want {
		k.t.Errorf("%s: last used %+v, want %+v", asked.Format(time.TimeOnly), k.facts.LastUsed, want)
	}
}

// fail is an inspection that reached the exchange and had no good end.
func (k *krakenLike) fail(asked time.Time, takes time.Duration) {
	k.used = k.theirs(asked.Add(takes / 2))
	k.check = Check{At: asked.Add(takes), Kind: exchanges.Network}
}

var nine = time.Date(2026, 11, 25, 9, 0, 0, 437e6, time.UTC)

func TestUseByOthersWhereTheUseBeforeIsTold(t *testing.T) {
	k := krakenLike{t: t}
	yesterday := k.use(nine.Add(-24 * time.Hour))
	k.inspect(nine, 300*time.Millisecond, yesterday)
	k.inspect(nine.Add(time.Second), 300*time.Millisecond, yesterday) // told: the first one
	k.inspect(nine.Add(time.Hour), 8*time.Second, yesterday)          // a slow one, told: the second
	k.inspect(nine.Add(2*time.Hour), 300*time.Millisecond, yesterday) // told: the slow one
	bot := k.use(nine.Add(3 * time.Hour))
	k.inspect(nine.Add(4*time.Hour), 300*time.Millisecond, bot)
	k.inspect(nine.Add(5*time.Hour), 300*time.Millisecond, bot)
	k.fail(nine.Add(6*time.Hour), 300*time.Millisecond)
	k.inspect(nine.Add(7*time.Hour), 300*time.Millisecond, bot) // told: the failed one
	busy := k.use(nine.Add(8*time.Hour - 4*time.Second))
	k.inspect(nine.Add(8*time.Hour), 300*time.Millisecond, busy) // a bot that calls all the time
}

func TestUseByOthersWhereTheQuestionItselfIsTold(t *testing.T) {
	k := krakenLike{t: t, tellsThis: true}
	k.use(nine.Add(-24 * time.Hour))
	k.inspect(nine, 300*time.Millisecond, exchanges.Moment{})
	k.use(nine.Add(30 * time.Minute))
	k.inspect(nine.Add(time.Hour), 14*time.Second, exchanges.Moment{}) // never claimed to be the use of another
	k.facts.LastUsed = exchanges.At(nine.Add(-time.Hour))              // known from elsewhere
	k.inspect(nine.Add(2*time.Hour), 300*time.Millisecond, exchanges.At(nine.Add(-time.Hour)))
}

func TestNeverUsedStaysNeverUsedByOthers(t *testing.T) {
	k := krakenLike{t: t, used: exchanges.Never()}
	k.inspect(nine, 300*time.Millisecond, exchanges.Never())
	k.inspect(nine.Add(time.Hour), 300*time.Millisecond, exchanges.Never())
	k.used = exchanges.Moment{}
	k.inspect(nine.Add(2*time.Hour), 300*time.Millisecond, exchanges.Moment{}) // an exchange that falls silent: unknown
}

func TestWindowsAroundOwnInspections(t *testing.T) {
	asked, seen, before := nine.Add(time.Hour), nine.Add(time.Hour+time.Second), nine
	for _, c := range []struct {
		what  string
		used  time.Time
		asked time.Time
		own   bool
	}{
		{"as it was asked", asked, asked, true},
		{"as it was answered", seen, asked, true},
		{"rounded down", asked.Add(-clockSlack), asked, true},
		{"rounded up", seen.Add(clockSlack), asked, true},
		{"before it was asked", asked.Add(-clockSlack - time.Millisecond), asked, false},
		{"after the answer", seen.Add(clockSlack + time.Millisecond), asked, false},
		{"quick, where the beginning is not told", seen.Add(-ownUse), time.Time{}, true},
		{"long before, where the beginning is not told", seen.Add(-ownUse - clockSlack - time.Millisecond), time.Time{}, false},
		{"at the end of the one before", before, asked, true},
		{"within the one before", before.Add(-ownUse), asked, true},
		{"soon after the one before", before.Add(ownUse + time.Millisecond), asked, false},
		{"before the one before", before.Add(-ownUse - time.Millisecond), asked, false},
	} {
		info := exchanges.KeyInfo{LastUsed: exchanges.At(c.used), Asked: c.asked, Seen: seen}
		kept := exchanges.At(nine.Add(-24 * time.Hour))
		want := info.LastUsed
		if c.own {
			want = kept
		}
		prev := Facts{LastUsed: kept, Seen: before}
		got := MergeFacts(prev, Check{At: before}, info, exchanges.Capabilities{LastUsedCountsOwn: true}, seen)
		if got.LastUsed != want {
			t.Errorf("%s: %+v, want %+v", c.what, got.LastUsed, want)
		}
	}
}

func TestWhereOwnCallsDoNotCountTheWordIsTaken(t *testing.T) {
	used := exchanges.At(testNow)
	got := MergeFacts(Facts{}, Check{}, exchanges.KeyInfo{LastUsed: used}, exchanges.Capabilities{LastUsed: true}, testNow)
	if got.LastUsed != used {
		t.Errorf("last used %+v", got.LastUsed)
	}
}

func TestWhatIsNotToldAnyMoreIsUnknown(t *testing.T) {
	prev := fullRecord().Facts
	got := MergeFacts(prev, Check{}, exchanges.KeyInfo{}, exchanges.Capabilities{}, testNow)
	if diff := cmp.Diff(Facts{Seen: testNow}, got, sameRecord); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestFactsAreCleanCopies(t *testing.T) {
	info := exchanges.KeyInfo{
		Label: "a\x1b[2J", Account: "b\u202e", Seen: testNow.Add(time.Second).Local(),
		ExchangePermissions: []string{"canTrade\x07"}, Notes: []string{"n\n"},
		IPs:         exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7\x00"}},
		Permissions: exchanges.NewPermissionSet(exchanges.Read), Created: exchanges.At(testNow), Expires: exchanges.Never(),
	}
	want := Facts{
		Seen: testNow.Add(time.Second), Label: "a[2J", Account: "b", ExchangePermissions: []string{"canTrade"}, Notes: []string{"n "},
		IPs:         exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}},
		Permissions: info.Permissions, Created: info.Created, Expires: info.Expires,
	}
	got := MergeFacts(Facts{}, Check{}, info, exchanges.Capabilities{}, testNow)
	if diff := cmp.Diff(want, got, sameRecord); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	info.IPs.Entries[0] = "changed"
	if got.IPs.Entries[0] == "changed" {
		t.Error("the facts share a list with the reply")
	}
}

func TestALongListIsKeptInPartAndSaysSo(t *testing.T) {
	long := make([]string, 10*maxList)
	for i := range long {
		long[i] = fmt.Sprintf("203.0.113.%d", i)
	}
	got := MergeFacts(Facts{}, Check{}, exchanges.KeyInfo{IPs: exchanges.IPWhitelist{State: exchanges.IPList, Entries: long}}, exchanges.Capabilities{}, time.Now())
	if n := len(got.IPs.Entries); n != maxList {
		t.Fatalf("%d entries", n)
	}
	if last := got.IPs.Entries[maxList-1]; last != "… and 1801 more" {
		t.Errorf("the last entry is %q", last)
	}
}
