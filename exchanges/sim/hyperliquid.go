package sim

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// hyperliquid simulates the API of Hyperliquid (hyperliquid.gitbook.io,
// for-developers/api): POST /info, which everybody may ask about any address,
// and POST /exchange, where who acts follows from the signature alone. Keys
// are the addresses of API wallets ("agents") that the wallet which owns the
// account, the master, has approved.
type hyperliquid struct {
	*book
	now     func() time.Time
	account account
	chain   string // the network's name in signatures
	source  string // and its letter in those of API wallets
	master  wallet
	subs    []string // addresses of the sub-accounts
	spent   map[string]*spentNonces
}

// hyperliquidLife is how long an agent lives where nobody says how long, and
// hyperliquidMostDays how many days can be said. The first is not documented:
// it is what users saw, and the stricter reading.
const (
	hyperliquidLife     = 90 * day
	hyperliquidMostDays = 180
)

// hyperliquidRights is what every agent may do; there is nothing to choose.
var hyperliquidRights = []string{"read", "spot", "futures"}

// hyperliquidSites returns the deployments of Hyperliquid.
var hyperliquidSites = []site{
	{exchange: "hyperliquid", environment: "live", build: newHyperliquid, algorithms: []string{algWallet}, demo: demoHyperliquid},
	{exchange: "hyperliquid", environment: "testnet", build: newHyperliquid, algorithms: []string{algWallet}, demo: demoHyperliquidPaper},
}

func newHyperliquid(env string, a account, now func() time.Time) (venue, *book) {
	v := &hyperliquid{
		book: newBook("hyperliquid", env, a, now, issueHyperliquid), now: now, account: a, chain: "Mainnet", source: "a",
		spent: map[string]*spentNonces{},
	}
	if env == "testnet" {
		v.chain, v.source = "Testnet", "b"
	}
	v.master = v.material("master").wallet()
	for i := range a.SubWallets {
		v.subs = append(v.subs, v.material("sub-account", strconv.Itoa(i)).wallet().address)
	}
	for _, e := range v.ordered { // worlds seed all exchanges alike
		e.Permissions, e.Words, e.IPs, e.Disabled = hyperliquidRights, nil, nil, false
		if e.Expires.IsZero() {
			e.Expires = now().Add(hyperliquidLife)
		}
	}
	v.lapses = (*entry).expired
	return v, v.book
}

func issueHyperliquid(m *material, _ string) (id, secret string) {
	w := m.wallet()
	return w.address, w.private
}

// owner implements owned.
func (v *hyperliquid) owner() wallet { return v.master }

// hyperliquidRefusal is why there is no answer: words in plain text with a
// status, or with status 200 in the JSON of a refused action.
type hyperliquidRefusal struct {
	status int
	words  string
}

// hyperliquidSays refuses an action.
func hyperliquidSays(words string) *hyperliquidRefusal {
	return &hyperliquidRefusal{http.StatusOK, words}
}

// hyperliquidUnreadable refuses a body that is JSON and no request.
func hyperliquidUnreadable() *hyperliquidRefusal {
	return &hyperliquidRefusal{http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type"}
}

func (u *hyperliquidRefusal) write(w http.ResponseWriter) {
	if u.status == http.StatusOK {
		writeJSON(w, u.status, jsonOf(`{"status":"err","response":?}`, u.words))
		return
	}
	setHeader(w, "Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(u.status)
	_, _ = io.WriteString(w, u.words)
}

// ServeHTTP implements venue.
func (v *hyperliquid) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tellTime(w, v.now())
	serve := map[string]func([]byte) (any, *hyperliquidRefusal){"/info": v.info, "/exchange": v.exchange}[r.URL.Path]
	switch {
	case serve == nil:
		w.WriteHeader(http.StatusNotFound)
		return
	case r.Method != http.MethodPost:
		setHeader(w, "Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, refusal := hyperliquidBody(r)
	var answer any
	if refusal == nil {
		answer, refusal = serve(body)
	}
	if refusal != nil {
		refusal.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// hyperliquidBody returns a body that is JSON and says so.
func hyperliquidBody(r *http.Request) ([]byte, *hyperliquidRefusal) {
	body, _ := io.ReadAll(r.Body) // it has been read before
	kind, _, err := mime.ParseMediaType(headerOf(r, "Content-Type"))
	switch {
	case err != nil || kind != "application/json":
		return nil, &hyperliquidRefusal{http.StatusUnsupportedMediaType, "Expected request with `Content-Type: application/json`"}
	case !json.Valid(body):
		return nil, &hyperliquidRefusal{http.StatusBadRequest, "Failed to parse the request body as JSON"}
	}
	return body, nil
}

// fault implements venue. No words are documented for requests that come too
// fast and for errors within; the servers in front have none at all.
func (v *hyperliquid) fault(w http.ResponseWriter, kind FaultKind) {
	tellTime(w, v.now())
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	switch kind {
	case FaultBadRequest:
		(&hyperliquidRefusal{status, "Failed to parse the request body as JSON"}).write(w)
	case FaultUnauthorized:
		writeJSON(w, status, jsonOf(`{"status":"err","response":?}`, hyperliquidStranger(noAddress)))
	case FaultUnavailable:
		writePage(w, status)
	default:
		writeJSON(w, status, nil)
	}
}
