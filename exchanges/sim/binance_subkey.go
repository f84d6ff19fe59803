package sim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// The states of a key's IP list.
const (
	binanceOpen       = "1"
	binanceListed     = "2"
	binanceThirdParty = "3" // the addresses of a company that Binance knows
)

// binanceLongestIPs is how long a list of addresses may be, in characters.
const binanceLongestIPs = 500

// binanceCreateSubKeyV1 takes Ed25519 keys only and has no FIX rights.
func binanceCreateSubKeyV1(v *binance, c binanceCall, email string) (any, *binanceError) {
	public, text, refusal := c.publicKey()
	if refusal != nil {
		return nil, refusal
	}
	if _, isRSA := public.(*rsa.PublicKey); isRSA {
		return nil, notValid("publicKey")
	}
	return v.createSubKey(c, wanted{Sub: email, PublicKey: public, PublicPEM: text}, binanceGrants)
}

func binanceCreateSubKeyV2(v *binance, c binanceCall, email string) (any, *binanceError) {
	public, text, refusal := c.publicKey()
	if refusal != nil {
		return nil, refusal
	}
	if _, isEd25519 := public.(ed25519.PublicKey); !isEd25519 {
		for _, g := range binanceFIXGrants {
			if param(c.params, g.param) == "true" {
				return nil, &binanceError{400, -9000, "Unsupported operation."}
			}
		}
	}
	return v.createSubKey(c, wanted{Sub: email, PublicKey: public, PublicPEM: text}, slices.Concat(binanceGrants, binanceFIXGrants))
}

// createSubKey makes a key with the rights that a request names: all others
// are off. The secret is told here and never again; a key that came with its
// public half has none.
func (v *binance) createSubKey(c binanceCall, w wanted, grants []binanceGrant) (any, *binanceError) {
	if w.Label = param(c.params, "apiName"); w.Label == "" {
		return nil, missing("apiName")
	}
	ips, refusal := c.newIPs()
	if refusal != nil {
		return nil, refusal
	}
	on := map[string]bool{"enableReading": true}
	if refusal := c.change(on, grants); refusal != nil {
		return nil, refusal
	}
	if _, taken := v.byLabel(w.Sub, w.Label); taken {
		return nil, errBinanceLabel
	}
	if len(v.ofSub(w.Sub)) >= binanceMostKeys {
		return nil, errBinanceFull
	}
	w.IPs = ips
	w.Permissions, w.Words = rightsOf(on)
	key := v.issueNew(w, v.now())
	status := 1
	if len(ips) > 0 {
		status = 2
	}
	body := jsonOf(`{"apiName":?,"apiKey":?,"status":?,"ipList":?}`, key.Label, key.ID, status, append([]string{}, ips...))
	if key.Secret != "" {
		body = joined(body, jsonOf(`{"secretKey":?}`, key.Secret))
	}
	return v.tell(body, key), nil
}

// publicKey reads the public half of a key pair, if a request has one. It may
// not come in the URL; which code says so is made up. The form is not
// documented: PEM is what the web pages take.
func (c binanceCall) publicKey() (crypto.PublicKey, string, *binanceError) {
	text := param(c.params, "publicKey")
	switch {
	case c.query.Has("publicKey"):
		return nil, "", notValid("publicKey")
	case text == "":
		return nil, "", nil
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, "", notValid("publicKey")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, "", notValid("publicKey")
	}
	switch public := parsed.(type) {
	case ed25519.PublicKey:
		return public, text, nil
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits == 2048 || bits == 4096 {
			return public, text, nil
		}
	}
	return nil, "", notValid("publicKey")
}

// newIPs reads the IP list of a key to be made; none for one that is open.
func (c binanceCall) newIPs() ([]string, *binanceError) {
	switch param(c.params, "status") {
	case "":
		return nil, missing("status")
	case binanceOpen:
		return nil, nil
	case binanceListed:
		return c.ips()
	case binanceThirdParty:
		if param(c.params, "thirdPartyName") == "" {
			return nil, missing("thirdPartyName")
		}
		return nil, notValid("thirdPartyName") // the simulation knows no such company
	}
	return nil, notValid("status")
}

// ips reads the addresses that a request names: IPv4 with commas between
// them. Nothing says that ranges or IPv6 would be taken.
func (c binanceCall) ips() ([]string, *binanceError) {
	text := param(c.params, "ipAddress")
	if text == "" {
		return nil, missing("ipAddress")
	}
	if len(text) > binanceLongestIPs {
		return nil, notValid("ipAddress")
	}
	list := strings.Split(text, ",")
	for _, one := range list {
		if addr, err := netip.ParseAddr(one); err != nil || !addr.Is4() {
			return nil, notValid("ipAddress")
		}
	}
	return list, nil
}

// binanceSubKeyIPs tells the IP list of a key. That it has one is a text, not
// a truth value.
func binanceSubKeyIPs(v *binance, c binanceCall, email string) (any, *binanceError) {
	key, refusal := v.subKey(c, email)
	if refusal != nil {
		return nil, refusal
	}
	return v.ipRestriction(key), nil
}

func (v *binance) ipRestriction(key *entry) json.RawMessage {
	restricted := "false"
	if len(key.IPs) > 0 {
		restricted = "true"
	}
	return jsonOf(`{"ipRestrict":?,"ipList":?,"apiKey":?,"updateTime":?}`, restricted, append([]string{}, key.IPs...), key.ID, v.editedAt(key).UnixMilli())
}

func (v *binance) editedAt(key *entry) time.Time {
	if at, ok := v.edited[key]; ok {
		return at
	}
	return key.Created
}

// binanceAddSubKeyIPs opens a key to every address, or adds addresses to its
// list: by its name the endpoint adds, and taking some off has one of its own.
func binanceAddSubKeyIPs(v *binance, c binanceCall, email string) (any, *binanceError) {
	key, refusal := v.subKey(c, email)
	if refusal != nil {
		return nil, refusal
	}
	status := param(c.params, "status")
	switch status {
	case "":
		return nil, missing("status")
	case binanceOpen:
		key.IPs = nil
	case binanceListed:
		more, refusal := c.ips()
		if refusal != nil {
			return nil, refusal
		}
		all := slices.Clone(key.IPs)
		for _, one := range more {
			if !contains(all, one) {
				all = append(all, one)
			}
		}
		key.IPs = all
	default:
		return nil, notValid("status")
	}
	v.edited[key] = v.now()
	body := jsonOf(`{"status":?,"updateTime":?,"apiKey":?}`, status, inMillis(v.now()), key.ID)
	if len(key.IPs) > 0 {
		body = joined(body, jsonOf(`{"ipList":?}`, key.IPs))
	}
	return body, nil
}

// binanceDropSubKeyIPs takes addresses off the list of a key. What an empty
// list would mean is not documented, so the last address stays.
func binanceDropSubKeyIPs(v *binance, c binanceCall, email string) (any, *binanceError) {
	key, refusal := v.subKey(c, email)
	if refusal != nil {
		return nil, refusal
	}
	gone, refusal := c.ips()
	if refusal != nil {
		return nil, refusal
	}
	left := slices.DeleteFunc(slices.Clone(key.IPs), func(one string) bool { return contains(gone, one) })
	if len(left) == 0 {
		return nil, notValid("ipAddress")
	}
	key.IPs = left
	v.edited[key] = v.now()
	return v.ipRestriction(key), nil
}
