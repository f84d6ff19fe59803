package htx

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
)

const (
	createPath = "/v2/sub-user/api-key-generation"
	editPath   = "/v2/sub-user/api-key-modification"
	deletePath = "/v2/sub-user/api-key-deletion"
)

const (
	hintManager = "The managing key must be of the parent user and may need Trade, and the sub-user must be one of its own. Check both under API Management and Sub-user Management."
	hintCode    = "Enter the present six digits of the parent user's Google Authenticator. If that one was used a moment ago, wait for the next."
	hintMayBe   = "HTX asks for the code of the parent user's Google Authenticator when a key is made, and none was given: enter it. " +
		"If it is refused then too, HTX did not accept the sub-user's UID, the label, the permissions or the addresses."
)

var desk = subkeys.Desk{
	ID: ID, Name: "HTX", Check: check, Names: subkeys.IsUID, Named: "(the sub-user) by its UID, digits only",
	Main:   "Keys of the parent user itself are made, changed and deleted by hand, under API Management.",
	Denied: hintDenied, Manager: hintManager,
}

// subUser is a user whose keys are looked at or managed: a sub-user or, for a look,
// that of the calling key itself.
type subUser struct {
	*venue
	subkeys.Account
	code exchanges.Secret
}

// ListKeys returns the keys of the sub-user, as exchanges.Lister says.
func (v *venue) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	a, err := desk.Open(http.MethodGet+" "+keysPath, mgr)
	if err != nil {
		return nil, err
	}
	s := subUser{v, a, mgr.Code}
	return s.list(ofSubUser).Infos(ctx, s.describe(ofSubUser))
}

// SurveyKeys returns the keys of the calling key's own user, as
// exchanges.Surveyor says.
func (v *venue) SurveyKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return nil, err
	}
	uid, err := v.uid(ctx, c)
	if err != nil {
		return nil, desk.ByManager(err)
	}
	s := subUser{v, subkeys.Account{Manager: c, Name: uid}, exchanges.Secret{}}
	return s.list(ofCaller).Survey(ctx, c.KeyID, s.describe(ofCaller))
}

// describe returns what brings keys of the user to the normal form.
func (s subUser) describe(o owner) func(key) exchanges.KeyInfo {
	return func(k key) exchanges.KeyInfo {
		info := k.info(o, s.ExchangeNow())
		info.Account = s.Name
		return s.Stamp(info)
	}
}

// list is the list of the user's keys. That the parameter for the user counts
// is seen by the calling key, which is in its own user's list and in no other.
// Not inlined: each copy would have a closure of its own.
//
//go:noinline
func (s subUser) list(o owner) subkeys.Keys[key] {
	const op = http.MethodGet + " " + keysPath
	return subkeys.Keys[key]{Desk: desk, Op: op, ID: key.id, Read: func(ctx context.Context, _ string) ([]key, error) {
		found, err := s.keys(ctx, s.Manager, s.Name)
		if err != nil {
			return nil, desk.ByManager(err)
		}
		own := func(k key) bool { return k.id() == s.Manager.KeyID }
		if o == ofSubUser && slices.ContainsFunc(found.keys, own) {
			return nil, desk.Incomplete(op, "the list is not that of the user who was meant")
		}
		return found.keys, nil
	}}
}

// change is the body of the calls that change something, as far as they have
// the members. A list of addresses that is there and empty takes away the one
// of the key.
type change struct {
	Code       string      `json:"otpToken,omitempty"`
	SubUID     json.Number `json:"subUid"`
	AccessKey  string      `json:"accessKey,omitempty"`
	Note       string      `json:"note,omitempty"`
	Permission string      `json:"permission,omitempty"`
	IPs        *string     `json:"ipAddresses,omitempty"`
}

// send makes a change. By the documentation HTX wants a code for a new key
// alone; should it ask for one elsewhere, that is sent likewise.
func (s subUser) send(ctx context.Context, path string, c change, read func(rest.Response) *exchanges.Error) error {
	c.SubUID, c.Code = json.Number(s.Name), s.code.Reveal()
	call := rest.Call{Credential: s.Manager, Limiter: s.changes, Secrets: []exchanges.Secret{s.code}}
	err := desk.ByManager(s.Post(ctx, call, path, c, read))
	if e := exchanges.AsError(err); err != nil && e.Outcome == exchanges.Refused && mentions(e.Code, codeWords) {
		e.Kind, e.Hint = exchanges.SecondFactor, hintCode
	}
	return err
}

// The words by which a refusal may be known to be about the code, or about a
// member of a request that is none: what HTX says to a code that is missing or
// wrong is not documented.
var (
	codeWords  = []string{"otp", "google", "authenticator", "verification code"}
	valueWords = []string{"subuid", "note", "permission", "ipaddress"}
)

func mentions(text string, words []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}
