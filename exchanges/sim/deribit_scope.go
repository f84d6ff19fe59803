package sim

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deribitScope is what a key or a token may do: a level for each area.
type deribitScope map[string]deribitLevel

// deribitLevel is how much of an area is open.
type deribitLevel int

// The levels, the higher one including the lower.
const (
	levelNone deribitLevel = iota
	levelRead
	levelReadWrite
)

var deribitLevels = []string{"none", "read", "read_write"}

// String returns the level as it is written in a scope.
func (l deribitLevel) String() string { return deribitLevels[l] }

// deribitAreas are the areas that a key's scope lists even when they are closed.
var deribitAreas = []string{"account", "block_rfq", "block_trade", "trade", "wallet"}

// parseDeribitWord splits "area:level".
func parseDeribitWord(word string) (area string, level deribitLevel, ok bool) {
	area, text, _ := strings.Cut(word, ":")
	i := slices.Index(deribitLevels, text)
	if i < 0 || area != "custody" && !contains(deribitAreas, area) {
		return "", levelNone, false
	}
	return area, deribitLevel(i), true
}

// parseDeribitScope reads the words of a seed; what is not a word of the
// vocabulary opens nothing.
func parseDeribitScope(words []string) deribitScope {
	s := deribitScope{}
	for _, word := range words {
		if area, level, ok := parseDeribitWord(word); ok {
			s[area] = max(s[area], level)
		}
	}
	return s
}

// deribitScopeOf returns what a key may do.
func deribitScopeOf(e *entry) deribitScope {
	if e.Words != nil {
		return parseDeribitScope(e.Words)
	}
	return parseDeribitScope(deribitWords(e.Permissions))
}

// readDeribitScope reads the max_scope of a call, in which every word has to
// be right and no area may come twice.
func readDeribitScope(words []string) (deribitScope, *deribitError) {
	s := deribitScope{}
	for _, word := range words {
		area, level, ok := parseDeribitWord(word)
		if _, twice := s[area]; !ok || twice {
			return nil, deribitBadParams.with("not a scope: "+word, "max_scope")
		}
		s[area] = level
	}
	return s, nil
}

// covers reports whether the scope has all that another one has.
func (s deribitScope) covers(other deribitScope) bool {
	for area, level := range other {
		if s[area] < level {
			return false
		}
	}
	return true
}

// within returns what both scopes have.
func (s deribitScope) within(most deribitScope) deribitScope {
	both := deribitScope{}
	for area, level := range s {
		both[area] = min(level, most[area])
	}
	return both
}

// allows reports whether the scope covers a word.
func (s deribitScope) allows(word string) bool {
	area, level, ok := parseDeribitWord(word)
	return ok && s[area] >= level
}

// text writes the scope as max_scope of a key does, closed areas included.
func (s deribitScope) text() string {
	words := []string{}
	for _, area := range deribitAreas {
		words = append(words, area+":"+s[area].String())
	}
	if s["custody"] > levelNone {
		words = append(words, "custody:"+s["custody"].String())
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// deribitGrant is what a token is good for.
type deribitGrant struct {
	asked string // the request
	scope deribitScope
	words []string      // as told in the reply, sorted
	life  time.Duration // of the token
	from  netip.Addr    // the only address it works from; invalid: any
}

// grant answers a request for a scope with what both it and the key have. A
// request that names no area asks for everything. Words that are about the
// session rather than about rights are taken over. That it is the main
// account's is added here, whether asked for or not.
func (s deribitScope) grant(request string, mainAccount bool) (deribitGrant, *deribitError) {
	g := deribitGrant{asked: request, scope: deribitScope{}, life: deribitTokenLife}
	session := "connection"
	for _, word := range strings.Fields(request) {
		if area, level, ok := parseDeribitWord(word); ok {
			g.scope[area] = max(g.scope[area], min(level, s[area]))
			continue
		}
		if strings.HasPrefix(word, "session:") {
			session = word
			continue
		}
		if failure := g.restrict(word); failure != nil {
			return g, failure
		}
	}
	if len(g.scope) == 0 {
		maps.Copy(g.scope, s)
	}
	for area, level := range g.scope {
		if level > levelNone {
			g.words = append(g.words, area+":"+level.String())
		}
	}
	g.words = append(g.words, session)
	if mainAccount {
		g.words = append(g.words, "mainaccount")
	}
	slices.Sort(g.words)
	return g, nil
}

// restrict takes over a word that limits a token rather than opens an area.
func (g *deribitGrant) restrict(word string) *deribitError {
	name, value, _ := strings.Cut(word, ":")
	switch name {
	case "connection", "mainaccount": // said of a token without being asked
	case "expires":
		seconds, err := strconv.Atoi(value)
		if err != nil || seconds < 1 {
			return deribitBadParams.with("not a number of seconds", "scope")
		}
		g.life = min(g.life, time.Duration(seconds)*time.Second)
	case "ip":
		addr, err := netip.ParseAddr(value)
		if err != nil {
			return deribitBadParams.with("not an address", "scope")
		}
		g.from = addr
	default:
		return deribitBadParams.with("unknown word", "scope")
	}
	return nil
}

// deribitWords returns the scope that comes closest to permissions of the
// normal form. One word covers all instruments, one all movements of funds.
func deribitWords(permissions []string) []string {
	var words []string
	for _, p := range permissions {
		switch p {
		case "read":
			words = append(words, "account:read", "trade:read", "wallet:read")
		case "spot", "margin", "futures", "options":
			words = append(words, "trade:read_write")
		case "transfer", "withdraw":
			words = append(words, "wallet:read_write")
		case "admin":
			words = append(words, "account:read_write")
		case "other":
			words = append(words, "block_trade:read_write")
		}
	}
	return words
}

// normal returns the permissions of the normal form that the scope grants.
func (s deribitScope) normal() []string {
	granted := map[string]bool{}
	grant := func(open bool, permissions ...string) {
		for _, p := range permissions {
			granted[p] = granted[p] || open
		}
	}
	for _, area := range deribitAreas {
		grant(s[area] >= levelRead, "read")
	}
	grant(s["trade"] == levelReadWrite, "spot", "futures", "options")
	grant(s["wallet"] == levelReadWrite, "transfer", "withdraw")
	grant(s["account"] == levelReadWrite, "admin")
	grant(s["block_trade"] == levelReadWrite || s["block_rfq"] == levelReadWrite || s["custody"] > levelNone, "other")
	return inShowingOrder(granted)
}
