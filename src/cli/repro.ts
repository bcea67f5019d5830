/** `ffi-gates repro`: prints or runs the command that reproduces a finding. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { unreportedCrashes } from '../judge/crashes.js';
import { afterFailure } from '../judge/error-paths.js';
import { ignoredError } from '../judge/ignored-errors.js';
import { baseEnv } from '../host/environment.js';
import { MAX_SECONDS } from '../model/duration.js';
import { Failure } from '../model/failure.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Interruption } from './interruption.js';
import { findFinding, readReport } from './last-report.js';
import { launch, type Exit } from '../process/launch.js';
import { beginningOf, linesOf } from '../process/lines.js';
import { readLogs } from '../parsers/read-logs.js';
import { BINDINGS } from '../bindings/index.js';
import type { Matrix } from '../config/matrix.js';
import type { GateId } from '../model/ids.js';
import type { FindingReport, Report } from '../model/report.js';
import { uncontainedAgain } from '../execute/contained-calls.js';
import { failuresIn } from '../execute/failing-calls.js';
import { isAgain, partsOf, variablesOf, withEnvironment } from '../execute/repro-command.js';
import { knownSecrets, outgoing } from './outgoing.js';
import { say } from './say.js';
import { readMatrix } from './where.js';

/** A shell exits with 128 + n if signal n ended its child. */
const signalOf = (exit: Exit): string | undefined => {
  if (exit.kind === 'signal') return exit.signal;
  if (exit.kind !== 'code' || exit.code <= 128) return undefined;
  return Object.entries(constants.signals).find(([, n]) => n === exit.code - 128)?.[0];
};

/** The matrix that the report was made from, if it is still there. */
const matrixOf = async (named: string | undefined, report: Report): Promise<Matrix | undefined> => {
  try {
    const matrix = await readMatrix({ matrix: named });
    return named !== undefined || basename(matrix.file) === report.matrix ? matrix : undefined;
  } catch (e) {
    if (named === undefined && e instanceof Failure) return undefined;
    throw e;
  }
};

/**
 * The environment for the command. Secrets are in no report: they come from our own environment, else from the matrix.
 * Throws `Failure` 2 if one is in neither.
 */
const environmentOf = async (
  f: FindingReport,
  report: Report,
  named: string | undefined,
): Promise<Record<string, string>> => {
  const env = baseEnv();
  const wanted = variablesOf(f.repro).filter((name) => env[name] === undefined);
  if (wanted.length === 0) return env;
  const matrix = await matrixOf(named, report);
  const [seen] = f.witnesses;
  const suite = matrix?.suites.find((s) => seen?.cell.startsWith(`${s.id}-${s.binding}_`));
  const given: Record<string, string> = {
    ...Object.fromEntries(knownSecrets().map((s) => [s.name, s.value])),
    ...(seen && matrix?.gates[seen.gate as GateId]?.env),
    ...suite?.env,
  };
  for (const name of wanted) {
    const value = given[name];
    if (value === undefined)
      throw new Failure(
        EXIT.USAGE,
        `the command needs ${name}, whose value is a secret and in no report: set it in the environment, or name its matrix with --matrix`,
      );
    env[name] = value;
  }
  return env;
};

/** Limits in bytes of the command's output, and of the part that is printed. */
const MAX_OUTPUT = 256 << 20;
const SHOWN = 1 << 20;

/**
 * Runs the command in a clean environment and reads the gate's reports. The caller looks for the finding in
 * them.
 */
const runAgain = async (
  f: FindingReport,
  seconds: number,
  env: Record<string, string>,
  interruption: Interruption,
): Promise<{ exit: Exit; seen: Diagnostic[]; output: string }> => {
  const parts = partsOf(f.repro);
  if (!parts) throw new Failure(EXIT.USAGE, 'the report has no command for this finding');
  mkdirSync(parts.logDir, { recursive: true });
  for (const name of readdirSync(parts.logDir)) rmSync(join(parts.logDir, name), { recursive: true });
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-repro-'));
  const giveBack = interruption.takeOver();
  try {
    const output = join(dir, 'output.log');
    const { exit } = await launch(
      { argv: ['sh', '-c', parts.command], cwd: '/', env },
      {
        output,
        timeoutMs: seconds * 1000,
        signal: interruption.signal,
        limit: { bytes: MAX_OUTPUT, dir: parts.logDir },
      },
    );
    const logs = await readLogs(parts.logDir, output);
    // Reports of error paths have names of their own.
    const [failure] = failuresIn(logs).values();
    const seen = logs
      .flatMap((l) => l.parsed.diagnostics)
      .map((d) => (failure ? afterFailure(d, failure) : d));
    if (failure?.reported && exit.kind === 'code' && exit.code === 0) seen.push(ignoredError(failure));
    seen.push(...uncontainedAgain(logs, exit.kind === 'code' && exit.code === 0));
    const binding = f.witnesses[0] && BINDINGS[f.witnesses[0].binding];
    const signal = signalOf(exit) ?? binding?.killed?.(linesOf(output));
    if (signal !== undefined && seen.length === 0)
      seen.push(...unreportedCrashes(signal, [], []).map((d) => d.diagnostic));
    return { exit, seen, output: beginningOf(output, SHOWN) };
  } finally {
    giveBack();
    rmSync(dir, { recursive: true, force: true });
  }
};

/**
 * Prints the command. With `run`, the exit code is 1 if the finding was seen again, 0 if not, 6 if
 * inconclusive.
 */
export const repro = async (
  a: { finding: string; out: string; run: boolean; timeout: number; matrix?: string | undefined },
  interruption: Interruption,
): Promise<ExitCode> => {
  const report = await readReport(a.out);
  const f = findFinding(report, a.finding);
  if (!a.run) {
    say(withEnvironment(f.repro, baseEnv(), outgoing()));
    return EXIT.OK;
  }
  if (!(a.timeout > 0 && a.timeout <= MAX_SECONDS))
    throw new Failure(
      EXIT.USAGE,
      `--timeout must be a number of seconds, more than 0 and at most ${MAX_SECONDS}`,
    );
  const { exit, seen, output } = await runAgain(
    f,
    a.timeout,
    await environmentOf(f, report, a.matrix),
    interruption,
  );
  if (output !== '') say(output.trimEnd());
  const name = `${f.fingerprint} (${f.hazard})`;
  if (seen.some((s) => isAgain(f, s))) {
    say(`seen again: ${name}`);
    return EXIT.HAZARD;
  }
  if (exit.kind === 'stopped') return EXIT.INTERRUPTED;
  if (exit.kind === 'timeout' || exit.kind === 'flooded' || exit.kind === 'spawn-error') {
    const why =
      exit.kind === 'timeout'
        ? `stopped after ${a.timeout} s`
        : exit.kind === 'flooded'
          ? 'it exceeded its limit of output'
          : exit.message;
    say(`inconclusive: ${why}: ${name}`);
    return EXIT.INCONCLUSIVE;
  }
  const others = [...new Set(seen.map((s) => s.hazard))];
  say(`not seen again: ${name}${others.length ? `; seen instead: ${others.join(', ')}` : ''}`);
  return EXIT.OK;
};
