/** Every action of another project is pinned to a commit of one table, and no checkout keeps its credentials. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { PINNED_ACTIONS, uses } from '../../src/init/pinned-actions.js';
import { workflowText } from '../../src/init/write.js';
import { BINDING_IDS } from '../../src/model/ids.js';

const DIR = new URL('../../.github/workflows/', import.meta.url);

type Step = { uses?: string; with?: Record<string, unknown> };
type Workflow = { jobs: Record<string, { uses?: string; steps?: Step[] }> };

const everyBinding = (): string => {
  const suites = BINDING_IDS.map((binding) => ({
    id: binding,
    binding,
    dir: '.',
    targets: [],
    name: binding,
    links: [],
    why: '',
    guessed: false,
  }));
  return workflowText({ targets: [], suites, gates: [], unclear: [] });
};

const WORKFLOWS: [string, string][] = [
  ...readdirSync(DIR)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name): [string, string] => [name, readFileSync(new URL(name, DIR), 'utf8')]),
  ['written by init', everyBinding()],
];

const PINS = new Set(Object.keys(PINNED_ACTIONS).map((a) => uses(a as keyof typeof PINNED_ACTIONS)));

describe.each(WORKFLOWS)('%s', (_, text) => {
  const steps = Object.values((parse(text) as Workflow).jobs).flatMap((j): Step[] => [
    ...(j.uses === undefined ? [] : [{ uses: j.uses }]),
    ...(j.steps ?? []),
  ]);

  test('uses only what is pinned', () => {
    const used = steps.flatMap((s) => (s.uses === undefined || s.uses.startsWith('./') ? [] : [s.uses]));
    expect(used).not.toEqual([]);
    // The comment is no part of the value: read the lines.
    const lines = text.split('\n').filter((l) => /\buses:/.test(l) && !l.includes('uses: ./'));
    expect(lines).toHaveLength(used.length);
    expect(lines.map((l) => l.replace(/^[\s-]+/, '')).filter((l) => !PINS.has(l))).toEqual([]);
  });

  test('leaves no credentials in a checkout', () => {
    const checkouts = steps.filter((s) => s.uses?.startsWith('actions/checkout@'));
    expect(checkouts).not.toEqual([]);
    for (const s of checkouts) expect(s.with).toMatchObject({ 'persist-credentials': false });
  });
});

test('a pin is a whole commit and names its version', () => {
  for (const { version, commit } of Object.values(PINNED_ACTIONS)) {
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  }
});
