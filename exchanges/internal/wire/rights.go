package wire

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Right is a word by which an exchange names something that a key may do.
type Right struct {
	Word  string
	Gives []exchanges.Permission
	Maybe []exchanges.Permission // what it may bring along without the exchange saying so
	Fixed bool                   // it cannot be given to a key by API
}

// Rights are the words of an exchange that lists all rights of a key.
type Rights []Right

// Of returns what a word means, and whether it is in the table. One that is not
// gives Other.
func (all Rights) Of(word string) (Right, bool) {
	if i := slices.IndexFunc(all, func(r Right) bool { return r.Word == word }); i >= 0 {
		return all[i], true
	}
	return Right{Word: word, Gives: []exchanges.Permission{exchanges.Other}}, false
}

// Set brings the words of a key to the normal form. What no word gives is
// denied; but a word that is not known may give anything, and so may some that
// are: that is unknown.
func (all Rights) Set(words []string) exchanges.PermissionSet {
	set := exchanges.NewPermissionSet()
	var given []exchanges.Permission
	for _, word := range words {
		r, known := all.Of(word)
		maybe := r.Maybe
		if !known {
			maybe = exchanges.Permissions()
		}
		for _, p := range maybe {
			set = set.With(p, exchanges.Unknown)
		}
		given = append(given, r.Gives...)
	}
	for _, p := range given {
		set = set.With(p, exchanges.Granted)
	}
	return set
}

// Words returns the words that give what want grants. Those in have stay,
// unless want denies something that they give. missing are the permissions
// that no word gives, or none without giving more than want allows.
func (all Rights) Words(want exchanges.PermissionSet, have []string) (words []string, missing []exchanges.Permission) {
	denied := func(p exchanges.Permission) bool { return want.Get(p) == exchanges.NotGranted }
	var given []exchanges.Permission
	for _, word := range have {
		if r, _ := all.Of(word); !slices.ContainsFunc(r.Gives, denied) {
			words, given = append(words, word), append(given, r.Gives...)
		}
	}
	for _, p := range want.All(exchanges.Granted) {
		if slices.Contains(given, p) {
			continue
		}
		i := slices.IndexFunc(all, func(r Right) bool {
			return !r.Fixed && slices.Contains(r.Gives, p) && !slices.ContainsFunc(r.Gives, denied)
		})
		if i < 0 {
			missing = append(missing, p)
			continue
		}
		words, given = append(words, all[i].Word), append(given, all[i].Gives...)
	}
	return words, missing
}
