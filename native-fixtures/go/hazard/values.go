package hazard

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import "unsafe"

// What the tests in values_test.go put boundary values through.

func (Suite) Wide(a, b int64) (int64, error) {
	whole := int64(C.fx_wide(C.int64_t(a), C.int64_t(b)))
	return int64(int32(whole)), nil
}

func (Suite) WideArgument(a, b int64) (int64, error) {
	return int64(C.fx_wide(C.int64_t(int32(a)), C.int64_t(b))), nil
}

func (Suite) UnsignedMax() (int64, error) {
	whole := uint32(C.fx_unsigned_max())
	return int64(int32(whole)), nil
}

func (Suite) Digest(kind uint8, count uint32, tag uint16, weight float64) (int64, error) {
	r := record{kind: kind, tag: tag, weight: weight}
	*(*uint32)(unsafe.Pointer(&r.count)) = count
	return int64(C.fx_record_digest((*C.fx_record)(unsafe.Pointer(&r)))), nil
}

func (Suite) Points(text string) (uint64, error) {
	latin1 := make([]byte, 0, len(text)+1)
	for _, r := range text {
		latin1 = append(latin1, byte(r))
	}
	latin1 = append(latin1, 0)
	return uint64(C.fx_utf8_points((*C.char)(unsafe.Pointer(&latin1[0])))), nil
}

func (Suite) PointsToNul(text string) (uint64, error) {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	return uint64(C.fx_utf8_points(c)), nil
}

func (Suite) Sum(data []byte) (int32, error) {
	c := C.CBytes(data)
	defer C.free(c)
	return int32(C.fx_sum((*C.uchar)(c), C.size_t(uint16(len(data))))), nil
}
