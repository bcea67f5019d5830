/** Runs one cell: builds, lists, launches until every test has had its turn, and keeps all evidence. Judges nothing. */
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import writeFileAtomic from 'write-file-atomic';
import { caseOf, isCase, type Expectation } from './annotations.js';
import type { Own } from './attribute.js';
import type { Arm, Instrument, Launch, SuitePlace, TestEvent, Tools } from './binding.js';
import { type BuildSpec, type Built } from './build.js';
import { BUILDERS } from './builders/builders.js';
import type { Sighting } from './finding.js';
import { NO_ARM } from './gate.js';
import type { Host } from './host.js';
import { launch, type Exit } from './launch.js';
import type { Cell } from './plan.js';
import { readLogs, type ReadLog } from './read-logs.js';
import { BINDINGS } from './registry.js';

export type Seen = { sighting: Sighting; log: string; test?: string; repro: string };
export type Shot = {
  asked: readonly string[] | 'all';
  exit: Exit;
  events: TestEvent[];
  logs: ReadLog[];
  died: string[];
};
export type Evidence = {
  cell: Cell;
  failed?: string;
  listed: string[];
  wanted: string[];
  shots: Shot[];
  seen: Seen[];
  /** Keys of the no-op run come from its own shot. */
  own: Own;
  /** The suite's targets' shared objects and addons, as built. */
  products: string[];
  maps: Set<string>;
  ms: number;
  logs: string[];
};

export type CellRoom = {
  host: Host;
  build: (spec: BuildSpec) => Promise<Built>;
  /** Base environment of every process. */
  env: Record<string, string>;
  /** Where this run's logs go. */
  logs: string;
  signal: AbortSignal;
  expectations: readonly Expectation[];
};

const instrumentOf = (cell: Cell, host: Host): Instrument =>
  cell.gate.instrument(host, cell.suite.binding, cell.compiler);

/** What tells two instruments apart, for the names of build directories. */
const flavour = (i: Instrument): string => {
  const words = [
    ...i.cflags,
    ...(i.go?.flags ?? []),
    ...Object.values(i.go?.env ?? {}),
    ...(i.rust?.rustflags ?? []),
  ];
  const telling = words.map(
    (w) =>
      /^-(?:f|Z)?(?:sanitizer?=)?(address|undefined|thread|race|asan)$/.exec(w)?.[1] ??
      (w === 'cgocheck2' ? w : undefined),
  );
  return [...new Set(telling)]
    .filter(Boolean)
    .map((w) => `-${w}`)
    .join('');
};

type Products = { dirs: Record<string, string>; keys: string[] };

const buildTargets = async (
  cell: Cell,
  room: CellRoom,
  instrument: Instrument,
): Promise<Products | string> => {
  const { matrix } = cell;
  const dirs: Record<string, string> = {};
  const keys: string[] = [];
  const visit = async (name: string): Promise<string | undefined> => {
    if (name in dirs) return undefined;
    const t = matrix.targets[name]!;
    for (const n of t.needs) {
      const failed = await visit(n);
      if (failed) return failed;
    }
    const kind = name === 'canary' && cell.suite.role === 'canary' ? cell.canaryBuilder : t.builder;
    const builder = BUILDERS[kind];
    const dir = resolve(matrix.root, t.dir);
    const built = await room.build({
      id: `${name}-${kind}${cell.compiler}${flavour(instrument)}`,
      inputs: [dir, ...t.inputs.map((i) => resolve(matrix.root, i))],
      facts: [kind, t, instrument, room.host.tools[cell.compiler]?.version, t.needs.map((n) => dirs[n])],
      ...(builder.copies ? { copy: dir } : {}),
      commands: (out, src) =>
        builder.commands({ dir: builder.copies ? src : dir, out, target: t, instrument, needs: dirs }),
      produces: t.produces,
    });
    if ('failed' in built) return `target '${name}': ${built.failed}\n(build log: ${built.log})`;
    dirs[name] = built.dir;
    keys.push(built.key);
    return undefined;
  };
  for (const name of cell.suite.targets) {
    const failed = await visit(name);
    if (failed) return failed;
  }
  return { dirs, keys };
};

const targetEnv = (dirs: Record<string, string>): Record<string, string> => {
  const env = Object.fromEntries(
    Object.entries(dirs).map(([id, d]) => [`FFI_GATES_TARGET_${id.toUpperCase()}`, d]),
  );
  return Object.keys(dirs).length ? { ...env, LD_LIBRARY_PATH: Object.values(dirs).join(':') } : env;
};

/** Compiles the suite's tests; the place to run them in, or why not. */
const prepare = async (
  cell: Cell,
  room: CellRoom,
  instrument: Instrument,
  made: Products,
): Promise<SuitePlace | string> => {
  const { suite, matrix } = cell;
  const binding = BINDINGS[suite.binding];
  const dir = resolve(matrix.root, suite.dir);
  const template = (v: string): string =>
    v.replace(/\$\{target\.(\w+)\}/g, (all, id: string) => made.dirs[id] ?? all);
  const env = {
    ...targetEnv(made.dirs),
    ...Object.fromEntries(Object.entries(suite.env).map(([k, v]) => [k, template(v)])),
  };
  const place = (out: string): SuitePlace => ({ dir, out, targets: made.dirs, env, with: suite.with });
  const tools: Tools = room.host.tools;
  // Sorted: tools are probed side by side, and the order in which they answered must not make another build.
  const versions = Object.entries(tools)
    .map(([k, t]) => `${k} ${t?.version ?? ''}`)
    .sort();
  const inputs = [dir, ...suite.inputs.map((i) => resolve(matrix.root, i))];
  const built = await room.build({
    id: `${suite.id}-${suite.binding}-${cell.builder}${flavour(instrument)}`,
    inputs,
    facts: [made.keys, instrument, suite.with, env, versions],
    commands: (out) => binding.prepare(place(out), instrument, tools),
    produces: [],
  });
  if ('failed' in built) return `tests of '${suite.id}': ${built.failed}\n(build log: ${built.log})`;
  return place(built.dir);
};

const ownOf = async (cell: Cell, place: SuitePlace): Promise<{ own: Own; products: string[] }> => {
  const { matrix, suite } = cell;
  const shared = suite.targets.map((t) => resolve(matrix.root, matrix.targets[t]!.dir));
  const objects = new Set<string>(
    (BINDINGS[suite.binding].ownObjects?.(place) ?? [])
      .filter(() => suite.binding === 'c')
      .map((o) => basename(o)),
  );
  const products: string[] = [];
  for (const [id, dir] of Object.entries(place.targets))
    for (const f of await glob(matrix.targets[id]!.produces, { cwd: dir, dot: true, absolute: true })) {
      // A process maps the file itself, not the link that the linker was given.
      const real = await realpath(f);
      objects.add(basename(f)).add(basename(real));
      if (/\.so(\.|$)|\.node$/.test(real)) products.push(real);
    }
  for (const f of await glob(['**/*.so', '**/*.node'], { cwd: place.out })) objects.add(basename(f));
  for (const o of matrix.own) if (!o.includes('/')) objects.add(o);
  const dirs = [
    ...shared,
    resolve(matrix.root, suite.dir),
    ...suite.inputs.map((i) => resolve(matrix.root, i)),
    ...matrix.own.filter((o) => o.includes('/')).map((o) => resolve(matrix.root, o)),
    place.out,
    ...Object.values(place.targets),
  ];
  return {
    own: { dirs, shared: [...shared, ...Object.values(place.targets)], objects },
    products: [...new Set(products)],
  };
};

const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const reproOf = (l: Launch): string =>
  [
    `cd ${quote(l.cwd)} && env`,
    ...Object.entries(l.env).map(([k, v]) => quote(`${k}=${v}`)),
    ...l.argv.map(quote),
  ].join(' ');

/** Which test was running when a report was written: by the single test asked, the process, or the log's size at each start. */
const testOf = (s: Sighting, log: ReadLog, shot: Shot): string | undefined => {
  if (shot.asked !== 'all' && shot.asked.length === 1) return shot.asked[0];
  const pid = log.pid ?? s.pid;
  const inProcess = shot.events.filter(
    (e) => e.outcome === 'started' && e.pid !== undefined && e.pid === pid,
  );
  if (inProcess.length === 1) return inProcess[0]!.test;
  if (s.leak || s.log.offset === undefined) return undefined;
  const at = s.log.offset;
  return inProcess.filter((e) => e.logs !== undefined && (e.logs[log.name] ?? 0) <= at).at(-1)?.test;
};

type Runner = {
  cell: Cell;
  room: CellRoom;
  place: SuitePlace;
  instrument: Instrument;
  evidence: Evidence;
  watch: Set<string>;
  n: number;
};

/** One launch with all its evidence; the tests that had no end are in `died`. */
const shoot = async (r: Runner, tests: readonly string[] | 'all', isolate: boolean): Promise<Shot> => {
  const { cell, room, place } = r;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(room.logs, cell.id, String(++r.n));
  const logDir = join(dir, 'gate');
  const scratch = join(dir, 'scratch');
  await mkdir(logDir, { recursive: true });
  await mkdir(join(scratch, 'tmp'), { recursive: true });
  const armed = cell.gate.arm({
    host: room.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir,
  });
  const arm: Arm = { ...armed, env: { ...armed.env, ...cell.matrix.gates[cell.gate.id]?.env } };
  const l = binding.run(place, r.instrument, room.host.tools, { tests, isolate, arm, scratch, logDir });
  const output = join(dir, 'output.log');
  const seconds = cell.suite.timeout ?? cell.matrix.gates[cell.gate.id]?.timeout ?? cell.matrix.timeout;
  const ended = await launch(
    { ...l, env: { ...room.env, TMPDIR: join(scratch, 'tmp'), ...l.env } },
    {
      output,
      timeoutMs: seconds * 1000 * (cell.gate.heavy ? 4 : 1),
      signal: room.signal,
      watch: r.watch,
    },
  );
  for (const m of ended.maps) r.evidence.maps.add(m);
  const logs = await readLogs(logDir, output);
  const text = await readFile(output, 'utf8').catch(() => '');
  const events = binding.events(scratch, text, place);
  const finished = new Set(events.filter((e) => e.outcome !== 'started').map((e) => e.test));
  const died = [
    ...new Set(events.filter((e) => e.outcome === 'started' && !finished.has(e.test)).map((e) => e.test)),
  ];
  const shot: Shot = { asked: tests, exit: ended.exit, events, logs, died };
  r.evidence.shots.push(shot);
  r.evidence.ms += ended.ms;
  const repro = reproOf(l);
  for (const log of logs) {
    r.evidence.logs.push(log.path);
    for (const sighting of log.parsed.sightings) {
      const test = testOf(sighting, log, shot);
      r.evidence.seen.push({ sighting, log: log.path, repro, ...(test === undefined ? {} : { test }) });
    }
  }
  const signal = ended.exit.kind === 'signal' ? ended.exit.signal : binding.killed?.(text);
  if (signal !== undefined && !logs.some((g) => g.parsed.sightings.length)) {
    const test = died.at(-1) ?? (tests !== 'all' && tests.length === 1 ? tests[0] : undefined);
    r.evidence.seen.push({
      sighting: killedBy(signal),
      log: output,
      repro,
      ...(test === undefined ? {} : { test }),
    });
  }
  return shot;
};

const killedBy = (signal: string): Sighting => ({
  tool: 'os',
  rule: `os/${signal}`,
  hazard: signal === 'SIGABRT' ? 'crash/abort' : 'crash/signal',
  message: `the process was killed by ${signal} and no checker says why`,
  stacks: [],
  complete: true,
  log: { line: 1, endLine: 1 },
});

/** Law 7: until every wanted test has had a turn, launch what remains without the ones that ended a process. */
const runAll = async (r: Runner, wanted: readonly string[], isolate: boolean): Promise<void> => {
  let left = [...wanted];
  while (left.length && !r.room.signal.aborted) {
    const shot = await shoot(r, left, isolate);
    const turned = new Set(shot.events.map((e) => e.test));
    const next = left.filter((t) => !turned.has(t));
    if (next.length === left.length) {
      // Nothing began. Alone, each test can still show whether it is the one that prevents the rest.
      if (left.length > 1 && shot.exit.kind !== 'timeout') for (const t of left) await shoot(r, [t], isolate);
      return;
    }
    left = next;
  }
};

const askForTests = async (r: Runner): Promise<{ tests: string[]; whole: boolean }> => {
  const { cell, room } = r;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(room.logs, cell.id, 'list');
  await mkdir(dir, { recursive: true });
  const armed = cell.gate.arm({
    host: room.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir: dir,
  });
  const arm: Arm = cell.gate.heavy ? NO_ARM : armed;
  const l = binding.list(r.place, r.instrument, room.host.tools, arm);
  const output = join(dir, 'output.log');
  const { exit } = await launch(
    { ...l, env: { ...room.env, ...l.env } },
    { output, timeoutMs: 120_000, signal: room.signal },
  );
  r.evidence.logs.push(output);
  const tests = binding.parseList(await readFile(output, 'utf8').catch(() => ''), r.place);
  return { tests, whole: tests.length > 0 && exit.kind === 'code' && exit.code === 0 };
};

const lists = new Map<string, Promise<string[]>>();

/** The suite's tests. What was compiled once is listed once: the list stays beside it, for other gates and later runs. */
const listTests = (r: Runner): Promise<string[]> => {
  const kept = join(r.place.out, '.ffi-gates-tests.json');
  const read = async (): Promise<string[]> => {
    const known = await readFile(kept, 'utf8').catch(() => undefined);
    if (known !== undefined) return JSON.parse(known) as string[];
    const { tests, whole } = await askForTests(r);
    // A list that was cut short would silently shorten every later run.
    if (whole) await writeFileAtomic(kept, JSON.stringify(tests));
    return tests;
  };
  let list = lists.get(kept);
  if (!list) lists.set(kept, (list = read()));
  return list;
};

/** Whether an annotation speaks of this cell's suite. */
export const concerns = (e: Expectation, cell: Cell, listed: readonly string[]): boolean => {
  if (e.bindings.length) return e.bindings.includes(cell.suite.binding);
  // Shared annotations hold for suites that have the case; those in the suite's own files hold without asking.
  return (
    e.file.startsWith(`${resolve(cell.matrix.root, cell.suite.dir)}/`) ||
    listed.some((t) => isCase(t, e.case))
  );
};

/** The expectations that this cell must meet. */
export const expected = (cell: Cell, all: readonly Expectation[], listed: readonly string[]): Expectation[] =>
  all.filter(
    (e) =>
      e.gates.some((g) => g.gate === cell.gate.id && (!g.compiler || g.compiler === cell.compiler)) &&
      concerns(e, cell, listed),
  );

/** A sighting meets an expectation: same hazard, and on its line or made while its case ran. */
export const meets = (s: Seen, e: Expectation): boolean =>
  s.sighting.hazard === e.hazard &&
  ((s.test !== undefined && isCase(s.test, e.case)) ||
    s.sighting.stacks.some((k) =>
      k.frames.some((f) => f.kind === 'source' && f.line === e.line && basename(f.file) === basename(e.file)),
    ));

const runPlanted = async (r: Runner): Promise<void> => {
  const { cell, evidence } = r;
  const { listed } = evidence;
  const due = expected(cell, r.room.expectations, listed);
  const blind = r.room.expectations.filter((e) => e.blind && concerns(e, cell, listed));
  const runs = (t: string, es: readonly Expectation[]): boolean => es.some((e) => isCase(t, e.case));
  const noop = listed.find((t) => caseOf(t) === 'noop');
  if (cell.suite.role === 'canary' && noop && cell.gate.noisyHosts) await shoot(r, [noop], true);
  evidence.wanted = listed.filter((t) => runs(t, [...due, ...blind]));
  const binding = BINDINGS[cell.suite.binding];
  // Where the framework does not say which test a report belongs to, its lines do; what is open then runs alone.
  const batch = binding.isolates === true || cell.gate.heavy || !cell.gate.halts;
  // A process per test costs a start of the host each time: only a gate that ends the process at its first report needs it.
  if (batch) await runAll(r, evidence.wanted, cell.gate.halts || (!cell.gate.heavy && !binding.attributes));
  else
    await runAll(
      r,
      evidence.wanted.filter((t) => !runs(t, due)),
      false,
    );
  const open = batch ? due.filter((e) => !evidence.seen.some((s) => meets(s, e))) : due;
  for (const t of evidence.wanted) if (!r.room.signal.aborted && runs(t, open)) await shoot(r, [t], true);
};

/** Runs a cell to its end. Problems of the user's code are evidence, never exceptions. */
export const runCell = async (cell: Cell, room: CellRoom): Promise<Evidence> => {
  const begun = performance.now();
  const evidence: Evidence = {
    cell,
    listed: [],
    wanted: [],
    shots: [],
    seen: [],
    logs: [],
    products: [],
    maps: new Set(),
    ms: 0,
    own: { dirs: [], shared: [], objects: new Set() },
  };
  const instrument = instrumentOf(cell, room.host);
  const made = await buildTargets(cell, room, instrument);
  if (typeof made === 'string') return { ...evidence, failed: made };
  const place = await prepare(cell, room, instrument, made);
  if (typeof place === 'string') return { ...evidence, failed: place };
  Object.assign(evidence, await ownOf(cell, place));
  const r: Runner = { cell, room, place, instrument, evidence, watch: new Set(evidence.own.objects), n: 0 };
  evidence.listed = await listTests(r);
  const { role } = cell.suite;
  if (role === 'hazard' || role === 'canary') await runPlanted(r);
  else {
    evidence.wanted = evidence.listed;
    await runAll(r, evidence.wanted, false);
  }
  evidence.ms = performance.now() - begun;
  return evidence;
};
