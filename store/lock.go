package store

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/keyrota/keyrota/exchanges"
)

// pollLock is how often a held lock is tried again.
const pollLock = 25 * time.Millisecond

// ownerOffset is where the owner's text begins in the lock file. On Windows
// the lock covers the first byte, and nobody else can read what is locked.
const ownerOffset = 1

// lock is the right to write, held for the life of the process. The system
// takes it back when the process ends, however it ends.
type lock struct{ file *flock.Flock }

// stays begins the owner's text of an instance that is not worth waiting for.
const stays = "dashboard, "

// takeLock takes the lock at path or returns nil and says who has it. It waits
// for an instance that will end by itself, and for no other.
func takeLock(path, owner string, wait time.Duration) (l *lock, holder string, err error) {
	file := flock.New(path, flock.SetPermissions(fileMode))
	for until := time.Now().Add(wait); ; time.Sleep(pollLock) {
		taken, err := file.TryLock()
		if taken {
			writeOwner(path, owner)
			return &lock{file}, "", nil
		}
		holder = readOwner(path)
		if err != nil || strings.HasPrefix(holder, stays) || !time.Now().Before(until) {
			_ = file.Close()
			return nil, holder, err
		}
	}
}

func (l *lock) release() error {
	if l == nil {
		return nil
	}
	writeOwner(l.file.Path(), "")
	return l.file.Close()
}

// writeOwner leaves word for those who come later. It is a courtesy: failing
// costs them the name, not the lock.
func writeOwner(path, owner string) {
	f, err := os.OpenFile(path, os.O_WRONLY, fileMode)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if f.Truncate(ownerOffset) == nil && owner != "" {
		_, _ = f.WriteAt([]byte(owner+"\n"), ownerOffset)
	}
}

// readOwner returns what the holder of the lock left, "" if nothing.
func readOwner(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.NewSectionReader(f, ownerOffset, exchanges.MaxText))
	if err != nil {
		return ""
	}
	return cleanLines(string(text))
}

// ownerText says who holds a lock: "dashboard, pid 4242, andrea on box, since …".
func ownerText(o Options) string {
	word := ""
	if o.Stays {
		word = stays
	}
	return word + fmt.Sprintf("pid %d, %s on %s, since %s", os.Getpid(),
		exchanges.Clean(o.Actor), exchanges.Clean(o.Host), o.Now().UTC().Format(time.RFC3339))
}
