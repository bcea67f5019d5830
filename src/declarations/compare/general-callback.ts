/** Parameters of C for a function of any kind. Pure. */
import type { CType, HostFunction, NativeFunction } from '../../model/declaration.js';

/** `void (*)(void)`, for which C has no other word where it means any function. */
const mayBeGeneral = (t: CType): boolean =>
  t.kind === 'pointer' &&
  t.to.kind === 'function' &&
  t.to.unprototyped !== true &&
  t.to.parameters.length === 0 &&
  t.to.result.kind === 'void';

/** The types of the callbacks that the host gives for a parameter. */
const givenFor = (hosts: readonly HostFunction[], i: number): Set<string> =>
  new Set(
    hosts.flatMap((h) => {
      const t = (h.parameters ?? h.calls[0]?.arguments)?.[i];
      return t?.kind === 'pointer' && t.to.kind === 'function' ? [JSON.stringify(t.to)] : [];
    }),
  );

/**
 * The library's function, in which a `void (*)(void)` is an address of anything where the host declares the function several times,
 * each time with another type of callback (`gluTessCallback`). `hosts` are all declarations of this function.
 */
export const withoutGeneral = (native: NativeFunction, hosts: readonly HostFunction[]): NativeFunction => ({
  ...native,
  parameters: native.parameters.map((p, i) =>
    mayBeGeneral(p) && givenFor(hosts, i).size > 1 ? { kind: 'pointer', to: { kind: 'void' } } : p,
  ),
});
