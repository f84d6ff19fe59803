package exchangetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// keeper is the toy with keys that can be managed, and places to break that.
type keeper struct {
	*toyVenue
	breach
}

// breach is what a keeper does wrong; the zero breach is lawful.
type breach struct {
	send   func(op string, in map[string]any) // changes what is sent
	finish func(op string, m exchanges.Manager, err error) error
	again  bool // changes are sent again after a failure
	mute   bool // never sends a code
	picky  bool // takes no unknown members
	lax    bool // takes a key without an ID
	short  bool // lists the first page only
	proud  bool // does not let a key revoke itself
	trusts bool // takes any list for a whole one
	part   bool // surveys a part of the account
	busy   bool // changes something in a survey
}

func newKeeper(b breach) *toy {
	a := newToy()
	a.info.Sites[0].Capabilities = exchanges.Capabilities{
		Permissions: true, Created: true, Label: true,
		Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.OwnKeys, RevokesItself: true, Survey: true,
		SecondFactor: true, KeyPair: exchanges.Ed25519, KeyPairByAPI: true,
	}
	a.wrap = func(v *toyVenue) exchanges.Exchange { return keeper{v, b} }
	return a
}

// call posts a JSON object, signed with the manager, and reads one.
func (k keeper) call(ctx context.Context, m exchanges.Manager, op string, in map[string]any, out any) error {
	if k.send != nil {
		k.send(op, in)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = k.client.Do(ctx, rest.Call{
		Op: "POST " + op, Write: op != "/list" && op != "/own" && !k.again,
		Credential: exchanges.Credential{KeyID: m.Credential.KeyID, Secret: m.Credential.Secret, Passphrase: m.Code},
		Build: func(now time.Time) (rest.Request, error) {
			stamp := strconv.FormatInt(now.UnixMilli(), 10)
			h := http.Header{"X-Key": {m.Credential.KeyID}, "X-Sig": {toySign(stamp)}}
			if !m.Code.IsZero() && !k.mute {
				h.Set("X-Code", m.Code.Reveal())
			}
			return rest.Request{Method: "POST", Path: op, Query: "t=" + stamp, Body: string(body), Header: h}, nil
		},
		Classify: func(r rest.Response) *exchanges.Error { return k.read(r, out) },
	})
	if err != nil && k.finish != nil {
		err = k.finish(op, m, err)
	}
	return err
}

// read classifies an answer, and decodes it if it is good.
func (k keeper) read(r rest.Response, out any) *exchanges.Error {
	if e := toyRefusal(r); e != nil {
		if kind, ok := toyKinds[e.Code]; ok {
			e.Kind = kind
		}
		return e
	}
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	if k.picky {
		dec.DisallowUnknownFields()
	}
	if dec.Decode(out) != nil {
		return rest.NotJSON(r)
	}
	return nil
}

var toyKinds = map[string]exchanges.Kind{
	"code wanted": exchanges.SecondFactor, "no such key": exchanges.NotFound,
	"account full": exchanges.KeyLimit, "label taken": exchanges.LabelTaken,
}

// toyRow is a key on the wire.
type toyRow struct {
	ID     string   `json:"id"`
	Secret string   `json:"secret,omitempty"`
	Label  string   `json:"label"`
	Can    string   `json:"can"`
	IPs    []string `json:"ips"`
}

func (k keeper) CreateKey(ctx context.Context, m exchanges.Manager, r exchanges.KeyRequest) (exchanges.Credential, error) {
	if !k.trusts && (r.Label == "" || r.IPs.State != exchanges.IPAny && len(r.IPs.Entries) == 0 || r.Permissions.Has(exchanges.Earn)) {
		return exchanges.Credential{}, &exchanges.Error{Exchange: "toy", Op: "POST /make", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: "Ask for less."}
	}
	in := map[string]any{"label": r.Label, "can": text(r.Permissions), "ips": r.IPs.Entries, "public": r.PublicKey}
	var made toyRow
	if err := k.call(ctx, m, "/make", in, &made); err != nil {
		return exchanges.Credential{}, err
	}
	if !k.lax && (exchanges.Clean(made.ID) != made.ID || made.ID == "" || r.PublicKey == "" && made.Secret == "") {
		return exchanges.Credential{}, &exchanges.Error{Exchange: "toy", Op: "POST /make", Kind: exchanges.Protocol, Hint: "Look for the key."}
	}
	return exchanges.Credential{KeyID: made.ID, Secret: exchanges.NewSecret(made.Secret)}, nil
}

func (k keeper) ListKeys(ctx context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	return k.rows(ctx, m, "/list")
}

func (k keeper) SurveyKeys(ctx context.Context, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	all, err := k.rows(ctx, m, "/own")
	if k.busy {
		_ = k.call(ctx, m, "/edit", map[string]any{"id": m.Credential.KeyID}, &toyRow{})
	}
	if k.part {
		return all[:1], err
	}
	mine := slices.ContainsFunc(all, func(info exchanges.KeyInfo) bool { return info.KeyID == m.Credential.KeyID })
	if err == nil && !mine && !k.trusts {
		return nil, odd("POST /own")
	}
	return all, err
}

func odd(op string) *exchanges.Error {
	return &exchanges.Error{Exchange: "toy", Op: op, Kind: exchanges.Protocol, Hint: "Try again."}
}

func (k keeper) rows(ctx context.Context, m exchanges.Manager, op string) ([]exchanges.KeyInfo, error) {
	const mostPages = 200
	var out []exchanges.KeyInfo
	seen := map[string]bool{}
	for page, more := 0, true; more; page++ {
		var list struct {
			Keys *[]toyRow `json:"keys"`
			More bool      `json:"more"`
		}
		if err := k.call(ctx, m, op, map[string]any{"page": page}, &list); err != nil {
			return nil, err
		}
		if list.Keys == nil || page == mostPages {
			return nil, odd("POST " + op)
		}
		for _, row := range *list.Keys {
			if (row.ID == "" || seen[row.ID] || strings.ContainsAny(row.ID, "*…")) && !k.trusts {
				return nil, odd("POST " + op)
			}
			seen[row.ID] = true
			info := exchanges.KeyInfo{KeyID: row.ID, Label: exchanges.Clean(row.Label), Account: "main", IPs: k.ips(row)}
			_ = info.Permissions.UnmarshalText([]byte(row.Can))
			out = append(out, info)
		}
		more = list.More && !k.short
	}
	return out, nil
}

func (k keeper) EditKey(ctx context.Context, m exchanges.Manager, keyID string, r exchanges.KeyRequest) error {
	in := map[string]any{"id": keyID}
	if r.Permissions.Known() {
		in["can"] = text(r.Permissions)
	}
	if r.IPs.State != exchanges.IPUnknown {
		in["ips"] = append([]string{}, r.IPs.Entries...)
	}
	var became toyRow
	err := k.call(ctx, m, "/edit", in, &became)
	if err == nil && became.ID != keyID && !k.trusts {
		return odd("POST /edit")
	}
	return err
}

func (k keeper) RevokeKey(ctx context.Context, m exchanges.Manager, keyID string) error {
	if k.proud && m.Credential.KeyID == keyID {
		return &exchanges.Error{Exchange: "toy", Op: "POST /drop", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: "Use another key."}
	}
	err := k.call(ctx, m, "/drop", map[string]any{"id": keyID}, &toyRow{})
	if errors.Is(err, exchanges.NotFound) {
		return nil
	}
	return err
}

func text(p exchanges.PermissionSet) string {
	raw, _ := p.MarshalText()
	return string(raw)
}

// ips are the addresses of a row. An open key has an empty list; none at all
// tells nothing.
func (k keeper) ips(row toyRow) exchanges.IPWhitelist {
	if row.IPs == nil && !k.trusts {
		return exchanges.IPWhitelist{}
	}
	return fromIPs(row.IPs)
}

func fromIPs(entries []string) exchanges.IPWhitelist {
	if len(entries) == 0 {
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
}

// toyFake is the toy exchange's side.
type toyFake struct{ account *exchangetest.Account }

func (f toyFake) routes() exchangetest.Routes {
	routes := newToy().subject().Routes(exchanges.Site{})
	for op, act := range map[string]func(toyAsk) any{"/make": f.make, "/list": f.list, "/own": f.own, "/edit": f.edit, "/drop": f.drop} {
		routes["POST "+op] = func(r exchangetest.Request) exchangetest.Reply {
			var in toyAsk
			if json.Unmarshal([]byte(r.Body), &in) != nil {
				return exchangetest.Status(400, `{"error":"not JSON"}`)
			}
			if op != "/list" && op != "/own" && r.Header.Get("X-Code") != f.account.Code {
				return exchangetest.Status(401, `{"error":"code wanted"}`)
			}
			out := act(in)
			if out == nil {
				return exchangetest.Status(404, `{"error":"no such key"}`)
			}
			body, _ := json.Marshal(out)
			return exchangetest.JSON(string(body))
		}
	}
	return routes
}

type toyAsk struct {
	ID, Label, Public string
	Can               *string
	IPs               *[]string
	Page              int
}

func (f toyFake) make(in toyAsk) any {
	key := exchangetest.Key{Label: in.Label, PublicKey: in.Public, IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}
	in.change(&key)
	c := f.account.Make(key)
	return toyRow{ID: c.KeyID, Secret: c.Secret.Reveal()}
}

func (in toyAsk) change(k *exchangetest.Key) {
	if in.Can != nil {
		_ = k.Permissions.UnmarshalText([]byte(*in.Can))
	}
	if in.IPs != nil {
		k.IPs = fromIPs(*in.IPs)
	}
}

func (f toyFake) list(in toyAsk) any { return page(f.account.Keys(), in.Page) }

func (f toyFake) own(in toyAsk) any { return page(f.account.Own(), in.Page) }

// page has four keys.
func page(keys []exchangetest.Key, n int) any {
	rows := []toyRow{}
	for _, k := range keys {
		rows = append(rows, toyRow{ID: k.ID, Label: k.Label, Can: text(k.Permissions), IPs: append([]string{}, k.IPs.Entries...)})
	}
	from, to := min(len(rows), 4*n), min(len(rows), 4*n+4)
	return map[string]any{"keys": rows[from:to], "more": to < len(rows)}
}

func (f toyFake) edit(in toyAsk) any {
	if !f.account.Change(in.ID, in.change) {
		return nil
	}
	return toyRow{ID: in.ID}
}

func (f toyFake) drop(in toyAsk) any {
	if !f.account.Delete(in.ID) {
		return nil
	}
	return toyRow{ID: in.ID}
}

// managed is the toy's subject with what the laws of the abilities need.
func (a *toy) managed() exchangetest.Subject {
	s := a.subject()
	s.Manage = &exchangetest.Manage{
		Manager: exchanges.Manager{Credential: s.Credential},
		Key: func(n int) exchanges.Credential {
			return exchanges.Credential{KeyID: fmt.Sprintf("toyKEY-%03d", n), Secret: exchanges.NewSecret(fmt.Sprintf("toySECRET-of-another-key-%06d", n))}
		},
		Routes: func(_ exchanges.Site, a *exchangetest.Account) exchangetest.Routes { return toyFake{a}.routes() },
		Writes: []string{"POST /make", "POST /edit", "POST /drop"},
		New: exchanges.KeyRequest{
			Label: "keyrota-bot-1", Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot), IPs: fromIPs([]string{"192.0.2.1", "192.0.2.2"}),
		},
		Changed: exchanges.KeyRequest{Permissions: exchanges.NewPermissionSet(exchanges.Read), IPs: fromIPs([]string{"192.0.2.3"})},
		Verify:  s.Verify,
		Refusals: []exchangetest.Refusal{
			{Name: "full", Reply: exchangetest.Status(400, `{"error":"account full"}`), Kind: exchanges.KeyLimit, Outcome: exchanges.Refused},
			{Name: "taken", Reply: exchangetest.Status(400, `{"error":"label taken"}`), Kind: exchanges.LabelTaken, Outcome: exchanges.Refused},
		},
		Refused:   map[string]exchanges.KeyRequest{"earn": {Label: "x", Permissions: exchanges.NewPermissionSet(exchanges.Earn), IPs: fromIPs(nil)}},
		Otherwise: map[string]exchangetest.Reply{"another key": exchangetest.JSON(`{"id":"x"}`)},
		Many:      9,
		OwnKeys:   true,
	}
	return s
}
