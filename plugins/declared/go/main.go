// Command declared prints, as JSON, where the cgo packages of a module meet C: the preambles, the functions that they
// export and call, results that are converted at once, and structures that are reinterpreted through unsafe.Pointer.
// It runs in the directory of the module, with the environment of the build. Arguments: package patterns.
// The form is `GoPackage` in src/declarations/hosts/go.ts.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

type place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type exported struct {
	Name string `json:"name"`
	At   place  `json:"at"`
}

type preamble struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

type called struct {
	Name string `json:"name"`
	At   place  `json:"at"`
}

// meeting is a package, as go list and cgo see it.
type meeting struct {
	Name      string     `json:"name"`
	Dir       string     `json:"dir"`
	Why       string     `json:"why,omitempty"`
	Flags     []string   `json:"flags"`
	Preambles []preamble `json:"preambles"`
	Sources   []string   `json:"sources"`
	Exports   []exported `json:"exports"`
	Header    string     `json:"header"`
	Calls     []called   `json:"calls"`
	Results   []result   `json:"results"`
	Casts     []cast     `json:"casts"`
	Pointers  []pointers `json:"pointers"`
	Records   records    `json:"records"`
	// Names by which the source calls structures of C.
	names map[string]string
}

type listed struct {
	ImportPath, Dir, Export, Name        string
	Standard                             bool
	GoFiles, CgoFiles, CFiles, Imports   []string
	TestGoFiles                          []string
	CgoCFLAGS, CgoCPPFLAGS, CgoPkgConfig []string
	Module                               *struct {
		Main    bool
		Replace *struct{ Version string }
	}
}

func run(dir, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		first := strings.SplitN(strings.TrimSpace(said.String()), "\n", 3)
		return out, fmt.Errorf("%s %s: %v: %s", filepath.Base(name), args[0], err, strings.Join(first, " "))
	}
	return out, nil
}

// local packages belong to the main module or to one that replaces another by a directory.
func local(p *listed) bool {
	return p.Module != nil && (p.Module.Main || (p.Module.Replace != nil && p.Module.Replace.Version == ""))
}

// list asks the go command about packages.
func list(args ...string) []*listed {
	out, err := run(".", "go", append([]string{"list", "-e"}, args...)...)
	if len(out) == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var all []*listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := &listed{}
		if err := d.Decode(p); err == io.EOF {
			return all
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "go list:", err)
			os.Exit(1)
		}
		all = append(all, p)
	}
}

func main() {
	seen, own := map[string]bool{}, map[string]bool{}
	var wanted []*listed
	// Dependencies come first.
	for _, p := range list(append([]string{"-deps", "-test", "-json"}, os.Args[1:]...)...) {
		// A package compiled for a test has the test's name behind its path.
		p.ImportPath, _, _ = strings.Cut(p.ImportPath, " ")
		if len(p.CgoFiles) > 0 && !p.Standard && local(p) && !seen[p.Dir] {
			seen[p.Dir], own[p.ImportPath] = true, true
			wanted = append(wanted, p)
		}
	}
	i := &imports{set: token.NewFileSet(), exports: exportsFor(wanted, own), own: map[string]*types.Package{}}
	i.rest = importer.ForCompiler(i.set, "gc", i.open)
	all := []*meeting{}
	for _, p := range wanted {
		m := &meeting{Name: p.ImportPath, Dir: p.Dir, Records: records{}, names: map[string]string{}}
		if err := m.read(p, i); err != nil {
			m.Why = err.Error()
		}
		all = append(all, m)
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		os.Exit(1)
	}
}

func fields(name string) []string { return strings.Fields(os.Getenv(name)) }

func (m *meeting) read(p *listed, i *imports) error {
	m.Flags = append(append(append([]string{"-I" + p.Dir}, fields("CGO_CPPFLAGS")...), fields("CGO_CFLAGS")...), p.CgoCPPFLAGS...)
	m.Flags = append(m.Flags, p.CgoCFLAGS...)
	if len(p.CgoPkgConfig) > 0 {
		tool := os.Getenv("PKG_CONFIG")
		if tool == "" {
			tool = "pkg-config"
		}
		said, err := run(p.Dir, tool, append([]string{"--cflags"}, p.CgoPkgConfig...)...)
		if err != nil {
			return err
		}
		m.Flags = append(m.Flags, strings.Fields(string(said))...)
	}
	for _, f := range p.CFiles {
		m.Sources = append(m.Sources, filepath.Join(p.Dir, f))
	}
	for _, f := range p.CgoFiles {
		if err := m.comments(filepath.Join(p.Dir, f)); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "ffi-gates-cgo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	header := filepath.Join(dir, "declared.h")
	args := append([]string{"tool", "cgo", "-objdir", dir, "-importpath", p.ImportPath, "-exportheader", header, "--", "-I" + dir}, m.Flags...)
	if _, err := run(p.Dir, "go", append(args, p.CgoFiles...)...); err != nil {
		return err
	}
	if text, err := os.ReadFile(header); err == nil {
		m.Header = string(text)
	}
	return m.check(p, dir, i)
}

// comments collects preambles and //export lines of a file.
func (m *meeting) comments(file string) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Doc != nil {
			for _, c := range f.Doc.List {
				if words := strings.Fields(c.Text); len(words) == 2 && words[0] == "//export" {
					m.Exports = append(m.Exports, exported{words[1], place{file, set.Position(f.Name.Pos()).Line}})
				}
			}
			continue
		}
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, s := range g.Specs {
			i := s.(*ast.ImportSpec)
			doc := i.Doc
			if doc == nil && len(g.Specs) == 1 {
				doc = g.Doc
			}
			if i.Path.Value == `"C"` && doc != nil {
				m.Preambles = append(m.Preambles, preamble{file, set.Position(doc.Pos()).Line, uncommented(doc)})
			}
		}
	}
	return nil
}

// uncommented is the text of a preamble, line by line, without directives of cgo.
func uncommented(doc *ast.CommentGroup) string {
	var lines []string
	for _, c := range doc.List {
		text := c.Text
		if strings.HasPrefix(text, "/*") {
			text = text[2 : len(text)-2]
		} else {
			text = text[2:]
		}
		for _, l := range strings.Split(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(l), "#cgo") {
				l = ""
			}
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// check finds calls and conversions in what cgo makes of the package.
func (m *meeting) check(p *listed, dir string, i *imports) error {
	set := i.set
	var files []*ast.File
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, f := range p.GoFiles {
		names = append(names, filepath.Join(p.Dir, f))
	}
	for _, f := range names {
		parsed, err := parser.ParseFile(set, f, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, parsed)
	}
	sizes := types.SizesFor("gc", runtime.GOARCH)
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}
	// What cannot be resolved has no type, and is passed over.
	conf := types.Config{Importer: i, Sizes: sizes, Error: func(error) {}}
	i.own[p.ImportPath], _ = conf.Check(p.ImportPath, set, files, info)
	w := &walker{read: map[ast.Expr]bool{}, types: map[string]types.Type{}, m: m, set: set, info: info, sizes: sizes}
	dead := unused(p, files, info)
	for _, f := range files {
		if base := filepath.Base(set.File(f.Pos()).Name()); base == "_cgo_gotypes.go" {
			continue
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			w.unused = ok && dead[fn]
			ast.Walk(w, d)
		}
	}
	return nil
}
