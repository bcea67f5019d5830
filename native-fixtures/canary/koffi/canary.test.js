// The canaries of declarations that are made through koffi.
const { test } = require('node:test');
const { join } = require('node:path');
const koffi = require('koffi');

const library = koffi.load(join(process.env.FFI_GATES_TARGET_CANARY, 'libfficanary.so'));

test('noop', () => {});

test('declared_pointer', () => {
  library.func('int canary_pointer()')(); //~ canary_declared_pointer: declared = abi/truncated-pointer
});

test('declared_width', () => {
  library.func('int canary_wide(int value)')(1); //~ canary_declared_width: declared = abi/wrong-width
});

test('declared_sign', () => {
  library.func('int canary_unsigned()')(); //~ canary_declared_sign: declared = abi/wrong-signedness
});

test('declared_arity', () => {
  library.func('double canary_mean(double a)')(1); //~ canary_declared_arity: declared = abi/arity
});

test('declared_register', () => {
  library.func('double canary_mean(double a, long b)')(1, 2); //~ canary_declared_register: declared = abi/calling-convention
});

test('declared_layout', () => {
  koffi.pack('packed', { kind: 'char', weight: 'double', room: 'long' }); //~ canary_declared_layout: declared = abi/struct-layout
  library.func('int canary_weigh(const packed *record)')({ kind: 1, weight: 2, room: 0 });
});

test('declared_callback', () => {
  const back = koffi.pointer(koffi.proto('void back(int64_t value)'));
  library.func('canary_call', 'int', [back])(() => {}); //~ canary_declared_callback: declared = abi/no-result
});
