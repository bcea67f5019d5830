// Puts boundary values through a wrapper, for the gate `values` of ffi-gates. Copied by `ffi-gates values --scaffold`.
//
//   test('add', () => check('add', (a) => addon.add(a[0].bigint, a[1].number)));
//
// Without the gate a check does nothing. Node 18 or later, no package.
'use strict';
const fs = require('node:fs');
const { fileURLToPath } = require('node:url');

/** Thrown where the asked type cannot hold a value, so that nothing is asked. */
class Unable extends Error {}

/** In a line that is not filled in yet. */
const todo = (..._arguments) => {
  throw new Error('call the wrapper in this line');
};

/** One argument of a vector. */
class Value {
  constructor(word) {
    this.kind = word[0];
    this.rest = word.slice(2);
  }
  /** An integer of any size. */
  get bigint() {
    return BigInt(this.rest);
  }
  /** An integer that a number holds exactly, or a floating-point number. */
  get number() {
    if (this.kind === 'f') return Buffer.from(this.rest, 'hex').readDoubleBE();
    if (BigInt(Number(this.rest)) !== this.bigint) throw new Unable();
    return Number(this.rest);
  }
  get boolean() {
    return this.bigint !== 0n;
  }
  /** Text, which may have half a surrogate pair. */
  get string() {
    return Buffer.from(this.rest, 'hex').swap16().toString('utf16le');
  }
  /** A block of memory of its own, so that a checker sees what reads beyond it. */
  get buffer() {
    const block = Buffer.allocUnsafeSlow(this.rest.length / 2);
    block.write(this.rest, 'hex');
    return block;
  }
}

const double = (x) => {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(x);
  return `f:${bits.toString('hex')}`;
};

const wordOf = (value) => {
  if (value === undefined || value === null) return 'n:';
  if (typeof value === 'bigint') return `i:${value}`;
  if (typeof value === 'boolean') return `i:${Number(value)}`;
  if (typeof value === 'number') return double(value);
  if (typeof value === 'string') return `s:${Buffer.from(value, 'utf16le').swap16().toString('hex')}`;
  if (ArrayBuffer.isView(value)) value = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  else if (value instanceof ArrayBuffer) value = Buffer.from(value);
  if (Buffer.isBuffer(value)) return `b:${value.toString('hex')}`;
  throw new TypeError(`a wrapper returned ${typeof value}; return a number, text, bytes or nothing`);
};

const answer = async (call, words) => {
  try {
    return `ok ${wordOf(await call(words.map((w) => new Value(w))))}`;
  } catch (e) {
    if (e instanceof Unable) return 'unable';
    return `threw ${JSON.stringify(String(e)).slice(1, -1).slice(0, 300)}`;
  }
};

/** `file:line` of the caller of `check`. */
const placeOf = (stack) => {
  const line = stack.split('\n')[2] ?? '';
  const [, file = '?', row = '0'] = /\(?((?:file:\/\/)?\/.*?):(\d+):\d+\)?$/.exec(line) ?? [];
  return `${file.startsWith('file://') ? fileURLToPath(file) : file}:${row}`;
};

/** Calls `call` with each vector for `name` and notes what it returns or throws. Await it. */
const check = async (name, call) => {
  const vectors = process.env.FFI_GATES_VALUES;
  if (vectors === undefined) return;
  const place = placeOf(new Error().stack);
  const only = process.env.FFI_GATES_VALUES_ONLY;
  const out = fs.openSync(`${process.env.FFI_GATES_VALUES_ANSWERS}.${process.pid}`, 'a');
  fs.writeSync(out, `at ${name} ${place}\n`);
  for (const line of fs.readFileSync(vectors, 'ascii').split('\n')) {
    const [asked, number, ...words] = line.split(' ');
    if (asked !== name || (only !== undefined && only !== `${name}:${number}`)) continue;
    // At once: the call may end the process.
    fs.writeSync(out, `begin ${number}\n`);
    fs.writeSync(out, `${await answer(call, words)}\n`);
  }
  fs.closeSync(out);
};

exports.check = check;
exports.todo = todo;
exports.Unable = Unable;
