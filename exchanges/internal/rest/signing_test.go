package rest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// shows is an API that signs form and query, in the header.
func shows(r *rig) *API {
	return &API{Client: r.Client, Sign: func(c exchanges.Credential, r Request, now time.Time) (Request, error) {
		if r.Body == "bad" {
			return r, errors.New("cannot read bad, nor " + c.Secret.Reveal())
		}
		sig, err := r.Trace.Signature(c, r.Trace.Seconds(now)+r.Query+r.Body)
		r.Query += "&t=1"
		r.Header = http.Header{"X-Sig": {sig}, "X-Pass": {c.Passphrase.Reveal()}, "Content-Type": {"application/x-www-form-urlencoded"}}
		return r, err
	}}
}

var shower = exchanges.Credential{KeyID: "KEYID-77", Secret: exchanges.NewSecret("s3cr3t-of-the-api"), Passphrase: exchanges.NewSecret("pass-phrase")}

func TestSigningIsThatOfTheCallsThatAreSent(t *testing.T) {
	r := newRig(t, exchangetest.Routes{})
	got, err := shows(r).Signing(shower, exchanges.Call{Method: "POST", Path: "/x", Query: "a=pass-phrase", Body: "b=2", At: time.Unix(5, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := got.Step(exchanges.StepText); text.Text != "5a=[secret]b=2" {
		t.Errorf("string to sign %q", text.Text)
	}
	if want := r.server.URL + "/x?a=[secret]&t=1"; got.URL != want || got.Body != "b=2" || got.Header.Get("X-Pass") != "[secret]" || got.Method != http.MethodPost {
		t.Errorf("%+v", got)
	}
	if n := len(r.server.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestParametersThatAreThereTwiceAreNoted(t *testing.T) {
	api := shows(newRig(t, exchangetest.Routes{}))
	for query, notes := range map[string]int{"a=1": 0, "t=5": 1, "a=1&b=1&t=0": 2, "a=1&a=2": 1} {
		got, err := api.Signing(shower, exchanges.Call{Method: "POST", Path: "/x", Query: query, Body: "b=2"})
		if err != nil || len(got.Notes) != notes {
			t.Errorf("%s: %q, %v", query, got.Notes, err)
		}
	}
}

func TestASigningThatFailsTellsNoSecret(t *testing.T) {
	api := shows(newRig(t, exchangetest.Routes{}))
	_, err := api.Signing(shower, exchanges.Call{Method: "POST", Path: "/x", Body: "bad"})
	if !errors.Is(err, exchanges.Invalid) || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "cannot read bad") {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNotSignedIsUnsupported(t *testing.T) {
	api := signing(newRig(t, exchangetest.Routes{}))
	_, err := api.Signing(caller.Credential, exchanges.Call{Method: "GET", Path: "/x"})
	if !errors.Is(err, exchanges.Unsupported) || exchanges.AsError(err).Hint == "" {
		t.Errorf("%v", err)
	}
}
