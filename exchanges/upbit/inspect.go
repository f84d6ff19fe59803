package upbit

import (
	"encoding/json"

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
	out := exchanges.KeyInfo{KeyID: keyID, Notes: []string{noteRights}, Usage: usage(r)}
	if k := wire.FindShown(keys, func(k key) string { return string(k.AccessKey) }, keyID); k != nil {
		out.Expires = k.ExpireAt.Time()
	} else {
		out.Notes = append(out.Notes, noteMissing)
	}
	return out, nil
}
