/**
 * Versions of one symbol in a library: `f@V1` for programs that were linked long ago, `f@@V2` for all others and for `dlsym`.
 * They are functions of their own, and may have other prototypes.
 */
import type { HostFunction, Tier } from '../model/declaration.js';
import { runTool } from '../process/run-tool.js';
import type { Finding } from './compare/function.js';

/** One version of a symbol. `address` is its offset in the file as loaded, in hexadecimal digits. */
export type Version = { label: string; standard: boolean; address: string };
/** The symbols that have several versions. */
export type Versions = ReadonlyMap<string, readonly Version[]>;

/** Milliseconds. */
const LIMIT = 60_000;
/** `0000000000001139 T name@V1`, `… T name@@V2` */
const VERSIONED = /^([0-9a-f]+) [TtWiVu] ([^\s@]+)(@@?)([^\s@]+)$/gm;

/** The versions of those of these symbols that have more than one. */
export const versionsIn = async (object: string, names: readonly string[]): Promise<Versions> => {
  const wanted = new Set(names);
  const { stdout } = await runTool('nm', ['-D', '--defined-only', object], { timeoutMs: LIMIT });
  const all = new Map<string, Version[]>();
  for (const [, address = '', name = '', at, version = ''] of stdout.matchAll(VERSIONED))
    if (wanted.has(name)) {
      const standard = at === '@@';
      const label = `${name}${at}${version}`;
      all.set(name, [
        ...(all.get(name) ?? []),
        { label, standard, address: address.replace(/^0+(?=.)/, '') },
      ]);
    }
  // Two versions of one function are one function.
  return new Map([...all].filter(([, v]) => new Set(v.map((x) => x.address)).size > 1));
};

/** The names under which the library's side is asked for: the default version by the plain name. */
export const nativeNames = (names: readonly string[], versions: Versions): string[] =>
  names.flatMap((n) => [n, ...(versions.get(n) ?? []).filter((v) => !v.standard).map((v) => v.label)]);

/** What the reader of debug information is asked for: names, with addresses where names alone do not tell. */
export const questions = (names: readonly string[], versions: Versions): string[] => {
  const address = new Map<string, string>();
  for (const [name, all] of versions)
    for (const v of all) address.set(v.standard ? name : v.label, v.address);
  return names.map((n) => (address.has(n) ? `${n} ${address.get(n)}` : n));
};

/** The version that a host's function is: that at its address, else the default. */
export const versionOf = (f: HostFunction, versions: Versions): Version | undefined => {
  const all = versions.get(f.name);
  return all?.find((v) => v.address === f.offset) ?? all?.find((v) => v.standard);
};

/** The library's name for a version, as `nativeNames` gives it. */
export const nativeName = (f: HostFunction, v: Version | undefined): string =>
  v === undefined || v.standard ? f.name : v.label;

const RANK: Record<Tier, number> = { error: 2, warning: 1, info: 0 };
const isRight = (findings: readonly Finding[]): boolean => findings.every((f) => f.tier === 'info');

/**
 * Findings of a function that is declared as another version of it is: one, which says so. `other` compares the declaration
 * with that version, or is undefined where that is not known.
 */
export const asOtherVersion = (
  findings: readonly Finding[],
  real: Version | undefined,
  versions: readonly Version[],
  other: (v: Version) => readonly Finding[] | undefined,
): readonly Finding[] => {
  if (real === undefined || isRight(findings)) return findings;
  const meant = versions.find((v) => {
    if (v === real) return false;
    const f = other(v);
    return f !== undefined && isRight(f);
  });
  if (!meant) return findings;
  const worst = findings.reduce((a, b) => (RANK[b.tier] > RANK[a.tier] ? b : a));
  const { record: _, declared: __, realRecord: ___, ...rest } = worst;
  return [
    {
      ...rest,
      hazard: 'abi/symbol',
      part: 'the function',
      says: `it is declared as ${meant.label} is, and ${real.label} is called`,
      host: `the declaration of ${meant.label}`,
      native: real.label,
      effect: `${worst.part}: ${worst.effect}`,
    },
  ];
};
