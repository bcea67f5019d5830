package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// ctype has the form of CType in src/model/declaration.ts.
type ctype struct {
	Kind   string `json:"kind"`
	Size   int64  `json:"size,omitempty"`
	Signed *bool  `json:"signed,omitempty"`
	Name   string `json:"name,omitempty"`
	To     *ctype `json:"to,omitempty"`
	Of     *ctype `json:"of,omitempty"`
	Count  int64  `json:"count,omitempty"`
}

type field struct {
	Name string `json:"name"`
	Bit  int64  `json:"bit"`
	Type ctype  `json:"type"`
}

type record struct {
	Size   int64   `json:"size"`
	Fields []field `json:"fields"`
	At     *place  `json:"at,omitempty"`
}

type records map[string]*record

// result is a call of C whose result is converted at once.
type result struct {
	Name   string `json:"name"`
	At     place  `json:"at"`
	To     ctype  `json:"to"`
	From   ctype  `json:"from"`
	Unused bool   `json:"unused,omitempty"`
}

// cast is a pointer that is made one to another structure. One of the two is a structure of C.
type cast struct {
	At place `json:"at"`
	// Names in the table of records.
	Host   string `json:"host"`
	Native string `json:"native"`
	// Whether the address is of a variable of Go.
	Owned bool `json:"owned,omitempty"`
	// Whether nothing calls the function in which it stands.
	Unused bool `json:"unused,omitempty"`
}

// pointers is a pointer to a value of Go that is made one to a number of C. A pointer that is read at once is none: it
// takes the bits of a value for those of another.
type pointers struct {
	At     place `json:"at"`
	Host   ctype `json:"host"`
	Native ctype `json:"native"`
	// Whether it is the address of one variable, and of no array.
	One    bool `json:"one,omitempty"`
	Unused bool `json:"unused,omitempty"`
}

type walker struct {
	unused bool
	read   map[ast.Expr]bool
	types  map[string]types.Type
	m      *meeting
	set    *token.FileSet
	info   *types.Info
	sizes  types.Sizes
}

func (w *walker) place(p token.Pos) place {
	at := w.set.Position(p)
	if !filepath.IsAbs(at.Filename) {
		at.Filename = filepath.Join(w.m.Dir, at.Filename)
	}
	return place{at.Filename, at.Line}
}

func bare(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

// foreign is the name of the C function that an expression calls.
func foreign(e ast.Expr) string {
	if c := inner(e); c != nil {
		if i, ok := bare(c.Fun).(*ast.Ident); ok {
			return strings.TrimPrefix(strings.TrimPrefix(i.Name, "_Cfunc_"), "_C2func_")
		}
	}
	return ""
}

// inner is a call, or the one that is behind what cgo writes around calls whose pointers it checks:
// func() T { _cgo0 := p; _cgoCheckPointer(_cgo0, nil); return _Cfunc_f(_cgo0) }()
func inner(e ast.Expr) *ast.CallExpr {
	c, ok := bare(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	f, ok := bare(c.Fun).(*ast.FuncLit)
	if !ok || len(c.Args) > 0 || len(f.Body.List) == 0 {
		return c
	}
	last, ok := f.Body.List[len(f.Body.List)-1].(*ast.ReturnStmt)
	if !ok || len(last.Results) != 1 {
		return c
	}
	if called, ok := bare(last.Results[0]).(*ast.CallExpr); ok && isForeign(called.Fun) {
		return called
	}
	return c
}

func isForeign(e ast.Expr) bool {
	i, ok := bare(e).(*ast.Ident)
	return ok && (strings.HasPrefix(i.Name, "_Cfunc_") || strings.HasPrefix(i.Name, "_C2func_"))
}

func (w *walker) Visit(n ast.Node) ast.Visitor {
	if s, ok := n.(*ast.StarExpr); ok {
		w.read[bare(s.X)] = true
	}
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return w
	}
	if isForeign(c.Fun) {
		w.m.Calls = append(w.m.Calls, called{foreign(c), w.place(c.Pos())})
	}
	if t := w.info.Types[c.Fun]; t.IsType() && len(c.Args) == 1 {
		w.conversion(c, t.Type)
	}
	return w
}

func (w *walker) conversion(c *ast.CallExpr, to types.Type) {
	arg := bare(c.Args[0])
	if call := inner(arg); call != nil && isForeign(call.Fun) {
		from := w.info.Types[arg].Type
		if from != nil && integer(to) && integer(from) {
			w.m.Results = append(w.m.Results, result{foreign(arg), w.place(c.Pos()), w.ctype(to), w.ctype(from), w.unused})
		}
		return
	}
	// (*T)(unsafe.Pointer(p))
	raw, ok := arg.(*ast.CallExpr)
	if !ok || len(raw.Args) != 1 || !w.info.Types[raw.Fun].IsType() {
		return
	}
	if b, ok := w.info.Types[raw.Fun].Type.Underlying().(*types.Basic); !ok || b.Kind() != types.UnsafePointer {
		return
	}
	w.numbers(c, to, w.info.Types[raw.Args[0]].Type, bare(raw.Args[0]))
	a, b := pointee(to), pointee(w.info.Types[raw.Args[0]].Type)
	if a == nil || b == nil || isC(a) == isC(b) {
		return
	}
	host, native := b, a
	if isC(b) {
		host, native = a, b
	}
	if isC(a) {
		w.m.names[types.Unalias(a).String()] = lastName(c.Fun)
	}
	_, address := bare(raw.Args[0]).(*ast.UnaryExpr)
	w.m.Casts = append(w.m.Casts, cast{w.place(c.Pos()), w.record(host), w.record(native), address && isC(a), w.unused})
}

func (w *walker) numbers(c *ast.CallExpr, to, from types.Type, raw ast.Expr) {
	p, ok := to.Underlying().(*types.Pointer)
	if from == nil || !ok || w.read[c] || !isC(p.Elem()) {
		return
	}
	q, ok := from.Underlying().(*types.Pointer)
	if !ok || isC(q.Elem()) || !number(p.Elem()) || !number(q.Elem()) {
		return
	}
	w.m.Pointers = append(w.m.Pointers, pointers{w.place(c.Pos()), w.ctype(q.Elem()), w.ctype(p.Elem()), one(raw), w.unused})
}

// one is true for the address of a variable or a field, and false where more of its kind may follow.
func one(e ast.Expr) bool {
	u, ok := e.(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return false
	}
	_, element := bare(u.X).(*ast.IndexExpr)
	return !element
}

func number(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsInteger|types.IsFloat) != 0 && b.Kind() != types.UnsafePointer
}

func integer(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// pointee is the named structure that a pointer points to.
func pointee(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return nil
	}
	if _, ok := p.Elem().Underlying().(*types.Struct); !ok {
		return nil
	}
	return p.Elem()
}

// lastName is the type that a conversion names. A typedef says more than the structure without a name behind it.
func lastName(e ast.Expr) string {
	name := ""
	ast.Inspect(e, func(n ast.Node) bool {
		if i, ok := n.(*ast.Ident); ok {
			name = i.Name
		}
		return true
	})
	return name
}

// isC is true for structures that cgo made of C's.
func isC(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && strings.HasPrefix(n.Obj().Name(), "_Ctype_")
}

func (w *walker) record(t types.Type) string {
	t = types.Unalias(t)
	name := types.TypeString(t, func(p *types.Package) string { return "" })
	if shown := w.m.names[t.String()]; shown != "" {
		name = shown
	}
	name = strings.Replace(name, "_Ctype_", "C.", 1)
	s := t.Underlying().(*types.Struct)
	// Types inside of functions share their names.
	for plain, no := name, 2; ; no++ {
		known := w.types[name]
		if known != nil && types.Identical(known, t) {
			return name
		}
		if known == nil {
			break
		}
		name = fmt.Sprintf("%s (%d)", plain, no)
	}
	w.types[name] = t
	r := &record{Size: w.sizes.Sizeof(t), Fields: []field{}}
	w.m.Records[name] = r
	if n, ok := t.(*types.Named); ok && !isC(t) {
		at := w.place(n.Obj().Pos())
		r.At = &at
	}
	var all []*types.Var
	for i := 0; i < s.NumFields(); i++ {
		all = append(all, s.Field(i))
	}
	offsets := w.sizes.Offsetsof(all)
	for i, f := range all {
		fieldType := w.ctype(f.Type())
		if f.Name() == "_" {
			if !isC(t) {
				continue
			}
			// Room that cgo leaves for bit fields and padding.
			fieldType = ctype{Kind: "array", Of: &ctype{Kind: "int", Size: 1, Name: "byte"}, Count: w.sizes.Sizeof(f.Type())}
		}
		r.Fields = append(r.Fields, field{strings.TrimLeft(f.Name(), "_"), offsets[i] * 8, fieldType})
	}
	return name
}

func (w *walker) ctype(t types.Type) ctype {
	name := types.TypeString(t, func(p *types.Package) string { return "" })
	name = strings.Replace(name, "_Ctype_", "C.", 1)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		size := w.sizes.Sizeof(t)
		switch {
		case u.Kind() == types.UnsafePointer:
			return ctype{Kind: "pointer", To: &ctype{Kind: "void"}, Name: name}
		case u.Info()&types.IsBoolean != 0:
			return ctype{Kind: "bool", Size: size, Name: name}
		case u.Info()&types.IsInteger != 0:
			signed := u.Info()&types.IsUnsigned == 0
			return ctype{Kind: "int", Size: size, Signed: &signed, Name: name}
		case u.Info()&types.IsFloat != 0:
			return ctype{Kind: "float", Size: size, Name: name}
		}
	case *types.Pointer:
		return ctype{Kind: "pointer", To: &ctype{Kind: "void"}, Name: name}
	case *types.Array:
		of := w.ctype(u.Elem())
		if u.Len() == 0 {
			return ctype{Kind: "array", Of: &of}
		}
		return ctype{Kind: "array", Of: &of, Count: u.Len()}
	case *types.Struct:
		return ctype{Kind: "record", Name: w.record(t)}
	}
	return ctype{Kind: "unknown", Name: name}
}
