/** `report.json`: short, in rows, and read back whole, whatever version of `run` wrote it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseReport } from '../../src/cli/last-report.js';
import type { FindingReport, Report, ReportedFrame } from '../../src/model/report.js';
import { fromJsonRows, jsonRows } from '../../src/reporters/json-rows.js';
import { json } from '../../src/reporters/json.js';
import { shareFrames, unshareFrames } from '../../src/reporters/shared-frames.js';
import { filesOf } from '../../src/reporters/write.js';
import { sampleReport } from '../helpers/sample-report.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-json-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const written = (r: Report): string => filesOf(r, json)[0]!.content;
const read = (text: string): Report => {
  return parseReport(Buffer.from(text), 'report.json');
};

/** A virtual machine's own reports: few frames, in thousands of stacks. */
const noisy = (findings: number): Report => {
  const report = sampleReport();
  const frame = (n: number): ReportedFrame => ({
    kind: 'module',
    module: '/opt/jdk/lib/server/libjvm.so',
    offset: `0x${(n * 16).toString(16)}`,
    function: `JavaThread::run_${n}(Thread*)`,
  });
  const bucket = Array.from({ length: findings }, (_, i): FindingReport => ({
    ...report.runtimeBucket[0]!,
    fingerprint: i.toString(16).padStart(16, '0'),
    stacks: [
      { role: 'fault', frames: Array.from({ length: 30 }, (_unused, k) => frame((i * 7 + k) % 200)) },
      { role: 'allocated', thread: 'T1', frames: [frame(i % 200)] },
      { role: 'managed', frames: [] },
    ],
  }));
  return { ...report, runtimeBucket: bucket };
};

describe('a report reads back the same', () => {
  const rows: [string, Report][] = [
    ['one of everything', sampleReport()],
    ['nothing', { ...sampleReport(), cells: [], findings: [], runtimeBucket: [], builds: [] }],
    ['a large runtime bucket', noisy(400)],
  ];
  test.each(rows)('%s', (_name, report) => expect(read(written(report))).toEqual(report));
  test.each(rows)('%s, row by row', (_name, report) =>
    expect(unshareFrames(fromJsonRows(written(report).split('\n')) as Report)).toEqual(report),
  );
  test.each(rows)('%s, as earlier versions wrote it', (_name, report) =>
    expect(read(JSON.stringify(report, null, 2))).toEqual(report),
  );
});

test('each finding and each cell is a line of its own, and nothing is indented', () => {
  const text = written(sampleReport());
  const lines = text.split('\n');
  for (const f of sampleReport().findings)
    expect(lines.filter((l) => l.startsWith(`{"fingerprint":"${f.fingerprint}"`))).toHaveLength(1);
  expect(lines.filter((l) => l.startsWith(' '))).toEqual([]);
});

test('frames of a large runtime bucket are written once, and its stacks keep their first frame', () => {
  const report = noisy(400);
  const text = written(report);
  expect(text.length).toBeLessThan(JSON.stringify(report).length / 3);
  const file = JSON.parse(text) as Report;
  expect(file.version).toBe(1);
  expect(file.findings).toEqual(report.findings);
  expect(file.sharedFrames).toHaveLength(200);
  for (const [i, f] of file.runtimeBucket.entries())
    expect(f.stacks.map((k) => k.frames[0])).toEqual(report.runtimeBucket[i]?.stacks.map((k) => k.frames[0]));
});

test('commands of a large runtime bucket are written once', () => {
  const report = noisy(400);
  report.runtimeBucket = report.runtimeBucket.map((f, i) => ({
    ...f,
    repro: `run ${i % 3} ${'x'.repeat(500)}`,
  }));
  const file = JSON.parse(written(report)) as Report;
  expect(file.sharedRepros).toHaveLength(3);
  expect(written(report).length).toBeLessThan(written(noisy(400)).length + 20_000);
  expect(read(written(report))).toEqual(report);
});

test('a small runtime bucket is written as it is', () => {
  expect(shareFrames(noisy(20))).not.toHaveProperty('sharedFrames');
});

describe('no report is refused with its file', () => {
  const shared = shareFrames(noisy(400));
  const rows: [string, unknown, RegExp][] = [
    ['a later version', { ...sampleReport(), version: 2 }, /not a report of version 1/],
    ['another document', { version: 1 }, /not a report of version 1/],
    ['null', null, /not a report of version 1/],
    ['a frame that is not there', { ...shared, sharedFrames: [] }, /no shared frame \d+/],
    ['a table that is none', { ...shared, sharedFrames: 7 }, /not a report of version 1/],
    ['a command that is not there', { ...shared, sharedRepros: [] }, /no shared command 0/],
  ];
  test.each(rows)('%s', (_name, value, why) => {
    expect(() => read(JSON.stringify(value))).toThrow(why);
  });
  test('half a report', () => {
    const text = written(sampleReport());
    expect(() => read(text.slice(0, text.length / 2))).toThrow(/not a report/);
    expect(() => fromJsonRows(text.split('\n').slice(0, 9))).toThrow(SyntaxError);
  });
  test('another layout, row by row', () => {
    expect(() => fromJsonRows(JSON.stringify(sampleReport(), null, 2).split('\n'))).toThrow(SyntaxError);
  });
});

test('keys cannot reach beyond the document', () => {
  const text = [...jsonRows(JSON.parse('{"__proto__":[{"a":1}],"b":2}') as object)].join('');
  expect(Object.entries(fromJsonRows(text.split('\n')) as object)).toEqual([
    ['__proto__', [{ a: 1 }]],
    ['b', 2],
  ]);
});
