package sim

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// keyRig is an account with a key that manages the others.
type keyRig struct {
	*deribitRig
	bearer string // of the managing key
}

// newKeyRig has admin as number 1, bot as 2, pair as 3 and, in a sub-account,
// hedger as 4.
func newKeyRig(t *testing.T) *keyRig {
	t.Helper()
	rig := newDeribitRig(t, "live", account{Seeds: []seed{
		{Label: "admin", Words: []string{"account:read_write", "trade:read_write", "wallet:read"}},
		{Label: "bot", Words: []string{"account:read", "trade:read_write"}, IPs: []string{"203.0.113.7"}},
		{Label: "pair", Algorithm: algEd25519, Words: []string{"account:read"}},
		{Label: "hedger", Sub: "hedges", Words: []string{"account:read_write"}},
	}})
	return &keyRig{rig, "Bearer " + rig.login(rig.key("admin")).Access}
}

// manage calls a method as the managing key.
func (k *keyRig) manage(method string, params ...string) reply {
	k.t.Helper()
	return k.get("private/"+method, k.bearer, params...)
}

// post calls a method as the managing key, with parameters in a body.
func (k *keyRig) post(method, params string) reply {
	k.t.Helper()
	return k.do(http.MethodPost, "/api/v2/private/"+method,
		`{"jsonrpc":"2.0","id":5,"method":"private/`+method+`","params":`+params+`}`, k.bearer)
}

// row reads the key that a call answers with.
func (k *keyRig) row(r reply) (row deribitKeyRow) {
	k.t.Helper()
	k.expect(r, &row)
	return row
}

// rows lists the keys.
func (k *keyRig) rows() (rows []deribitKeyRow) {
	k.t.Helper()
	k.expect(k.manage("list_api_keys"), &rows)
	return rows
}

func (row deribitKeyRow) key() Key { return Key{Key: row.ClientID, Secret: row.Secret} }

func TestDeribitCreatesAKey(t *testing.T) {
	rig := newKeyRig(t)
	row := rig.row(rig.post("create_api_key", `{"name":"grid_bot_B","max_scope":"account:read trade:read_write"}`))
	if len(row.ClientID) != 8 || len(row.Secret) != 43 {
		t.Errorf("id %q, secret of %d characters", row.ClientID, len(row.Secret))
	}
	if want := (deribitKeyRow{
		ID: 5, Name: "grid_bot_B", ClientID: row.ClientID, Secret: row.Secret, Enabled: true, Timestamp: noon.UnixMilli(),
		MaxScope: "account:read block_rfq:none block_trade:none trade:read_write wallet:none", IPs: []string{},
	}); !reflect.DeepEqual(row, want) {
		t.Errorf("%+v\nwant %+v", row, want)
	}
	if got := rig.login(row.key()).Scope; got != "account:read connection mainaccount trade:read_write" {
		t.Errorf("logs in with %q", got)
	}
	if rows := rig.rows(); len(rows) != 4 || rows[3].ID != 5 || rows[3].Name != row.Name {
		t.Errorf("the list has %+v", rows)
	}
	again := rig.row(rig.post("create_api_key", `{"name":"grid_bot_B","max_scope":["trade:read"]}`)) // a name may come twice
	if again.ID != 6 || again.ClientID == row.ClientID || again.Secret == row.Secret {
		t.Errorf("%+v after %+v", again, row)
	}
}

func TestDeribitReadsAScopeInEveryForm(t *testing.T) {
	const want = "account:none block_rfq:none block_trade:none trade:read wallet:read"
	for name, call := range map[string]func(*keyRig) reply{
		"GET, a text": func(rig *keyRig) reply { return rig.manage("create_api_key", "max_scope", "trade:read  wallet:read") },
		"GET, JSON": func(rig *keyRig) reply {
			return rig.manage("create_api_key", "max_scope", `["trade:read","wallet:read"]`)
		},
		"GET, repeated": func(rig *keyRig) reply {
			return rig.do(http.MethodGet, "/api/v2/private/create_api_key?max_scope=trade:read&max_scope=wallet:read", "", rig.bearer)
		},
		"POST, a text": func(rig *keyRig) reply {
			return rig.post("create_api_key", `{"max_scope":"wallet:read trade:read account:none"}`)
		},
		"POST, a list": func(rig *keyRig) reply {
			return rig.post("create_api_key", `{"max_scope":["trade:read","wallet:read"]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rig := newKeyRig(t)
			if row := rig.row(call(rig)); row.MaxScope != want || row.Name != "" {
				t.Errorf("%+v", row)
			}
		})
	}
}

func TestDeribitRefusesToCreate(t *testing.T) {
	rig := newKeyRig(t)
	short, _ := rsa.GenerateKey(rand.Reader, 1024)
	public := func(text string) string {
		quoted, _ := json.Marshal(text)
		return `{"max_scope":"trade:read","public_key":` + string(quoted) + `}`
	}
	good := publicPEM(ed25519PublicOf(t, rig.key("pair").PrivateKey))
	for name, c := range map[string]struct {
		params string
		want   deribitError
	}{
		"no scope":           {`{"name":"x"}`, deribitBadParams},
		"empty scope":        {`{"max_scope":" "}`, deribitBadParams},
		"empty list":         {`{"max_scope":[]}`, deribitBadParams},
		"scope is null":      {`{"max_scope":null}`, deribitBadParams},
		"scope is an object": {`{"max_scope":{"trade":"read"}}`, deribitBadParams},
		"list of numbers":    {`{"max_scope":[1]}`, deribitBadParams},
		"unknown area":       {`{"max_scope":"trade:read everything:read"}`, deribitBadParams},
		"unknown level":      {`{"max_scope":"trade:write"}`, deribitBadParams},
		"area twice":         {`{"max_scope":"trade:read trade:read_write"}`, deribitBadParams},
		"session word":       {`{"max_scope":"trade:read mainaccount"}`, deribitBadParams},
		"more than its own":  {`{"max_scope":"trade:read wallet:read_write"}`, deribitScopeExceeded},
		"hyphen":             {`{"max_scope":"trade:read","name":"grid-bot"}`, deribitBadParams},
		"long name":          {`{"max_scope":"trade:read","name":"a_name_too_long_1"}`, deribitBadParams},
		"name in Greek":      {`{"max_scope":"trade:read","name":"άλφα"}`, deribitBadParams},
		"name ends a line":   {`{"max_scope":"trade:read","name":"bot\n"}`, deribitBadParams},
		"name is a number":   {`{"max_scope":"trade:read","name":7}`, deribitBadParams},
		"IP list":            {`{"max_scope":"trade:read","ip_whitelist":["203.0.113.7"]}`, deribitBadParams},
		"unknown":            {`{"max_scope":"trade:read","label":"x"}`, deribitBadParams},
		"unknown feature":    {`{"max_scope":"trade:read","enabled_features":["speed"]}`, deribitBadParams},
		"feature as text":    {`{"max_scope":"trade:read","enabled_features":"block_trade_approval"}`, deribitBadParams},
		"no PEM":             {public("MCowBQYDK2VwAyEA"), deribitBadParams},
		"no key":             {public("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), deribitBadParams},
		"private key":        {public(rig.key("pair").PrivateKey), deribitBadParams},
		"two keys":           {public(good + good), deribitBadParams},
		"short RSA":          {public(publicPEM(short.Public())), deribitBadParams},
		"empty key":          {public(""), deribitBadParams},
	} {
		t.Run(name, func(t *testing.T) {
			rig.t = t
			rig.refused(rig.post("create_api_key", c.params), c.want)
		})
	}
	rig.t = t
	if n := len(rig.rows()); n != 3 {
		t.Errorf("%d keys after nothing but refusals", n)
	}
}

func TestDeribitCreatesAKeyOfAPair(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	long, err := x509.ParsePKCS8PrivateKey(must(pem.Decode([]byte(simulationRSAKeys[0]))))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ public, private any }{
		algEd25519: {public, private}, algRSA: {long.(*rsa.PrivateKey).Public(), long},
	} {
		t.Run(name, func(t *testing.T) {
			rig := newKeyRig(t)
			text := publicPEM(c.public)
			row := rig.row(rig.manage("create_api_key", "max_scope", "trade:read", "public_key", text))
			if row.Secret != fingerprint(c.public) || len(row.Secret) != 47 || row.PublicKey != text {
				t.Errorf("%+v", row)
			}
			der, _ := x509.MarshalPKCS8PrivateKey(c.private)
			signature := signWithPEM(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
				strconv.FormatInt(noon.UnixMilli(), 10)+"\nn\n")
			rig.expect(rig.signature(row.ClientID, signature, "n", "", noon), &deribitTokenReply{})
			rig.refused(rig.get("public/auth", "", "grant_type", "client_credentials", "client_id", row.ClientID,
				"client_secret", row.Secret), deribitBadCredentials)
			rig.refused(rig.manage("reset_api_key", "id", strconv.Itoa(row.ID)), deribitBadParams)
		})
	}
}

func must(block *pem.Block, _ []byte) []byte { return block.Bytes }

func TestDeribitHasEightKeysAnAccount(t *testing.T) {
	rig := newKeyRig(t)
	for range deribitMostKeys - 3 { // the sub-account's does not count
		rig.row(rig.manage("create_api_key", "max_scope", "trade:read"))
	}
	failure := rig.refused(rig.manage("create_api_key", "max_scope", "trade:read"), deribitFailed)
	if failure.Data["reason"] != "too_many_api_keys" {
		t.Errorf("%+v", failure)
	}
	rig.expect(rig.manage("remove_api_key", "id", "9"), new(string))
	if row := rig.row(rig.manage("create_api_key", "max_scope", "trade:read")); row.ID != 10 {
		t.Errorf("number %d, and 9 was removed", row.ID)
	}
}

func TestDeribitManagementNeedsTheScope(t *testing.T) {
	rig := newKeyRig(t)
	for _, m := range deribitKeyMethods {
		reader := rig.login(rig.key("bot"), "scope", "account:read")
		trader := rig.login(rig.key("admin"), "scope", "trade:read_write")
		if m.scope == "account:read_write" {
			rig.refused(rig.get(m.name, "Bearer "+reader.Access, "id", "3"), deribitForbidden)
		}
		rig.refused(rig.get(m.name, "Bearer "+trader.Access, "id", "3"), deribitForbidden)
		rig.refused(rig.get(m.name, "", "id", "3"), deribitNoAuth)
	}
}

// A token may be narrower than its key, and then manages with that.
func TestDeribitNobodyManagesMoreThanTheyHave(t *testing.T) {
	rig := newKeyRig(t)
	whole, narrow := rig.bearer, "Bearer "+rig.login(rig.key("admin"), "scope", "account:read_write").Access
	for _, c := range [][]string{
		{"create_api_key", "max_scope", "trade:read"},
		{"edit_api_key", "id", "3", "max_scope", "trade:read"},
		{"change_scope_in_api_key", "id", "3", "max_scope", "trade:read"},
		{"edit_api_key", "id", "2", "max_scope", "account:read"}, // bot may trade
		{"change_api_key_name", "id", "2", "name", "x"},
		{"disable_api_key", "id", "2"}, {"enable_api_key", "id", "2"}, {"reset_api_key", "id", "2"}, {"remove_api_key", "id", "2"},
	} {
		rig.bearer = narrow
		rig.refused(rig.manage(c[0], c[1:]...), deribitScopeExceeded)
		if c[0] != "remove_api_key" {
			rig.bearer = whole
			rig.expect(rig.manage(c[0], c[1:]...), &object{})
			rig.expect(rig.manage("edit_api_key", "id", "2", "max_scope", "account:read trade:read_write"), &object{})
		}
	}
}

func TestDeribitKnowsOnlyTheAccountsKeys(t *testing.T) {
	rig := newKeyRig(t)
	rig.expect(rig.manage("remove_api_key", "id", "3"), new(string))
	for _, id := range []string{"3", "4", "99", "0"} { // removed, a sub-account's, unknown
		for _, method := range []string{"disable_api_key", "enable_api_key", "reset_api_key", "remove_api_key"} {
			rig.refused(rig.manage(method, "id", id), deribitNotFound)
		}
		rig.refused(rig.manage("edit_api_key", "id", id, "max_scope", "trade:read"), deribitNotFound)
		rig.refused(rig.manage("change_api_key_name", "id", id, "name", "x"), deribitNotFound)
	}
	for _, id := range []string{`"2"`, "2.0", "2e0", "-1", "null", "[2]", `"bot"`, "99999999999999999999"} {
		rig.refused(rig.post("remove_api_key", `{"id":`+id+`}`), deribitBadParams)
	}
	rig.refused(rig.manage("remove_api_key"), deribitBadParams)
	rig.refused(rig.manage("remove_api_key", "id", ""), deribitBadParams)
	rig.refused(rig.manage("remove_api_key", "id", "2", "client_id", rig.key("bot").Key), deribitBadParams)
	if n := len(rig.rows()); n != 2 {
		t.Errorf("%d keys are left", n)
	}

	rig.bearer = "Bearer " + rig.login(rig.key("hedger")).Access
	if rows := rig.rows(); len(rows) != 1 || rows[0].ID != 4 {
		t.Errorf("the sub-account sees %+v", rows)
	}
	if row := rig.row(rig.manage("create_api_key", "max_scope", "account:read")); row.ID != 5 {
		t.Errorf("%+v", row)
	}
	if rows := rig.rows(); len(rows) != 2 {
		t.Errorf("the sub-account sees %+v", rows)
	}
}

// A key that stops being what it was takes its tokens along.
func TestDeribitEndsTheSessionsOfAKeyAtOnce(t *testing.T) {
	for _, method := range []string{"disable_api_key", "reset_api_key", "remove_api_key"} {
		t.Run(method, func(t *testing.T) {
			rig := newKeyRig(t)
			bot := rig.key("bot")
			token := rig.login(bot)
			rig.expect(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), &object{})
			rig.expect(rig.manage(method, "id", "2"), new(any))
			rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
			rig.refused(rig.get("public/auth", "", "grant_type", "refresh_token", "refresh_token", token.Refresh), deribitUnauthorized)
			rig.refused(rig.get("public/auth", "", "grant_type", "client_credentials",
				"client_id", bot.Key, "client_secret", bot.Secret), deribitBadCredentials)
			rig.rows() // the managing key still works
		})
	}
}

func TestDeribitSwitchesAKeyOffAndOn(t *testing.T) {
	rig := newKeyRig(t)
	bot := rig.key("bot")
	token := rig.login(bot)
	if row := rig.row(rig.post("disable_api_key", `{"id":2}`)); row.Enabled || row.ClientID != bot.Key || row.Secret != "" {
		t.Errorf("%+v", row)
	}
	if row := rig.row(rig.post("enable_api_key", `{"id":2}`)); !row.Enabled || row.Secret != "" {
		t.Errorf("%+v", row)
	}
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+token.Access), deribitUnauthorized)
	rig.login(bot)
}

func TestDeribitResetKeepsAllButTheSecret(t *testing.T) {
	rig := newKeyRig(t)
	before := rig.rows()[1]
	first := rig.row(rig.manage("reset_api_key", "id", "2"))
	second := rig.row(rig.manage("reset_api_key", "id", "2"))
	secrets := []string{before.Secret, first.Secret, second.Secret}
	if slices.Sort(secrets); len(slices.Compact(secrets)) != 3 || len(second.Secret) != 43 {
		t.Error("a reset does not make a new secret of 43 characters")
	}
	rig.login(second.key())
	before.Secret, second.Secret = "", ""
	if !slices.Equal(before.IPs, second.IPs) || before.MaxScope != second.MaxScope || before.ClientID != second.ClientID {
		t.Errorf("%+v became %+v", before, second)
	}
}

func TestDeribitKeyMayRemoveItself(t *testing.T) {
	rig := newKeyRig(t)
	var result string
	if rig.expect(rig.manage("remove_api_key", "id", "1"), &result); result != "ok" {
		t.Errorf("%q", result)
	}
	rig.refused(rig.manage("list_api_keys"), deribitUnauthorized)
}

// A new key takes a while to work and a removed one to stop; sessions and
// lists do not.
func TestDeribitNewsTakeAWhile(t *testing.T) {
	rig := newKeyRig(t)
	const delay = 5 * time.Second
	rig.venue.(*deribit).propagation = delay
	bot := rig.key("bot")
	botToken := rig.login(bot)
	row := rig.row(rig.manage("create_api_key", "max_scope", "trade:read"))
	rig.expect(rig.manage("remove_api_key", "id", "2"), new(string))
	auth := func(k Key) reply {
		return rig.get("public/auth", "", "grant_type", "client_credentials", "client_id", k.Key, "client_secret", k.Secret)
	}
	var ids []string
	for _, r := range rig.rows() {
		ids = append(ids, strconv.Itoa(r.ID))
	}
	if got := strings.Join(ids, " "); got != "1 3 5" {
		t.Errorf("listed: %s", got)
	}
	rig.refused(auth(row.key()), deribitBadCredentials)
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+botToken.Access), deribitUnauthorized)
	late := rig.login(bot)
	rig.pass(delay)
	rig.login(row.key())
	rig.refused(auth(bot), deribitBadCredentials)
	rig.refused(rig.do(http.MethodGet, summaryURI, "", "Bearer "+late.Access), deribitUnauthorized)
}

// Whatever is sent to key management, nobody gets more than they have.
func FuzzDeribitKeyManagement(f *testing.F) {
	f.Add("create_api_key", `{"max_scope":"trade:read","name":"x"}`)
	f.Add("edit_api_key", `{"id":2,"max_scope":["wallet:read_write"],"ip_whitelist":[""]}`)
	f.Add("edit_api_key", `{"id":1,"max_scope":"account:read_write custody:read_write","enabled":false}`)
	f.Add("change_scope_in_api_key", `{"id":1e0,"max_scope":"block_rfq:read"}`)
	f.Add("list_api_keys", `{"authorization_data":[[{}]],"challenge":null}`)
	f.Add("get_access_log", `{"offset":9223372036854775807,"count":1000}`)
	f.Fuzz(func(t *testing.T, method, params string) {
		if !json.Valid([]byte(params)) || !json.Valid([]byte(`"`+method+`"`)) {
			t.Skip("no request can be made of that")
		}
		rig := newKeyRig(t)
		most := deribitScopeOf(rig.venue.(*deribit).all()[0])
		got := rig.do(http.MethodPost, "/api/v2", `{"jsonrpc":"2.0","id":1,"method":"private/`+method+`","params":`+params+`}`, rig.bearer)
		if reply := rig.read(got); (reply.Error == nil) == (reply.Result == nil) {
			t.Fatalf("body %s", got.body)
		}
		for _, e := range rig.venue.(*deribit).all() {
			if e.Number != 4 && !most.covers(deribitScopeOf(e)) {
				t.Errorf("key %d may do %s", e.Number, deribitScopeOf(e).text())
			}
		}
	})
}
