package subkeys

import "github.com/keyrota/keyrota/exchanges/internal/rest"

// Edit changes a key at an exchange that wants to be told what stays too, as
// exchanges.Editor says: find looks for the key, nil for none, becomes makes a
// request out of what it is, and send makes the change. A change that failed
// because the key went away in between is found out by another look.
func Edit[K, R any](d Desk, op string, find func() (*K, error), becomes func(*K) (R, error), send func(R) error) error {
	k, err := find()
	if err != nil {
		return rest.BeforeChange(err)
	}
	if k == nil {
		return d.NotFound(op)
	}
	request, err := becomes(k)
	if err != nil {
		return rest.BeforeChange(err)
	}
	err = send(request)
	if Gone(err, found(find)) {
		return d.NotFound(op)
	}
	return err
}

// Revoke makes a deletion, as exchanges.Revoker says: where it fails, and another
// look with find says that there is no such key, it is done.
func Revoke[K any](find func() (*K, error), send func() error) error {
	err := send()
	if Gone(err, found(find)) {
		return nil
	}
	return err
}

// found makes of a search for a key the question whether it is there.
func found[K any](find func() (*K, error)) func() (bool, error) {
	return func() (bool, error) {
		k, err := find()
		return k != nil, err
	}
}
