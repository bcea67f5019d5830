package hazard

// #include <errno.h>
// #include <stdlib.h>
// #include <fixture.h>
// typedef struct { void *inner; } outer;
// static void take(outer *o) { (void)o; }
// static int lastErrno(void) { return errno; } //~ errno_clobbered: declared = errno/clobbered
// extern int goEvent(int, void *);
// static void listen(void) { fx_on_event((fx_callback)goEvent, NULL); }
// extern int goAgain(int, void *);
// static void listenAgain(void) { fx_on_event((fx_callback)goAgain, NULL); }
import "C"
import (
	"runtime"
	"sync"
	"unicode/utf16"
	"unsafe"
)

//export goEvent
func goEvent(value C.int, _ unsafe.Pointer) C.int {
	panic("out of a callback") //~ unwind_panic: plain = unwind/panic
}

func (Suite) PanicThroughC() {
	C.listen()
	C.fx_fire(1)
}

//export goAgain
func goAgain(value C.int, _ unsafe.Pointer) C.int {
	if value == 0 {
		return C.fx_fire(1) //~ threading_reentrancy: callguard = threading/reentrancy
	}
	return value
}

func (Suite) FireAgain() {
	C.listenAgain()
	sink += int(C.fx_fire(0))
	C.fx_on_event(nil, nil)
}

func (Suite) ThrowFromC() {
	C.fx_may_throw(1) //~ unwind_foreign_exception__host: plain = unwind/foreign-exception
}

func (Suite) IgnoreError() {
	text := C.CString("7")
	defer C.free(unsafe.Pointer(text))
	var problem *C.char
	sink += int(C.fx_parse(text, &problem)) //~ unwind_error_ignored: errors = unwind/error-ignored
	C.free(unsafe.Pointer(problem))
}

func (Suite) ReadErrnoLate() {
	C.fx_open_missing()
	runtime.GC()
	sink += int(C.lastErrno())
}

func (Suite) PointerToPointer() {
	inner := make([]byte, 8)
	o := &C.outer{inner: unsafe.Pointer(&inner[0])}
	C.take(o) //~ rules_cgo_pointer_to_pointer: cgocheck = rules/cgo-pointer-to-pointer
}

func (Suite) StoreInC() {
	cell := (**int)(C.malloc(8))
	defer C.free(unsafe.Pointer(cell))
	*cell = new(int) //~ rules_cgo_go_pointer_in_c_memory: cgocheck2 = rules/cgo-go-pointer-in-c-memory
}

func (Suite) KeepGoPointer() {
	buffer := make([]byte, 64)
	C.fx_hold((*C.uchar)(&buffer[0]), 64) //~ lifetime_go_pointer_kept: goasan = lifetime/go-pointer-kept
	buffer = nil
	runtime.GC()
	sink += int(C.fx_held_sum())
	C.fx_release()
}

func (Suite) RaceInGo() {
	shared := 0
	var both sync.WaitGroup
	for i := 0; i < 2; i++ {
		both.Add(1)
		go func() {
			defer both.Done()
			for j := 0; j < 1000; j++ {
				shared++ //~ threading_go_race: gorace = threading/go-race
			}
		}()
	}
	both.Wait()
	sink += shared
}

func (Suite) RaceInLibrary() {
	C.fx_worker_start(0, 2000)
	for i := 0; i < 2000; i++ {
		C.fx_count() //~ threading_data_race__caller: tsan = threading/data-race
	}
	C.fx_worker_join()
}

func (Suite) RaceOnHostMemory() {
	cell := (*C.int)(C.calloc(1, 4))
	C.fx_scribble_start(cell, 200000)
	for i := 0; i < 200000; i++ {
		sink += int(*cell) //~ threading_host_memory_race: blind = threading/host-memory-race
	}
	C.fx_scribble_join()
	C.free(unsafe.Pointer(cell))
}

func (Suite) Starve() {
	var all sync.WaitGroup
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			C.fx_sleep_ms(1000) //~ threading_starved_runtime: callguard = threading/starved-runtime
		}()
	}
	all.Wait()
}

func (Suite) Narrow() {
	sink += int(int32(C.fx_wide(1<<40, 1))) //~ abi_wrong_width: declared = abi/wrong-width
}

func (Suite) Signed() {
	sink += int(int32(C.fx_unsigned_max())) //~ abi_wrong_signedness: declared = abi/wrong-signedness
}

// record forgets the padding that C puts before count.
type record struct {
	kind   uint8
	count  [4]uint8
	tag    uint16
	_      [9]uint8
	weight float64
}

func (Suite) WrongLayout() {
	r := record{kind: 1, count: [4]uint8{2}, tag: 3, weight: 4}
	sink += int(C.fx_record_digest((*C.fx_record)(unsafe.Pointer(&r)))) //~ abi_struct_layout: declared = abi/struct-layout
}

func (Suite) Latin1() {
	text := C.CString("caf\xe9")
	defer C.free(unsafe.Pointer(text))
	sink += int(C.fx_utf8_points(text)) //~ abi_encoding__bytes: blind = abi/encoding
}

func (Suite) Utf16() {
	text := append(utf16.Encode([]rune("café")), 0)
	sink += int(C.fx_utf8_points((*C.char)(unsafe.Pointer(&text[0])))) //~ abi_encoding: declared = abi/encoding
}
