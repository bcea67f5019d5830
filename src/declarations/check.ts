/** Holds the declarations of a host against the libraries that were really loaded. */
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  HostDeclarations,
  HostFunction,
  NativeDeclarations,
  NativeFunction,
  StaleErrno,
} from '../model/declaration.js';
import { byText } from '../model/order.js';
import { replacedIn, stampOf, standingOf } from '../process/built-objects.js';
import { compareFunction, type Finding, type Skip } from './compare/function.js';
import { withoutGeneral } from './compare/general-callback.js';
import { adopt } from './records.js';
import { systemHeaders } from './system-headers.js';
import { C_LIBRARY, isCLibrary, readHeader, readObject, type Header } from './native.js';
import {
  asOtherVersion,
  nativeName,
  nativeNames,
  questions,
  versionOf,
  versionsIn,
  type Versions,
} from './versions.js';

export type CheckOptions = {
  gdb: string;
  cc: string;
  /** Headers that the matrix names, for objects without debug information. */
  header?: Header;
  /** Directories of builds, which know what they have made. */
  built?: readonly string[];
  /** When the tests were started, in ms since 1970. Absent if that is not known. */
  since?: number;
};

/**
 * A function that could not be compared, or only `partly`. If its library was `replaced`, nothing is known of it, and what was
 * compared with others does not make up for that.
 */
export type NotSeen = { name: string; object?: string; partly?: true; replaced?: true; why: string };

/** One function of the host, and what came of its comparison. */
export type Compared = {
  host: HostFunction;
  /** Absent if the library's declaration could not be had. */
  native?: NativeFunction;
  findings: Finding[];
  /** Why it or a part of it was not compared. */
  skipped: string[];
  /** Its library is not the one that the tests had. */
  replaced?: true;
};

export type Checked = {
  /** Every function that the host declares or calls. */
  compared: Compared[];
  /** Number of functions that were compared. */
  functions: number;
  findings: Finding[];
  staleErrno: StaleErrno[];
  notSeen: NotSeen[];
};

const REPLACED = 'its library was replaced by another file after it was loaded';
const GONE = 'its library was removed after it was loaded, or was replaced';

const NOT_BUILT = 'its library was replaced by another file after it was built';
const WRITTEN = 'its library was replaced or written after the tests were started';

/**
 * Why an object is not the one that the tests had: recorders say what they loaded, builds what they have made. Of any other object
 * only a change while the tests ran is known.
 */
const replaced = async (
  object: string,
  stamp: string | undefined,
  { built = [], since }: CheckOptions,
): Promise<string | undefined> => {
  const now = await stampOf(object);
  if (stamp !== undefined && now === undefined) return GONE;
  if (stamp !== undefined && stamp !== now) return REPLACED;
  const dirs = await Promise.all(built.map((d) => realpath(d).catch(() => d)));
  const real = await realpath(object).catch(() => object);
  const standing = await standingOf(real, dirs);
  if (standing !== undefined) return standing === 'other' ? NOT_BUILT : undefined;
  if (stamp !== undefined || since === undefined) return undefined;
  // A file that is moved here keeps its time, but the entry is new.
  const entry = await stat(object).catch(() => undefined);
  return entry && entry.ctimeMs > since && !dirs.some((d) => real.startsWith(`${d}/`)) ? WRITTEN : undefined;
};

/** What is wrong with a function that nobody has. It was never called: declarations are often those of several versions and systems. */
const absent = (f: HostFunction): Finding => {
  const real = { kind: 'function' as const, result: VOID, parameters: [], source: 'its symbols' };
  return {
    ...{ hazard: 'abi/symbol', tier: 'info', part: 'the function', name: f.name, hostAt: f.at },
    ...{ says: 'the library does not have it', effect: 'a call fails' },
    ...{ host: 'a declaration', native: 'nothing', prototype: 'no such symbol', real, source: real.source },
    mend: 'call it only where the library has it, or load the version that has it',
    sides: { records: {}, native: { functions: {}, records: {}, notSeen: {} } },
  };
};

const VOID = { kind: 'void' } as const;

const reasonOf = (d: NativeDeclarations, name: string): string => d.notSeen[name] ?? 'not found';

/** What the second source says about what the first lacks. */
const completed = async (
  first: NativeDeclarations,
  names: readonly string[],
  more: (left: readonly string[]) => Promise<NativeDeclarations | undefined>,
): Promise<NativeDeclarations> => {
  const left = names.filter((n) => !first.functions[n]);
  const second = left.length > 0 ? await more(left) : undefined;
  if (!second) return first;
  const records = { ...first.records };
  const functions = adopt(records, second.records, second.functions);
  return {
    functions: { ...functions, ...first.functions },
    records,
    notSeen: Object.fromEntries(
      left
        .filter((n) => !second.functions[n])
        .map((n) => [n, [...new Set([reasonOf(first, n), reasonOf(second, n)])].join('; ')]),
    ),
  };
};

/**
 * Debug information first, then headers. The C library the other way round: much of it is written in assembler or
 * chosen when it is loaded, and its headers belong to the machine.
 */
const nativeOf = async (
  object: string,
  names: readonly string[],
  versions: Versions,
  o: CheckOptions,
): Promise<NativeDeclarations> => {
  if (isCLibrary(object))
    return completed(await readHeader(o, C_LIBRARY, names), names, (left) => readObject(o.gdb, object, left));
  const asked = questions(names, versions);
  return completed(await readObject(o.gdb, object, names, asked), names, async (all) => {
    // A header declares the default version.
    const left = all.filter((n) => !n.includes('@'));
    const header = o.header ?? (await systemHeaders(object, left, o.cc));
    return header && readHeader(o, header, left);
  });
};

/** Compares the functions of one object. A record is compared for each function that uses it: all of them are wrong. */
const compareObject = (
  host: HostDeclarations,
  functions: readonly HostFunction[],
  native: NativeDeclarations,
  versions: Versions,
): Compared[] => {
  const allocated = new Set(host.allocated);
  const byName = new Map<string, HostFunction[]>();
  for (const f of functions) byName.set(f.name, [...(byName.get(f.name) ?? []), f]);
  return functions.map((f) => {
    const version = versionOf(f, versions);
    const name = nativeName(f, version);
    const n = native.functions[name];
    if (!n) return { host: f, findings: [], skipped: [reasonOf(native, name)] };
    const skipped: string[] = [];
    const against = (real: NativeFunction, skip: (s: Skip) => void): Finding[] => {
      const findings: Finding[] = [];
      compareFunction(
        f,
        withoutGeneral(real, byName.get(f.name) ?? []),
        { records: host.records, native, allocated },
        new Set(),
        (x) => findings.push(x),
        skip,
      );
      return findings;
    };
    const own = against(n, (s) => skipped.push(n.unprototyped ? s.why : `${s.part}: ${s.why}`));
    const findings = asOtherVersion(own, version, versions.get(f.name) ?? [], (v) => {
      const other = native.functions[nativeName(f, v)];
      return other && !other.unprototyped ? against(other, () => undefined) : undefined;
    });
    return { host: f, native: n, findings: [...findings], skipped };
  });
};

/** Compares all functions of a host, object by object. */
export const check = async (host: HostDeclarations, o: CheckOptions): Promise<Checked> => {
  const compared: Compared[] = [];
  const objects = new Map<string, HostFunction[]>();
  let gone: string[] | undefined;
  for (const f of host.functions) {
    if (f.notSeen !== undefined || f.object === undefined) {
      // What nobody defines may have been in a library that is another one by now.
      if (f.object === undefined) gone ??= await replacedIn(o.built ?? []);
      const first = f.object === undefined ? gone?.[0] : undefined;
      const why = f.notSeen ?? 'the object that holds it is not known';
      const skipped = [first === undefined ? why : `${why}; ${first} was replaced after it was built`];
      const lost = first === undefined ? {} : { replaced: true as const };
      compared.push({ host: f, findings: f.missing ? [absent(f)] : [], skipped, ...lost });
    } else objects.set(f.object, [...(objects.get(f.object) ?? []), f]);
  }
  for (const [object, functions] of [...objects].sort(([a], [b]) => byText(a, b))) {
    const why = new Map<string | undefined, string>();
    for (const stamp of new Set(functions.map((f) => f.stamp))) {
      const reason = await replaced(object, stamp, o);
      if (reason !== undefined) why.set(stamp, reason);
    }
    const stale = functions.filter((f) => why.has(f.stamp));
    const replacement = { findings: [], replaced: true as const };
    compared.push(...stale.map((f) => ({ host: f, ...replacement, skipped: [why.get(f.stamp)!] })));
    const left = functions.filter((f) => !why.has(f.stamp));
    const names = [...new Set(left.map((f) => f.name))].sort(byText);
    if (left.length === 0) continue;
    const versions = isCLibrary(object) ? new Map() : await versionsIn(object, names);
    const native = await nativeOf(object, nativeNames(names, versions), versions, o);
    compared.push(...compareObject(host, left, native, versions));
  }
  const seen = (c: Compared): boolean => c.native !== undefined && c.native.unprototyped !== true;
  return {
    compared,
    functions: compared.filter(seen).length,
    findings: compared.flatMap((c) => c.findings),
    staleErrno: host.staleErrno,
    notSeen: compared.flatMap((c) =>
      c.skipped.map((why) => ({
        name: c.host.name,
        ...(c.host.object === undefined ? {} : { object: basename(c.host.object) }),
        ...(seen(c) ? { partly: true as const } : {}),
        ...(c.replaced ? { replaced: true as const } : {}),
        why,
      })),
    ),
  };
};
