/** One launch of a cell's tests, with all evidence that it leaves. */
import type { Attempt } from '../judge/evidence.js';
import { allOf, onErrorPaths } from '../judge/error-paths.js';
import { uncontainedIn } from './contained-calls.js';
import { failuresIn, ignoredIn, testByCall } from './failing-calls.js';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Apart, RunPlan } from '../bindings/binding.js';
import type { TestEvent } from '../model/test-event.js';
import type { Arm, Launch } from '../model/launch.js';
import { mergeCrashes, unreportedCrashes, type CrashObservation, type Unfinished } from '../judge/crashes.js';
import { wordsOf } from './last-words.js';
import { deadlyVectors } from './asked-values.js';
import { watchLogs } from './lost-logs.js';
import { launch } from '../process/launch.js';
import { recordedObjects } from './recorded-objects.js';
import { linesOf } from '../process/lines.js';
import { prepareReading, readLogs, unprovenIn, watchedIn, withoutEnd } from '../parsers/read-logs.js';
import { BINDINGS } from '../bindings/index.js';
import { redactFiles } from '../process/redact-file.js';
import { hideSecrets } from '../redaction/diagnostic.js';
import { BY_FORM } from '../redaction/redactor.js';
import { requestOf } from './gate-request.js';
import { withUsers } from './gate-environment.js';
import type { Runner } from './runner.js';
import { reproOf } from './repro-command.js';
import { shareOf, waitsOf } from './perturb.js';
import { testOf } from './test-of.js';
import { foundInputs, fuzzPlanOf } from './fuzz-targets.js';
import { bytesOf, millisecondsOf } from './limits.js';
import { withAgent } from './agent.js';
import { withHostStack } from './host-stack.js';
import { withPreload } from './preload.js';
import { prepareAfter, runAfter } from './run-after.js';
import { settleSources } from '../build/source-files.js';
import { withSuppressions } from '../gates/suppression-files.js';

/** Bytes kept of each log of a launch that exceeded its limit. The complete log was read before. */
const KEPT_LOG_BYTES = 1 << 20;

type Armed = {
  l: Launch;
  arm: Arm;
  scratch: string;
  logDir: string;
  /** The command of the gate's program that runs afterwards. */
  after?: string[];
};

/** The launch that runs tests under the cell's gate. All its files are below `dir`. */
const armedLaunch = (
  r: Runner,
  dir: string,
  tests: readonly string[] | 'all',
  isolate: Apart,
  only?: string,
): Armed => {
  const { cell, options, prepared } = r;
  const logDir = join(dir, 'gate');
  const scratch = join(dir, 'scratch');
  for (const d of [logDir, join(scratch, 'tmp')]) mkdirSync(d, { recursive: true });
  const traces = r.fullUnwind === true && r.tracesBlocks === true;
  const armed = cell.gate.arm({
    host: options.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir,
    fullUnwind: r.fullUnwind === true && !traces,
    skipExplanations: r.skipExplanations === true,
    goesOn: r.goesOn === true,
    forks: isolate !== false && BINDINGS[cell.suite.binding].isolates === 'fork',
    ...(r.seed === undefined ? {} : { seed: r.seed }),
    ...requestOf(r, tests, only),
    settings: cell.suite.role === 'canary' ? {} : (cell.matrix.gates[cell.gate.id] ?? {}),
  });
  // Planted bugs run without suppressions (Law 12). Entries that would hide them are found from the reports.
  const suppressing = cell.suite.role === 'subject' ? withSuppressions(armed, options.suppressions) : armed;
  const users: Arm = {
    ...suppressing,
    env: withUsers(suppressing.env, cell.matrix.gates[cell.gate.id]?.env ?? {}),
  };
  const { failing, ...others } = r;
  // A reproduction of one test makes no call of another fail.
  const keys = failing?.filter((f) => tests === 'all' || tests.includes(f.test)).map((f) => f.key);
  const asking = r.asksHost === true ? withHostStack(users, cell.suite.binding, traces) : users;
  const preloading = withPreload(asking, { ...others, ...(keys ? { failing: keys } : {}) }, scratch);
  const arm = withAgent(preloading, r.agent, r.evidence);
  for (const [path, text] of Object.entries(arm.files ?? {})) writeFileSync(path, text);
  const plan: RunPlan = { tests, isolate, arm, scratch, logDir, ...fuzzPlanOf(r, scratch, only) };
  const binding = BINDINGS[cell.suite.binding];
  const declarations = () => ({
    built: [...Object.values(prepared.targets), prepared.out],
    ...binding.declarations?.(prepared, r.instrument, options.host.tools),
  });
  return {
    l: binding.run(prepared, r.instrument, options.host.tools, plan),
    arm,
    scratch,
    logDir,
    ...(arm.after ? { after: prepareAfter(arm.after, dir, declarations()) } : {}),
  };
};

/** Adds the seed to a failure's message, since the test may pass under another schedule. */
const withSeed = (e: TestEvent, seed: number | undefined): TestEvent =>
  seed === undefined || e.outcome !== 'failed'
    ? e
    : { ...e, message: `${e.message ?? 'failed'} (seed ${seed})` };

/** Runs one launch and records its evidence. Tests that began and did not end are in `unfinished`. */
export const runAttempt = async (
  r: Runner,
  tests: readonly string[] | 'all',
  isolate: Apart,
): Promise<Attempt> => {
  const { cell, options, prepared } = r;
  const { redactor = BY_FORM } = options;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(options.logs, cell.id, String(++r.n));
  const { l, arm, scratch, logDir, after } = armedLaunch(r, dir, tests, isolate);
  (r.logDirs ??= []).push(logDir);
  const output = join(dir, 'output.log');
  const lostAfter = await watchLogs(logDir);
  const since = Date.now();
  const running = launch(
    { ...l, env: { ...options.env, TMPDIR: join(scratch, 'tmp'), ...l.env } },
    {
      output,
      timeoutMs: millisecondsOf(r),
      signal: options.signal,
      watch: r.watch,
      limit: { bytes: bytesOf(cell), dir: logDir },
    },
  );
  // There is nothing else to do until it ends.
  setImmediate(prepareReading);
  const ended = await running;
  if (after && arm.after) {
    const log = { path: join(logDir, arm.after.log), tool: cell.gate.id };
    await runAfter(after, log, { ...options.env, FFI_GATES_SINCE: String(since) }, options.signal);
  }
  if (shareOf(cell) !== undefined) r.evidence.waits = (r.evidence.waits ?? 0) + waitsOf(scratch);
  const recorded = await recordedObjects(join(scratch, 'objects'));
  r.evidence.recorded ||= recorded !== undefined;
  for (const m of [...ended.maps, ...(recorded ?? [])]) r.evidence.maps.add(m);
  const logs = await readLogs(logDir, output);
  const events = binding.events(scratch, linesOf(output), prepared).map((e) => withSeed(e, r.seed));
  const finished = new Set(events.filter((e) => e.outcome !== 'started').map((e) => e.test));
  const unfinished = [
    ...new Set(events.filter((e) => e.outcome === 'started' && !finished.has(e.test)).map((e) => e.test)),
  ];
  const unchecked = arm.atEnd && withoutEnd(arm.atEnd, events, logs);
  const unproven = arm.watched && unprovenIn(logs);
  const attempt: Attempt = {
    requested: tests,
    exit: ended.exit,
    events,
    logs,
    unfinished,
    ...(unchecked ? { unchecked } : {}),
    ...wordsOf(ended.exit, logs, output),
    ...(arm.watched ? { watched: watchedIn(arm.watched, logs) } : {}),
    ...(unproven ? { unproven } : {}),
    ...(await lostAfter(ended.removed)),
  };
  if (r.failing || r.faults) r.evidence.driven = [...(r.evidence.driven ?? []), attempt];
  else r.evidence.attempts.push(attempt);
  r.evidence.ms += ended.ms;
  // A finding's command runs only its test if that is known, since others may hang or crash first. It has log
  // files of its own.
  const commands = new Map<string, string>();
  const reproFor = (test: string | undefined, vector?: string): string => {
    const key = JSON.stringify([test, vector]);
    const known = commands.get(key);
    if (known !== undefined) return known;
    const again = armedLaunch(
      // A reproduction shows everything that the gate can tell.
      { ...r, skipExplanations: false, goesOn: false, repeats: true },
      join(dir, 'repro', String(commands.size)),
      // The program's arguments influence the schedule, so a seeded launch is repeated exactly.
      test === undefined || r.seed !== undefined ? tests : [test],
      r.seed !== undefined && isolate === true,
      vector,
    );
    const text = reproOf(again.l, again.logDir, again.after, redactor);
    commands.set(key, text);
    return text;
  };
  const deadly: ReadonlyMap<number, string> = cell.gate.asksFunctions ? deadlyVectors(logDir) : new Map();
  const inputOf = foundInputs(scratch);
  const observations: CrashObservation[] = [];
  const failures = failuresIn(r.failing ? logs : []);
  for (const log of logs) {
    r.evidence.logs.push(log.path);
    for (const diagnostic of log.parsed.diagnostics) {
      settleSources(diagnostic, r.evidence.own.dirs, r.evidence.copies, options.caches);
      hideSecrets(diagnostic, redactor);
      if (r.seed !== undefined) diagnostic.seed = r.seed;
      const pid = log.pid ?? diagnostic.pid;
      const said = testOf(diagnostic, log, attempt, cell.gate.halts && r.goesOn !== true);
      const test = said ?? testByCall(r.failing ?? [], diagnostic, failures.get(pid ?? 0));
      if (test === undefined && diagnostic.inTest && events.length > 0) continue;
      observations.push({
        diagnostic,
        log: log.path,
        repro: reproFor(
          test,
          diagnostic.vector ?? inputOf(pid) ?? (log.pid === undefined ? undefined : deadly.get(log.pid)),
        ),
        ...(test === undefined ? {} : { test }),
        ...(pid === undefined ? {} : { pid }),
      });
    }
  }
  if (r.failing && cell.gate.asksErrors)
    observations.push(...ignoredIn(attempt).map((o) => ({ ...o, repro: reproFor(o.test) })));
  if (r.faults)
    observations.push(
      ...uncontainedIn(attempt, r.faults, r.evidence.seen).map((o) => ({ ...o, repro: reproFor(o.test) })),
    );
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
    for (const d of unreportedCrashes(signal, ends, observations))
      observations.push({ ...d, log: output, repro: reproFor(d.test) });
  }
  for (const failure of failures.values())
    for (const { managed } of allOf(failure))
      if (managed)
        settleSources({ stacks: [managed] }, r.evidence.own.dirs, r.evidence.copies, options.caches);
  const merged = mergeCrashes(observations);
  const judged = r.failing ? onErrorPaths(merged, failures, r.evidence) : merged;
  // A worker that was broken says so itself, and its parent what it makes of it.
  r.evidence.seen.push(...(r.faults ? judged.filter((o) => o.diagnostic.tool === cell.gate.id) : judged));
  await rm(join(scratch, 'tmp'), { recursive: true, force: true }).catch(() => undefined);
  if (ended.exit.kind === 'flooded')
    for (const { path } of logs)
      if ((await stat(path)).size > KEPT_LOG_BYTES) await truncate(path, KEPT_LOG_BYTES);
  redactFiles(dir, redactor);
  return attempt;
};
