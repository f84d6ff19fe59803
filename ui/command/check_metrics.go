package command

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// metric is a family of metrics in Prometheus's text format, as the textfile
// collector of its node exporter takes it: gauges without times of their own.
// See https://prometheus.io/docs/instrumenting/exposition_formats/.
type metric struct {
	name, help string
	samples    func(*report, sampler)
}

// sampler takes a value with pairs of label and text.
type sampler func(value int64, labels ...string)

var metrics = []metric{
	{"keyrota_check_timestamp_seconds", "When keyrota checked.",
		func(r *report, put sampler) { put(r.at.Unix()) }},
	{"keyrota_check_as_of_timestamp_seconds", "The moment by which the keys are judged, where that is not the one of the check.",
		func(r *report, put sampler) {
			if !r.asOf.IsZero() {
				put(r.asOf.Unix())
			}
		}},
	{"keyrota_keys", "How many keys were checked.",
		func(r *report, put sampler) { put(int64(len(r.keys))) }},
	{"keyrota_unmanaged_keys", "How many keys the accounts had, when they were last listed, that keyrota does not manage and nobody ignores.",
		func(r *report, put sampler) { put(int64(len(r.strays))) }},
	{"keyrota_key_status", "What the last inspection says: 1 for the status that the key has.",
		ofKeys(func(k judged, put sampler) { put(1, "status", string(k.record.Status())) })},
	{"keyrota_key_age_seconds", "How old a key is, since its making as its source tells, or since keyrota first saw it.",
		ofKeys(func(k judged, put sampler) {
			if created, _ := k.record.Created(); !created.IsZero() {
				put(int64(k.assessment.Age.Seconds()), "source", newKeyJSON(k.record, k.assessment).CreatedSource)
			}
		})},
	{"keyrota_key_deadline_timestamp_seconds", "By when something must be done about a key; none: no sample.",
		ofKeys(func(k judged, put sampler) {
			if d := k.assessment.Deadline; !d.At.IsZero() {
				put(d.At.Unix(), "reason", string(d.Reason))
			}
		})},
	{"keyrota_finding", "1 for each thing that is wrong or worth doing about a key.",
		ofKeys(func(k judged, put sampler) {
			for _, f := range k.assessment.Findings {
				put(1, "code", f.Code, "severity", f.Severity.String())
			}
		})},
}

// ofKeys puts samples for every key, with the labels that tell keys apart.
//
//go:noinline // it has many callers
func ofKeys(samples func(judged, sampler)) func(*report, sampler) {
	return func(r *report, put sampler) {
		for _, k := range r.keys {
			own := []string{"key", k.record.Name, "exchange", placeOf(k.record), "environment", string(k.record.Environment)}
			samples(k, func(value int64, labels ...string) { put(value, append(own[:len(own):len(own)], labels...)...) })
		}
	}
}

func (a *App) printMetrics(r *report) error {
	return buffered(a.Stdout, func(w io.Writer) error {
		var b strings.Builder
		for _, m := range metrics {
			m.write(&b, r)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// write writes the samples of a family, each set of labels once: one that comes
// twice makes Prometheus refuse the whole file.
func (m *metric) write(b *strings.Builder, r *report) {
	written := map[string]bool{}
	m.samples(r, func(value int64, labels ...string) {
		series := m.name + labelText(labels)
		if written[series] {
			return
		}
		if len(written) == 0 {
			b.WriteString("# HELP " + m.name + " " + m.help + "\n# TYPE " + m.name + " gauge\n")
		}
		written[series] = true
		b.WriteString(series + " " + strconv.FormatInt(value, 10) + "\n")
	})
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func labelText(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	var labels []string
	for pair := range slices.Chunk(pairs, 2) {
		labels = append(labels, pair[0]+`="`+labelEscaper.Replace(exchanges.Clean(pair[1]))+`"`)
	}
	return "{" + strings.Join(labels, ",") + "}"
}
