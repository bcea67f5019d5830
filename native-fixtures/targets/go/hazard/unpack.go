// Package hazard reads records from anywhere, and does not look at the number.
package hazard

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

const room = 16

// Unpack returns the sum of a record, or -1.
func Unpack(data []byte) int {
	if len(data) < 3 {
		return -1
	}
	in := C.CBytes(data)
	defer C.free(in)
	return int(C.fx_unpack((*C.uint8_t)(unsafe.Pointer(in)), C.size_t(len(data)), room))
}
