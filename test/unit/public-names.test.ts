/**
 * Law 15: names that other programs read are added, never renamed or removed. `test/public-names.json` records them; one
 * that is gone from there, or is there and not made any more, breaks whoever reads it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { guessCaller } from '../../src/cli/parse/caller.js';
import { jsonOf } from '../../src/cli/parse/json.js';
import { loadMatrix } from '../../src/config/matrix.js';
import { EXIT } from '../../src/model/exit-codes.js';
import { HAZARDS } from '../../src/model/hazards.js';
import { parseText } from '../../src/parsers/index.js';
import { cellIds } from '../../src/plan/plan.js';
import { json } from '../../src/reporters/json.js';
import { filesOf } from '../../src/reporters/write.js';
import { sampleReport } from '../helpers/sample-report.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Fields whose keys are data: names of tools, bindings, tests. */
const MAPS = new Set(['host.tools', 'fixtures.detection[].bindings', 'report.host.tools']);

/** `cells[].verdict.kind` for every field of a value. */
const fieldsOf = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((v) => fieldsOf(v, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [name, ...(MAPS.has(name) ? [] : fieldsOf(v, name))];
  });
};
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const logs = (): string[] =>
  readdirSync(at('../logs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(at('../logs'), name), 'utf8'));

const NAMES: Record<string, () => string[] | Promise<string[]>> = {
  'exit codes': () => Object.entries(EXIT).map(([name, code]) => `${code} ${name}`),
  hazards: () => HAZARDS.map((h) => h.id),
  'fields of report.json': () => fieldsOf(JSON.parse(filesOf(sampleReport(), json)[0]!.content)),
  'fields of parse --jsonl': () =>
    logs().flatMap((log) =>
      parseText(log).diagnostics.flatMap((d) => fieldsOf(jsonOf('log', 'f', d, guessCaller(d)))),
    ),
  'cells of the fixtures': async () => cellIds(await loadMatrix(at('../../matrices/fixtures.yaml'))),
};

const RECORDED = at('../public-names.json');
const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, string[]>;

test.each(Object.entries(NAMES))('%s', async (kind, names) => {
  const now = sorted(await names());
  const then = recorded[kind] ?? [];
  expect(then.filter((name) => !now.includes(name))).toEqual([]);
  // What is new is promised from now on: add it to the record.
  expect(now.filter((name) => !then.includes(name))).toEqual([]);
  expect(now.length).toBeGreaterThan(5);
});

test('nothing recorded is of a kind that nobody looks at', () => {
  expect(Object.keys(recorded).sort()).toEqual(Object.keys(NAMES).sort());
});
