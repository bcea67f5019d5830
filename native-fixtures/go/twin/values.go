package twin

// #include <stdlib.h>
// #include <fixture.h>
import "C"
import (
	"errors"
	"strings"
	"unsafe"
)

// What the tests in values_test.go put boundary values through: each takes what C takes and refuses the rest.

func (Suite) Wide(a, b int64) (int64, error) {
	return int64(C.fx_wide(C.int64_t(a), C.int64_t(b))), nil
}

func (s Suite) WideArgument(a, b int64) (int64, error) { return s.Wide(a, b) }

func (Suite) UnsignedMax() (int64, error) { return int64(C.fx_unsigned_max()), nil }

func (Suite) Digest(kind uint8, count uint32, tag uint16, weight float64) (int64, error) {
	r := C.fx_record{kind: C.uint8_t(kind), count: C.uint32_t(count), tag: C.uint16_t(tag), weight: C.double(weight)}
	return int64(C.fx_record_digest(&r)), nil
}

func (Suite) Points(text string) (uint64, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return 0, errors.New("text of C ends at NUL")
	}
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	return uint64(C.fx_utf8_points(c)), nil
}

func (s Suite) PointsToNul(text string) (uint64, error) { return s.Points(text) }

func (Suite) Sum(data []byte) (int32, error) {
	c := C.CBytes(data)
	defer C.free(c)
	return int32(C.fx_sum((*C.uchar)(c), C.size_t(len(data)))), nil
}

func (s Suite) WideAlone(a, b int64) (int64, error) { return s.Wide(a, b) }

func (Suite) Mean(a float64, b float32, n int32) (float64, error) {
	return float64(C.fx_mean(C.double(a), C.float(b), C.int(n))), nil
}

func (Suite) Box(value int32) (int32, error) {
	box := C.fx_box_new(C.int(value))
	defer C.fx_box_free(box)
	return int32(C.fx_box_get(box)), nil
}

func (Suite) Slice(from, to int32) (int32, error) {
	if from < 0 || from > to || to > 64 {
		return 0, errors.New("no slice of 64 bytes")
	}
	var src, dst [64]C.uchar
	return int32(C.fx_copy_slice(&dst[0], 64, &src[0], C.int32_t(from), C.int32_t(to))), nil
}

func (Suite) Double(want int32) (int32, error) {
	var out C.int
	if want > 1<<30-1 || C.fx_measure(C.int(want), &out) != 0 {
		return 0, errors.New("no measure")
	}
	return int32(out), nil
}
