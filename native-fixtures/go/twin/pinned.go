//go:build go1.21

package twin

// #include <fixture.h>
import "C"
import "runtime"

func (Suite) KeepGoPointer() {
	buffer := make([]byte, 64)
	var pin runtime.Pinner
	pin.Pin(&buffer[0])
	defer pin.Unpin()
	C.fx_hold((*C.uchar)(&buffer[0]), 64)
	runtime.GC()
	sink += int(C.fx_held_sum())
	C.fx_release()
}
