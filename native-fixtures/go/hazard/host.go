package hazard

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import (
	"runtime"
	"unsafe"
)

var sink int

func (Suite) DoubleFree() {
	label := C.CString("label")
	copied := C.fx_label_new(label)
	C.free(unsafe.Pointer(label))
	C.fx_label_free(copied)
	C.fx_label_free(copied) //~ ownership_double_free__host: asan memcheck = ownership/double-free
}

func (Suite) InvalidFreeBorrowed() {
	arena := C.fx_arena_new(64)
	inside := C.fx_arena_alloc(arena, 8)
	inside = C.fx_arena_alloc(arena, 8)
	C.free(inside) //~ ownership_invalid_free__interior: asan memcheck = ownership/invalid-free
	C.fx_arena_free(arena)
}

func (Suite) UseHandleAfterFree() {
	box := C.fx_box_new(7)
	C.fx_box_free(box)
	sink += int(C.fx_box_get(box)) //~ ownership_use_after_free__handle: asan memcheck = ownership/use-after-free
}

func (Suite) ReadAfterFree() {
	box := C.fx_box_new(7)
	value := C.fx_box_peek(box)
	C.fx_box_free(box)
	sink += int(*value) //~ ownership_use_after_free__host_read: goasan memcheck = ownership/use-after-free
}

func (Suite) LeakCString() {
	for i := 0; i < 32; i++ {
		// Results of C calls stay in Go's heap until their slots are used again: to a leak checker they are still held.
		if i%8 == 0 {
			runtime.GC()
		}
		sink += int(C.fx_text_length(C.CString("never freed"))) //~ ownership_leak__cstring: goasan memcheck = ownership/leak
	}
}

func (Suite) LeakErrorText() {
	text := C.CString("seven")
	defer C.free(unsafe.Pointer(text))
	var problem *C.char
	for i := 0; i < 8; i++ {
		C.fx_parse(text, &problem) //~ ownership_leak_on_error_path__host: goasan memcheck = ownership/leak
	}
}

func (Suite) ReadDeadFrame() {
	sink += int(*C.fx_local_address()) //~ lifetime_stack_escape__host: goasan = lifetime/stack-escape
}

func (Suite) BufferTooSmall() {
	buffer := make([]byte, 16)
	C.fx_fill((*C.uchar)(&buffer[0]), 64, 1) //~ bounds_host_buffer_too_small: goasan = bounds/host-buffer-too-small
	sink += int(buffer[0])
}

func (Suite) CBufferTooSmall() {
	buffer := C.malloc(16)
	defer C.free(buffer)
	C.fx_fill((*C.uchar)(buffer), 24, 1) //~ bounds_host_buffer_too_small__c_memory: asan memcheck = bounds/heap-overflow
}

func (Suite) MissingTerminator() {
	text := C.malloc(16)
	defer C.free(text)
	C.fx_fill((*C.uchar)(text), 16, 'x')
	sink += int(C.fx_text_length((*C.char)(text))) //~ bounds_missing_terminator__host: asan memcheck = bounds/heap-overread
}

func (Suite) NegativeLength() {
	from, to := C.malloc(32), C.malloc(32)
	defer C.free(from)
	defer C.free(to)
	C.fx_copy_slice((*C.uchar)(to), 32, (*C.uchar)(from), 8, 4) //~ bounds_length_arithmetic__host: asan = bounds/length-arithmetic
}

func (Suite) NullHandle() {
	name := C.CString("two")
	defer C.free(unsafe.Pointer(name))
	sink += int(C.fx_box_get(C.fx_find(name))) //~ null_dereference__host: asan memcheck = null/dereference
}

func (Suite) UnsetOutParameter() {
	out := (*C.int)(C.malloc(4))
	defer C.free(unsafe.Pointer(out))
	C.fx_measure(0, out)
	if *out > 5 { //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
		sink++
	}
}

func (Suite) OpenAndForget() {
	sink += int(C.fx_open_self()) //~ resource_handle_leak__host: fdguard = resource/handle-leak
}
