// Package twin keeps the contract of the fixture library from Go: the cases inside the library itself.
package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

// Suite has a method for each case; the tests are in the directory above.
type Suite struct{}

// Library runs the library's own case of that name; false when there is none.
func (Suite) Library(name string) bool {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	return C.fx_twin_run(text) == 0
}
