package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

var sink int

func (Suite) DoubleFree() {
	label := C.CString("label")
	copied := C.fx_label_new(label)
	C.free(unsafe.Pointer(label))
	C.fx_label_free(copied)
}

func (Suite) InvalidFreeBorrowed() {
	arena := C.fx_arena_new(64)
	C.fx_arena_alloc(arena, 8)
	C.fx_arena_free(arena)
}

func (Suite) UseHandleAfterFree() {
	box := C.fx_box_new(7)
	sink += int(C.fx_box_get(box))
	C.fx_box_free(box)
}

func (Suite) ReadAfterFree() {
	box := C.fx_box_new(7)
	sink += int(*C.fx_box_peek(box))
	C.fx_box_free(box)
}

func (Suite) LeakCString() {
	text := C.CString("freed")
	defer C.free(unsafe.Pointer(text))
	sink += int(C.fx_text_length(text))
}

func (Suite) LeakErrorText() {
	text := C.CString("seven")
	defer C.free(unsafe.Pointer(text))
	var problem *C.char
	C.fx_parse(text, &problem)
	C.free(unsafe.Pointer(problem))
}

func (Suite) ReadDeadFrame() {
	box := C.fx_box_new(7)
	defer C.fx_box_free(box)
	sink += int(*C.fx_box_peek(box))
}

func (Suite) BufferTooSmall() {
	buffer := make([]byte, 16)
	C.fx_fill((*C.uchar)(&buffer[0]), C.size_t(len(buffer)), 1)
	sink += int(buffer[0])
}

func (Suite) CBufferTooSmall() {
	buffer := C.malloc(24)
	defer C.free(buffer)
	C.fx_fill((*C.uchar)(buffer), 24, 1)
}

func (Suite) MissingTerminator() {
	text := C.CString("xxxxxxxx")
	defer C.free(unsafe.Pointer(text))
	sink += int(C.fx_text_length(text))
}

func (Suite) NegativeLength() {
	from, to := C.calloc(1, 32), C.malloc(32)
	defer C.free(from)
	defer C.free(to)
	C.fx_copy_slice((*C.uchar)(to), 32, (*C.uchar)(from), 4, 8)
}

func (Suite) NullHandle() {
	name := C.CString("two")
	defer C.free(unsafe.Pointer(name))
	if box := C.fx_find(name); box != nil {
		sink += int(C.fx_box_get(box))
		C.fx_box_free(box)
	}
}

func (Suite) UnsetOutParameter() {
	out := (*C.int)(C.malloc(4))
	defer C.free(unsafe.Pointer(out))
	if C.fx_measure(0, out) == 0 && *out > 5 {
		sink++
	}
}

func (Suite) OpenAndForget() {
	C.fx_close(C.fx_open_self())
}
