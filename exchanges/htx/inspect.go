package htx

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what HTX says of a key in a list.
type key struct {
	AccessKey  wire.Text      `json:"accessKey"`
	Status     wire.Text      `json:"status"`
	Note       wire.Kept      `json:"note"`
	Permission wire.Words     `json:"permission"`
	IPs        wire.Addresses `json:"ipAddresses"`
	ValidDays  wire.Int       `json:"validDays"`  // that are left
	CreateTime wire.Text      `json:"createTime"` // ms
}

func (k key) id() string { return string(k.AccessKey) }

// The values of key.Status and key.ValidDays that stand for something.
const (
	statusNormal  = "normal"
	statusExpired = "expired"
	permanent     = -1
)

// rights are HTX's permissions. Trading is one word for every product, with
// transfers between one's own accounts; for a key of a parent user it also covers
// the calls about sub-users and their keys, which a sub-user's key cannot make.
var rights = wire.Rights{
	{Word: "readOnly", Gives: []exchanges.Permission{exchanges.Read}},
	{
		Word:  "trade",
		Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Transfer},
		Maybe: []exchanges.Permission{exchanges.Admin},
	},
	{Word: "withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}, Fixed: true},
}

// list is an answer about the keys of a user.
type list struct {
	keys  []key
	usage string // of the call that told all this
}

// parseKeys reads a list of keys; it has no pages.
func parseKeys(r rest.Response) (list, *exchanges.Error) {
	keys, e := rest.List[key](r, "data")
	return list{keys, usage(r)}, e
}

// owner says whose key an answer is about.
type owner bool

const (
	ofCaller  owner = false // the user of the calling key, parent or not
	ofSubUser owner = true  // a sub-user of the calling key's
)

// info brings what was said of a key at a moment to the normal form.
func (k key) info(o owner, at time.Time) exchanges.KeyInfo {
	words := k.Permission.Sorted()
	info := exchanges.KeyInfo{
		KeyID:               k.id(),
		Label:               string(k.Note.Text),
		ExchangePermissions: words,
		IPs:                 k.IPs.Whitelist(),
		Created:             k.CreateTime.Milliseconds(),
		Expires:             k.expires(at),
	}
	if len(words) > 0 { // no key is without any
		info.Permissions = rights.Set(words)
	}
	if o == ofSubUser && info.Permissions.Known() && !info.Permissions.Has(exchanges.Other) {
		info.Permissions = info.Permissions.With(exchanges.Admin, exchanges.NotGranted)
	}
	info.Notes = k.notes(info)
	return info
}

// expires counts the days that are left from the day of the answer, in UTC. HTX
// tells whole days, and neither how it rounds them nor where its days end: the
// key may end up to one day before this moment, or two after it. Of a key that
// has ended it is not told when: the day of the answer stands for that.
func (k key) expires(at time.Time) exchanges.Moment {
	const most = 100 * 366 // what is beyond is a mistake
	today := at.UTC().Truncate(24 * time.Hour)
	switch left := k.ValidDays; {
	case k.Status == statusExpired:
		return exchanges.At(today)
	case !left.Known, left.Value < permanent, left.Value > most:
		return exchanges.Moment{}
	case left.Value == permanent:
		return exchanges.Never()
	default: // with no day left it ends within one
		return exchanges.At(today.AddDate(0, 0, max(int(left.Value), 1)))
	}
}

const (
	noteExpired = "HTX says that this key has expired, and not when."
	noteDays    = "HTX tells the expiry in days that are left: the moment shown may be a day or two off."
	noteAdmin   = "If this is a key of a parent user, Trade also lets it change and delete keys of sub-users, and make them with a Google code."
)

func (k key) notes(info exchanges.KeyInfo) []string {
	var out []string
	_, ends := info.Expires.Time()
	switch {
	case k.Status == statusExpired:
		out = append(out, noteExpired)
	case k.Status != "" && k.Status != statusNormal:
		out = append(out, "HTX gives this key the status "+string(k.Status)+".")
	}
	if ends && k.Status != statusExpired {
		out = append(out, noteDays)
	}
	if info.Permissions.Has(exchanges.Spot) && info.Permissions.Get(exchanges.Admin) == exchanges.Unknown {
		out = append(out, noteAdmin)
	}
	return out
}

// accepted is what is known of a key that HTX takes and does not describe.
func accepted(why string) exchanges.KeyInfo {
	return exchanges.KeyInfo{
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted),
		Notes: []string{
			"HTX accepts this key. " + why + " It may be a key of a sub-user, and those may be described to a key of the parent user only.",
		},
	}
}

// usage words how much of the user's limit for calls of this kind is left.
func usage(r rest.Response) string {
	left := r.Header.Get("X-HB-RateLimit-Requests-Remain")
	if left == "" {
		return ""
	}
	return exchanges.Clean(left + " calls left")
}
