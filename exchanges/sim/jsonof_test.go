package sim

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestTextsOfAnswers checks what vet would of a format: every text has a
// question mark for each value, and is JSON with values in their place.
func TestTextsOfAnswers(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range names {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			text, isText := literalOf(call.Args)
			if called, named := call.Fun.(*ast.Ident); !named || called.Name != "jsonOf" || !isText {
				return true
			}
			seen++
			if marks, values := strings.Count(text, "?"), len(call.Args)-1; marks != values {
				t.Errorf("%s: %d values for %d question marks", set.Position(call.Pos()), values, marks)
			}
			if !json.Valid([]byte(strings.ReplaceAll(text, "?", `"x"`))) {
				t.Errorf("%s: no JSON: %s", set.Position(call.Pos()), text)
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d texts found", seen)
	}
}

// literalOf returns the first argument of a call, where it is a text.
func literalOf(args []ast.Expr) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	literal, ok := args[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
