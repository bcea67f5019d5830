// Boundary values through wrappers that pass others on, held against C. What ends the process comes last.
const { test } = require('node:test');
const addon = require('../build/Release/hazard.node');
const { check } = require('../ffi_gates_values.cjs');

test('abi_wrong_width__value', async () => {
  await check('fx_wide', (a) => addon.valueWide(a[0].bigint, a[1].bigint)); //~ abi_wrong_width__value: values = abi/wrong-width
});

test('abi_wrong_width__argument', async () => {
  await check('fx_wide', (a) => addon.valueWideArgument(a[0].bigint, a[1].bigint)); //~ abi_wrong_width__argument: values = abi/wrong-width
});

test('abi_wrong_width__double', async () => {
  await check('fx_wide', (a) => addon.valueWideDouble(a[0].bigint, a[1].bigint)); //~ abi_wrong_width__double: values = abi/wrong-width
});

test('abi_arity__value', async () => {
  await check('fx_wide', (a) => addon.valueWideAlone(a[0].bigint, a[1].bigint)); //~ abi_arity__value: values = abi/arity
});

test('abi_wrong_signedness__value', async () => {
  await check('fx_unsigned_max', () => addon.valueUnsignedMax()); //~ abi_wrong_signedness__value: values = abi/wrong-signedness
});

test('abi_struct_layout__value', async () => {
  await check('fx_record_digest', (a) => addon.valueDigest(...a.map((v) => v.number))); //~ abi_struct_layout__value: values = abi/struct-layout
});

test('abi_calling_convention__value', async () => {
  await check('fx_mean', (a) => addon.valueMean(...a.map((v) => v.number))); //~ abi_calling_convention__value: values = abi/calling-convention
});

test('abi_encoding__value', async () => {
  await check('fx_utf8_points', (a) => addon.valuePointsLatin1(a[0].string)); //~ abi_encoding__value: values = abi/encoding
});

test('abi_encoding__nul', async () => {
  await check('fx_utf8_points', (a) => addon.valuePoints(a[0].string)); //~ abi_encoding__nul: values = abi/encoding
});

test('bounds_length_arithmetic__value', async () => {
  await check('fx_sum', (a) => addon.valueSum(a[0].buffer)); //~ bounds_length_arithmetic__value: values = bounds/length-arithmetic
});

test('init_uninitialised_out_parameter__value', async () => {
  await check('fx_measure', (a) => addon.valueDouble(a[0].number)); //~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter
});

test('trust_validation_gap__code', async () => {
  await check('fx_double', (a) => addon.valueDouble(a[0].number)); //~ trust_validation_gap__code: values fuzz = trust/validation-gap
});

test('abi_truncated_pointer__value', async () => {
  await check('fx_box', (a) => addon.valueBox(a[0].number)); //~ abi_truncated_pointer__value: values = crash/signal
});

test('trust_validation_gap__value', async () => {
  await check('fx_slice', (a) => addon.valueSlice(a[0].number, a[1].number)); //~ trust_validation_gap__value: values fuzz = trust/validation-gap
});
