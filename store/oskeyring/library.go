package oskeyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
)

// library is the part of keyring.Keyring that is used.
type library interface {
	Get(key string) (keyring.Item, error)
	Set(item keyring.Item) error
	Remove(key string) error
	Keys() ([]string, error)
}

// calls makes library calls on behalf of one operation.
type calls struct {
	*operation
	lib       library
	restoring bool // goes on although it was abandoned
}

// call runs f, which makes one library call, unless the operation was
// abandoned. A panic becomes an error: the library asserts the type of what
// a dismissed dialog returns without looking.
func (c *calls) call(f func() error) (err error) {
	if c.isAbandoned() && !c.restoring {
		return errAbandoned
	}
	c.tick()
	defer func() {
		if r := recover(); r != nil {
			err = panicError(r)
		}
	}()
	return f()
}

// get returns what the item holds. A missing item is ErrNoSecret.
func (c *calls) get(name string) (data []byte, err error) {
	err = c.call(func() error {
		item, err := c.lib.Get(name)
		data = item.Data
		return err
	})
	switch {
	case isMissing(err):
		return nil, store.ErrNoSecret
	case isUndecodable(err):
		return nil, errDamaged // the decoder's text can quote the value
	}
	return data, err
}

func (c *calls) set(name string, data []byte) error {
	return c.call(func() error {
		return c.lib.Set(keyring.Item{
			Key:         name,
			Data:        data,
			Label:       name,
			Description: "exchange API credential kept by keyrota",
		})
	})
}

// remove removes an item. It is nil if there is none when it returns. It
// looks: some backends hold several items of a name, remove one and say nil.
func (c *calls) remove(name string) error {
	const tries = 4
	for range tries {
		err := c.call(func() error { return c.lib.Remove(name) })
		if isMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := c.get(name); errors.Is(err, store.ErrNoSecret) {
			return nil
		}
	}
	return fmt.Errorf("the item is still there after removing it %d times", tries)
}

func (c *calls) keys() (names []string, err error) {
	err = c.call(func() error {
		names, err = c.lib.Keys()
		return err
	})
	return names, err
}

// isMissing knows the ways in which backends say that there is no such item.
func isMissing(err error) bool {
	return errors.Is(err, keyring.ErrKeyNotFound) || errors.Is(err, fs.ErrNotExist)
}

func isUndecodable(err error) bool {
	var (
		syntax   *json.SyntaxError
		mismatch *json.UnmarshalTypeError
		corrupt  base64.CorruptInputError
	)
	return errors.As(err, &syntax) || errors.As(err, &mismatch) || errors.As(err, &corrupt)
}

// panicError describes a panic of the library. Only the texts of the runtime
// are let through; anything else might hold a value.
func panicError(r any) error {
	detail := fmt.Errorf("%T", r)
	var asserted *runtime.TypeAssertionError
	if err, ok := r.(error); ok && errors.As(err, &asserted) {
		return dismissedError{asserted}
	}
	if err, ok := r.(runtime.Error); ok {
		detail = err
	}
	return fmt.Errorf("the keyring library panicked: %w", detail)
}

// dismissedError is what the library's unchecked type assertion means: a
// dialog was closed and there was nothing to assert.
type dismissedError struct{ cause error }

func (e dismissedError) Error() string { return "the dialog was dismissed" }
func (e dismissedError) Unwrap() error { return e.cause }
