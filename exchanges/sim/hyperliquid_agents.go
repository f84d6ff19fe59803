package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// approveAgent makes an address a key of the account: under a name, in place
// of the agent that has it, or without one, in place of the one that has none.
func (v *hyperliquid) approveAgent(fields hyperliquidFields) (any, *hyperliquidRefusal) {
	text, _ := valueOf[string](fields["agentAddress"])
	address, ok := readAddress(text)
	name, named := valueOf[string](fields["agentName"])
	if !ok {
		return nil, hyperliquidUnreadable()
	}
	w := wanted{ID: address, Algorithm: algWallet, Permissions: hyperliquidRights, Expires: v.now().Add(hyperliquidLife)}
	if named {
		if words := v.readAgentName(name, &w); words != "" {
			return nil, hyperliquidSays(words)
		}
	}
	old, exists := v.byLabel("", w.Label)
	if address == noAddress {
		if !exists {
			return nil, hyperliquidSays("Extra agent does not exist")
		}
		v.remove(old.ID, v.now())
		return jsonOf(`{"type":"default"}`), nil
	}
	if words := v.cannotApprove(w); words != "" {
		return nil, hyperliquidSays(words)
	}
	if exists {
		v.remove(old.ID, v.now())
	}
	v.issueNew(w, v.now())
	return jsonOf(`{"type":"default"}`), nil
}

// agentEnd is how SDKs say until when an agent lives: behind its name.
var agentEnd = pattern(`^(.*) valid_until ([0-9]+)$`)

// hyperliquidMostName is how many characters a name may have.
const hyperliquidMostName = 16

// readAgentName reads the name of an agent and the end in it, or says what is
// wrong. That ends beyond the limit get the words of ends in the past is what
// users saw; it is not documented.
func (v *hyperliquid) readAgentName(text string, w *wanted) string {
	w.Label = text
	if parts := agentEnd().FindStringSubmatch(text); parts != nil {
		w.Label = parts[1]
		millis, err := strconv.ParseInt(parts[2], 10, 64)
		w.Expires = time.UnixMilli(millis)
		if now := v.now(); err != nil || !w.Expires.After(now) || w.Expires.After(now.Add(hyperliquidMostDays*day)) {
			return "Agent valid_until already expired."
		}
	}
	if n := utf8.RuneCountInString(w.Label); n < 1 || n > hyperliquidMostName {
		return "Extra agent name must be between 1 and 16 characters long"
	}
	return ""
}

// mostNamed is how many agents with a name the account may have: 3, and 2 more
// for each sub-account.
func (v *hyperliquid) mostNamed() int { return 3 + 2*len(v.subs) }

// cannotApprove says why an address cannot be made an agent. One that ever was
// an agent, or has an account, is taken.
func (v *hyperliquid) cannotApprove(w wanted) string {
	_, used := v.byID[w.ID]
	if used || w.ID == v.master.address || contains(v.subs, w.ID) {
		return "Extra agent already used."
	}
	named := 0
	for _, e := range v.all() {
		if e.Label == w.Label {
			return ""
		}
		if e.Label != "" {
			named++
		}
	}
	if w.Label != "" && named >= v.mostNamed() {
		return fmt.Sprintf("Too many extra agents for cumulative volume traded. Current limit is %d", v.mostNamed())
	}
	return ""
}

// extraAgents lists the agents that have a name.
func (v *hyperliquid) extraAgents(q hyperliquidQuery) any {
	list := []json.RawMessage{}
	for _, e := range v.all() {
		if q.user == v.master.address && e.Label != "" {
			list = append(list, jsonOf(`{"address":?,"name":?,"validUntil":?}`, e.ID, e.Label, inMillis(e.Expires)))
		}
	}
	return list
}

// userRole tells what an address is.
func (v *hyperliquid) userRole(q hyperliquidQuery) any {
	_, isAgent := v.find(q.user)
	switch {
	case q.user == v.master.address:
		return jsonOf(`{"role":"user"}`)
	case isAgent:
		return jsonOf(`{"role":"agent","data":{"user":?}}`, v.master.address)
	case contains(v.subs, q.user):
		return jsonOf(`{"role":"subAccount","data":{"master":?}}`, v.master.address)
	}
	return jsonOf(`{"role":"missing"}`)
}

// unnamed tells the agent without a name, as the page of an account shows it.
func (v *hyperliquid) unnamed(q hyperliquidQuery) (address, until any) {
	if e, ok := v.byLabel("", ""); ok && q.user == v.master.address {
		return e.ID, inMillis(e.Expires)
	}
	return nil, nil
}
