/** One launch of a cell's tests with everything it left behind. */
import type { Attempt, EvidenceDraft } from '../judge/evidence.js';
import { mkdirSync } from 'node:fs';
import { rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Expectation } from '../config/annotations.js';
import type { Apart, RunPlan, PreparedSuite } from '../bindings/binding.js';
import type { TestEvent } from '../model/test-event.js';
import type { Arm, Instrument, Launch } from '../model/launch.js';
import { mergeCrashes, unreportedCrashes, type Account, type Unfinished } from '../judge/crashes.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { launch } from '../process/launch.js';
import { recordedObjects } from './recorded-objects.js';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { Cell } from '../plan/plan.js';
import { linesOf } from '../process/lines.js';
import { readLogs, withoutEnd, type ReadLog } from '../parsers/read-logs.js';
import { BINDINGS } from '../bindings/index.js';
import { reproOf } from './repro-command.js';
import { settleSources } from '../build/source-files.js';
import { withSuppressions, type SuppressionFiles } from '../gates/suppression-files.js';

export type CellOptions = BuildAccess & {
  /** Base environment of every process. */
  env: Record<string, string>;
  /** Where this run's logs go. */
  logs: string;
  signal: AbortSignal;
  suppressions: SuppressionFiles;
  expectations: readonly Expectation[];
};

export type Runner = {
  cell: Cell;
  room: CellOptions;
  place: PreparedSuite;
  instrument: Instrument;
  evidence: EvidenceDraft;
  watch: Set<string>;
  n: number;
  /** Whether to walk stacks whole, which takes as long as a heavy gate. */
  fullUnwind?: boolean;
  /** Whether the gate is to leave out what only explains its reports. */
  skipExplanations?: boolean;
  /** Whether a gate that would halt at its first report is to go on. */
  goesOn?: boolean;
  /** The schedule that the next launches are to follow, for gates that have several. */
  seed?: number;
};

/** Which test was running when a report was written: by the single test asked, the process, or the log's size at each start. */
const testOf = (s: Diagnostic, log: ReadLog, attempt: Attempt, halts: boolean): string | undefined => {
  if (attempt.requested !== 'all' && attempt.requested.length === 1) return attempt.requested[0];
  const pid = log.pid ?? s.pid;
  const inProcess = attempt.events.filter(
    (e) => e.outcome === 'started' && e.pid !== undefined && e.pid === pid,
  );
  if (inProcess.length === 1) return inProcess[0]!.test;
  // What ends a process belongs to the test that had no end, where only one had none.
  const ending = s.hazard.startsWith('crash/') || (halts && s === log.parsed.diagnostics.at(-1) && !s.leak);
  if (pid === undefined && ending && attempt.unfinished.length === 1) return attempt.unfinished[0];
  if (s.leak || s.log.offset === undefined) return undefined;
  const at = s.log.offset;
  return inProcess.filter((e) => e.logs !== undefined && (e.logs[log.name] ?? 0) <= at).at(-1)?.test;
};

/** What stands between two options of a variable that holds several; undefined for one that holds a single value. */
const separatorOf = (name: string): string | undefined =>
  /^[A-Z]+SAN_OPTIONS$/.test(name) ? ':' : name === 'MIRIFLAGS' ? ' ' : undefined;

/** The gate's environment with the matrix's over it. Of options the last one counts: the user's are put behind the gate's. */
const withUsers = (gates: Arm['env'], users: Record<string, string>): Arm['env'] => ({
  ...gates,
  ...Object.fromEntries(
    Object.entries(users).map(([k, v]) => {
      const separator = separatorOf(k);
      return [k, separator !== undefined && gates[k] ? `${gates[k]}${separator}${v}` : v];
    }),
  ),
});

/** Seconds that one launch of the cell may take on a host that no gate slows down. */
export const secondsOf = (cell: Cell): number =>
  cell.suite.timeout ?? cell.matrix.gates[cell.gate.id]?.timeout ?? cell.matrix.timeout;

const MIB = 1 << 20;
/** Bytes that one launch of the cell may write to its output and to the gate's logs. */
export const bytesOf = (cell: Cell): number => (cell.suite.output ?? cell.matrix.output) * MIB;
/** What is kept of each log of a launch that wrote too much; all of it was read before. */
const KEPT_LOG_BYTES = MIB;

type Armed = { l: Launch; arm: Arm; scratch: string; logDir: string };

/** The command that runs tests under the cell's gate, with everything it writes below `dir`. */
const armedLaunch = (r: Runner, dir: string, tests: readonly string[] | 'all', isolate: Apart): Armed => {
  const { cell, room, place } = r;
  const logDir = join(dir, 'gate');
  const scratch = join(dir, 'scratch');
  mkdirSync(logDir, { recursive: true });
  mkdirSync(join(scratch, 'tmp'), { recursive: true });
  const armed = cell.gate.arm({
    host: room.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir,
    fullUnwind: r.fullUnwind === true,
    skipExplanations: r.skipExplanations === true,
    goesOn: r.goesOn === true,
    forks: isolate !== false && BINDINGS[cell.suite.binding].isolates === 'fork',
    ...(r.seed === undefined ? {} : { seed: r.seed }),
  });
  // Planted bugs are never suppressed: what would hide them is told from their reports instead.
  const told = cell.suite.role === 'subject' ? withSuppressions(armed, room.suppressions) : armed;
  const arm: Arm = { ...told, env: withUsers(told.env, cell.matrix.gates[cell.gate.id]?.env ?? {}) };
  const plan: RunPlan = { tests, isolate, arm, scratch, logDir };
  return {
    l: BINDINGS[cell.suite.binding].run(place, r.instrument, room.host.tools, plan),
    arm,
    scratch,
    logDir,
  };
};

/** A test that fails under one schedule may pass under the next: the message says which it was. */
const withSeed = (e: TestEvent, seed: number | undefined): TestEvent =>
  seed === undefined || e.outcome !== 'failed'
    ? e
    : { ...e, message: `${e.message ?? 'failed'} (seed ${seed})` };

/** One launch with all its evidence; the tests that had no end are in `died`. */
export const runAttempt = async (
  r: Runner,
  tests: readonly string[] | 'all',
  isolate: Apart,
): Promise<Attempt> => {
  const { cell, room, place } = r;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(room.logs, cell.id, String(++r.n));
  const { l, arm, scratch, logDir } = armedLaunch(r, dir, tests, isolate);
  const output = join(dir, 'output.log');
  const ended = await launch(
    { ...l, env: { ...room.env, TMPDIR: join(scratch, 'tmp'), ...l.env } },
    {
      output,
      timeoutMs: secondsOf(cell) * 1000 * (cell.gate.heavy || r.fullUnwind ? 4 : 1),
      signal: room.signal,
      watch: r.watch,
      limit: { bytes: bytesOf(cell), dir: logDir },
    },
  );
  const recorded = await recordedObjects(join(scratch, 'objects'));
  r.evidence.recorded ||= recorded !== undefined;
  for (const m of [...ended.maps, ...(recorded ?? [])]) r.evidence.maps.add(m);
  const logs = await readLogs(logDir, output);
  const events = binding.events(scratch, linesOf(output), place).map((e) => withSeed(e, r.seed));
  const finished = new Set(events.filter((e) => e.outcome !== 'started').map((e) => e.test));
  const unfinished = [
    ...new Set(events.filter((e) => e.outcome === 'started' && !finished.has(e.test)).map((e) => e.test)),
  ];
  const unchecked = arm.atEnd && withoutEnd(arm.atEnd, events, logs);
  const attempt: Attempt = {
    requested: tests,
    exit: ended.exit,
    events,
    logs,
    unfinished,
    ...(unchecked ? { unchecked } : {}),
  };
  r.evidence.attempts.push(attempt);
  r.evidence.ms += ended.ms;
  // The finding's command runs its test alone where that is known: others may hang, or die first. It keeps its own logs.
  const commands = new Map<string | undefined, string>();
  const reproFor = (test: string | undefined): string => {
    const known = commands.get(test);
    if (known !== undefined) return known;
    const again = armedLaunch(
      // Whoever repeats it wants to know all.
      { ...r, skipExplanations: false, goesOn: false },
      join(dir, 'repro', String(commands.size)),
      // What a schedule shows depends on all that the program is told, so it is repeated to the letter.
      test === undefined || r.seed !== undefined ? tests : [test],
      r.seed !== undefined && isolate === true,
    );
    const text = reproOf(again.l, again.logDir);
    commands.set(test, text);
    return text;
  };
  const accounts: Account[] = [];
  for (const log of logs) {
    r.evidence.logs.push(log.path);
    for (const diagnostic of log.parsed.diagnostics) {
      settleSources(diagnostic, r.evidence.own.dirs, r.evidence.copies, room.caches);
      if (r.seed !== undefined) diagnostic.seed = r.seed;
      const test = testOf(diagnostic, log, attempt, cell.gate.halts && r.goesOn !== true);
      const pid = log.pid ?? diagnostic.pid;
      accounts.push({
        diagnostic,
        log: log.path,
        repro: reproFor(test),
        ...(test === undefined ? {} : { test }),
        ...(pid === undefined ? {} : { pid }),
      });
    }
  }
  const signal = ended.exit.kind === 'signal' ? ended.exit.signal : binding.killed?.(linesOf(output));
  if (signal !== undefined) {
    const pids = new Map(events.map((e) => [e.test, e.pid]));
    const single = tests !== 'all' && tests.length === 1 ? tests[0] : undefined;
    const ends: Unfinished[] = (unfinished.length || single === undefined ? unfinished : [single]).map(
      (test) => {
        const pid = pids.get(test);
        return { test, ...(pid === undefined ? {} : { pid }) };
      },
    );
    for (const d of unreportedCrashes(signal, ends, accounts))
      accounts.push({ ...d, log: output, repro: reproFor(d.test) });
  }
  r.evidence.seen.push(...mergeCrashes(accounts));
  // What tests leave in their temporary directory is no evidence.
  await rm(join(scratch, 'tmp'), { recursive: true, force: true }).catch(() => undefined);
  if (ended.exit.kind === 'flooded')
    for (const { path } of logs)
      if ((await stat(path)).size > KEPT_LOG_BYTES) await truncate(path, KEPT_LOG_BYTES);
  return attempt;
};

/** Launches of one test each that begin nothing, after which no further one is made. */
const MAX_IDLE_LAUNCHES = 8;

/** Law 7: until every wanted test has had a turn, launch what remains without the ones that ended a process. */
export const runAll = async (r: Runner, wanted: readonly string[], isolate: Apart): Promise<void> => {
  let left = [...wanted];
  while (left.length && !r.room.signal.aborted) {
    const attempt = await runAttempt(r, left, isolate);
    const turned = new Set(attempt.events.map((e) => e.test));
    const next = left.filter((t) => !turned.has(t));
    if (next.length === left.length) {
      // Nothing began. Alone, each test can still show whether it is the one that prevents the rest.
      // Where several in a row do not begin either, it is none of them.
      const cut = attempt.exit.kind === 'timeout' || attempt.exit.kind === 'flooded';
      let idle = left.length > 1 && !cut ? 0 : MAX_IDLE_LAUNCHES;
      for (const t of left) {
        if (idle >= MAX_IDLE_LAUNCHES) return;
        idle = (await runAttempt(r, [t], isolate)).events.length ? 0 : idle + 1;
      }
      return;
    }
    left = next;
  }
};

/** Failed tests that are looked at again. */
const MAX_RERUNS = 3;

/**
 * Runs the first failed tests once more, each alone: one that passes then is flaky, or needs what ran before it. That is said
 * and excuses nothing. Where a launch did not come to its end by itself, there is something worse to look at.
 */
export const rerunFailed = async (r: Runner): Promise<void> => {
  const { attempts, seen } = r.evidence;
  // Under several schedules each had several chances.
  if (r.seed !== undefined) return;
  if (seen.length > 0 || attempts.some((s) => s.exit.kind !== 'code' || s.unfinished.length > 0)) return;
  const failed = attempts.flatMap((s) => s.events).filter((e) => e.outcome === 'failed');
  for (const test of [...new Set(failed.map((e) => e.test))].slice(0, MAX_RERUNS))
    if (!r.room.signal.aborted) await runAttempt(r, [test], false);
};
