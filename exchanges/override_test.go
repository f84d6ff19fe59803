package exchanges

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func overridable() Info {
	return Info{
		ID: "acme",
		Sites: []Site{
			{ID: "global", Environment: Live, KeysPage: "https://acme.example/keys"},
			{ID: "eu", Environment: Live, KeysPage: "https://eu.acme.example/keys"},
			{ID: "global", Environment: Testnet, KeysPage: "https://test.acme.example/keys"},
		},
		Guide: Guide{
			Create:   []GuideStep{{Text: "Profile → API Management"}, {Text: "Create API"}},
			Restrict: []GuideStep{{Text: "Profile → API Management → Edit"}},
			Delete:   []GuideStep{{Text: "Profile → API Management → Delete", Put: PutKey}},
			Boxes:    []Box{{"Enable Reading", []Permission{Read}}, {"Enable Trading", []Permission{Spot}}},
			Label:    LabelRule{Max: 20, Chars: "_"}, IPs: IPRule{Separator: ",", Most: 20}, MostKeys: 30,
			Lifetimes: []Lifetime{{After: 90 * 24 * time.Hour, Since: SinceCreated, Then: EndsExpired}},
			AsOf:      "2026-11-23",
		},
	}
}

func TestAnOverrideReplacesWhatItNames(t *testing.T) {
	before := overridable()
	got := before.With(Override{
		MostKeys: new(60), MostAddresses: new(0), LongestLabel: new(50), LabelChars: new("-_"), IPSeparator: new(" "), CIDR: new(true), IPv6: new(true),
		Lifetimes: []Lifetime{}, AsOf: "2027-01-15", KeysPages: map[Environment]string{Live: "https://new.acme.example"},
		Words: map[string]string{"API": "Key", "API Management": "API keys", "Trading": "Spot trading"},
	})
	want := Guide{
		Create:   []GuideStep{{Text: "Profile → API keys"}, {Text: "Create Key"}},
		Restrict: []GuideStep{{Text: "Profile → API keys → Edit"}},
		Delete:   []GuideStep{{Text: "Profile → API keys → Delete", Put: PutKey}},
		Boxes:    []Box{{"Enable Reading", []Permission{Read}}, {"Enable Spot trading", []Permission{Spot}}},
		Label:    LabelRule{Max: 50, Chars: "-_"}, IPs: IPRule{Separator: " ", CIDR: true, IPv6: true}, MostKeys: 60,
		Lifetimes: []Lifetime{}, AsOf: "2027-01-15",
	}
	if !reflect.DeepEqual(got.Guide, want) {
		t.Errorf("%+v\nwant\n%+v", got.Guide, want)
	}
	if got.Sites[0].KeysPage != "https://new.acme.example" || got.Sites[1].KeysPage != "https://new.acme.example" ||
		got.Sites[2].KeysPage != before.Sites[2].KeysPage {
		t.Errorf("%+v", got.Sites)
	}
	if !reflect.DeepEqual(before, overridable()) {
		t.Error("the original was changed")
	}
}

func TestAnEmptyOverrideChangesNothing(t *testing.T) {
	if got := overridable().With(Override{}); !reflect.DeepEqual(got, overridable()) {
		t.Errorf("%+v", got)
	}
}

func TestIdleWordsAreTold(t *testing.T) {
	o := Override{Words: map[string]string{"Enable Reading": "Read", "Enable Futures": "Futures", "Account": "Profile"}}
	if got := overridable().Guide.Idle(o); !slices.Equal(got, []string{"Account", "Enable Futures"}) {
		t.Errorf("%q", got)
	}
}

func TestARegistryWithOverrides(t *testing.T) {
	other := overridable()
	other.ID = "other"
	r := NewRegistry(Adapter{Info: overridable()}, Adapter{Info: other})
	changed := r.With(map[ID]Override{"acme": {MostKeys: new(5)}, "nobody": {MostKeys: new(6)}})
	for id, want := range map[ID]int{"acme": 5, "other": 30} {
		a, err := changed.Get(id)
		if err != nil || a.Info.Guide.MostKeys != want {
			t.Errorf("%s: %d keys, %v", id, a.Info.Guide.MostKeys, err)
		}
	}
	if len(changed.All()) != 2 {
		t.Errorf("%d adapters", len(changed.All()))
	}
	if a, _ := r.Get("acme"); a.Info.Guide.MostKeys != 30 {
		t.Error("the original was changed")
	}
}
