package deribit

import (
	"maps"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// sightingLife is how long a row of the list stands for the next attempt: time
// enough to wait for an authenticator's next code and to type it.
const sightingLife = 2 * time.Minute

// sightings keeps what the next call needs of a key's row and would have to
// list the keys for: the row of a key that was made just now, and one that cost
// a one-time code, while the code for the call itself is still to come. Listing
// again would cost that one too, and so for ever. Nothing else remembers the
// number of a key.
type sightings struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[sighted]sighting
}

type sighted struct {
	by  owner
	key string // client ID
}

type sighting struct {
	row  keyRow
	at   time.Time
	paid bool // with a one-time code
}

func newSightings(now func() time.Time) *sightings {
	return &sightings{now: now, seen: map[sighted]sighting{}}
}

// recall returns what was kept, and forgets it.
func (s *sightings) recall(c exchanges.Credential, keyID string) (sighting, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := sighted{ownerOf(c), keyID}
	got, ok := s.seen[what]
	delete(s.seen, what)
	age := s.now().Sub(got.at)
	return got, ok && age >= 0 && age < sightingLife
}

func (s *sightings) keep(c exchanges.Credential, keyID string, seen sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.seen, func(_ sighted, old sighting) bool { return s.now().Sub(old.at) >= sightingLife })
	s.seen[sighted{ownerOf(c), keyID}] = seen
}
