// Package fficanary plants the small bugs with which a lane of Go tests proves itself armed.
package fficanary

// #include <stdlib.h>
// #include <ffi_canary.h>
// typedef struct { void *inner; } outer;
// static void take(outer *o) { (void)o; }
import "C"
import (
	"sync"
	"unsafe"
)

func noop() bool { return C.canary_noop() == 42 }
func heap()      { C.canary_heap() }
func uaf()       { C.canary_uaf() }
func leak()      { C.canary_leak() }
func uninit()    { C.canary_uninit() }
func race()      { C.canary_race() }
func segv()      { C.canary_segv() }
func handle()    { C.canary_handle() }
func errorcode() { C.canary_errorcode() }
func reentry()   { C.canary_reentry(0) }
func errorpath() { C.canary_errorpath() }
func ub()        { C.canary_ub() }
func lockorder() { C.canary_lockorder() }

func cgocheck() {
	inner := make([]byte, 8)
	C.take(&C.outer{inner: unsafe.Pointer(&inner[0])}) //~ canary_cgocheck: cgocheck = rules/cgo-pointer-to-pointer
}

func cgocheck2() {
	cell := (**int)(C.malloc(8))
	defer C.free(unsafe.Pointer(cell))
	*cell = new(int) //~ canary_cgocheck2: cgocheck2 = rules/cgo-go-pointer-in-c-memory
}

// record forgets the padding that C puts before the weight.
type record struct {
	kind   int8
	weight [8]byte
	_      [15]byte
}

func declaredLayout() {
	r := record{kind: 1}
	C.canary_weigh((*C.struct_canary_record)(unsafe.Pointer(&r))) //~ canary_declared_layout: declared = abi/struct-layout
}

// wide and unsigned lose what does not fit, in Go: what C returns is whole.
func wide(value int64) int32 {
	whole := int64(C.canary_wide(C.int64_t(value)))
	return int32(whole)
}

func unsigned() int32 {
	whole := uint32(C.canary_unsigned())
	return int32(whole)
}

func slot(at int32) int32 { return int32(C.canary_slot(C.int(at))) }

func declaredWidth() int32 {
	return int32(C.canary_wide(1)) //~ canary_declared_width: declared = abi/wrong-width
}

func declaredSign() int32 {
	return int32(C.canary_unsigned()) //~ canary_declared_sign: declared = abi/wrong-signedness
}

func gorace() int {
	shared := 0
	var both sync.WaitGroup
	for i := 0; i < 2; i++ {
		both.Add(1)
		go func() {
			defer both.Done()
			for j := 0; j < 1000; j++ {
				shared++ //~ canary_gorace: gorace = threading/go-race
			}
		}()
	}
	both.Wait()
	return shared
}

func goasan() int {
	block := (*C.int)(C.malloc(4))
	C.free(unsafe.Pointer(block))
	return int(*block) //~ canary_goasan: goasan = ownership/use-after-free
}
