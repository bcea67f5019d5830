/** Compares the signature of a callback: here the library calls the host. Pure. */
import { textOf, type Context, type Position } from './context.js';
import type { Signature } from '../../model/declaration.js';

/** Compares a callback's type with the type of the function pointer that it is given for. */
export const compareCallback = (c: Context, host: Signature, native: Signature, at: Position): void => {
  if (native.unprototyped) return c.skip(at.part, 'a callback without a prototype');
  const general = native.parameters.length === 0 && native.result.kind === 'void';
  // C has no other type for "a function of any kind": who gives parameters and a result knows more than it says.
  if (general && host.parameters.length > 0 && host.result.kind !== 'void')
    return c.skip(at.part, 'a callback of type void (*)(void), which may stand for any');
  const [declared, passed] = [host.parameters.length, native.parameters.length];
  if (declared !== passed && !native.variadic)
    c.add({
      hazard: 'abi/arity',
      tier: declared > passed ? 'error' : 'warning',
      part: `the callback in ${at.part}`,
      says: `it takes ${declared} parameters, the library passes ${passed}`,
      host: textOf(host),
      native: textOf(native),
      effect:
        declared > passed
          ? 'the further parameters hold whatever the registers held'
          : 'the further arguments are ignored here',
    });
  for (const [i, parameter] of host.parameters.entries()) {
    const real = native.parameters[i];
    if (real)
      c.rules.value(c, parameter, real, {
        part: `parameter ${i + 1} of the callback in ${at.part}`,
        way: 'in',
        callback: true,
      });
  }
  c.rules.value(c, host.result, native.result, {
    part: `the result of the callback in ${at.part}`,
    way: 'out',
    callback: true,
  });
};
