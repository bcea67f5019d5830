/** Types that Rust itself, its standard library and the crate `libc` define. Pure. */
import type { CType } from '../../model/declaration.js';

const int = (size: number, signed: boolean, name: string): CType => ({ kind: 'int', size, signed, name });
/** A type that cannot be compared. */
export const opaque = (name: string): CType => ({ kind: 'unknown', name });

export const PRIMITIVES: Record<string, CType> = {
  ...Object.fromEntries(
    [8, 16, 32, 64, 128].flatMap((bits) => [
      [`i${bits}`, int(bits / 8, true, `i${bits}`)],
      [`u${bits}`, int(bits / 8, false, `u${bits}`)],
    ]),
  ),
  isize: int(8, true, 'isize'),
  usize: int(8, false, 'usize'),
  char: int(4, false, 'char'),
  bool: { kind: 'bool', size: 1, name: 'bool' },
  f32: { kind: 'float', size: 4, name: 'f32' },
  f64: { kind: 'float', size: 8, name: 'f64' },
  never: { kind: 'void' },
  unit: { kind: 'void' },
};

/** Integers of `core::ffi` and of the crate `libc`, on 64-bit Linux. */
const C_TYPES: Record<string, [size: number, signed: boolean | undefined]> = {
  ...{
    c_char: [1, undefined],
    c_schar: [1, true],
    c_uchar: [1, false],
    c_short: [2, true],
    c_ushort: [2, false],
  },
  ...{ c_int: [4, true], c_uint: [4, false], c_long: [8, true], c_ulong: [8, false], c_longlong: [8, true] },
  ...{
    c_ulonglong: [8, false],
    size_t: [8, false],
    ssize_t: [8, true],
    off_t: [8, true],
    off64_t: [8, true],
  },
  ...{ time_t: [8, true], pid_t: [4, true], uid_t: [4, false], gid_t: [4, false], mode_t: [4, false] },
  ...{ socklen_t: [4, false], intptr_t: [8, true], uintptr_t: [8, false], ptrdiff_t: [8, true] },
  ...{ int8_t: [1, true], uint8_t: [1, false], int16_t: [2, true], uint16_t: [2, false], wchar_t: [4, true] },
  ...{
    int32_t: [4, true],
    uint32_t: [4, false],
    int64_t: [8, true],
    uint64_t: [8, false],
    clockid_t: [4, true],
  },
};

export const STANDARD = new Set(['core', 'std', 'alloc']);
/** Types that have the layout of what they hold. */
const TRANSPARENT = new Set([
  ...['MaybeUninit', 'ManuallyDrop', 'UnsafeCell', 'Cell', 'SyncUnsafeCell', 'Wrapping', 'Saturating', 'Pin'],
  'NonZero',
]);
const OWNING = new Set(['Box', 'NonNull', 'AtomicPtr']);

/** `c_void`: nothing is known of it where it is pointed to. By value it is an enum of one byte. */
export const C_VOID: CType = { kind: 'void' };

/** A type of the standard library or of the crate `libc`, by the last part of its path. */
export const standardType = (name: string, args: CType[]): CType | undefined => {
  if (name === 'c_void') return C_VOID;
  if (name === 'c_float') return { kind: 'float', size: 4, name };
  if (name === 'c_double') return { kind: 'float', size: 8, name };
  const c = C_TYPES[name];
  if (c) return { kind: 'int', size: c[0], ...(c[1] === undefined ? {} : { signed: c[1] }), name };
  const [first] = args;
  if (name === 'PhantomData' || name === 'PhantomPinned') return { kind: 'void' };
  if (name === 'Option') return first?.kind === 'pointer' ? first : opaque('Option of no pointer');
  if (OWNING.has(name)) return first ? { kind: 'pointer', to: first } : undefined;
  if (TRANSPARENT.has(name)) return first;
  const wrapped = /^(?:Atomic|NonZero)([IU](?:8|16|32|64|128|size)|Bool)$/.exec(name)?.[1];
  return wrapped === undefined ? undefined : PRIMITIVES[wrapped.toLowerCase()];
};
