package command

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// machineJSON is what machine prints. Times are RFC 3339 in UTC.
type machineJSON struct {
	Asked     *time.Time          `json:"asked"` // when a service last answered; null: none did yet
	Addresses []addressJSON       `json:"addresses"`
	Earlier   []addressJSON       `json:"earlier"` // newest first
	Changed   []addressChangeJSON `json:"changed"` // the last change of each address, however long ago
	Keys      []*machineKeyJSON   `json:"keys"`
	Exchanges []placeJSON         `json:"exchanges"`
}

type addressJSON struct {
	Address string     `json:"address"`
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
}

type addressChangeJSON struct {
	From  string     `json:"from"`
	To    string     `json:"to"`
	Left  *time.Time `json:"left"`  // when a service last answered with the former
	Came  *time.Time `json:"came"`  // when one first answered with the other
	Fresh bool       `json:"fresh"` // the last answer brought it
}

// machineKeyJSON is how this machine stands to a key: listed, not-listed, any,
// unknown or, where the exchange is reached through a proxy, proxy. Address is
// the one that decides.
type machineKeyJSON struct {
	Name        string                `json:"name"`
	Exchange    exchanges.ID          `json:"exchange"`
	Environment exchanges.Environment `json:"environment"`
	Standing    store.Standing        `json:"standing"`
	Address     *string               `json:"address"`
	IPWhitelist ipJSON                `json:"ip_whitelist"`
	Paste       string                `json:"paste"`
	Remarks     []string              `json:"remarks"`
}

// placeJSON is an exchange with this machine's addresses in its format.
type placeJSON struct {
	Exchange exchanges.ID `json:"exchange"`
	Name     string       `json:"name"`
	Paste    string       `json:"paste"`
	Remarks  []string     `json:"remarks"`
}

func newMachineJSON(s *session) machineJSON {
	m := s.desk.Machine()
	out := machineJSON{
		Asked: timeJSON(m.Asked()), Addresses: []addressJSON{}, Earlier: []addressJSON{}, Changed: []addressChangeJSON{},
		Keys: []*machineKeyJSON{}, Exchanges: []placeJSON{},
	}
	for _, a := range m.Current() {
		out.Addresses = append(out.Addresses, addressOf(a))
	}
	for _, a := range m.Addresses {
		if a.Gone {
			out.Earlier = append(out.Earlier, addressOf(a))
		}
	}
	for _, c := range m.Changed() {
		out.Changed = append(out.Changed, addressChangeJSON{c.From.Addr.String(), c.To.Addr.String(), timeJSON(c.From.Last), timeJSON(c.To.First), c.Fresh()})
	}
	for _, p := range s.places() {
		out.Exchanges = append(out.Exchanges, placeJSON{p.id, p.name, p.paste.Text, append([]string{}, p.paste.Remarks...)})
		for _, k := range p.keys {
			out.Keys = append(out.Keys, s.machineKey(k))
		}
	}
	slices.SortFunc(out.Keys, func(a, b *machineKeyJSON) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func addressOf(a store.Address) addressJSON {
	return addressJSON{a.Addr.String(), timeJSON(a.First), timeJSON(a.Last)}
}

func (s *session) machineKey(k pasteKey) *machineKeyJSON {
	r := k.record
	out := &machineKeyJSON{
		Name: r.Name, Exchange: r.Exchange, Environment: r.Environment, IPWhitelist: ipJSON{r.Facts.IPs.State.String(), append([]string{}, r.Facts.IPs.Entries...)},
		Paste: k.paste.Text, Remarks: append([]string{}, k.paste.Remarks...),
	}
	standing, by := s.desk.Standing(r)
	out.Standing = standing
	if by.IsValid() {
		text := by.String()
		out.Address = &text
	}
	return out
}
