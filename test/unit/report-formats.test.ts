/**
 * Every format for other systems against what its consumer publishes: GitHub's rules and the schema of SARIF, the schema of
 * CTRF, the documented fields and limits of GitHub and GitLab. A report is a row, a format an entry of `CHECKS`.
 */
import { Ajv } from 'ajv';
import { validate as validateCtrf } from 'ctrf';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FindingReport, Report } from '../../src/model/report.js';
import { suitesOf } from '../../src/reporters/cases.js';
import { ctrf } from '../../src/reporters/ctrf.js';
import { annotations, github } from '../../src/reporters/github.js';
import { gitlab } from '../../src/reporters/gitlab.js';
import { markdown } from '../../src/reporters/markdown.js';
import { sarif } from '../../src/reporters/sarif/sarif.js';
import { sarifProblems, sarifProblemsOf } from '../../scripts/sarif.mjs';
import { filesOf } from '../../src/reporters/write.js';
import { hostileReport } from '../fuzz/hostile-report.mjs';
import { manyFindings, race, sampleReport, useAfterFree } from '../helpers/sample-report.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-formats-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MADE: Partial<Report> = {
  tool: { name: 'ffi-gates', version: '0.1.0' },
  commit: '0123456789abcdef0123456789abcdef01234567',
  dirty: false,
  repository: 'https://github.com/example/ledger',
};
const known: FindingReport = {
  ...race,
  known: { reason: 'wait for it', owner: 'ann', expires: '2030-01-01' },
};
const row = {
  fingerprint: 'abc',
  hazard: 'ownership/leak',
  where: 'native/src/x.c:7',
  reason: 'old',
} as const;

const REPORTS: readonly [string, Report][] = [
  ['one of everything', { ...sampleReport(), ...MADE }],
  ['nothing', { ...sampleReport(), ...MADE, exitCode: 0, cells: [], findings: [], runtimeBucket: [] }],
  [
    'a baseline',
    {
      ...sampleReport(),
      ...MADE,
      findings: [useAfterFree, known],
      baseline: { file: 'b.yaml', known: 1, fresh: 1, gone: [row], expired: [], unchecked: [] },
    },
  ],
  ['warnings', { ...sampleReport(), ...MADE, findings: [{ ...useAfterFree, tier: 'warning' }] }],
  [
    'places that lie nowhere in the repository',
    {
      ...sampleReport(),
      ...MADE,
      findings: ['/usr/include/x.h', '../other/x.c', 'C:\\x.c', 'file:///x.c', 'a b/ü#%.c'].map(
        (file, i) => ({
          ...useAfterFree,
          fingerprint: `f${i}`,
          stacks: [{ role: 'fault', frames: [{ kind: 'source', function: 'f', file, line: 3, own: true }] }],
        }),
      ),
    },
  ],
  [
    'a stack that a tool reported twice',
    {
      ...sampleReport(),
      ...MADE,
      findings: [{ ...useAfterFree, stacks: [...useAfterFree.stacks, ...useAfterFree.stacks] }],
    },
  ],
  ['text of others', hostileReport('\u001b[31m]]>`<b>@me [a](1) %0A\n::error::x\r\u2028')],
];

const GITLAB = new Ajv({ allErrors: true }).compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', minLength: 1 },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!/|\\./|.*\\.\\.(?:/|$))' },
          lines: {
            type: 'object',
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});

const only = (text: string[]): string => {
  expect(text).toHaveLength(1);
  return text[0]!;
};
const write = (r: Report, reporter: Parameters<typeof filesOf>[1]): string[] =>
  filesOf(r, reporter).map((f) => f.content);

const CHECKS: Readonly<Record<string, (r: Report) => unknown>> = {
  SARIF: (r) => sarifProblemsOf(only(write(r, sarif))),
  CTRF: (r) => validateCtrf(JSON.parse(only(write(r, ctrf)))).errors ?? [],
  'GitLab code quality': (r) => {
    const rows = JSON.parse(only(write(r, gitlab))) as { fingerprint: string }[];
    expect(new Set(rows.map((x) => x.fingerprint)).size).toBe(rows.length);
    GITLAB(rows);
    return GITLAB.errors ?? [];
  },
  Markdown: (r) => (only(write(r, markdown)).length <= 65_536 ? [] : ['too long']),
  "GitHub's summary": (r) => (Buffer.byteLength(write(r, github)[0]!) <= 1 << 20 ? [] : ['too long']),
  "GitHub's annotations": (r) =>
    (['error', 'warning', 'notice'] as const).filter(
      (level) => annotations(suitesOf(r)).filter((a) => a.startsWith(`::${level} `)).length > 10,
    ),
};

describe.each(Object.keys(CHECKS))('%s is what its consumer takes:', (name) => {
  test.each(REPORTS)('%s', (_name, report) => expect(CHECKS[name]!(report)).toEqual([]));
});

type Sarif = {
  runs: [
    {
      results: Record<string, unknown>[];
      tool: { driver: { rules: unknown[] } };
      properties: { leftOut: number };
      invocations: [{ toolExecutionNotifications: { message: { text: string } }[] }];
    },
  ];
};
const sarifOf = (r: Report): Sarif['runs'][0] => (JSON.parse(only(write(r, sarif))) as Sarif).runs[0];

/** The reports as files of SARIF. */
const sarifFiles = (reports: readonly Report[]): string[] =>
  reports.map((report, i) => {
    const file = join(dir, `${i}-${report.findings.length}.sarif`);
    writeFileSync(file, only(write(report, sarif)));
    return file;
  });

test('GitHub’s own rules have neither errors nor warnings', () => {
  expect(sarifProblems(sarifFiles(REPORTS.slice(0, 5).map(([, report]) => report)))).toEqual([]);
}, 120_000);

describe('SARIF', () => {
  test('a use after free flows from its allocation to its use, with links to the other stacks', () => {
    const [result] = sarifOf({ ...sampleReport(), findings: [useAfterFree] }).results;
    expect(result).toMatchObject({
      ruleId: 'ownership.use-after-free',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'native/src/ledger.c', uriBaseId: 'SRCROOT' },
            region: { startLine: 88, snippet: { text: '  return e->amount + e->pending;' } },
          },
        },
      ],
      partialFingerprints: { 'ffiGates/v1': useAfterFree.fingerprint },
    });
    const flow = (
      result!['codeFlows'] as [
        { threadFlows: [{ locations: { location: { message: { text: string } } }[] }] },
      ]
    )[0];
    expect(flow.threadFlows[0].locations.map((l) => l.location.message.text)).toEqual([
      'allocated here in entry_new',
      'freed here in entry_release',
      'used here in ledger_balance',
    ]);
    expect((result!['message'] as { text: string }).text).toContain('[freed here in entry_release](1)');
  });
  test('what the baseline accepts is suppressed and unchanged, what is gone is absent', () => {
    const { results } = sarifOf(REPORTS[2]![1]);
    expect(results.map((r) => r['baselineState']).sort()).toEqual(['absent', 'new', 'unchanged']);
    expect(results.find((r) => r['baselineState'] === 'unchanged')).toMatchObject({
      suppressions: [{ status: 'accepted', justification: 'wait for it – owner ann, until 2030-01-01' }],
    });
  });
  test('cells that prove nothing are no results, but said', () => {
    const run = sarifOf(sampleReport());
    const told = run.invocations[0].toolExecutionNotifications.map((n) => n.message.text);
    for (const { id, verdict } of sampleReport().cells)
      if (['inconclusive', 'missed', 'build-failed'].includes(verdict.kind))
        expect(
          told.some((t) => t.startsWith(`${id} verdict`)),
          id,
        ).toBe(true);
    expect(run.results).toHaveLength(3);
  });
});

describe('many findings', () => {
  const many = manyFindings(30_000);
  test('SARIF of 100,000 is valid, keeps the limits and rules of GitHub, and says what was cut', () => {
    const [file] = sarifFiles([{ ...manyFindings(100_000), ...MADE }]);
    const run = (JSON.parse(readFileSync(file!, 'utf8')) as Sarif).runs[0];
    expect(run.results).toHaveLength(25_000);
    expect(run.properties.leftOut).toBe(75_003);
    const told = run.invocations[0].toolExecutionNotifications.map((n) => n.message.text).join('\n');
    expect(told).toContain('75003 findings were left out');
    expect(sarifProblemsOf(readFileSync(file!, 'utf8'))).toEqual([]);
    // The multitool takes minutes and 6 GB for all of them, so by day it gets the first, the last, and those where details end.
    const { results } = run;
    const some = [0, 4_950, results.length - 100].flatMap((at) => results.slice(at, at + 100));
    const few = join(dir, 'few.sarif');
    const document = JSON.parse(readFileSync(file!, 'utf8')) as Sarif;
    writeFileSync(few, JSON.stringify({ ...document, runs: [{ ...run, results: some }] }));
    expect(sarifProblems([process.env['FFI_GATES_NIGHTLY'] ? file! : few])).toEqual([]);
  }, 3_600_000);
  test.each(['Markdown', "GitHub's summary", "GitHub's annotations"])(
    '%s',
    (name) => {
      expect(CHECKS[name]!(many)).toEqual([]);
    },
    240_000,
  );
  test('Markdown and annotations say how many are missing', () => {
    expect(only(write(many, markdown))).toMatch(/Left out for lack of room: \d+ problems/);
    const errors = annotations(suitesOf(many));
    expect(errors.join('\n')).toContain('more are in the summary');
  }, 240_000);
});

test('a finding that several cells saw is one problem, planted and accepted ones are none', () => {
  const rows = JSON.parse(only(write({ ...sampleReport(), findings: [useAfterFree, known] }, gitlab))) as {
    fingerprint: string;
    severity: string;
    location: { path: string; lines: { begin: number } };
  }[];
  const seen = rows.filter((r) => [useAfterFree.fingerprint, known.fingerprint].includes(r.fingerprint));
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    severity: 'critical',
    location: { path: 'native/src/ledger.c', lines: { begin: 88 } },
  });
});

test('CTRF has the cases of JUnit, each with its result', () => {
  const { results } = JSON.parse(only(write(sampleReport(), ctrf))) as {
    results: { summary: Record<string, number>; tests: { status: string }[] };
  };
  const cases = suitesOf(sampleReport()).flatMap((s) => s.cases);
  expect(results.tests.map((t) => t.status)).toEqual(
    cases.map((c) => (c.bad ? 'failed' : c.skipped === undefined ? 'passed' : 'skipped')),
  );
  expect(results.summary['tests']).toBe(cases.length);
});
