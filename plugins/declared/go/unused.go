package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
)

// unused finds functions that nothing in their package refers to and no other package can. What they convert does no harm.
func unused(p *listed, files []*ast.File, info *types.Info) map[*ast.FuncDecl]bool {
	// Tests may use anything by its name, and methods may be called through an interface that has it.
	names := map[string]bool{"init": true, "main": true, "_": true}
	for _, f := range p.TestGoFiles {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, 0)
		if err != nil {
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if i, ok := n.(*ast.Ident); ok {
				names[i.Name] = true
			}
			return true
		})
	}
	used := map[types.Object]bool{}
	for _, object := range info.Uses {
		f, ok := object.(*types.Func)
		if !ok {
			continue
		}
		used[f.Origin()] = true
		if r := f.Type().(*types.Signature).Recv(); r != nil && types.IsInterface(r.Type()) {
			names[f.Name()] = true
		}
	}
	dead := map[*ast.FuncDecl]bool{}
	for _, file := range files {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			// A comment may export it to C, or link it to another name. What has no type was not resolved.
			if !ok || f.Name.IsExported() || names[f.Name.Name] || directed(f) || info.Defs[f.Name] == nil {
				continue
			}
			dead[f] = !used[info.Defs[f.Name]]
		}
	}
	return dead
}

func directed(f *ast.FuncDecl) bool {
	if f.Doc == nil {
		return false
	}
	for _, c := range f.Doc.List {
		if len(c.Text) > 2 && c.Text[:2] == "//" && c.Text[2] != ' ' {
			return true
		}
	}
	return false
}
