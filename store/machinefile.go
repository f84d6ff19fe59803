package store

import (
	"errors"
	"net/netip"
)

// machineComment is the first line of machine.toml.
const machineComment = "# The public addresses of this machine, as echo services said. keyrota wrote this file and writes it again: comments are lost.\n"

const machineHint = "Mend that line, or remove the file: keyrota machine --ask asks for the addresses again; only the earlier ones are lost."

const machineSchema = 1

type fileMachine struct {
	Schema    int           `toml:"schema"`
	Addresses []fileAddress `toml:"address"`
}

type fileAddress struct {
	Addr  string `toml:"ip"`
	First string `toml:"first"`
	Last  string `toml:"last"`
	Gone  bool   `toml:"gone,omitempty"`
}

func (f *fileMachine) schema() int { return f.Schema }

// Machine returns what machine.toml has. A missing file has nothing.
func (s *Store) Machine() (Machine, error) {
	var f fileMachine
	text, err := readSmall(s.paths.Machine, &f, machineSchema, machineHint)
	if err != nil {
		return Machine{}, err
	}
	var m Machine
	for i, fa := range f.Addresses {
		a, err := fa.address()
		if err != nil {
			return Machine{}, smallError(s.paths.Machine, &lineError{tableLine([]byte(text), "[[address]]", i), err}, machineHint)
		}
		m.Addresses = append(m.Addresses, a)
	}
	return m, nil
}

func (f fileAddress) address() (Address, error) {
	var errs fieldErrors
	ip, err := netip.ParseAddr(f.Addr)
	if err != nil {
		errs.add("ip", errors.New("not an address"))
	}
	a := Address{Addr: ip.Unmap().WithZone(""), First: errs.time("first", f.First), Last: errs.time("last", f.Last), Gone: f.Gone}
	return a, errs.first
}

// UpdateMachine lets change work on what machine.toml has, saves what it
// returns, at once or not at all, and returns it.
func (s *Store) UpdateMachine(change func(Machine) Machine) (Machine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable("change"); err != nil {
		return Machine{}, err
	}
	m, err := s.Machine()
	if err != nil {
		return Machine{}, err
	}
	m = change(m)
	f := fileMachine{Schema: machineSchema}
	for _, a := range m.Addresses {
		f.Addresses = append(f.Addresses, fileAddress{a.Addr.String(), timeText(a.First), timeText(a.Last), a.Gone})
	}
	return m, s.writeSmall(s.paths.Machine, machineComment, &f)
}
