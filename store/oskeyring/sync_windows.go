package oskeyring

import (
	"errors"
	"os"
)

// syncFile returns when a file is on the disk. Windows flushes only handles
// that may write.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir does nothing: NTFS journals names by itself.
func syncDir(string) error { return nil }
