//go:build !windows

package store

import (
	"errors"
	"syscall"
)

func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func readOnlyFileSystem(err error) bool { return errors.Is(err, syscall.EROFS) }
