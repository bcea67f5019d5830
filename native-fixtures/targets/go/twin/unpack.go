// Package twin reads records from anywhere, and looks at the number first.
package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

const room = 16

// Unpack returns the sum of a record, or -1.
func Unpack(data []byte) int {
	if len(data) < 3 || data[2] > room {
		return -1
	}
	in := C.CBytes(data)
	defer C.free(in)
	return int(C.fx_unpack((*C.uint8_t)(unsafe.Pointer(in)), C.size_t(len(data)), room))
}
