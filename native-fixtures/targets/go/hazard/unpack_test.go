package hazard

import "testing"

func Fuzz_bounds_heap_overflow__target(f *testing.F) {
	f.Add([]byte("FX\x01a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if Unpack(data) > 255*room {
			t.Fatal("more than a record holds")
		}
	})
}
