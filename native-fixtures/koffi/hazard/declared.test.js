// JavaScript that calls the library through koffi, by declarations that are wrong.
const { test } = require('node:test');
const { join } = require('node:path');
const koffi = require('koffi');

const library = koffi.load(join(process.env.FFI_GATES_TARGET_FIXTURE, 'libfixture.so'));

test('abi_truncated_pointer', () => {
  library.func('int fx_box_new(int value)')(1); //~ abi_truncated_pointer: declared = abi/truncated-pointer
});

test('abi_wrong_width', () => {
  library.func('int fx_wide(int64_t a, int64_t b)')(2 ** 31, 1); //~ abi_wrong_width: declared = abi/wrong-width
});

test('abi_wrong_width__helper', () => {
  // Declared by a helper, as most wrappers do: the place is where koffi is told.
  const declare = (result, name, ...parameters) => library.func(name, result, parameters); //~ abi_wrong_width__helper: declared = abi/wrong-width
  declare('int32_t', 'fx_wide', 'int64_t', 'int64_t')(1, 2);
});

test('abi_wrong_signedness', () => {
  library.func('int fx_unsigned_max()')(); //~ abi_wrong_signedness: declared = abi/wrong-signedness
});

test('abi_struct_layout', () => {
  koffi.pack('record', { kind: 'uint8_t', count: 'uint32_t', tag: 'uint16_t', weight: 'double', room: 'int64_t' }); //~ abi_struct_layout: declared = abi/struct-layout
  library.func('int64_t fx_record_digest(const record *r)')({ kind: 1, count: 2, tag: 3, weight: 0.5, room: 0 });
});

test('abi_arity', () => {
  library.func('double fx_mean(double a, float b)')(1, 2); //~ abi_arity: declared = abi/arity
});

test('abi_calling_convention', () => {
  library.func('double fx_mean(double a, int b, int n)')(1, 2, 3); //~ abi_calling_convention: declared = abi/calling-convention
});

test('abi_encoding', () => {
  library.func('size_t fx_utf8_points(const char16_t *text)')('cafe'); //~ abi_encoding: declared = abi/encoding
});

test('abi_no_result', () => {
  const react = koffi.pointer(koffi.proto('void react(int value, void *context)'));
  const listen = library.func('fx_on_event', 'void', [react, 'void *']); //~ abi_no_result: declared = abi/no-result
  listen(null, null);
});
