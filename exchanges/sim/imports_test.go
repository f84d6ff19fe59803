package sim

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// strangers are the packages from elsewhere that may be imported, with what
// they are for. The standard library has neither curve nor hash.
var strangers = map[string]string{
	"github.com/ProtonMail/go-crypto/bitcurves":       "the wallets of Hyperliquid, and who signed an action",
	"github.com/decred/dcrd/dcrec/secp256k1/v4":       "tests: other eyes on these wallets",
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa": "tests: signatures that were not made here",
	"golang.org/x/crypto/sha3":                        "Keccak-256, of which addresses and signed actions are made",
}

// A simulated exchange that used an adapter's code to check an adapter would
// share its mistakes.
func TestAlmostOnlyTheStandardLibraryIsImported(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source files", err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range f.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && strangers[path] == "" {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
