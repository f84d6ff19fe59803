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
	id, label string
	mode      wire.Text // unified
	words     wire.Texts
	ips       wire.Addresses
	unified   bool
}

// info brings a key of the list to the normal form. Its time stamp is left out:
// nothing says of what it is the time.
func (k *subKey) info(uid string) exchanges.KeyInfo {
	info := exchanges.KeyInfo{
		KeyID: k.id, Label: k.label, Account: uid, IPs: k.ips.Whitelist(),
		Permissions: classicSet(classicSubRights, k.words), ExchangePermissions: inWords(k.words, k.mode),
	}
	if k.unified {
		info.Permissions = unifiedSet(k.mode, k.words)
	}
	return info
}

// ListKeys returns the keys of the sub-account, as exchanges.Lister says.
func (m *manager) ListKeys(ctx context.Context, mgr exchanges.Manager) ([]exchanges.KeyInfo, error) {
	s, err := m.sub(ctx, mgr, http.MethodGet+" "+listPath)
	if err != nil {
		return nil, err
	}
	return s.keys().Infos(ctx, func(k subKey) exchanges.KeyInfo { return m.client.Stamp(k.info(s.uid)) })
}

// keys are those of the sub-account.
func (s subAccount) keys() subkeys.Keys[subKey] {
	path, list := listPath, s.pages
	if !s.unified {
		path, list = classicListPath, s.classicList
	}
	return subkeys.Keys[subKey]{Desk: desk, Op: http.MethodGet + " " + path, List: list, ID: func(k subKey) string { return k.id }}
}

// classicList reads the list of a classic account, which has no pages.
func (s subAccount) classicList(ctx context.Context) ([]subKey, error) {
	var answer struct {
		Data *[]struct {
			ID    wire.Text      `json:"subAccountApiKey"`
			Label wire.Text      `json:"label"`
			Words wire.Texts     `json:"permList"`
			IPs   wire.Addresses `json:"ipList"`
		} `json:"data"`
	}
	err := s.read(ctx, classicListPath, "subAccountUid="+s.uid, &answer, func() bool { return answer.Data != nil })
	if err != nil {
		return nil, err
	}
	keys := make([]subKey, len(*answer.Data))
	for i, k := range *answer.Data {
		keys[i] = subKey{id: string(k.ID), label: string(k.Label), words: k.Words, ips: k.IPs}
	}
	return keys, nil
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
	var answer struct {
		Data struct {
			Items *[]struct {
				ID    wire.Text      `json:"apiKey"`
				Note  wire.Text      `json:"note"`
				Mode  wire.Text      `json:"type"`
				Words wire.Texts     `json:"permissions"`
				IPs   wire.Addresses `json:"ips"`
			} `json:"items"`
			HasNext wire.Flag `json:"hasNext"`
			Cursor  wire.Text `json:"cursor"`
		} `json:"data"`
	}
	query := "subUid=" + s.uid + "&limit=" + strconv.Itoa(pageSize)
	if cursor != "" {
		query += "&cursor=" + url.QueryEscape(cursor)
	}
	err = s.read(ctx, listPath, query, &answer, func() bool { return answer.Data.Items != nil })
	if err != nil {
		return nil, "", err
	}
	d := answer.Data
	for _, k := range *d.Items {
		keys = append(keys, subKey{id: string(k.ID), label: string(k.Note), mode: k.Mode, words: k.Words, ips: k.IPs, unified: true})
	}
	switch {
	case d.HasNext.Known && !d.HasNext.Value, !d.HasNext.Known && len(keys) < pageSize:
		return keys, "", nil
	case d.Cursor == "" || string(d.Cursor) == cursor:
		return nil, "", desk.Incomplete(http.MethodGet+" "+listPath, "there is another page, and nothing says which")
	}
	return keys, string(d.Cursor), nil
}

// read makes a call and decodes its answer into v; complete says whether it has
// what it must have.
func (s subAccount) read(ctx context.Context, path, query string, v any, complete func() bool) error {
	return s.manage(ctx, rest.Call{}, rest.Request{Method: http.MethodGet, Path: path, Query: query}, func(r rest.Response) *exchanges.Error {
		if e := rest.Decode(r, v); e != nil {
			return e
		}
		if !complete() {
			return rest.NotJSON(r)
		}
		return nil
	})
}
