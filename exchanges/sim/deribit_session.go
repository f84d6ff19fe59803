package sim

import (
	"crypto/rand"
	"slices"
	"strconv"
	"time"
)

const (
	deribitTokenLife   = 365 * 24 * time.Hour
	deribitMaxSessions = 16 // per key, as documented
)

// deribitSession is a pair of tokens that is good until it expires, is
// refreshed, or is pushed out by newer ones of the same key.
type deribitSession struct {
	key             *entry
	grant           deribitGrant
	access, refresh string
	expires         time.Time // of the access token
}

// deribitSessions are the sessions of one account.
type deribitSessions struct {
	byAccess, byRefresh map[string]*deribitSession
	byKey               map[*entry][]*deribitSession // the oldest first
}

func newDeribitSessions() *deribitSessions {
	return &deribitSessions{
		byAccess: map[string]*deribitSession{}, byRefresh: map[string]*deribitSession{}, byKey: map[*entry][]*deribitSession{},
	}
}

// open starts a session. Where a key has too many, its oldest one ends.
func (d *deribitSessions) open(key *entry, grant deribitGrant, now time.Time) *deribitSession {
	if all := d.byKey[key]; len(all) >= deribitMaxSessions {
		d.close(all[0])
	}
	s := &deribitSession{
		key: key, grant: grant, expires: now.Add(grant.life),
		access: deribitToken(now.Add(grant.life)), refresh: deribitToken(now.Add(grant.life)),
	}
	d.byAccess[s.access], d.byRefresh[s.refresh] = s, s
	d.byKey[key] = append(d.byKey[key], s)
	return s
}

// close ends a session.
func (d *deribitSessions) close(s *deribitSession) {
	delete(d.byAccess, s.access)
	delete(d.byRefresh, s.refresh)
	d.byKey[s.key] = slices.DeleteFunc(d.byKey[s.key], func(other *deribitSession) bool { return other == s })
}

// closeAll ends the sessions of a key.
func (d *deribitSessions) closeAll(key *entry) {
	for _, s := range slices.Clone(d.byKey[key]) {
		d.close(s)
	}
}

// deribitToken makes a token of three parts: a time, a number, the secret.
func deribitToken(at time.Time) string {
	return strconv.FormatInt(inMillis(at), 10) + ".1" + rand.Text()[:7] + "." + rand.Text() + rand.Text()
}
