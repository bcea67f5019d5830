import { filesOf } from '../../src/reporters/write.js';
import stringWidth from 'string-width';
import { columnsOf } from '../../src/reporters/terminal/columns.js';
import { parseStringPromise } from 'xml2js';
import { expect, it } from 'vitest';
import { json } from '../../src/reporters/json.js';
import { junit } from '../../src/reporters/junit/junit.js';
import { renderSummary } from '../../src/reporters/terminal/summary.js';
import { cell, sampleReport } from '../helpers/sample-report.js';

type Case = {
  $: { classname: string; name: string; time: string };
  failure?: unknown[];
  error?: unknown[];
  skipped?: { $: { message: string } }[];
};
type Suite = { $: { name: string }; testcase: Case[] };
const parse = async (xml: string): Promise<Suite[]> =>
  ((await parseStringPromise(xml)) as { testsuites: { testsuite: Suite[] } }).testsuites.testsuite;

it('writes report.json that reads back the same', () => {
  expect(JSON.parse(filesOf(sampleReport(), json)[0]?.content ?? '')).toEqual(sampleReport());
});

it('writes one JUnit suite per cell, unique names, red cases for red cells', async () => {
  const report = sampleReport();
  const suites = await parse(filesOf(report, junit)[0]?.content ?? '');
  expect(suites.map((s) => s.$.name)).toEqual(report.cells.map((c) => c.id).sort());
  const cases = suites.flatMap((s) => s.testcase);
  expect(new Set(cases.map((c) => `${c.$.classname} ${c.$.name}`)).size).toBe(cases.length);
  for (const c of cases) expect(c.$.time).toMatch(/^\d+(\.\d{1,3})?$/);
  const verdict = (id: string) => cases.find((c) => c.$.name === `${id} verdict`);
  expect(verdict('ledger-py_cmake-asan')?.failure).toHaveLength(1);
  expect(verdict('ledger-py_clang-tsan')?.error).toHaveLength(1);
  expect(verdict('ledger-c_cmake-asan')?.failure).toBeUndefined();
  expect(verdict('ledger-go_cmake-cgocheck')?.skipped?.[0]?.$.message).toContain('GOEXPERIMENT');
});

it('drops what XML cannot carry', async () => {
  const report = sampleReport();
  const bad = cell('x', 'c', 'cmake-asan', { kind: 'suite-failed', why: '\u001b[31m]]>\u0000\ud800' });
  const [suite] = await parse(filesOf({ ...report, cells: [bad] }, junit)[0]?.content ?? '');
  expect(JSON.stringify(suite)).not.toContain('[31m');
});

it('fits a summary of 100 cells into 100 columns', () => {
  const report = sampleReport();
  const cells = Array.from({ length: 100 }, (_, i) =>
    cell(`s${Math.floor(i / 10)}`, 'c', `cmake-gate${i % 10}`, { kind: 'clean' }),
  );
  const lines = renderSummary(
    { ...report, cells: [...report.cells, ...cells] },
    { width: 100, color: false },
  );
  for (const l of lines) expect(stringWidth(l)).toBeLessThanOrEqual(100);
  expect(lines.join('\n')).toContain('native/src/ledger.c:88');
});

it('counts the hazards that no gate sees, and names a command for the first', () => {
  const report = sampleReport();
  const unseenHazards = Array.from({ length: 30 }, (_, i) => ({
    hazard: report.unseenHazards[0]!.hazard,
    title: `kind ${i}`,
    bindings: ['py' as const, 'jni' as const],
  }));
  const of = (r: typeof report): string[] => renderSummary(r, { width: 100, color: false });
  const lines = of({ ...report, unseenHazards });
  const at = lines.findIndex((l) => l.includes('no gate of this run sees'));
  expect(lines[at]).toBe('  30 kinds of hazard that no gate of this run sees (jni py)');
  expect(lines[at + 1]).toBe('      → ffi-gates explain errno/clobbered; the report lists them');
  expect(lines.join('\n')).not.toContain('kind 29');
  expect(of({ ...report, unseenHazards: [] }).join('\n')).not.toContain('no gate of this run');
});

it('heads a finding without a place in any code by its cells', () => {
  const report = sampleReport();
  const [first] = report.findings.filter((f) => !f.planted && !f.known);
  const { caller: _, ...rest } = first!;
  const nowhere = { ...rest, stacks: [] };
  const lines = renderSummary({ ...report, findings: [nowhere] }, { width: 100, color: false });
  const cells = [...new Set(nowhere.witnesses.map((w) => w.cell))];
  expect(lines[lines.findIndex((l) => l.startsWith('Findings (')) + 1]).toBe(`  ✗ ${cells.join(' ')}`);
});

it('what is taken for one column is one', () => {
  const wrong: string[] = [];
  for (let code = 0; code < 0x2800; code++) {
    const c = String.fromCodePoint(code);
    if (columnsOf(c) !== stringWidth(c)) wrong.push(code.toString(16));
    // None of them joins with a neighbour.
    if (columnsOf(`1${c}a`) !== stringWidth(`1${c}a`)) wrong.push(`1${code.toString(16)}a`);
  }
  expect(wrong).toEqual([]);
});
