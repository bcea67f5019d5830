package fficanary

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func Test_canary_noop(t *testing.T) {
	if !noop() {
		t.Fatal("the canary library does not answer")
	}
}

func Test_canary_heap(*testing.T)      { heap() }
func Test_canary_uaf(*testing.T)       { uaf() }
func Test_canary_leak(*testing.T)      { leak() }
func Test_canary_uninit(*testing.T)    { uninit() }
func Test_canary_race(*testing.T)      { race() }
func Test_canary_segv(*testing.T)      { segv() }
func Test_canary_handle(*testing.T)    { handle() }
func Test_canary_errorcode(*testing.T) { errorcode() }
func Test_canary_reentry(*testing.T)   { reentry() }
func Test_canary_errorpath(*testing.T) { errorpath() }
func Test_canary_ub(*testing.T)        { ub() }
func Test_canary_lockorder(*testing.T) { lockorder() }
func Test_canary_cgocheck(*testing.T)  { cgocheck() }
func Test_canary_cgocheck2(*testing.T) { cgocheck2() }
func Test_canary_gorace(*testing.T)    { gorace() }
func Test_canary_goasan(*testing.T)    { goasan() }

func Test_canary_declared_pointer(*testing.T)  { declaredPointer() }
func Test_canary_declared_arity(*testing.T)    { declaredArity() }
func Test_canary_declared_callback(*testing.T) { declaredCallback() }
func Test_canary_declared_export(*testing.T)   { declaredExport() }
func Test_canary_declared_layout(*testing.T)   { declaredLayout() }
func Test_canary_declared_width(*testing.T)    { declaredWidth() }
func Test_canary_declared_sign(*testing.T)     { declaredSign() }

func Test_canary_values_width(t *testing.T) {
	ffiValues(t, "canary_wide", func(a []ffiValue) (any, error) { return wide(a[0].Int64()), nil }) //~ canary_values_width: values = abi/wrong-width
}

func Test_canary_values_sign(t *testing.T) {
	ffiValues(t, "canary_unsigned", func([]ffiValue) (any, error) { return unsigned(), nil }) //~ canary_values_sign: values = abi/wrong-signedness
}

func Test_canary_fuzz(t *testing.T) {
	ffiValues(t, "canary_slot", func(a []ffiValue) (any, error) { return slot(a[0].Int32()), nil }) //~ canary_fuzz: fuzz = trust/validation-gap
}

func Test_canary_contain(*testing.T) {
	worker := exec.Command("cat")
	worker.Stdin = strings.NewReader("7")
	if answer, err := worker.Output(); err != nil || string(answer) != "7" {
		os.Exit(1) //~ canary_contain: contain = trust/crash-not-contained
	}
}
