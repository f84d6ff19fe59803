package store

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// fullRecord returns a record in which every field is set.
func fullRecord() Record {
	created := time.Date(2026, 8, 18, 22, 30, 0, 123e6, time.UTC)
	return Record{
		ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "grid-bot", Exchange: "bybit", Environment: exchanges.Live, Site: "eu",
		Account: "main account", Purpose: "spot bot",
		SubAccount: "grid@example.com", Manager: true,
		Consumers: []Consumer{
			{Name: "grid-bot", OnRotate: "systemctl --user restart grid-bot"}, {Name: "tax-tool"},
			{"relay", HandFile, "relay reload", "/etc/relay/key.env", `C:\keys\relay.tmpl`},
		},
		KeyID: "vmPU…uh8A", Fingerprint: Fingerprint("vmPU-the-whole-key-ID-uh8A"), Slot: "key-aaaaaaaaaaaaaaaaaaaaaaaaaa.k3m5p7q2",
		Added: created.Add(time.Hour), Rotated: created.Add(48 * time.Hour),
		Source: exchanges.FromKeyPair,
		Rules:  Overrides{RotateEvery: 30 * day, WarnBefore: 12 * time.Hour, UnusedAfter: Off},
		Notes:  "first line\nsecond \"line\"\n\nlast \\ line",
		Facts: Facts{
			Seen: created.Add(72 * time.Hour), Since: created.Add(24 * time.Hour), Label: "grid", Account: "1234567",
			Permissions: exchanges.PermissionSet{}.
				With(exchanges.Read, exchanges.Granted).With(exchanges.Spot, exchanges.Granted).
				With(exchanges.Withdraw, exchanges.NotGranted),
			ExchangePermissions: []string{"ContractTrade: Order", "Spot: SpotTrade"},
			IPs:                 exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "2001:db8::/32"}},
			Created:             exchanges.At(created),
			Expires:             exchanges.At(created.Add(90 * day)),
			LastUsed:            exchanges.Never(),
			Notes:               []string{"unified account"},
		},
		Check: Check{At: created.Add(72 * time.Hour), Kind: exchanges.IPBlocked, Code: "10010 Unmatched IP", Hint: "Add this machine's address.",
			Failing: created.Add(71 * time.Hour), Clock: exchanges.Clock{Known: true, Offset: -1500 * time.Millisecond}},
		Past: []Sight{
			{First: created, Last: created.Add(24 * time.Hour), Label: "old", Account: "1", IPs: exchanges.IPWhitelist{State: exchanges.IPAny},
				Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Spot, exchanges.NotGranted)},
			{First: created.Add(-time.Hour), Last: created},
		},
		Accepted: []Acceptance{{Code: "withdraw-enabled", Fact: "withdraw", Reason: "treasury \"bot\"", At: created, Until: created.Add(90 * day), Actor: "ann"}},
	}
}

// statedRecord is a key of which the person alone says something.
func statedRecord() Record {
	set := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted).With(exchanges.Futures, exchanges.Granted)
	return Record{ID: "cccccccccccccccccccccccccc", Name: "phx-bot", Exchange: "other", Environment: exchanges.Live,
		Venue: "Phemex", KeysPage: "https://phemex.com/account/api", KeyID: MaskKeyID("abc"), Fingerprint: Fingerprint("abc"),
		Facts: Facts{Stated: true, Seen: time.Date(2026, 8, 18, 22, 30, 0, 123e6, time.UTC),
			Permissions: set.With(exchanges.Withdraw, exchanges.NotGranted), IPs: exchanges.IPWhitelist{State: exchanges.IPAny}}}
}
