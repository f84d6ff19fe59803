package exchangetest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// hand is a venue without API. It opens at any address, and says what it is
// told to say.
type hand struct {
	info exchanges.Info
	says exchanges.KeyInfo
	err  error
}

func (h hand) Info() exchanges.Info { return h.info }

func (h hand) Inspect(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
	return h.says, h.err
}

// byHand turns the toy into an exchange without API.
func byHand(change func(*hand)) exchangetest.Subject {
	s := newToy().subject()
	h := hand{info: s.Adapter.Info}
	h.info.Manual, h.info.Aliases, h.info.Guide.Lifetimes, h.info.Guide.MostKeys = true, nil, nil, 0
	h.info.Sites = slices.Clone(h.info.Sites)
	for i, site := range h.info.Sites {
		h.info.Sites[i] = exchanges.Site{ID: site.ID, Name: site.Name, Environment: site.Environment}
	}
	h.err = &exchanges.Error{Exchange: h.info.ID, Op: "inspect", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: "Nobody can be asked."}
	if change != nil {
		change(&h)
	}
	s.Adapter.Info = h.info
	s.Adapter.New = func(exchanges.Connection) (exchanges.Exchange, error) { return h, nil }
	s.Routes, s.Manage, s.Verify = nil, nil, nil
	return s
}

func TestALawfulAdapterWithoutAPIPasses(t *testing.T) { exchangetest.Run(t, byHand(nil)) }

func TestEachLawOfExchangesWithoutAPICatchesItsBreach(t *testing.T) {
	const noAddress, nobody, takesNone = 0, 1, 2
	laws := exchangetest.ManualLaws()
	laws = laws[len(laws)-3:]
	for name, c := range map[string]struct {
		law    int
		change func(*hand)
	}{
		"an origin":          {noAddress, func(h *hand) { h.info.Sites[0].Origin = "https://toy.example" }},
		"a page":             {noAddress, func(h *hand) { h.info.Sites[0].KeysPage = "https://toy.example" }},
		"a promise":          {noAddress, func(h *hand) { h.info.Sites[0].Capabilities.Created = true }},
		"a limit":            {noAddress, func(h *hand) { h.info.Guide.MostKeys = 5 }},
		"not manual":         {noAddress, func(h *hand) { h.info.Manual = false }},
		"an answer":          {nobody, func(h *hand) { h.err = nil }},
		"another kind":       {nobody, func(h *hand) { exchanges.AsError(h.err).Kind = exchanges.Network }},
		"it may be sent":     {nobody, func(h *hand) { exchanges.AsError(h.err).Outcome = exchanges.OutcomeUnknown }},
		"a made-up fact":     {nobody, func(h *hand) { h.says.Seen = time.Now() }},
		"it takes an origin": {takesNone, func(h *hand) { h.info.Manual = false }},
	} {
		s := byHand(c.change)
		if !s.Adapter.Info.Manual { // as an adapter with an address is opened
			s.Routes = newToy().subject().Routes
		}
		if err := laws[c.law].Hold(s); err == nil {
			t.Errorf("%s was not seen", name)
		}
	}
}
