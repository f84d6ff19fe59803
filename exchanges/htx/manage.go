package htx

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/time/rate"

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
	hintSub     = "Name the sub-user by its UID, digits only. Keys of the parent user itself are made, changed and deleted by hand, under API Management."
	hintCode    = "Enter the present six digits of the parent user's Google Authenticator. If that one was used a moment ago, wait for the next."
	hintMayBe   = "HTX asks for the code of the parent user's Google Authenticator when a key is made, and none was given: enter it. " +
		"If it is refused then too, HTX did not accept the sub-user's UID, the label, the permissions or the addresses."
	hintOdd = "HTX changed the key to something else than was asked for: look it up under API Management."
)

// desk words what is refused here.
var desk = subkeys.Desk{ID: ID, Name: "HTX"}

// manager is a site at which a key of a parent user manages the keys of its
// sub-users. HTX has no call that makes, changes or deletes those of the parent.
type manager struct {
	*venue
	limiter *rate.Limiter
}

// subUser is a sub-user with what its keys are managed with.
type subUser struct {
	*manager
	cred exchanges.Credential
	code exchanges.Secret
	uid  int64
}

// sub opens the sub-user that mgr means.
func (m *manager) sub(mgr exchanges.Manager, op string) (subUser, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return subUser{}, err
	}
	uid, ok := subkeys.UID(mgr.SubAccount)
	if !ok {
		return subUser{}, desk.Invalid(op, hintSub)
	}
	return subUser{m, c, mgr.Code, uid}, nil
}

// of opens the sub-user that mgr means, for a change of one of its keys.
func (m *manager) of(mgr exchanges.Manager, op, keyID string) (subUser, error) {
	if err := desk.CheckKey(op, mgr, keyID); err != nil {
		return subUser{}, err
	}
	return m.sub(mgr, op)
}

// ListKeys returns the keys of the sub-user, or without one those of the calling
// key's own user, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	if strings.TrimSpace(mgr.SubAccount) == "" {
		return m.ownKeys(ctx, mgr)
	}
	s, err := m.sub(mgr, http.MethodGet+" "+keysPath)
	if err != nil {
		return nil, err
	}
	return m.listed(ctx, s.cred, s.uid, ofSubUser)
}

// SurveyKeys returns the keys of the calling key's own user, as
// exchanges.Surveyor says.
func (m *manager) SurveyKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	return m.ownKeys(ctx, mgr)
}

func (m *manager) ownKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	c, err := check(mgr.Credential)
	if err != nil {
		return nil, err
	}
	uid, err := m.uid(ctx, c)
	if err != nil {
		return nil, subkeys.OfManager(err)
	}
	return m.listed(ctx, c, uid, ofCaller)
}

func (m *manager) listed(ctx context.Context, c exchanges.Credential, uid int64, o owner) ([]exchanges.KeyInfo, error) {
	keys, err := m.all(ctx, c, uid, o)
	out := make([]exchanges.KeyInfo, len(keys))
	for i, k := range keys {
		out[i] = m.stamped(k.info(o, m.now()), uid)
	}
	return out, err
}

// all returns every key of a user. It fails rather than leave one out: what is
// not in the list counts as gone. That the parameter for the user counts is seen
// by the calling key, which is in its own user's list and in no other.
func (m *manager) all(ctx context.Context, c exchanges.Credential, uid int64, o owner) ([]key, error) {
	const op = http.MethodGet + " " + keysPath
	found, err := m.keys(ctx, c, uid)
	if err != nil {
		return nil, explained(err)
	}
	ids := make([]string, len(found.keys))
	for i, k := range found.keys {
		ids[i] = string(k.AccessKey)
	}
	if err := desk.Unique(op, ids); err != nil {
		return nil, err
	}
	if slices.Contains(ids, c.KeyID) != (o == ofCaller) {
		return nil, desk.Incomplete(op, "the list is not that of the user who was meant")
	}
	return found.keys, nil
}

// find returns how to look for a key of the sub-user; nil: there is none.
func (s subUser) find(ctx context.Context, keyID string) func() (*key, error) {
	return func() (*key, error) {
		keys, err := s.all(ctx, s.cred, s.uid, ofSubUser)
		return subkeys.Find(keys, func(k key) bool { return string(k.AccessKey) == keyID }), err
	}
}

// change is the body of the calls that change something, as far as they have
// the members. A list of addresses that is there and empty takes away the one
// of the key.
type change struct {
	Code       string  `json:"otpToken,omitempty"`
	SubUID     int64   `json:"subUid"`
	AccessKey  string  `json:"accessKey,omitempty"`
	Note       string  `json:"note,omitempty"`
	Permission string  `json:"permission,omitempty"`
	IPs        *string `json:"ipAddresses,omitempty"`
}

// send makes a change. By the documentation HTX wants a code for a new key
// alone; should it ask for one elsewhere, that is sent likewise.
func (s subUser) send(ctx context.Context, path string, c change, parse func(rest.Response) *exchanges.Error) error {
	c.SubUID, c.Code = s.uid, s.code.Reveal()
	body, err := json.Marshal(c) //nolint:gosec // an access key is no secret, and the code is for the exchange
	if err != nil {
		return err
	}
	err = explained(s.do(ctx, s.cred, call{
		path: path, body: string(body), parse: parse, limiter: s.limiter, secrets: []exchanges.Secret{s.code},
	}))
	if e := exchanges.AsError(err); err != nil && e.Outcome == exchanges.Refused && mentions(e.Code, codeWords) {
		e.Kind, e.Hint = exchanges.SecondFactor, hintCode
	}
	return err
}

// explained finishes the error of a call about keys: it is the managing one that
// may be unknown or lack a right.
func explained(err error) error {
	if err == nil {
		return nil
	}
	e := exchanges.AsError(subkeys.OfManager(err))
	if e.Hint == hintDenied {
		e.Hint = hintManager
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
