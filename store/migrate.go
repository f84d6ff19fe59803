package store

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/BurntSushi/toml"
)

// migration brings the content of a keys.toml from one schema to the next. It
// changes everything but the schema number.
type migration func(doc map[string]any) error

// migrations holds, under each old schema, the step to the next. Schema 1 is
// the first that there was. A new schema adds one entry and a file of the old
// schema to testdata.
//
// Schemas 2, 3 and 4 only have names that the one before has not. The number says
// so to an older keyrota, which would otherwise call the file corrupt.
var migrations = map[int]migration{1: asItIs, 2: asItIs, 3: asItIs}

func asItIs(map[string]any) error { return nil }

// readSchema returns the schema of a keys.toml without minding the rest.
func readSchema(data []byte) (int, error) {
	var head struct {
		Schema *int `toml:"schema"`
	}
	// The head ends before the first table: reading all would double the time.
	if i := bytes.Index(data, []byte("\n[")); i >= 0 {
		data = data[:i+1]
	}
	if _, err := toml.Decode(string(data), &head); err != nil {
		line, cause := tomlError(err)
		return 0, &lineError{line, cause}
	}
	if head.Schema == nil {
		return 0, &lineError{1, fmt.Errorf("%w: the schema number is missing", ErrCorrupt)}
	}
	return *head.Schema, nil
}

// migrate brings data from schema from to the present one, step by step.
func migrate(data []byte, from int, steps map[int]migration) ([]byte, error) {
	var doc map[string]any
	if _, err := toml.Decode(string(data), &doc); err != nil {
		line, cause := tomlError(err)
		return nil, &lineError{line, cause}
	}
	for v := from; v < schema; v++ {
		step, ok := steps[v]
		if !ok {
			return nil, fmt.Errorf("%w: schema %d is not known", ErrCorrupt, v)
		}
		if err := step(doc); err != nil {
			return nil, fmt.Errorf("from schema %d to %d: %w", v, v+1, err)
		}
	}
	doc["schema"] = schema
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// oldBackup is where the file lies as it was before a migration.
func oldBackup(path string, schema int) string {
	return path + ".v" + strconv.Itoa(schema) + ".bak"
}
