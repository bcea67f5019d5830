/**
 * The program that runs one fuzz target: what it keeps, makes smaller, shows and says, with puppets for targets. Real engines are
 * in the fixtures (`native-fixtures/targets`).
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { smallerInputs } from '../../src/bindings/programs/fuzz-go-inputs.js';
import type { FuzzJob } from '../../src/bindings/programs/fuzz-job.js';

const PROGRAM = fileURLToPath(new URL('../../dist/bindings/programs/fuzz-target.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-fuzz-target-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Behaves as libFuzzer does: BAD in an input is the bug. `FINDS` is what it finds, `ENDS` how it ends without. */
const LIBFUZZER = join(dir, 'libfuzzer.mjs');
writeFileSync(
  LIBFUZZER,
  `import { appendFileSync, readFileSync, writeFileSync, statSync } from 'node:fs';
const args = process.argv.slice(2);
const value = (name) => args.find((a) => a.startsWith('-' + name + '='))?.slice(name.length + 2);
const files = args.filter((a) => !a.startsWith('-'));
const crash = (text) => {
  writeFileSync(process.env.LOGS.replace('log_path=', '').replace(':symbolize=0', '') + '/asan.' + process.pid,
    'ERROR: AddressSanitizer: heap-buffer-overflow on address\\n    #0 0x1 in decode x.c:1\\n');
  console.log('crashed with ' + text);
  process.exit(99);
};
if (value('minimize_crash')) {
  const text = readFileSync(files[0], 'utf8');
  writeFileSync(value('exact_artifact_path'), text.slice(text.indexOf('BAD'), text.indexOf('BAD') + 3));
} else if (value('max_total_time')) {
  appendFileSync(process.env.HUNTS, 'x');
  if (process.env.FINDS) {
    writeFileSync(value('artifact_prefix') + 'crash-1', process.env.FINDS);
    crash(process.env.FINDS);
  }
  process.exit(Number(process.env.ENDS ?? 0));
} else for (const f of files) if (statSync(f).isFile()) {
  const text = readFileSync(f, 'utf8');
  if (text.includes('BAD')) crash(text);
}
`,
);

let runs = 0;
const run = (name: string, env: Record<string, string>, input?: string, [seconds, failures] = [1, 8]) => {
  const scratch = join(dir, `scratch${++runs}`);
  const logDir = join(scratch, 'gate');
  mkdirSync(logDir, { recursive: true });
  const job: FuzzJob = {
    test: 'target',
    engine: 'libfuzzer',
    command: [process.execPath, LIBFUZZER],
    env: { ...env, LOGS: `log_path=${logDir}`, HUNTS: join(scratch, 'hunts') },
    cwd: dir,
    seconds,
    smaller: 1,
    failures,
    seed: 0,
    kept: join(dir, name),
    seeds: [],
    scratch,
    logDir,
    progress: join(scratch, 'progress.ndjson'),
    ...(input === undefined ? {} : { input }),
  };
  const ended = spawnSync(process.execPath, [PROGRAM, JSON.stringify(job)], { encoding: 'utf8' });
  const events = readFileSync(job.progress, 'utf8').trim().split('\n');
  const hunts = join(scratch, 'hunts');
  const reproducers = join(job.kept, 'reproducers');
  return {
    status: ended.status,
    output: ended.stdout + ended.stderr,
    outcomes: events.map((line) => (JSON.parse(line) as { outcome: string }).outcome),
    logs: readdirSync(logDir),
    hunts: existsSync(hunts) ? readFileSync(hunts, 'utf8').length : 0,
    kept: readdirSync(reproducers).map((f) => readFileSync(join(reproducers, f), 'utf8')),
    paths: readdirSync(reproducers).map((f) => join(reproducers, f)),
  };
};

describe('a target', () => {
  test('in which nothing is found passes', () => {
    expect(run('calm', {})).toMatchObject({ status: 0, outcomes: ['started', 'passed'], logs: [], kept: [] });
  });
  test('that crashes began and did not end; one report is there, of the smallest input, which is kept', () => {
    const ran = run('bad', { FINDS: 'xxBADxx' });
    expect(ran).toMatchObject({ status: 99, outcomes: ['started'], kept: ['BAD'] });
    expect(ran.logs).toHaveLength(1);
    expect(ran.output).toBe('crashed with BAD\n');
    // It comes first in the next run, and alone where it is asked for.
    const again = run('bad', {});
    expect(again).toMatchObject({ status: 99, outcomes: ['started'], kept: ['BAD'] });
    const alone = run('bad', { ENDS: '3' }, ran.paths[0]);
    expect(alone).toMatchObject({ status: 99, output: 'crashed with BAD\n' });
  });
  test('is left after as many failures as it may show', () => {
    expect(run('all', { FINDS: 'BAD' }, undefined, [60, 8])).toMatchObject({ hunts: 2 });
    expect(run('first', { FINDS: 'BAD' }, undefined, [60, 1])).toMatchObject({ status: 99, hunts: 1 });
  });
  test('whose failure no input shows again has the report that was written on the way', () => {
    const ran = run('flaky', { FINDS: 'harmless' });
    expect(ran).toMatchObject({ status: 99, outcomes: ['started'], kept: [] });
    expect(ran.logs).toHaveLength(1);
  });
  test('that ends for another reason does not pass', () => {
    expect(run('broken', { ENDS: '3' })).toMatchObject({ status: 3, outcomes: ['started'] });
  });
});

describe('smaller inputs of Go', () => {
  test.each([
    ['[]byte("AB")', '[]byte("")', '[]byte("B")', '[]byte("0B")'],
    ['string("\\xe4\\n\\"é")', 'string("")', 'string("\\x0a\\x22\\xc3\\xa9")'],
    ['int(-8)', 'int(0)', 'int(-4)', 'int(-7)'],
    ['uint64(18446744073709551615)', 'uint64(9223372036854775807)'],
  ])('of %s', (value, ...expected) => {
    const found = smallerInputs(`go test fuzz v1\n${Buffer.from(value).toString('latin1')}\nbool(true)\n`);
    for (const e of expected) expect(found).toContain(`go test fuzz v1\n${e}\nbool(true)\n`);
  });
  test('are none where nothing can be smaller', () => {
    expect(smallerInputs('go test fuzz v1\n[]byte("")\nint(0)\nrune(\'x\')\n')).toEqual([]);
  });
});
