/**
 * A separate program: gives one fuzz target inputs until its time is over, makes what fails smaller, and keeps it. Argument: the
 * JSON of a `FuzzJob`. The arm is around the target alone. What is tried on the way leaves its reports aside; the smallest
 * input of each failure is run once more, and that report counts. Ends as that last process did.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { constants } from 'node:os';
import { aside, filesIn, type Ended, type Engine, type FuzzJob } from './fuzz-job.js';
import { fastCheck } from './fuzz-fast-check.js';
import { goFuzz } from './fuzz-go.js';
import { libFuzzer } from './fuzz-libfuzzer.js';

/** Where it says which input each failing process ran, by process id. */
export const FOUND = 'found.json';

const FRAME = /^\s{0,8}#\d{1,3} (?:0x[0-9a-f]{1,16} )?(?:in )?(\S{1,300})/;

/** A name of what failed: the report's head and the first functions in its stack. */
const signatureOf = (text: string): string => {
  const lines = text.split('\n');
  const head = /ERROR: (\w{1,40}: [\w-]{1,60}( [a-z-]{1,40})?)/.exec(text)?.[1] ?? '';
  const frames = lines.flatMap((line) => FRAME.exec(line)?.[1] ?? []).slice(0, 4);
  return createHash('sha256')
    .update([head, ...frames].join('\n'))
    .digest('hex')
    .slice(0, 12);
};

const reportOf = (job: FuzzJob, { pid, output }: Ended): string => {
  const names = existsSync(job.logDir) ? readdirSync(job.logDir) : [];
  const own = names.filter((n) => n.split('.').includes(String(pid)));
  return own.map((n) => readFileSync(join(job.logDir, n), 'latin1')).join('\n') || output;
};

const isBad = ({ code, signal }: Ended): boolean => code !== 0 || signal !== undefined;

/** All that a job has shown. */
type Shown = {
  last?: Ended;
  crashed: boolean;
  message?: string;
  inputs: Record<string, string>;
  kinds: Set<string>;
};

const say = (job: FuzzJob, event: Record<string, unknown>): void => {
  appendFileSync(job.progress, `${JSON.stringify({ test: job.test, ...event })}\n`);
};

/** What a target itself said of an input, and the input. */
const messageOf = ({ output }: Ended, input: string): string => {
  const said = output.split('\n').filter((l) => /^\s{4,}\S/.test(l));
  const text = existsSync(input) ? readFileSync(input, 'latin1').slice(0, 400) : basename(input);
  return [...said.slice(0, 12).map((l) => l.trim()), `input: ${text.trim()}`].join('\n');
};

/** Runs an input that is to fail, and records what it shows: nothing, what another did, or something new. */
const show = async (
  job: FuzzJob,
  engine: Engine,
  shown: Shown,
  input: string,
): Promise<'nothing' | 'known' | 'new'> => {
  const ended = await engine.once(input, job.env, true);
  if (!isBad(ended)) return 'nothing';
  const kind = signatureOf(reportOf(job, ended));
  const kept = join(job.kept, 'reproducers', kind);
  // The smallest stays.
  if (existsSync(input) && (!existsSync(kept) || statSync(input).size < statSync(kept).size))
    copyFileSync(input, kept);
  const named = existsSync(kept) ? kept : input;
  shown.inputs[String(ended.pid)] = named;
  shown.inputs['first'] ??= named;
  if (engine.failed(ended)) shown.message ??= messageOf(ended, named);
  else shown.crashed = true;
  if (shown.last === undefined || !engine.failed(ended)) shown.last = ended;
  writeFileSync(join(job.scratch, FOUND), JSON.stringify(shown.inputs));
  const result = shown.kinds.has(kind) ? 'known' : 'new';
  shown.kinds.add(kind);
  return result;
};

/** A failure that no single input shows again: the reports of the process that tried it count. */
const showAside = (job: FuzzJob, shown: Shown, ended: Ended, since: number): void => {
  for (const path of filesIn(join(job.scratch, 'tried')))
    if (statSync(path).mtimeMs >= since) copyFileSync(path, join(job.logDir, basename(path)));
  process.stdout.write(ended.output.slice(-8192));
  shown.crashed = true;
  shown.last = ended;
};

const fuzz = async (job: FuzzJob, engine: Engine, shown: Shown): Promise<void> => {
  const reproducers = join(job.kept, 'reproducers');
  mkdirSync(reproducers, { recursive: true });
  const quiet = aside(job);
  const end = performance.now() + job.seconds * 1000;
  for (const input of filesIn(reproducers)) await show(job, engine, shown, input);
  for (let left = job.seconds; left >= 1 && shown.kinds.size < job.failures;) {
    const since = Date.now();
    const { ended, input } = await engine.hunt(Math.ceil(left), quiet);
    if (!isBad(ended)) return;
    if (input === undefined) return showAside(job, shown, ended, since);
    const smallest = await engine.minimise(input, job.smaller, quiet);
    const result = await show(job, engine, shown, smallest);
    if (result === 'nothing') return showAside(job, shown, ended, since);
    if (result === 'known') return;
    left = (end - performance.now()) / 1000;
  }
};

const main = async (job: FuzzJob): Promise<void> => {
  const engine = { libfuzzer: libFuzzer, go: goFuzz, 'fast-check': fastCheck }[job.engine](job);
  const shown: Shown = { crashed: false, inputs: {}, kinds: new Set() };
  const begun = performance.now();
  say(job, { outcome: 'started' });
  if (job.input === undefined) await fuzz(job, engine, shown);
  else {
    mkdirSync(join(job.kept, 'reproducers'), { recursive: true });
    await show(job, engine, shown, job.input);
  }
  const ms = Math.round(performance.now() - begun);
  // As a test that ended its process: it began.
  if (!shown.crashed)
    say(
      job,
      shown.message === undefined
        ? { outcome: 'passed', ms }
        : { outcome: 'failed', ms, message: shown.message },
    );
  const { last } = shown;
  if (last?.signal !== undefined) process.exitCode = 128 + constants.signals[last.signal];
  else process.exitCode = last?.code ?? 0;
};

await main(JSON.parse(process.argv[2] ?? '{}') as FuzzJob);
