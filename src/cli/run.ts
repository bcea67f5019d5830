/** `ffi-gates run`: builds, runs and judges cells, and writes the report. */
import { EXIT, type ExitCode, worst } from '../model/exit-codes.js';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { lockDirectory } from '../process/lock.js';
import type { Console } from '../reporters/terminal/console.js';
import { removeOldReport, writeReport } from '../reporters/write.js';
import type { Interruption } from './interruption.js';
import { outgoing } from './outgoing.js';
import { chooseReporters, isChosen } from '../reporters/choose.js';
import { sayToGithub } from './github.js';
import { probeFor } from './probe.js';
import { sayPainted, sayRows, tell } from './say.js';
import type { ShardArgs } from './shard.js';
import { sayUnwritten } from './unwritten.js';
import { openMatrix } from './where.js';

export type RunArgs = ShardArgs & {
  selector: string[];
  matrix?: string | undefined;
  out: string;
  cache?: string | undefined;
  jobs?: number | undefined;
  json: boolean;
  strict: boolean;
  provision: boolean;
  lastFailed: boolean;
  prove: boolean;
  resume: boolean;
  quiet: boolean;
  reporter: string[];
};

/** Takes the output directory. Throws `Failure` 2 if another run has it. */
export const lockOutput = async (out: string): Promise<() => void> => {
  const lock = await lockDirectory(out);
  if ('release' in lock) return lock.release;
  const holder = lock.heldBy === undefined ? 'another process' : `process ${lock.heldBy}`;
  throw new Failure(
    EXIT.USAGE,
    `a run of ${holder} is writing to ${out}: wait for it, or give this one an --out of its own`,
  );
};

const failedBefore = async (out: string, selectors: readonly string[]): Promise<string[]> => {
  const { lastFailed } = await import('./last-failed.js');
  const { parseReport } = await import('./last-report.js');
  const file = join(out, 'report.json');
  const text = await readFile(file).catch(() => undefined);
  return lastFailed(parseReport(text, file), out, selectors);
};

/** The report of a run, if it has cells, and the exit code of its shard. `lastReport` is the text of the one before. */
const makeReport = async (
  a: RunArgs,
  { out, selectors }: { out: string; selectors: readonly string[] },
  lastReport: Buffer | undefined,
  interruption: Interruption,
  screen: Screen,
): Promise<{ report?: Report; code: ExitCode }> => {
  const matrix = await openMatrix(a);
  const { loadBaseline } = await import('../config/baseline.js');
  const baseline = await loadBaseline(matrix.file);
  const { loadSuppressions } = await import('../config/suppressions.js');
  const suppressions = await loadSuppressions(matrix.file);
  const cache = a.cache ? resolve(a.cache) : join(matrix.root, '.ffi-gates', 'builds');
  // Probing a machine takes seconds, so errors in the request are reported first.
  const { checkRequest } = await import('./check-request.js');
  const { run } = await import('../run.js');
  const { openShard, requestedShard } = await import('./shard.js');
  const request = await requestedShard(a, matrix, process.env);
  await checkRequest({ matrix, selectors: request?.document?.selectors ?? selectors, out, cache });
  const { leaveOutSince } = await import('./since.js');
  const leaveOut = await leaveOutSince(a.since, matrix);
  const room = { out, cache, provision: a.provision, prove: a.prove };
  const host = await probeFor(matrix, room, interruption);
  const shard = request && (await openShard(request, { matrix, host, selectors, out, cache }));
  if (shard?.only.size === 0) return { code: await shard.finish(undefined) };
  const { makeConsole } = await import('../reporters/terminal/console.js');
  screen.console = makeConsole({
    tty: Boolean(process.stderr.isTTY),
    ci: Boolean(process.env['CI']),
    quiet: a.quiet,
  });
  const giveBack = interruption.takeOver();
  const report = await run({
    matrix,
    host,
    out,
    selectors: shard?.selectors ?? selectors,
    ...(shard ? { only: shard.only, onJudged: (judged) => shard.writer.add(judged) } : {}),
    cache,
    resumes: a.resume,
    keptProofs: a.prove ? 'renew' : 'use',
    leaveOut,
    lastReport,
    strict: a.strict,
    baseline,
    suppressions,
    signal: interruption.signal,
    redactor: outgoing(),
    launched: giveBack,
    emit: screen.console.emit,
    ...(a.jobs === undefined ? {} : { jobs: a.jobs }),
  });
  // The blob of an interrupted shard has no end; what it holds counts.
  if (!shard || report.cut) return { report, code: EXIT.OK };
  return { report, code: await shard.finish(report) };
};

/** The progress on the terminal, once there is any. */
type Screen = { console?: Console };

/** Runs the command. Throws `Failure` for what is wrong with the request. */
export const runCommand = async (a: RunArgs, interruption: Interruption): Promise<ExitCode> => {
  interruption.message = 'interrupted; no report was written';
  const out = resolve(a.out);
  const reporters = chooseReporters(a.reporter, out);
  const release = await lockOutput(out);
  const screen: Screen = {};
  try {
    // A request for the failed cells of a run without any leaves its report as it is.
    const selectors = a.lastFailed ? await failedBefore(out, a.selector) : a.selector;
    const lastReport = await removeOldReport(out, reporters);
    interruption.ready();
    const { report, code } = await makeReport(a, { out, selectors }, lastReport, interruption, screen);
    await screen.console?.stop();
    if (!report) return code;
    const unwritten = await writeReport(report, out, reporters);
    interruption.message = 'interrupted';
    await printReport(report, a.json);
    if (isChosen(reporters, 'github')) await sayToGithub(report, process.env);
    const said = sayUnwritten(unwritten, out);
    return report.cut ? EXIT.INTERRUPTED : worst([code, report.exitCode, said]);
  } catch (e) {
    await screen.console?.stop();
    if (!interruption.signal.aborted) throw e;
    tell(`ffi-gates: ${interruption.message}`);
    return EXIT.INTERRUPTED;
  } finally {
    release();
  }
};

/** Prints a report: for people, or as JSON. */
export const printReport = async (report: Report, json: boolean): Promise<void> => {
  if (json) {
    const { shareFrames } = await import('../reporters/shared-frames.js');
    return sayRows(shareFrames(report));
  }
  const { renderSummary } = await import('../reporters/terminal/summary.js');
  const lines = renderSummary(report, {
    // Output to a file has no columns, and its readers may not wrap lines.
    width: process.stdout.columns ?? 240,
    color: Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'],
  });
  for (const line of lines) sayPainted(line);
};
