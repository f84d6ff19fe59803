// Package flow holds create, rotate and revoke as resumable state machines. It
// does not know that a terminal exists.
//
// A flow is a State. Decide says what it wants next, an answer of the person
// or an effect on the world, and Apply takes in what happened. Both are pure;
// the Engine alone acts. Before an effect it writes the intent to the flow's
// journal, after it the event with the new state, each flushed to the disk. An
// intent without an event is what a crash leaves behind: the flow is then told
// that the effect was interrupted, and every effect is either safe to do again
// or has a step that finds out what came of it.
//
// What holds at any moment, whatever fails:
//
//   - A secret is in the keyring before the journal says that its key exists,
//     and the journal, which holds no secret, names the slot before that.
//   - No slot of the keyring is ever overwritten with another key. A switch is
//     one replacement of keys.toml: the record then names the new slot.
//   - The old secret stays until the old key is proven dead, or refused for
//     long enough that the evidence is shown and accepted. Where nobody can be
//     asked, since there is no adapter, it stays until the person says that the
//     key is deleted.
//   - What may have happened at the exchange is looked up there by the key's
//     label, which is unique for each attempt, before it is tried again.
package flow
