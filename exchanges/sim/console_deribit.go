package sim

// deribitBoxes are the areas of a scope with the levels that can be chosen.
func deribitBoxes() []box {
	var boxes []box
	for _, area := range deribitAreas {
		for _, level := range []deribitLevel{levelRead, levelReadWrite} {
			scope := deribitScope{area: level}
			boxes = append(boxes, box{area + ":" + level.String(), area + " " + level.String(), scope.normal()})
		}
	}
	return boxes
}

// page is Deribit's page for API keys, as its docs describe it.
func (v *deribit) page(string) page {
	return page{
		title:    "API",
		boxes:    deribitBoxes(),
		label:    labelRule{most: 16, chars: "_"},
		mostKeys: deribitMostKeys,
		words:    deribitWords,
		wordsOf: func(e *entry) []string {
			if e.Words != nil {
				return e.Words
			}
			return deribitWords(e.Permissions)
		},
		manages: func(e *entry) bool { return !e.Disabled && deribitScopeOf(e).allows("account:read_write") },
	}
}
