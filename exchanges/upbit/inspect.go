package upbit

import (
	"encoding/json"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is a row of the list.
type key struct {
	AccessKey wire.Text `json:"access_key"`
	ExpireAt  wire.Text `json:"expire_at"` // with the offset of Korea
}

const (
	noteRights  = "Upbit does not tell what a key may do; keyrota does not find out by trying."
	noteMissing = "Upbit's list of keys does not show this key in a form that can be told from others, so its expiry is not known."
)

// parseKeys finds keyID in the list. A list of nothing but other things than
// keys is none; that a key is not in it says nothing against the key.
func parseKeys(r rest.Response, keyID string) (exchanges.KeyInfo, *exchanges.Error) {
	var rows []json.RawMessage
	if e := rest.Decode(r, &rows); e != nil {
		return exchanges.KeyInfo{}, e
	}
	var keys []key
	for _, raw := range rows {
		var k key
		if json.Unmarshal(raw, &k) == nil && k.AccessKey != "" {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	out := exchanges.KeyInfo{Notes: []string{noteRights}, Usage: usage(r.Header)}
	if k, found := find(keys, keyID); found {
		out.Expires = k.ExpireAt.Time()
	} else {
		out.Notes = append(out.Notes, noteMissing)
	}
	return out, nil
}

// find returns the row of a key: the one that names it, else the only one whose
// masked name can be its own.
func find(keys []key, keyID string) (key, bool) {
	var similar []key
	for _, k := range keys {
		if string(k.AccessKey) == keyID {
			return k, true
		}
		if resembles(string(k.AccessKey), keyID) {
			similar = append(similar, k)
		}
	}
	if len(similar) != 1 {
		return key{}, false
	}
	return similar[0], true
}

// fewest is how many characters a masked name must show to be told from others.
const fewest = 6

// resembles reports whether masked is keyID with its middle hidden.
func resembles(masked, keyID string) bool {
	hidden := func(r rune) bool { return strings.ContainsRune("*•●….", r) }
	from, to := strings.IndexFunc(masked, hidden), strings.LastIndexFunc(masked, hidden)
	if from < 0 {
		return false
	}
	head, tail := masked[:from], strings.TrimLeftFunc(masked[to:], hidden)
	return len(head)+len(tail) >= fewest && len(head)+len(tail) < len(keyID) &&
		strings.HasPrefix(keyID, head) && strings.HasSuffix(keyID, tail)
}
