package canarytargets

import "testing"

func Fuzz_canary_target(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) { unpack(data) })
}
