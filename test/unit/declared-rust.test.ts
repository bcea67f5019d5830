/**
 * `extern` blocks as rustdoc describes them. `test/declarations/probe.rs` is what was described; its sizes and offsets
 * were printed by the compiler.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rustFunctions } from '../../src/declarations/hosts/rustdoc.js';
import type { Crate } from '../../src/declarations/hosts/rustdoc-items.js';
import { allocatedIn } from '../../src/declarations/hosts/rust-allocated.js';
import type { CType } from '../../src/model/declaration.js';

const file = new URL('../declarations/probe.rustdoc.json', import.meta.url);
const crate = JSON.parse(readFileSync(file, 'utf8')) as Crate;
const { functions, records } = rustFunctions({
  own: [{ name: 'probe', crate, dirs: ['/elsewhere', '/repo'] }],
  other: () => undefined,
  exists: (f) => f.startsWith('/repo/'),
});

const short = (t: CType): string => {
  if (t.kind === 'pointer') return `*${short(t.to)}`;
  if (t.kind === 'array') return `[${short(t.of)}; ${t.count}]`;
  if (t.kind === 'function') return `fn(${t.parameters.map(short).join(', ')}) -> ${short(t.result)}`;
  if (t.kind === 'int') return `${t.signed === undefined ? 'c' : t.signed ? 'i' : 'u'}${t.size * 8}`;
  if (t.kind === 'unknown') return '?';
  if (t.kind === 'void') return 'void';
  if (t.kind === 'record') return t.name.replace('probe::', '');
  return `${t.kind}${'size' in t ? 8 * t.size : ''}`;
};

describe('the functions of extern blocks', () => {
  test.each([
    ['real_name', 17, '*?', 'void'],
    ['private', 18, '*B, *C16, *G<u16>, *fn(*U, ?) -> i32, enum32, enum8', 'i32'],
    ['noret', 20, '?, *?, *c8, *void, u64, bool8, u32, ?, *[u8; 4]', 'void'],
    ['sys', 22, 'u64', 'void'],
    ['deep', 24, 'i32', '*fn(*U, ?) -> i32'],
    ['tagged', 36, 'Tagged, *Handle', 'void'],
    ['shapes', 32, '*Node, *Opaque, *Never, *Tail, *G<c_long>, *[i32; 3]', '*Node'],
  ])('%s', (name, line, parameters, result) => {
    const f = functions.find((x) => x.name === name);
    expect(f?.at).toEqual({ file: '/repo/src/lib.rs', line });
    expect(f?.parameters?.map(short).join(', ')).toBe(parameters);
    expect(short(f!.result!)).toBe(result);
  });

  test('are those with the calling convention of C, and no others', () => {
    expect(functions.map((f) => f.name).sort()).toEqual(
      ['deep', 'noret', 'private', 'real_name', 'shapes', 'sys', 'tagged'].sort(),
    );
    expect(functions.find((f) => f.name === 'real_name')?.variadic).toBe(true);
  });
});

describe('the layout of', () => {
  test.each<[string, number | undefined, [string, number][]]>([
    [
      'B',
      10,
      [
        ['a', 0],
        ['b', 2],
      ],
    ],
    ['C16', 16, [['a', 0]]],
    [
      'U',
      16,
      [
        ['a', 0],
        ['b', 0],
      ],
    ],
    [
      'G<c_long>',
      16,
      [
        ['a', 0],
        ['b', 8],
      ],
    ],
    ['Tail', 4, [['n', 0]]],
    [
      'Tagged',
      8,
      [
        ['kind', 0],
        ['value', 4],
      ],
    ],
    ['Handle', undefined, []],
    ['Opaque', undefined, []],
    ['Never', undefined, []],
    [
      'Node',
      80,
      [
        ['next', 0],
        ['tail', 8],
        ['u', 16],
        ['b', 32],
        ['c16', 48],
        ['e', 64],
        ['e8', 68],
        ['flag', 69],
        ['last', 70],
      ],
    ],
  ])('%s', (name, size, fields) => {
    const r = records[`probe::${name}`];
    expect(r?.size).toBe(size);
    expect(r?.fields.map((f) => [f.name, f.bit / 8])).toEqual(fields);
  });

  test('a struct without repr(C) is nobody’s to know', () => {
    expect(records['probe::NoRepr']).toBeUndefined();
  });
});

describe('a value of a type is made by', () => {
  test.each([
    ['let r = Record { kind: 1 };', true],
    ['let r = ffi::Record { kind: 1 };', true],
    ['fill(&mut Record { kind: 1 })', true],
    ['let mut r: ffi::Record = unsafe { std::mem::zeroed() };', true],
    ['let r = MaybeUninit::<Record>::uninit();', true],
    ['let r: MaybeUninit<Record>;', true],
    ['pub struct Record { kind: u8 }', false],
    ['impl Drop for Record { }', false],
    ['fn new() -> *mut Record { unsafe { make() } }', false],
    ['let r: *mut Record = unsafe { make() };', false],
    ['// = Record { kind: 1 }', false],
  ])('%s: %s', (text, made) => expect(allocatedIn(text).has('Record')).toBe(made));
});
