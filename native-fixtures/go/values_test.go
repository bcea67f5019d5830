package fixture

import "testing"

func wide(a []ffiValue) (any, error)         { return suite.Wide(a[0].Int64(), a[1].Int64()) }
func wideArgument(a []ffiValue) (any, error) { return suite.WideArgument(a[0].Int64(), a[1].Int64()) }
func unsignedMax([]ffiValue) (any, error)    { return suite.UnsignedMax() }
func points(a []ffiValue) (any, error)       { return suite.Points(a[0].String()) }
func pointsToNul(a []ffiValue) (any, error)  { return suite.PointsToNul(a[0].String()) }
func sum(a []ffiValue) (any, error)          { return suite.Sum(a[0].Bytes()) }
func digest(a []ffiValue) (any, error) {
	return suite.Digest(a[0].Uint8(), a[1].Uint32(), a[2].Uint16(), a[3].Float64())
}

func wideAlone(a []ffiValue) (any, error) { return suite.WideAlone(a[0].Int64(), a[1].Int64()) }
func mean(a []ffiValue) (any, error) {
	return suite.Mean(a[0].Float64(), a[1].Float32(), a[2].Int32())
}
func box(a []ffiValue) (any, error)   { return suite.Box(a[0].Int32()) }
func slice(a []ffiValue) (any, error) { return suite.Slice(a[0].Int32(), a[1].Int32()) }
func twice(a []ffiValue) (any, error) { return suite.Double(a[0].Int32()) }

func Test_abi_wrong_width__value(t *testing.T) {
	ffiValues(t, "fx_wide", wide) //~ abi_wrong_width__value: values = abi/wrong-width
}

func Test_abi_wrong_width__argument(t *testing.T) {
	ffiValues(t, "fx_wide", wideArgument) //~ abi_wrong_width__argument: values = abi/wrong-width
}

func Test_abi_wrong_signedness__value(t *testing.T) {
	ffiValues(t, "fx_unsigned_max", unsignedMax) //~ abi_wrong_signedness__value: values = abi/wrong-signedness
}

func Test_abi_struct_layout__value(t *testing.T) {
	ffiValues(t, "fx_record_digest", digest) //~ abi_struct_layout__value: values = abi/struct-layout
}

func Test_abi_encoding__value(t *testing.T) {
	ffiValues(t, "fx_utf8_points", points) //~ abi_encoding__value: values = abi/encoding
}

func Test_abi_encoding__nul(t *testing.T) {
	ffiValues(t, "fx_utf8_points", pointsToNul) //~ abi_encoding__nul: values = abi/encoding
}

func Test_bounds_length_arithmetic__value(t *testing.T) {
	ffiValues(t, "fx_sum", sum) //~ bounds_length_arithmetic__value: values = bounds/length-arithmetic
}

func Test_abi_arity__value(t *testing.T) {
	ffiValues(t, "fx_wide", wideAlone) //~ abi_arity__value: values = abi/arity
}

func Test_abi_calling_convention__value(t *testing.T) {
	ffiValues(t, "fx_mean", mean) //~ abi_calling_convention__value: values = abi/calling-convention
}

func Test_abi_truncated_pointer__value(t *testing.T) {
	ffiValues(t, "fx_box", box) //~ abi_truncated_pointer__value: values = crash/signal
}

func Test_trust_validation_gap__value(t *testing.T) {
	ffiValues(t, "fx_slice", slice) //~ trust_validation_gap__value: values fuzz = trust/validation-gap
}

func Test_init_uninitialised_out_parameter__value(t *testing.T) {
	ffiValues(t, "fx_measure", twice) //~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter
}

func Test_trust_validation_gap__code(t *testing.T) {
	ffiValues(t, "fx_double", twice) //~ trust_validation_gap__code: values fuzz = trust/validation-gap
}
