// Package busguard makes it safe to link github.com/99designs/keyring.
//
// That library dials the D-Bus session bus while its packages initialise,
// before main runs and without a time limit: a bus that accepts and stays
// silent hangs even --version, and where there is no bus at all its D-Bus
// client starts one with dbus-launch and leaves the daemon behind. So this
// package looks at the bus first, for at most 200 ms, and points the library
// at an address that leads nowhere when the bus does not answer.
//
// Go initialises packages by import path among those whose own imports are
// ready. This package therefore imports nothing but os, strings and syscall:
// it is ready before the network and process packages that the library needs.
// A test of package oskeyring pins the order.
package busguard

import "os"

// Variable names the environment variable that the guard may change.
const Variable = "DBUS_SESSION_BUS_ADDRESS"

var (
	original, wasSet = os.LookupEnv(Variable)
	why              string
)

// Why says why the session bus is not used, in words for a person. It is
// empty when the bus answered, and on systems that have no session bus.
func Why() string { return why }

// Original returns the value that Variable had when the program started.
// Programs started by keyrota get it back: they may know how to use a bus
// that keyrota could not.
func Original() (value string, set bool) { return original, wasSet }
