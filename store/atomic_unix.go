//go:build !windows

package store

import "os"

func rename(from, to string) error { return os.Rename(from, to) }

// syncDir makes a rename in the folder survive a power cut.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}
