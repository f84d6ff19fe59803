package exchanges

import "context"

// Exchange is the whole of what the rest of the program may rely on. A value
// is bound to one site: one exchange, environment and origin. It is safe for
// concurrent use.
type Exchange interface {
	// Info describes the exchange. It is constant.
	Info() Info

	// Inspect asks the exchange what c may do. It changes nothing there, may
	// be repeated, and retries short failures itself.
	//
	// A nil error means that the exchange accepted the key. Any other error is
	// an *Error; its Kind tells a verdict about the key from a failure on the
	// way. When ctx ends first the Kind is Canceled.
	//
	// Facts that the exchange does not give are left zero.
	Inspect(ctx context.Context, c Credential) (KeyInfo, error)
}

// Manager is what keys are managed with: a key that may do so, and what the
// exchange wants beside it.
type Manager struct {
	Credential Credential

	// SubAccount names the sub-account whose keys are meant, as the exchange
	// wants it: an e-mail address at Binance, a UID at Bybit. Empty: the
	// account of the credential itself.
	SubAccount string

	// Code is a one-time code of the account's second factor. It is sent only
	// where the exchange asks for one; a call that was asked for a code and has
	// none, or a wrong one, fails with SecondFactor and has changed nothing.
	Code Secret

	// KeyPassphrase is that of the key that EditKey or RevokeKey is about, for
	// exchanges that want it beside the change. CreateKey makes one up by itself.
	KeyPassphrase Secret
}

// The optional abilities. A site declares them in Capabilities, and the
// conformance suite holds the declaration against the interfaces. All of them
// send a change once and never again by themselves: Error.Outcome says what is
// known of it.
type (
	// Creator makes keys.
	Creator interface {
		// CreateKey is not idempotent: r.Label is unique for each attempt, so
		// that ListKeys finds the key after a lost reply. With r.PublicKey the
		// credential returned has no secret: the caller holds the private half.
		// r.IPs is set by the same call, or, where Capabilities.IPsByEdit says
		// so, left to EditKey. LabelTaken and KeyLimit change nothing.
		CreateKey(ctx context.Context, m Manager, r KeyRequest) (Credential, error)
	}
	// Lister lists the keys of an account.
	Lister interface {
		// ListKeys returns every key of the account that m means: what is not
		// among them does not exist.
		ListKeys(ctx context.Context, m Manager) ([]KeyInfo, error)
	}
	// Surveyor shows which keys an account has, for exchanges that list them to
	// an ordinary key, or hide a part of each key ID.
	Surveyor interface {
		// SurveyKeys returns every key of m.Credential's own account. Where the
		// exchange hides a part of a key ID, "*" stands for it, once or more.
		SurveyKeys(ctx context.Context, m Manager) ([]KeyInfo, error)
	}
	// Editor changes what a key may do.
	Editor interface {
		// EditKey replaces permissions and IP whitelist of a key. What r leaves
		// unknown keeps its present value. NotFound: there is no such key.
		EditKey(ctx context.Context, m Manager, keyID string, r KeyRequest) error
	}
	// Timekeeper tells how far the clocks are apart. It sends no credential.
	Timekeeper interface {
		// MeasureClock returns what was measured a moment ago or now; an unknown
		// clock where the exchange tells none. The error is an *Error.
		MeasureClock(ctx context.Context) (Clock, error)
	}
	// Revoker kills keys.
	Revoker interface {
		// RevokeKey is idempotent: nil if the key is gone when it returns. A
		// key revokes itself where Capabilities.RevokesItself says so, with
		// itself as the manager.
		RevokeKey(ctx context.Context, m Manager, keyID string) error
	}
)

// KeyRequest is what a new or changed key should be.
type KeyRequest struct {
	Label       string
	Permissions PermissionSet
	IPs         IPWhitelist
	PublicKey   string // PEM, where the exchange takes one instead of making a secret
}

// Info describes an exchange to people and to the rest of the program.
type Info struct {
	ID    ID
	Name  string // "Binance"
	Sites []Site
	Form  Form
	Guide Guide // how a person manages keys by hand, and what they may be given

	// Manual is set where there is no API behind it: everything that is known of
	// a key is the person's word. Its sites have no origin and no capabilities,
	// and Inspect fails with Unsupported and asks nobody.
	Manual bool

	// Aliases are further host names that reach an environment. They are no
	// choice of their own, but a key of another environment may not go there.
	Aliases map[Environment][]string
}

// Site is one deployment of an exchange. The first of an environment is its
// default.
type Site struct {
	ID           string // "global", "eu": unique within an exchange and environment
	Name         string // "Bybit EU"
	Environment  Environment
	Origin       string // "https://api.binance.com"; empty where Info.Manual
	KeysPage     string // where a person manages keys; empty where Info.Manual
	Capabilities Capabilities

	// ByHeader is set where a header of each call, not the address, tells the
	// site from another one: then the two have their origin in common.
	ByHeader bool
}

// Capabilities says which facts a site gives and which acts it offers.
type Capabilities struct {
	Permissions, IPList, Created, Expires, LastUsed, Label bool

	// LastUsedCountsOwn is set where an inspection moves LastUsed.
	LastUsedCountsOwn bool

	// What can be done by API, and to whose keys.
	Create, List, Edit, Revoke bool
	Reach                      Reach

	// Survey is set where the keys of a key's own account can be looked at, if
	// only to see that there are others.
	Survey bool

	// ListIsPublic is set where ListKeys needs no key at all: Manager.SubAccount
	// names the account then, in the word of KeyInfo.Account.
	ListIsPublic bool

	// RevokesItself is set where a key may revoke itself, whatever Reach says.
	RevokesItself bool

	// RevokeWantsPassphrase is set where RevokeKey wants Manager.KeyPassphrase:
	// a key whose secret nobody has is then revoked by hand only.
	RevokeWantsPassphrase bool

	// IPsByEdit is set where a new key gets its IP whitelist by a second call.
	IPsByEdit bool

	// SecondFactor is set where managing keys may ask for a one-time code.
	SecondFactor bool

	// KeyPair is the kind of key pair whose public half the exchange takes
	// instead of making a secret; empty: it makes the secret. KeyPairByAPI is
	// set where CreateKey takes one too.
	KeyPair      KeyAlgorithm
	KeyPairByAPI bool

	// KeyIsPublicHalf is set where the public half of the pair is itself what
	// the exchange calls the key: nothing has to be copied from its page.
	KeyIsPublicHalf bool
}

// Reach says whose keys can be managed by API.
type Reach string

// The reaches. The zero value: nobody's.
const (
	NoKeys         Reach = ""
	OwnKeys        Reach = "own"          // those of the managing key's own account
	SubAccountKeys Reach = "sub-accounts" // those of sub-accounts, with a key of the master account
)

// Form says what a credential of an exchange consists of, for the add wizard
// and for the plain command's messages.
type Form struct {
	Fields []Field
}

// FieldName is one of the parts of a Credential, named as in the JSON that
// `keyrota add --stdin` reads.
type FieldName string

// The parts of a credential.
const (
	FieldKey        FieldName = "key"
	FieldSecret     FieldName = "secret"
	FieldPassphrase FieldName = "passphrase"
	FieldPrivateKey FieldName = "private_key"
)

// Field is one input of a Form.
type Field struct {
	Name     FieldName
	Label    string // in the exchange's words: "API Key", "Private key"
	Help     string // one line: what it looks like and where it is found
	Optional bool
	PEM      bool // the field also takes a PEM private key of several lines
	Usual    int  // how many characters it has in all examples that are known; 0: that varies, or nobody knows
}

// Site returns the site of an environment: the named one, or the default for an
// empty id. Not inlined: it has many callers.
//
//go:noinline
func (i Info) Site(env Environment, id string) (Site, bool) {
	for _, s := range i.Sites {
		if s.Environment == env && (id == "" || s.ID == id) {
			return s, true
		}
	}
	return Site{}, false
}

// Environments returns the environments that the exchange has, in the order
// of its sites.
func (i Info) Environments() []Environment {
	var out []Environment
	seen := map[Environment]bool{}
	for _, s := range i.Sites {
		if !seen[s.Environment] {
			seen[s.Environment] = true
			out = append(out, s.Environment)
		}
	}
	return out
}
