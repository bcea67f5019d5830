package main

import (
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"
)

// imports finds packages: those that were read here, others in what the compiler has written.
type imports struct {
	set     *token.FileSet
	exports map[string]string
	own     map[string]*types.Package
	rest    types.Importer
}

func (i *imports) open(path string) (io.ReadCloser, error) {
	if i.exports[path] == "" {
		return nil, fmt.Errorf("%s is not compiled", path)
	}
	return os.Open(i.exports[path])
}

func (i *imports) Import(path string) (*types.Package, error) {
	if p := i.own[path]; p != nil {
		return p, nil
	}
	return i.rest.Import(path)
}

// exportsFor compiles what these packages import, but not themselves: for a large one cgo takes minutes, and runs here anyway.
func exportsFor(wanted []*listed, own map[string]bool) map[string]string {
	// cgo imports these.
	paths := map[string]bool{"runtime/cgo": true, "syscall": true}
	for _, p := range wanted {
		for _, path := range p.Imports {
			paths[path] = path != "C" && path != "unsafe" && !own[path]
		}
	}
	args := []string{"-deps", "-export", "-json=ImportPath,Export", "--"}
	for path, isWanted := range paths {
		if isWanted {
			args = append(args, path)
		}
	}
	exports := map[string]string{}
	for _, p := range list(args...) {
		exports[p.ImportPath] = p.Export
	}
	return exports
}
