/** Reports of earlier versions, and of this one: every command that reads a report says the same of both. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingReport, Report } from '../../src/model/report.js';
import { json } from '../../src/reporters/json.js';
import { filesOf } from '../../src/reporters/write.js';
import { makeRig, type Rig } from '../helpers/rig.js';
import { sampleReport } from '../helpers/sample-report.js';

/** The sample, of the rig's matrix, with a bucket that is large enough to be shared. */
const report = (): Report => {
  const sample = sampleReport();
  const noise = sample.runtimeBucket[0]!;
  const many = Array.from({ length: 300 }, (_, i): FindingReport => ({
    ...noise,
    fingerprint: `b${i.toString(16).padStart(15, '0')}`,
    repro: `echo bucket ${i}`,
    stacks: [{ role: 'fault', frames: Array.from({ length: 30 }, () => noise.stacks[0]!.frames[0]!) }],
  }));
  // Real fingerprints have 16 digits, which the baseline asks for.
  const findings = sample.findings.map((f) => ({ ...f, fingerprint: f.fingerprint.padEnd(16, '0') }));
  return { ...sample, matrix: 'ffi-gates.yaml', findings, runtimeBucket: many };
};

let rig: Rig;
let files: Record<'earlier' | 'now', string>;
beforeAll(() => {
  rig = makeRig();
  const texts = { earlier: JSON.stringify(report(), null, 2), now: filesOf(report(), json)[0]!.content };
  expect(texts.now).toContain('"sharedFrames"');
  const put = (name: keyof typeof texts): string => {
    const file = join(rig.dir, name, 'report.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, texts[name]);
    return dirname(file);
  };
  files = { earlier: put('earlier'), now: put('now') };
});
afterAll(() => rig.remove());

/** What a command says of a report, with the report's directory as `OUT`, and what it did to files beside the matrix. */
const said = async (args: readonly string[], out: string) => {
  const edited = ['ffi-gates-baseline.yaml', 'ffi-gates-suppressions.yaml'].map((f) => join(rig.repo, f));
  for (const file of edited) rmSync(file, { force: true });
  const kept = readFileSync(join(out, 'report.json'));
  const ran = await rig.start(args.map((a) => (a === 'OUT' ? out : a))).ended;
  // A run begins by removing it.
  writeFileSync(join(out, 'report.json'), kept);
  const text = (t: string): string => t.replaceAll(out, 'OUT');
  const files_ = edited.map((file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  });
  return { code: ran.code, stdout: text(ran.stdout), stderr: text(ran.stderr), edited: files_ };
};

describe('a command says the same of both', () => {
  const rows: [string[], RegExp][] = [
    [['repro', '8d31', '--out', 'OUT'], /\S/],
    [['repro', 'b00000000000012b', '--out', 'OUT'], /echo bucket 299/],
    [['repro', 'bounds/nothing', '--out', 'OUT'], /no finding 'bounds\/nothing'/],
    [['baseline', '--out', 'OUT'], /\d fresh, 0 in/],
    [['baseline', '--update', '--reason', 'old', '--out', 'OUT'], /accepted/],
    [['baseline', '--prune', '--out', 'OUT'], /nothing to prune/],
    [['suppress', '8d31', '--reason', 'x', '--out', 'OUT'], /\S/],
    [['run', '--last-failed', '--out', 'OUT'], /no cell matches/],
    [['run', '--last-failed', 'nothing-*', '--out', 'OUT'], /no selected cell failed/],
    [['show', '--out', 'OUT'], /there is no report at/],
    [['diff', 'OUT', 'OUT'], /0 fresh, 0 gone, [1-9]/],
  ];
  test.each(rows)('%j', async (args, expected) => {
    const [earlier, now] = [await said(args, files.earlier), await said(args, files.now)];
    expect(now).toEqual(earlier);
    expect(now.stdout + now.stderr).toMatch(expected);
  });

  test.each([
    ['earlier', 'now'],
    ['now', 'earlier'],
  ] as const)('diff of %s and %s finds no difference', async (a, b) => {
    const ran = await rig.start(['diff', files[a], files[b], '--json']).ended;
    const { fresh, gone, still } = JSON.parse(ran.stdout) as Record<string, unknown[]>;
    expect([ran.code, fresh, gone]).toEqual([0, [], []]);
    expect(still).toHaveLength(report().findings.filter((f) => !f.planted).length);
  });
});

test('a format that cannot be written is named, the others are written, and the exit code is 2', async () => {
  mkdirSync(join(rig.out, 'index.html'), { recursive: true });
  writeFileSync(join(rig.out, 'index.html', 'mine'), '');
  const ran = await rig.run(['good-c_ccgcc-plain', '--json']);
  expect(ran.stderr).toContain('the html report was not written: it is a directory: ');
  expect(ran.code).toBe(2);
  expect(JSON.parse(ran.stdout)).toEqual(ran.report);
  expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain('good-c_ccgcc-plain');
});
