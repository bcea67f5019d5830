//go:build !go1.21

package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

// Before runtime.Pinner only C's own memory may be kept.
func (Suite) KeepGoPointer() {
	buffer := C.CBytes(make([]byte, 64))
	defer C.free(unsafe.Pointer(buffer))
	C.fx_hold((*C.uchar)(buffer), 64)
	sink += int(C.fx_held_sum())
	C.fx_release()
}
