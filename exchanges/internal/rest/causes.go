package rest

import "github.com/keyrota/keyrota/exchanges"

// What codes of many exchanges leave open, the likeliest first: see
// exchanges.Error. Nobody may change these.
var (
	// NotItsSecret is left open by a signature that does not verify.
	NotItsSecret = []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseDamaged, exchanges.CauseEncoding, exchanges.CauseSwapped}

	// NoSuchKey is left open where a key is not known at this host.
	NoSuchKey = []exchanges.Cause{
		exchanges.CauseEnvironment, exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged,
	}

	// Interfered is left open where a part of the request did not arrive.
	Interfered = []exchanges.Cause{exchanges.CauseNetwork, exchanges.CauseAnswer}
)
