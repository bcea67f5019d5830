/** Lists the tests of a suite, once per compiled form. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arm, NO_ARM } from '../model/launch.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { failure } from '../build/build-cache.js';
import { complaint } from '../build/complaint.js';
import { launch } from '../process/launch.js';
import { beginningOf } from '../process/lines.js';
import { redactFiles } from '../process/redact-file.js';
import { BY_FORM } from '../redaction/redactor.js';
import { writeWholeFile } from '../process/write-file.js';
import { readLogs } from '../parsers/read-logs.js';
import type { Uncollected } from '../bindings/binding.js';
import { BINDINGS } from '../bindings/index.js';
import { bytesOf, secondsOf } from './limits.js';
import type { Runner } from './runner.js';

/**
 * The tests that a suite lists. `failed` says why the list may be incomplete. `uncollected` are files without which it is
 * complete.
 */
export type Listed = { tests: string[]; failed?: string; uncollected?: Uncollected[] };

/** Limit in bytes of the list of tests. */
const MAX_LIST = 32 << 20;

const askForTests = async (r: Runner): Promise<Listed> => {
  const { cell, options } = r;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(options.logs, cell.id, 'list');
  const logDir = join(dir, 'gate');
  await mkdir(logDir, { recursive: true });
  const armed = cell.gate.arm({
    host: options.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir,
    ...(isFuzzing(cell.suite) ? { targets: true } : {}),
  });
  const arm: Arm = cell.gate.heavy ? NO_ARM : armed;
  const l = binding.list(r.prepared, r.instrument, options.host.tools, arm);
  const output = join(dir, 'output.log');
  const { exit } = await launch(
    { ...l, env: { ...options.env, ...l.env } },
    {
      output,
      timeoutMs: secondsOf(cell) * 1000,
      signal: options.signal,
      limit: { bytes: bytesOf(cell), dir: logDir },
    },
  );
  r.evidence.logs.push(output);
  const printed = beginningOf(output, MAX_LIST);
  const tests = binding.parseList(printed, r.prepared);
  const uncollected = binding.uncollected?.(printed) ?? [];
  redactFiles(dir, options.redactor ?? BY_FORM);
  const why = failure(exit, l.argv);
  if (why === undefined) return { tests, ...(uncollected.length ? { uncollected } : {}) };
  // A race or leak of the host changes the exit status although the listing is complete. If the report is
  // about the project's code, the run shows it too.
  if (exit.kind === 'code' && cell.gate.exitCodes.includes(exit.code)) {
    const found = (await readLogs(logDir, output)).flatMap((g) => g.parsed.diagnostics);
    if (found.some((s) => s.leak !== undefined || !cell.gate.halts)) return { tests };
  }
  if (exit.kind === 'code' && tests.length && uncollected.length) return { tests, uncollected };
  return { tests, failed: `${why}\n${complaint(output)}`.trim() };
};

/** The suite's tests. The list is stored beside the compiled tests, for other gates and later runs. */
export const listTests = (r: Runner): Promise<Listed> => {
  const cacheFile = join(r.prepared.out, '.ffi-gates-tests.json');
  const read = async (): Promise<Listed> => {
    const known = await readFile(cacheFile, 'utf8').catch(() => undefined);
    if (known !== undefined) return { tests: JSON.parse(known) as string[] };
    const listed = await askForTests(r);
    // Never store an incomplete list: it would silently shorten every later run. Nor one with a secret in it: the
    // file would outlive it.
    const redactor = r.options.redactor ?? BY_FORM;
    if (
      listed.failed === undefined &&
      listed.uncollected === undefined &&
      listed.tests.length &&
      redactor.deep(listed.tests) === listed.tests
    )
      await writeWholeFile(cacheFile, JSON.stringify(listed.tests));
    return listed;
  };
  return r.options.caches.once('tests', cacheFile, read);
};
