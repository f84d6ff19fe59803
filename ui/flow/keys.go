package flow

// Fingerprints returns those of all keys that unfinished flows are about, the
// old and the new: nobody need wonder whose they are.
func (e *Engine) Fingerprints() map[string]bool {
	e.mu.Lock()
	runs := make([]*run, 0, len(e.flows))
	for _, r := range e.flows {
		runs = append(runs, r)
	}
	e.mu.Unlock()
	out := map[string]bool{}
	for _, r := range runs {
		if u := r.now(); !u.Done {
			out[u.State.Old.Fingerprint], out[u.State.New.Fingerprint] = true, true
		}
	}
	delete(out, "")
	return out
}
