/** Compares what two pointers point to. Pure. */
import type { CType } from '../../model/declaration.js';
import { isInteger, POINTER_SIZE, signOf, textOf, type Context, type Position } from './context.js';
import { signEffect } from './effects.js';

/** Whether a pointer to the type is a pointer to bytes of any meaning. */
const isBytes = (t: CType): boolean => t.kind === 'void' || (t.kind === 'int' && t.size === 1);

/** Compares the types behind two pointers. Behind `void *` and byte pointers anything may be. */
export const comparePointee = (c: Context, host: CType, native: CType, at: Position): void => {
  if (host.kind === 'unknown') return c.skip(at.part, host.name);
  if (host.kind === 'void' || native.kind === 'void' || native.kind === 'unknown') return;
  if (host.kind === 'array') return comparePointee(c, host.of, native, at);
  if (native.kind === 'array') return comparePointee(c, host, native.of, at);
  if (host.kind === 'function' && native.kind === 'function') return c.rules.callback(c, host, native, at);
  if (host.kind === 'function' || native.kind === 'function') return;
  if (host.kind === 'record' && native.kind === 'record')
    return c.rules.layout(c, host.name, native.name, at, false);
  // Behind two pointers stands what the library puts there.
  if (host.kind === 'pointer' && native.kind === 'pointer')
    return comparePointee(c, host.to, native.to, { ...at, way: 'in' });
  const add = (
    tier: 'error' | 'warning',
    hazard: 'abi/pointee-size' | 'abi/wrong-signedness' | 'abi/calling-convention' | 'abi/encoding',
    says: string,
    effect: string,
  ): void =>
    c.add({
      hazard,
      tier,
      part: at.part,
      says,
      host: `${textOf(host)} *`,
      native: `${textOf(native)} *`,
      effect,
    });
  if (isText(host) && native.kind === 'int' && native.size === 4 && isWide(native))
    return add(
      'error',
      'abi/encoding',
      'text of bytes is declared, the library reads wide characters',
      '"ab" is read as one character 0x…6261',
    );
  if (
    isWideText(host) &&
    host.kind === 'int' &&
    host.size === 2 &&
    isWide(native) &&
    native.kind === 'int' &&
    native.size === 4
  )
    return add(
      'error',
      'abi/encoding',
      'text of 16-bit units is declared, the library reads characters of 32 bits',
      '"ab" is read as one character 0x00620061',
    );
  if (isBytes(host) || isBytes(native)) {
    if (isWideText(host) && native.kind === 'int' && native.size === 1)
      add(
        'error',
        'abi/encoding',
        'text of wide characters is declared, the library reads bytes',
        '"ab" ends after its first letter',
      );
    return;
  }
  if (native.kind === 'pointer' && isInteger(host) && host.size < POINTER_SIZE)
    return add(
      'error',
      'abi/pointee-size',
      `the library stores a pointer of 8 bytes into ${host.size}`,
      overwritten(POINTER_SIZE, host.size),
    );
  if (isInteger(host) && isInteger(native)) {
    if (host.size !== native.size)
      return add(
        // The host clears its variable; the lowest byte of a flag says enough.
        host.kind === 'bool' && host.size > native.size ? 'warning' : 'error',
        'abi/pointee-size',
        `${host.size} bytes are declared behind the pointer, the library has ${native.size}`,
        overwritten(native.size, host.size),
      );
    const [a, b] = [signOf(host), signOf(native)];
    if (a !== undefined && b !== undefined && a !== b)
      add(
        'warning',
        'abi/wrong-signedness',
        'the value behind the pointer has the other signedness',
        signEffect(native.size, b),
      );
    return;
  }
  if (host.kind === 'float' && native.kind === 'float') {
    if (host.size !== native.size)
      add(
        'error',
        'abi/pointee-size',
        `a floating point number of ${host.size} bytes is declared behind the pointer, the library has ${native.size}`,
        overwritten(native.size, host.size),
      );
    return;
  }
  if ((host.kind === 'float' && isInteger(native)) || (native.kind === 'float' && isInteger(host)))
    add(
      'error',
      'abi/calling-convention',
      'an integer behind the pointer on one side is a floating point number on the other',
      '1 is read as 1.4e-45, or 1.0 as 1065353216',
    );
};

/** `c_wchar` and the like: an integer of four bytes whose name says what it holds. */
const isWide = (t: CType): boolean => t.kind === 'int' && t.size > 1 && /wchar|char16|char32/i.test(t.name);
const isText = (t: CType): boolean => t.kind === 'int' && t.size === 1 && t.name === 'text';
const isWideText = (t: CType): boolean => t.kind === 'int' && t.size > 1 && (t.name === 'text' || isWide(t));

const overwritten = (native: number, host: number): string =>
  native > host
    ? `the library writes ${native - host} bytes past the host's variable`
    : `the host reads ${host - native} bytes that the library did not write`;
