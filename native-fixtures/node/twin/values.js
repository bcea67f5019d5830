// The same values, through wrappers that take what C takes and refuse the rest.
const { test } = require('node:test');
const addon = require('../build/Release/twin.node');
const { check } = require('../ffi_gates_values.cjs');

test('abi_wrong_width__value', async () => {
  await check('fx_wide', (a) => addon.valueWide(a[0].bigint, a[1].bigint));
});

test('abi_wrong_width__argument', async () => {
  await check('fx_wide', (a) => addon.valueWideArgument(a[0].bigint, a[1].bigint));
});

test('abi_wrong_width__double', async () => {
  await check('fx_wide', (a) => addon.valueWideDouble(a[0].bigint, a[1].bigint));
});

test('abi_arity__value', async () => {
  await check('fx_wide', (a) => addon.valueWideAlone(a[0].bigint, a[1].bigint));
});

test('abi_wrong_signedness__value', async () => {
  await check('fx_unsigned_max', () => addon.valueUnsignedMax());
});

test('abi_struct_layout__value', async () => {
  await check('fx_record_digest', (a) => addon.valueDigest(...a.map((v) => v.number)));
});

test('abi_calling_convention__value', async () => {
  await check('fx_mean', (a) => addon.valueMean(...a.map((v) => v.number)));
});

test('abi_encoding__value', async () => {
  await check('fx_utf8_points', (a) => addon.valuePointsLatin1(a[0].string));
});

test('abi_encoding__nul', async () => {
  await check('fx_utf8_points', (a) => addon.valuePoints(a[0].string));
});

test('bounds_length_arithmetic__value', async () => {
  await check('fx_sum', (a) => addon.valueSum(a[0].buffer));
});

test('init_uninitialised_out_parameter__value', async () => {
  await check('fx_measure', (a) => addon.valueDouble(a[0].number));
});

test('trust_validation_gap__code', async () => {
  await check('fx_double', (a) => addon.valueDouble(a[0].number));
});

test('abi_truncated_pointer__value', async () => {
  await check('fx_box', (a) => addon.valueBox(a[0].number));
});

test('trust_validation_gap__value', async () => {
  await check('fx_slice', (a) => addon.valueSlice(a[0].number, a[1].number));
});
