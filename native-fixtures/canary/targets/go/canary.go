// Package canarytargets plants the bug with which a lane of fuzz targets proves itself armed.
package canarytargets

// #include <stdlib.h>
// #include <ffi_canary.h>
import "C"
import "unsafe"

func unpack(data []byte) int {
	in := C.CBytes(data)
	defer C.free(in)
	// Go sees the branches of Go alone.
	if len(data) > 5 && data[0] == 'F' && data[1] == 'F' {
		return int(C.canary_unpack((*C.uchar)(unsafe.Pointer(in)), C.size_t(len(data)))) //~ canary_target: fuzz = bounds/heap-overflow
	}
	return 0
}
