// Package twin keeps the contract of the fixture library from Go: the cases inside the library itself.
package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

// library runs the library's own case of that name; false when there is none.
func library(name string) bool {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	return C.fx_twin_run(text) == 0
}
