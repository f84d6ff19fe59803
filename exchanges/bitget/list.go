package bitget

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// subKey is a key in the list of a sub-account.
type subKey struct {
	id      string
	label   wire.Kept
	mode    wire.Text // unified
	words   wire.Words
	ips     wire.Addresses
	unified bool
}

// info brings a key of the list to the normal form. Its time stamp is left out:
// nothing says of what it is the time.
func (k *subKey) info(uid string) exchanges.KeyInfo {
	info := exchanges.KeyInfo{
		Label: string(k.label.Text), Account: uid, IPs: k.ips.Whitelist(),
		Permissions: classicSet(classicSubRights, k.words), ExchangePermissions: inWords(k.words, k.mode),
	}
	if k.unified {
		info.Permissions = unifiedSet(k.mode, k.words)
	}
	return info
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.opened(ctx, http.MethodGet+" "+listPath, mgr)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k subKey) exchanges.KeyInfo { return m.Stamp(k.info(s.Name)) })
}

// keys are those of the sub-account. Not inlined: it has many callers.
//
//go:noinline
func (s subAccount) keys() subkeys.Keys[subKey] {
	path, list := listPath, s.pages
	if !s.unified {
		path, list = classicListPath, s.classicList
	}
	return subkeys.Keys[subKey]{
		Desk: desk, Op: http.MethodGet + " " + path, ID: func(k subKey) string { return k.id },
		Read: func(ctx context.Context, _ string) ([]subKey, error) { return list(ctx) },
	}
}

// classicRow is a key in the list of a classic account.
type classicRow struct {
	ID    wire.Text      `json:"subAccountApiKey"`
	Label wire.Kept      `json:"label"`
	Words wire.Words     `json:"permList"`
	IPs   wire.Addresses `json:"ipList"`
}

// unifiedRow is a key in the list of a unified one.
type unifiedRow struct {
	ID    wire.Text      `json:"apiKey"`
	Note  wire.Kept      `json:"note"`
	Mode  wire.Text      `json:"type"`
	Words wire.Words     `json:"permissions"`
	IPs   wire.Addresses `json:"ips"`
}

// classicList reads the list of a classic account, which has no pages.
func (s subAccount) classicList(ctx context.Context) (keys []subKey, err error) {
	err = s.read(ctx, classicListPath, "subAccountUid="+s.Name, func(r rest.Response) *exchanges.Error {
		all, e := rest.List[classicRow](r, "data")
		for _, k := range all {
			keys = append(keys, subKey{id: string(k.ID), label: k.Label, words: k.Words, ips: k.IPs})
		}
		return e
	})
	return keys, err
}

// The list of a unified account comes in pages; mostPages bounds an answer that
// never ends.
const (
	pageSize  = 100
	mostPages = 20
)

func (s subAccount) pages(ctx context.Context) ([]subKey, error) {
	return subkeys.Pages(desk, http.MethodGet+" "+listPath, mostPages, func(cursor string) ([]subKey, string, error) { return s.page(ctx, cursor) })
}

// page reads a page; next is the cursor of the one after it, "" for none.
func (s subAccount) page(ctx context.Context, cursor string) (keys []subKey, next string, err error) {
	query := "subUid=" + s.Name + "&limit=" + strconv.Itoa(pageSize)
	if cursor != "" {
		query += "&cursor=" + url.QueryEscape(cursor)
	}
	err = s.read(ctx, listPath, query, func(r rest.Response) *exchanges.Error {
		all, e := rest.List[unifiedRow](r, "data", "items")
		for _, k := range all {
			keys = append(keys, subKey{id: string(k.ID), label: k.Note, mode: k.Mode, words: k.Words, ips: k.IPs, unified: true})
		}
		more := wire.At[wire.Flag](r.Body, "data", "hasNext")
		if more.Value || !more.Known && len(keys) >= pageSize {
			if next = string(wire.At[wire.Text](r.Body, "data", "cursor")); e == nil && next == "" {
				return desk.Incomplete(http.MethodGet+" "+listPath, "there is another page, and nothing says which")
			}
		}
		return e
	})
	return keys, next, err
}

// read makes a call with the managing key that changes nothing.
func (s subAccount) read(ctx context.Context, path, query string, read func(rest.Response) *exchanges.Error) error {
	return desk.ByManager(s.Ask(ctx, rest.Call{Credential: s.Manager}, rest.Request{Method: http.MethodGet, Path: path, Query: query}, read))
}
