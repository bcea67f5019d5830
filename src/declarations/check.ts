/** Holds the declarations of a host against the libraries that were really loaded. */
import { basename } from 'node:path';
import type { HostDeclarations, HostFunction, NativeDeclarations, StaleErrno } from '../model/declaration.js';
import { byText } from '../model/order.js';
import { compareFunction, type Finding } from './compare/function.js';
import { systemHeaders } from './system-headers.js';
import { C_LIBRARY, isCLibrary, readHeader, readObject, type Header } from './native.js';

export type CheckOptions = {
  gdb: string;
  cc: string;
  /** Headers that the matrix names, for objects without debug information. */
  header?: Header;
};

/** A function that could not be compared, or only a `part` of it. */
export type NotSeen = { name: string; object?: string; part?: string; why: string };

export type Checked = {
  /** Number of functions that were compared. */
  functions: number;
  findings: Finding[];
  staleErrno: StaleErrno[];
  notSeen: NotSeen[];
};

const reasonOf = (d: NativeDeclarations, name: string): string => d.notSeen[name] ?? 'not found';

/** Debug information first; what it lacks is looked for in headers. */
const nativeOf = async (
  object: string,
  names: readonly string[],
  o: CheckOptions,
): Promise<NativeDeclarations> => {
  const first = await readObject(o.gdb, object, names);
  const left = names.filter((n) => !first.functions[n]);
  if (left.length === 0) return first;
  const header = o.header ?? (isCLibrary(object) ? C_LIBRARY : await systemHeaders(object, left, o.cc));
  if (!header) return first;
  const second = await readHeader(o, header, left);
  return {
    functions: { ...second.functions, ...first.functions },
    // Types of one name may differ between the two: those of the header are compared with its functions only.
    records: { ...second.records, ...first.records },
    notSeen: Object.fromEntries(
      left
        .filter((n) => !second.functions[n])
        .map((n) => [n, `${reasonOf(first, n)}; ${reasonOf(second, n)}`]),
    ),
  };
};

/** Compares all functions of a host, object by object. */
export const check = async (host: HostDeclarations, o: CheckOptions): Promise<Checked> => {
  const result: Checked = { functions: 0, findings: [], staleErrno: host.staleErrno, notSeen: [] };
  const allocated = new Set(host.allocated);
  const objects = new Map<string, HostFunction[]>();
  for (const f of host.functions) {
    if (f.notSeen !== undefined || f.object === undefined)
      result.notSeen.push({ name: f.name, why: f.notSeen ?? 'the object that holds it is not known' });
    else objects.set(f.object, [...(objects.get(f.object) ?? []), f]);
  }
  for (const [object, functions] of [...objects].sort(([a], [b]) => byText(a, b))) {
    const native = await nativeOf(object, [...new Set(functions.map((f) => f.name))].sort(byText), o);
    const compared = new Set<string>();
    for (const f of functions) {
      const n = native.functions[f.name];
      if (!n) {
        result.notSeen.push({ name: f.name, object: basename(object), why: reasonOf(native, f.name) });
        continue;
      }
      let unprototyped = false;
      compareFunction(
        f,
        n,
        { records: host.records, native, allocated },
        compared,
        (x) => result.findings.push(x),
        (s) => {
          unprototyped ||= n.unprototyped === true;
          const part = n.unprototyped ? {} : { part: s.part };
          result.notSeen.push({ name: s.name, object: basename(object), ...part, why: s.why });
        },
      );
      if (!unprototyped) result.functions++;
    }
  }
  return result;
};
