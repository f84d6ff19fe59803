// Package exchanges is the contract between keyrota and a crypto exchange.
//
// An adapter is a package below this one that turns one exchange's API into
// the types of this package. These are its laws; exchangetest checks them.
//
//   - It never trades, never withdraws, never probes a right by using it.
//   - What the exchange does not say is unknown: the zero value of every fact
//     in KeyInfo means "not told". Never guess, never default to "no".
//   - Every failure is an *Error with a Kind, an Outcome and a Hint. One vague
//     refusal names every cause it may have; none of them is concluded.
//   - A secret leaves a Credential only to compute a signature. It is in no
//     error, no log line, no URL that is logged, and no field of KeyInfo.
//   - Text from the exchange passes Clean before it enters KeyInfo or Error.
//   - Calls are bounded: 15 s, 1 MiB, no redirects, ctx honoured. Reads may be
//     retried, writes never.
//   - It talks to the origin it was given and to no other host.
//   - Wire types stay unexported. Permission words that it does not know are
//     kept in KeyInfo.ExchangePermissions and set Other.
//
// An exchange that has no API, or whose API nobody has written an adapter for,
// is Manual: it describes itself and is never asked anything. See package other.
//
// The package imports nothing else of this module, so that it can be lifted
// out and read on its own.
//
// # Adding an exchange
//
// The smallest adapter is package upbit; read it beside this. Write the files
// in this order, in a folder named like the exchange's ID without dashes.
//
//   - upbit/upbit.go has the package comment (which call tells what, and the
//     sources), the [ID], Adapter and an [Info] with the [Site] list: one for
//     each deployment that has accounts of its own, with the [Capabilities] that
//     it keeps. What no document promises is not declared. A venue embeds a
//     rest.Venue, which is an [Exchange], a [Signer] and a [Driller]: its
//     rest.API knows how calls are signed and what a refusal is, its Look makes
//     the calls of an inspection with rest.API.Get and fills in a [KeyInfo], and
//     a rest.Course has the calls of a test run. rest.Milliseconds reads most
//     clocks; an exchange without one has the Date of its answers: see
//     rest.Config.
//   - upbit/sign.go has the [Form] of a credential, its check by cred.Rules, and
//     the signature. What several exchanges share of it is in package cred.
//   - upbit/errors.go has a table of the exchange's codes, rest.Verdicts, for
//     rest.Judge. A code that may mean several things gets a hint that names
//     them all; Error.UnknownKey is for words that mean nothing but a dead key.
//   - upbit/inspect.go turns an answer into a [KeyInfo], with the types of package
//     wire, which take JSON as exchanges write it: a surprise becomes unknown.
//     wire.Rights and wire.Switches bring rights to the normal form.
//   - upbit/guide.go is the [Guide] as a table, pages.Page: the menu words of the
//     exchange's pages, one row a step, its limits, and each [Lifetime] by which
//     it ends keys, all with source and day. The boxes of the page give what an
//     inspection reports of them, which exchangetest.Boxes compares.
//
// An exchange that manages keys by API has one more file or two, for [Creator],
// [Lister], [Editor] and [Revoker]; kucoin/manage.go is one. Package subkeys
// has what goes for keys of sub-accounts: subkeys.Desk words what is refused
// before it is sent, subkeys.Keys finds, edits and revokes what a list has.
// Package nonce is for exchanges that count calls.
//
// Then the tests. upbit/upbit_test.go hands exchangetest.Run an
// exchangetest.Subject: a credential of canaries, the exchange's good answers as
// exchangetest.Routes, a Verify that judges a request by the documents and not
// by the adapter's code, and every refusal that is documented; with abilities,
// an exchangetest.Manage too. The suite tells what is missing. Published
// signatures are in upbit/testdata/vectors.json, read by exchangetest.Vectors,
// and exchangetest.Live lets whoever has a key hold the adapter against the
// exchange itself: go test ./exchanges/... -run Live -v.
//
// Last, the adapter is listed in all.Registry, in the place where people look
// for it. The simulator, package sim, gets a venue of its own, written from the
// same documents: it may not share code with the adapter, or both would agree on
// one mistake. sim/venues.go lists the venues, each with the exchange's ID, its
// environments, and how a request says which key it acts as.
package exchanges
