package kucoin

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// keyVersion says that the passphrase is signed. That holds for keys of the
// versions 2 and 3, and other programs use both with this number. Keys of
// version 1 would send the passphrase itself: keyrota does not.
const keyVersion = "2"

// params are the parameters of a query, in the order in which they are sent.
type params [][2]string

// write joins them; escape is what becomes of a value.
func (p params) write(escape func(string) string) string {
	pairs := make([]string, len(p))
	for i, kv := range p {
		pairs[i] = kv[0] + "=" + escape(kv[1])
	}
	return strings.Join(pairs, "&")
}

func plain(s string) string { return s }

// sign returns the signature of a text, in standard base64.
func sign(secret exchanges.Secret, text string) string {
	return base64.StdEncoding.EncodeToString(cred.HMACSHA256(secret, text))
}

// signed builds a request that is valid at time now. The query is signed
// without the escapes that it is sent with.
func signed(c exchanges.Credential, method, path string, query params, body string, now time.Time) rest.Request {
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	endpoint := path
	if len(query) > 0 {
		endpoint += "?" + query.write(plain)
	}
	return rest.Request{
		Method: method, Path: path, Query: query.write(url.QueryEscape), Body: body,
		Header: http.Header{
			"Kc-Api-Key":         {c.KeyID},
			"Kc-Api-Sign":        {sign(c.Secret, stamp+method+endpoint+body)},
			"Kc-Api-Timestamp":   {stamp},
			"Kc-Api-Passphrase":  {sign(c.Secret, c.Passphrase.Reveal())},
			"Kc-Api-Key-Version": {keyVersion},
			"Content-Type":       {"application/json"},
		},
	}
}
