/** JUnit XML against the schema of what CI servers accept (`test/schemas/junit.xsd`). */
import { filesOf } from '../../src/reporters/write.js';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { Report } from '../../src/model/report.js';
import { junit } from '../../src/reporters/junit/junit.js';
import { cell, manyFindings, sampleReport, useAfterFree } from '../helpers/sample-report.js';

const SCHEMA = readFileSync(new URL('../schemas/junit.xsd', import.meta.url), 'utf8');

/** What the schema says against a text, one line each. */
const complaints = async (contents: string): Promise<string[]> => {
  const xml = [{ fileName: 'junit.xml', contents }];
  const { errors } = await validateXML({ xml, schema: [SCHEMA] });
  return errors.map((e) => e.rawMessage);
};
const written = (r: Report): string[] => filesOf(r, junit).map((f) => f.content);

test('a report with one of everything is valid', async () => {
  for (const xml of written(sampleReport())) expect(await complaints(xml)).toEqual([]);
});

test('an empty report is valid', async () => {
  for (const xml of written({ ...sampleReport(), cells: [], findings: [] }))
    expect(await complaints(xml)).toEqual([]);
});

test('whatever tools and users may write is valid', async () => {
  const rude = '\u001b[31m]]><x a="1">&\u0000\ud800\r\n\ttab\u2028';
  const cells = [
    cell(
      'x',
      'c',
      'cmake-asan',
      { kind: 'suite-failed', why: rude },
      { failedTests: [{ test: rude, message: rude }] },
    ),
    cell(
      'y',
      'c',
      'cmake-asan',
      { kind: 'hazard', findings: 1, fresh: 1, known: 0 },
      { diedIn: [rude], ms: 1e-9 },
    ),
    cell('z', 'c', 'cmake-asan', { kind: 'skipped', why: rude }, { ms: 123456789.123 }),
  ];
  const witnesses = [{ ...useAfterFree.witnesses[0]!, cell: cells[1]!.id, test: rude }];
  const finding = { ...useAfterFree, message: rude, repro: rude, witnesses };
  for (const xml of written({ ...sampleReport(), matrix: rude, cells, findings: [finding] }))
    expect(await complaints(xml)).toEqual([]);
});

test('the parts of a report too large for one file are valid', async () => {
  const parts = written(manyFindings(2000));
  for (const xml of parts) expect(await complaints(xml)).toEqual([]);
});

test('the schema refuses what servers refuse', async () => {
  const [xml = ''] = written(sampleReport());
  const wrong: [string, string][] = [
    ['an exponent', xml.replace(/time="[\d.]+"/, 'time="1e-7"')],
    ['a case without a class', xml.replace(/ classname="[^"]*"/, '')],
    ['an attribute of ours', xml.replace('<testcase ', '<testcase hazard="x" ')],
    ['an element of ours', xml.replace('<properties>', '<finding/><properties>')],
  ];
  for (const [what, text] of wrong) {
    expect(text, what).not.toBe(xml);
    expect((await complaints(text)).length, what).toBeGreaterThan(0);
  }
});
