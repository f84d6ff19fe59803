package oskeyring

import (
	"context"

	"github.com/99designs/keyring"
)

// openPass fails: pass does not run on Windows.
func openPass(context.Context, keyring.Config) (library, error) { return nil, keyring.ErrNoAvailImpl }
