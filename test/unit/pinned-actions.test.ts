/** Every action of another project is pinned to a commit of one table, and no checkout keeps its credentials. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { ownShards } from '../../src/init/ci/github.js';
import { ciFiles } from '../../src/init/init.js';
import { PINNED_ACTIONS, uses } from '../../src/init/pinned-actions.js';
import { toolVersion } from '../../src/host/provenance.js';
import { BINDING_IDS } from '../../src/model/ids.js';

const ROOT = new URL('../../', import.meta.url);
const DIR = new URL('.github/workflows/', ROOT);

type Step = { uses?: string; with?: Record<string, unknown> };
type Workflow = { jobs?: Record<string, { uses?: string; steps?: Step[] }>; runs?: { steps: Step[] } };

const ACTION = readFileSync(new URL('action.yml', ROOT), 'utf8');
const FILES: [string, string][] = [
  ...readdirSync(DIR)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name): [string, string] => [name, readFileSync(new URL(name, DIR), 'utf8')]),
  ['action.yml', ACTION],
  ...ciFiles(
    ['github'],
    BINDING_IDS.map((binding) => ({ binding })),
    'written by init: ',
  ).map((f): [string, string] => [f.path, f.text]),
];

const PINS = new Set(Object.keys(PINNED_ACTIONS).map((a) => uses(a as keyof typeof PINNED_ACTIONS)));
/** The pin of an action, also of one below another: `actions/cache/save@…` is pinned as `actions/cache`. */
const pinOf = (line: string): string =>
  line.replace(/^([\s-]*)(uses: [\w.-]+\/[\w.-]+)(?:\/[\w/-]+)?@/, '$2@');

describe.each(FILES)('%s', (_, text) => {
  const file = parse(text) as Workflow;
  const steps = [...Object.values(file.jobs ?? {}), file.runs ?? {}].flatMap(
    (j: Step & { steps?: Step[] }) => [
      ...(j.uses === undefined ? [] : [{ uses: j.uses }]),
      ...(j.steps ?? []),
    ],
  );

  test('uses only what is pinned', () => {
    const used = steps.flatMap((s) => (s.uses === undefined || s.uses.startsWith('./') ? [] : [s.uses]));
    expect(steps.some((s) => s.uses !== undefined)).toBe(true);
    // The comment is no part of the value: read the lines.
    const lines = text.split('\n').filter((l) => /\buses:/.test(l) && !l.includes('uses: ./'));
    expect(lines).toHaveLength(used.length);
    expect(lines.map(pinOf).filter((l) => !PINS.has(l))).toEqual([]);
  });

  test('leaves no credentials in a checkout', () => {
    const checkouts = steps.filter((s) => s.uses?.startsWith('actions/checkout@'));
    for (const s of checkouts) expect(s.with).toMatchObject({ 'persist-credentials': false });
  });
});

test('a pin is a whole commit and names its version', () => {
  for (const { version, commit } of Object.values(PINNED_ACTIONS)) {
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  }
});

test('a checkout is in most of them, so that the tests above look at some', () => {
  expect(FILES.filter(([, text]) => text.includes('actions/checkout@')).length).toBeGreaterThan(4);
});

test('the action starts the version that it belongs to', () => {
  const { inputs } = parse(ACTION) as { inputs: { command: { default: string } } };
  expect(inputs.command.default).toBe(`npx --yes ffi-gates@${toolVersion()}`);
});

test('our workflow of shards is the one that init writes: node scripts/workflows.mjs', () => {
  expect(readFileSync(new URL('shards.yml', DIR), 'utf8')).toBe(ownShards());
});
