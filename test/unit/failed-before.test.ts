/** Which calls fail in a run, after what earlier runs of the build have tried. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dueCalls, failedBefore, keepFailed } from '../../src/execute/failed-before.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-failed-before-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const before = { silent: new Set(['a', 'b', 'c']), found: new Set(['b']) };
const due = (limit: number, resumes: boolean): string =>
  dueCalls(Array.from('abcdef'), (c) => c, before, { limit, resumes }).join('');

test('calls that never failed come first, then those with a finding, then the others', () => {
  expect(due(200, false)).toBe('defbac');
});

test('the limit does not count calls with a finding, and others only fill it up', () => {
  expect(due(1, false)).toBe('db');
  expect(due(4, false)).toBe('defba');
});

test('a run that goes on leaves out what failed without a finding', () => {
  expect(due(200, true)).toBe('defb');
  expect(due(2, true)).toBe('deb');
});

test('what was tried is kept for the build; a file that was cut off, or is none of ours, counts for nothing', async () => {
  const nothing = { silent: new Set(), found: new Set() };
  expect(failedBefore(dir)).toEqual(nothing);
  await keepFailed(dir, before);
  expect(failedBefore(dir)).toEqual(before);
  for (const text of ['{"silent":["a"', '["a"]', 'null', '{"silent":7,"found":[{}]}']) {
    writeFileSync(join(dir, '.ffi-gates-failed.json'), text);
    expect(failedBefore(dir), text).toEqual(nothing);
  }
});
