package hazard

// #include <stdlib.h>
// #include <fixture.h>
// static double mean_of_doubles(double a, double b, int n) {
//   return ((double (*)(double, double, int))(void *)fx_mean)(a, b, n);
// }
// // With room on both sides, so that C alone decides what is an error.
// static int slice_in_room(int from, int to) {
//   static unsigned char dst[3 << 16], src[3 << 16];
//   return fx_copy_slice(dst + (1 << 16), 64, src + (1 << 16), from, to);
// }
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

func (Suite) WideAlone(a, _ int64) (int64, error) { return int64(C.fx_wide(C.int64_t(a), 0)), nil }

func (Suite) Mean(a float64, b float32, n int32) (float64, error) {
	return float64(C.mean_of_doubles(C.double(a), C.double(b), C.int(n))), nil
}

func (Suite) Box(value int32) (int32, error) {
	// Of 32 bits all may be there: the heap of a program that is linked to a fixed place is below 4 GiB.
	handle := uint16(uintptr(unsafe.Pointer(C.fx_box_new(C.int(value)))))
	address := uintptr(handle)
	return int32(C.fx_box_get(*(**C.fx_box)(unsafe.Pointer(&address)))), nil
}

func (Suite) Slice(from, to int32) (int32, error) {
	return int32(C.slice_in_room(C.int(from), C.int(to))), nil
}

func (Suite) Double(want int32) (int32, error) {
	var out C.int
	C.fx_measure(C.int(want), &out)
	return int32(out), nil
}
