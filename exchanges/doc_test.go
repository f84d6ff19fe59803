package exchanges

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// folders are where the packages are that the package comment speaks of.
var folders = map[string]string{
	"exchanges": ".", "exchangetest": "exchangetest", "all": "all", "sim": "sim",
	"rest": "internal/rest", "cred": "internal/cred", "wire": "internal/wire", "subkeys": "internal/subkeys", "nonce": "internal/nonce",
	"pages": "internal/pages",
}

// A walk that leads to things which are not there leads nobody.
func TestThePackageCommentNamesWhatThereIs(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	text := file.Doc.Text()
	names := map[string]bool{}
	for name, folder := range folders {
		for _, declared := range declaredIn(t, folder) {
			names[name+"."+declared] = true
		}
	}
	for pattern, least := range map[*regexp.Regexp]int{
		regexp.MustCompile(`\[(\w+)\]`):                   10, // types of this package
		regexp.MustCompile(`\b[a-z]\w*(?:\.[A-Z]\w*)+`):   10, // things of other packages
		regexp.MustCompile(`\b[a-z]+/[\w/]+\.[a-z]\w*\b`): 7,  // files
	} {
		found := pattern.FindAllStringSubmatch(text, -1)
		for _, m := range found {
			name := m[len(m)-1]
			if _, err := os.Stat(name); err != nil && !names[name] && !names["exchanges."+name] {
				t.Errorf("there is no %s", name)
			}
		}
		if len(found) < least {
			t.Errorf("%s finds %d names", pattern, len(found))
		}
	}
}

// declaredIn returns the exported names of a package, methods and fields with
// their type: "Client.Do".
func declaredIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			out = append(out, namesOf(d)...)
		}
	}
	return out
}

func namesOf(d ast.Decl) []string {
	f, ok := d.(*ast.FuncDecl)
	switch {
	case !ok:
		return namesIn(d.(*ast.GenDecl))
	case f.Recv == nil:
		return []string{f.Name.Name}
	}
	receiver := f.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if id, ok := receiver.(*ast.Ident); ok {
		return []string{id.Name + "." + f.Name.Name}
	}
	return nil
}

func namesIn(d *ast.GenDecl) []string {
	var out []string
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok {
			out = append(out, s.Name.Name)
		}
	}
	return out
}
