package fficanary

// Puts boundary values through a wrapper, for the gate `values` of ffi-gates. Copied by `ffi-gates values --scaffold`.
//
//	func TestAdd(t *testing.T) {
//		ffiValues(t, "add", func(a []ffiValue) (any, error) { return Add(a[0].Int64(), a[1].Int64()), nil })
//	}
//
// Without the gate it does nothing.

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// ffiValue is one argument of a vector.
type ffiValue string

// ffiUnable says that the asked type cannot hold a value, so that nothing is asked.
type ffiUnable struct{}

// ffiTodo stands in a line that is not filled in yet.
func ffiTodo(...any) (any, error) { return nil, errors.New("call the wrapper in this line") }

func (v ffiValue) signed(bits int) int64 {
	n, err := strconv.ParseInt(string(v[2:]), 10, bits)
	if err != nil {
		panic(ffiUnable{})
	}
	return n
}

func (v ffiValue) unsigned(bits int) uint64 {
	n, err := strconv.ParseUint(string(v[2:]), 10, bits)
	if err != nil {
		panic(ffiUnable{})
	}
	return n
}

func (v ffiValue) Int() int         { return int(v.signed(strconv.IntSize)) }
func (v ffiValue) Int8() int8       { return int8(v.signed(8)) }
func (v ffiValue) Int16() int16     { return int16(v.signed(16)) }
func (v ffiValue) Int32() int32     { return int32(v.signed(32)) }
func (v ffiValue) Int64() int64     { return v.signed(64) }
func (v ffiValue) Uint() uint       { return uint(v.unsigned(strconv.IntSize)) }
func (v ffiValue) Uint8() uint8     { return uint8(v.unsigned(8)) }
func (v ffiValue) Uint16() uint16   { return uint16(v.unsigned(16)) }
func (v ffiValue) Uint32() uint32   { return uint32(v.unsigned(32)) }
func (v ffiValue) Uint64() uint64   { return v.unsigned(64) }
func (v ffiValue) Bool() bool       { return v.unsigned(1) == 1 }
func (v ffiValue) Float32() float32 { return float32(v.Float64()) }

func (v ffiValue) Float64() float64 {
	bits, err := strconv.ParseUint(string(v[2:]), 16, 64)
	if err != nil {
		panic(err)
	}
	return math.Float64frombits(bits)
}

func (v ffiValue) Bytes() []byte {
	b, err := hex.DecodeString(string(v[2:]))
	if err != nil {
		panic(err)
	}
	return b
}

// String is the text in UTF-8, which has no half of a surrogate pair.
func (v ffiValue) String() string {
	b := v.Bytes()
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	runes := utf16.Decode(units)
	for i, u := range utf16.Encode(runes) {
		if u != units[i] {
			panic(ffiUnable{})
		}
	}
	return string(runes)
}

func ffiWord(value any) string {
	switch x := value.(type) {
	case nil:
		return "n:"
	case bool:
		if x {
			return "i:1"
		}
		return "i:0"
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr:
		return fmt.Sprintf("i:%d", x)
	case float32:
		return ffiWord(float64(x))
	case float64:
		return fmt.Sprintf("f:%016x", math.Float64bits(x))
	case string:
		return "b:" + hex.EncodeToString([]byte(x))
	case []byte:
		return "b:" + hex.EncodeToString(x)
	}
	panic(fmt.Sprintf("a wrapper returned %T; return a number, text, bytes or nil", value))
}

func ffiAnswer(call func([]ffiValue) (any, error), args []ffiValue) (answer string) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case ffiUnable:
			answer = "unable"
		default:
			answer = fmt.Sprintf("threw %.300q", fmt.Sprint(p))
		}
	}()
	result, err := call(args)
	if err != nil {
		return fmt.Sprintf("threw %.300q", err.Error())
	}
	return "ok " + ffiWord(result)
}

// ffiValues calls `call` with each vector for `function` and notes what it returns.
func ffiValues(t *testing.T, function string, call func(a []ffiValue) (any, error)) {
	t.Helper()
	vectors, err := os.Open(os.Getenv("FFI_GATES_VALUES"))
	if os.Getenv("FFI_GATES_VALUES") == "" {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer vectors.Close()
	path := fmt.Sprintf("%s.%d", os.Getenv("FFI_GATES_VALUES_ANSWERS"), os.Getpid())
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	_, file, line, _ := runtime.Caller(1)
	fmt.Fprintf(out, "at %s %s:%d\n", function, file, line)
	only := os.Getenv("FFI_GATES_VALUES_ONLY")
	lines := bufio.NewScanner(vectors)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if words[0] != function || only != "" && only != words[0]+":"+words[1] {
			continue
		}
		args := make([]ffiValue, len(words)-2)
		for i, w := range words[2:] {
			args[i] = ffiValue(w)
		}
		// At once: the call may end the process.
		fmt.Fprintf(out, "begin %s\n", words[1])
		fmt.Fprintln(out, ffiAnswer(call, args))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
