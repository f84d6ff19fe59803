package policy

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// stated returns a key at an exchange that nobody can ask.
func stated(change func(*store.Facts)) Assessment {
	return assess(func(r *store.Record) {
		r.Exchange, r.Venue, r.Check = "other", "Phemex", store.Check{}
		r.Facts = store.Facts{Stated: true, Seen: daysAgo(3)}
		change(&r.Facts)
	})
}

func TestWhatIsStatedIsJudgedLikeWhatIsTold(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*store.Facts)
		want   []string // code: text; severity counts
	}{
		"nothing is stated": {func(*store.Facts) {}, nil},
		"withdraw from anywhere": {func(f *store.Facts) {
			f.Permissions = exchanges.PermissionSet{}.With(exchanges.Withdraw, exchanges.Granted)
			f.IPs.State = exchanges.IPAny
		}, []string{"critical withdraw-enabled: May withdraw funds, from any address, as you stated.", "warning no-ip-whitelist: May be used from any address, as you stated."}},
		"expired":      {func(f *store.Facts) { f.Expires = exchanges.At(daysAgo(1)) }, []string{"critical expired: Expired at the exchange 1 day ago, as you stated."}},
		"expires soon": {func(f *store.Facts) { f.Expires = exchanges.At(daysAgo(-5)) }, []string{"warning expires-soon: The exchange lets it expire in 5 days, as you stated."}},
		"overdue":      {func(f *store.Facts) { f.Created = exchanges.At(daysAgo(118)) }, []string{"critical overdue: 118 days old as you stated, your policy says 90."}},
		"due soon":     {func(f *store.Facts) { f.Created = exchanges.At(daysAgo(80)) }, []string{"warning due-soon: 80 days old as you stated, your policy says 90: due in 10 days."}},
		"bound to an address, young": {func(f *store.Facts) {
			f.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}
			f.Created = exchanges.At(daysAgo(1))
		}, nil},
	} {
		var got []string
		for _, f := range stated(c.change).Findings {
			got = append(got, f.Severity.String()+" "+f.Code+": "+f.Text)
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n got %q\nwant %q", what, got, c.want)
		}
	}
}

// An age that nobody stated is counted from keyrota's first sight, and is
// nobody's word.
func TestAnAgeThatIsNotStatedIsOurs(t *testing.T) {
	r := healthy()
	r.Added, r.Check = daysAgo(100), store.Check{}
	r.Facts = store.Facts{Stated: true, Seen: daysAgo(100)}
	a := judge(&r, store.DefaultRules(), now)
	if a.AgeExact || len(a.Findings) != 1 || a.Findings[0].Text != "At least 100 days old, your policy says 90." {
		t.Errorf("%+v", a)
	}
}
