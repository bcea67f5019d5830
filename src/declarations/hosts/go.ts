/** Go with cgo: functions that C calls, preambles that declare C by hand, results and structures that are converted. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  HostDeclarations,
  HostFunction,
  NativeFunction,
  Place,
  Records,
  StaleErrno,
} from '../../model/declaration.js';
import { runTool } from '../../process/run-tool.js';
import type { Checked, CheckOptions, Compared } from '../check.js';
import { readFunctions } from '../c-calls.js';
import { isSystemHeader, readUnit, type Unit } from '../c-unit.js';
import { compareExported, type Finding } from '../compare/function.js';
import { staleErrnoIn } from '../gimple.js';
import { objectsOf } from '../objects.js';
import { adopt } from '../records.js';
import {
  compareCasts,
  comparePointers,
  compareResults,
  type Cast,
  type PointerCast,
  type Result,
} from './go-conversions.js';

export type GoSettings = {
  dir: string;
  go: string;
  /** Patterns of packages. */
  packages: readonly string[];
  env: Record<string, string>;
  /** Test executables. */
  programs: readonly string[];
};

/** A package as `plugins/declared/go` prints it. */
export type GoPackage = {
  name: string;
  dir: string;
  why?: string;
  flags: string[];
  preambles: { file: string; line: number; text: string }[] | null;
  sources: string[] | null;
  exports: { name: string; at: Place }[] | null;
  /** What cgo tells C about the exported functions. */
  header: string;
  calls: { name: string; at: Place }[] | null;
  results: Result[] | null;
  casts: Cast[] | null;
  pointers?: PointerCast[] | null;
  records: Records;
};

type Tools = CheckOptions;

const PROGRAM = fileURLToPath(new URL('../../../plugins/declared/go', import.meta.url));
/** Milliseconds. */
const LIMIT = 1_500_000;

/** What the answer depends on, beside the sources: the directory of the test executables has another name when these change. */
const questionOf = async (s: GoSettings): Promise<string> => {
  const files = (await readdir(PROGRAM)).sort().filter((f) => f.endsWith('.go'));
  const reader = await Promise.all(files.map((f) => readFile(join(PROGRAM, f), 'utf8')));
  return createHash('sha256')
    .update(JSON.stringify([reader, s.go, s.packages, s.env]))
    .digest('hex');
};

/**
 * The packages, read once for each build: each launch asks, and for a large package cgo takes minutes. A failure is text, and is
 * not kept.
 */
const readPackages = async (s: GoSettings): Promise<GoPackage[] | string> => {
  const kept = `${s.programs[0] ?? '/tmp/suite'}.declared.json`;
  const question = await questionOf(s);
  const known = JSON.parse((await readFile(kept, 'utf8').catch(() => undefined)) ?? '{}') as {
    question?: string;
    packages: GoPackage[];
  };
  if (known.question === question) return known.packages;
  const packages = await runReader(s);
  if (typeof packages === 'string' || packages.some((p) => p.why !== undefined)) return packages;
  // Written aside: a launch that is ended must not leave half of it.
  const aside = `${kept}.${process.pid}`;
  await writeFile(aside, JSON.stringify({ question, packages }))
    .then(() => rename(aside, kept))
    .catch(() => undefined);
  return packages;
};

/** Runs the program that reads the packages. A failure is text. */
const runReader = async (s: GoSettings): Promise<GoPackage[] | string> => {
  const inDir = 'cd "$1" && shift && exec "$@"';
  const built = `${s.programs[0] ?? '/tmp/suite'}.declared`;
  const env = { ...s.env, GOWORK: 'off', GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local' };
  const build = ['-c', inDir, 'sh', PROGRAM, s.go, 'build', '-o', built, '.'];
  const made = await runTool('/bin/sh', build, { inherit: true, env, timeoutMs: LIMIT });
  if (made.code !== 0)
    return `the reader of Go does not compile: ${made.why ?? made.all.split('\n').at(-1) ?? ''}`;
  const r = await runTool('/bin/sh', ['-c', inDir, 'sh', s.dir, built, ...s.packages], {
    inherit: true,
    env: s.env,
    timeoutMs: LIMIT,
  });
  if (r.code !== 0) return r.why ?? r.all.split('\n')[0] ?? 'it says nothing';
  return JSON.parse(r.stdout) as GoPackage[];
};

const lineOf = (line: number, file: string): string => `#line ${line} ${JSON.stringify(file)}\n`;

const preambleUnits = (p: GoPackage): { file: string; text: string; cflags: string[] }[] =>
  (p.preambles ?? []).map((x) => ({
    file: x.file,
    text: `${lineOf(x.line, x.file)}${x.text}`,
    cflags: p.flags,
  }));

/** All C of a package: preambles and sources. */
const unitsOf = (p: GoPackage): Unit[] => [
  ...preambleUnits(p),
  ...(p.sources ?? []).map((file) => ({ text: `#include ${JSON.stringify(file)}\n`, cflags: p.flags })),
];

/** Functions of C that a preamble declares itself, or a header of the project if Go calls them. */
const calledFunctions = async (
  p: GoPackage,
  tools: Tools,
  notSeen: Checked['notSeen'],
): Promise<{ functions: HostFunction[]; records: Records }> => {
  const called = new Set((p.calls ?? []).map((c) => c.name));
  const exported = new Set((p.exports ?? []).map((e) => e.name));
  const functions = new Map<string, HostFunction>();
  const records: Records = {};
  for (const unit of preambleUnits(p)) {
    const read = await readUnit(
      tools,
      unit,
      (name, d) =>
        !d.defined &&
        !d.implicit &&
        !isSystemHeader(d.at.file) &&
        !exported.has(name) &&
        (called.has(name) || d.at.file === unit.file),
    );
    if (read.why !== undefined) notSeen.push({ name: p.name, why: `a preamble cannot be read: ${read.why}` });
    const types = adopt(records, read.types.records, read.types.functions);
    for (const [name, d] of read.declared) {
      const f = types[name];
      if (f)
        functions.set(`${name} ${d.at.file}:${d.at.line}`, {
          name,
          language: 'c',
          at: d.at,
          result: f.result,
          parameters: f.parameters,
          ...(f.variadic ? { variadic: true as const } : {}),
          calls: [],
          ...(f.unprototyped ? { notSeen: 'it is declared without a prototype' } : {}),
        });
    }
  }
  return { functions: [...functions.values()], records };
};

/** C that Go calls to learn errno of an earlier call: the goroutine may be on another thread by then. */
const staleErrno = async (p: GoPackage, tools: Tools): Promise<StaleErrno[]> => {
  const called = new Set((p.calls ?? []).map((c) => c.name));
  const stale: StaleErrno[] = [];
  for (const unit of unitsOf(p)) {
    const bodies = await readFunctions(tools.cc, unit);
    stale.push(...staleErrnoIn(bodies, (name) => called.has(name)));
  }
  const own = stale.filter((e) => !isSystemHeader(e.at.file));
  return [...new Map(own.map((e) => [JSON.stringify(e), e])).values()];
};

/** Functions that Go exports, against every declaration of them that C code of the package has. */
const compareExports = async (
  p: GoPackage,
  tools: Tools,
  compared: Compared[],
  notSeen: Checked['notSeen'],
): Promise<void> => {
  const exports = new Map((p.exports ?? []).map((e) => [e.name, e.at]));
  if (exports.size === 0) return;
  const isExport = (name: string): boolean => exports.has(name);
  const own = await readUnit(tools, { text: p.header, cflags: p.flags }, isExport);
  if (own.why !== undefined) {
    for (const name of exports.keys()) notSeen.push({ name, why: `cgo's header cannot be read: ${own.why}` });
    return;
  }
  const seen = new Set<string>();
  for (const unit of unitsOf(p)) {
    // Sources that include cgo's own header are checked by the compiler that builds them, and not found here.
    const c = await readUnit(tools, unit, (name, d) => isExport(name) && !d.defined);
    for (const [name, d] of c.declared) {
      const [mine, theirs] = [own.types.functions[name], c.types.functions[name]];
      const key = `${name} ${d.at.file}:${d.at.line}`;
      if (!mine || !theirs || seen.has(key)) continue;
      seen.add(key);
      const host: HostFunction = {
        name,
        language: 'go',
        at: exports.get(name)!,
        result: mine.result,
        parameters: mine.parameters,
        calls: [],
      };
      const native: NativeFunction = { ...theirs, at: d.at, source: 'the declaration by which C calls it' };
      const entry: Compared = { host, native, findings: [], skipped: [] };
      compareExported(
        host,
        native,
        { records: own.types.records, native: c.types, allocated: new Set() },
        new Set(),
        (x: Finding) => entry.findings.push(x),
        (x) => entry.skipped.push(`${x.part}: ${x.why}`),
      );
      compared.push(entry);
    }
  }
};

/** Compares all cgo packages of a suite. `check` compares declared functions with the libraries. */
export const compareGo = async (
  s: GoSettings,
  tools: Tools,
  check: (host: HostDeclarations) => Promise<Checked>,
): Promise<Checked> => {
  const packages = await readPackages(s);
  const notSeen: Checked['notSeen'] = [];
  if (typeof packages === 'string') {
    notSeen.push({ name: 'the packages', why: packages });
    return { compared: [], functions: 0, findings: [], staleErrno: [], notSeen };
  }
  const compared: Compared[] = [];
  const functions: HostFunction[] = [];
  const stale: StaleErrno[] = [];
  const records: Records = {};
  for (const p of packages) {
    if (p.why !== undefined) notSeen.push({ name: p.name, why: p.why });
    compared.push(
      ...compareResults(p.results ?? []),
      ...compareCasts(p.casts ?? [], p.records),
      ...comparePointers(p.pointers ?? []),
    );
    await compareExports(p, tools, compared, notSeen);
    stale.push(...(await staleErrno(p, tools)));
    const called = await calledFunctions(p, tools, notSeen);
    functions.push(...adopt(records, called.records, called.functions));
  }
  const objects = await objectsOf([...new Set(functions.map((f) => f.name))], s.programs, s.env);
  const placed = functions.map((f): HostFunction => {
    const object = objects.get(f.name);
    if (f.notSeen !== undefined || object !== undefined) return object === undefined ? f : { ...f, object };
    return { ...f, notSeen: 'it is neither in the test executables nor in the libraries that they load' };
  });
  const rest = await check({ language: 'go', functions: placed, records, allocated: [], staleErrno: stale });
  return {
    ...rest,
    compared: [...compared, ...rest.compared],
    functions: compared.length + rest.functions,
    findings: [...compared.flatMap((c) => c.findings), ...rest.findings],
    notSeen: [...notSeen, ...rest.notSeen],
  };
};
