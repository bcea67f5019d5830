// JavaScript that calls the library through koffi, by declarations that agree with it or may differ as they do.
const { test } = require('node:test');
const assert = require('node:assert');
const { join } = require('node:path');
const koffi = require('koffi');

const library = koffi.load(join(process.env.FFI_GATES_TARGET_FIXTURE, 'libfixture.so'));
const box = koffi.pointer('box', koffi.opaque());

test('abi_truncated_pointer', () => {
  const made = library.func('box fx_box_new(int value)')(1);
  assert.equal(library.func('int fx_box_get(box b)')(made), 1);
  library.func('void fx_box_free(void *b)')(made);
});

test('abi_wrong_width', () => {
  assert.equal(library.func('int64_t fx_wide(int64_t a, int64_t b)')(2 ** 31, 1), 2 ** 31 + 1);
});

test('abi_wrong_width__helper', () => {
  const declare = (result, name, ...parameters) => library.func(name, result, parameters);
  assert.equal(declare('long', 'fx_wide', 'long', 'intptr_t')(1, 2), 3);
});

test('abi_wrong_signedness', () => {
  assert.equal(library.func('unsigned int fx_unsigned_max()')(), 2 ** 32 - 1);
});

test('abi_struct_layout', () => {
  koffi.struct('record', { kind: 'uint8_t', count: 'uint32_t', tag: 'uint16_t', weight: 'double' });
  const digest = library.func('int64_t fx_record_digest(const record *r)');
  assert.equal(digest({ kind: 1, count: 2, tag: 3, weight: 0.5 }), 821);
});

test('abi_struct_layout__pointer', () => {
  // A handle may be declared as what it points at, opaque or not.
  const opened = library.func('void *fx_box_new(int value)')(4);
  assert.equal(library.func('int fx_box_get(const void *b)')(opened), 4);
  library.func('void fx_box_free(void *b)')(opened);
});

test('abi_arity', () => {
  assert.equal(library.func('double fx_mean(double a, float b, int n)')(1, 2, 3), 1);
});

test('abi_arity__variadic', () => {
  assert.equal(library.func('int fx_sum_varargs(int n, ...)')(2, 'int', 3, 'int', 4), 7);
});

test('abi_encoding', () => {
  assert.equal(library.func('size_t fx_utf8_points(const char *text)')('caf\u00e9'), 4);
});

test('abi_no_result', () => {
  const react = koffi.pointer(koffi.proto('int react(int value, void *context)'));
  const registered = koffi.register((value) => value + 1, react);
  library.func('fx_on_event', 'void', [react, 'void *'])(registered, null);
  assert.equal(library.func('int fx_fire(int value)')(1), 2);
  library.func('fx_on_event', 'void', [react, 'void *'])(null, null);
  koffi.unregister(registered);
});

test('abi_unusual', () => {
  // A handle as a structure of one field.
  koffi.struct('handle', { address: 'void *' });
  const handle = library.func('handle fx_box_new(int value)')(7);
  assert.equal(library.func('int fx_box_get(handle b)')(handle), 7);
  library.func('void fx_box_free(handle b)')(handle);
  koffi.opaque('arena');
  library.func('void fx_arena_free(arena *a)')(library.func('arena *fx_arena_new(size_t capacity)')(16));
  // Nested here, flat there, and with a last field of a newer header.
  koffi.struct('head', { kind: 'uint8_t', count: 'uint32_t' });
  koffi.struct('newer', { head: 'head', tag: 'uint16_t', weight: 'double', added: 'int64_t' });
  const newer = { head: { kind: 1, count: 2 }, tag: 3, weight: 0.5, added: 0 };
  assert.equal(library.func('int64_t fx_record_digest(const newer *r)')(newer), 821);
  // An older header's: the library's own is longer.
  const older = koffi.struct('older', { kind: 'uint8_t', count: 'uint32_t', tag: 'uint16_t' });
  assert.equal(koffi.decode(library.func('older *fx_record_sample()')(), older).count, 2);
  assert.equal(library.func('bool fx_may_throw(bool really)')(false), false);
  // Wider than the library reads.
  assert.equal(library.func('int fx_fire(long value)')(1), -1);
});
