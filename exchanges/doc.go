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
// The package imports nothing else of this module, so that it can be lifted
// out and read on its own.
package exchanges
