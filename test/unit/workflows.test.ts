/** Our own workflows do all that they are for: every fixture is soaked once, every package tried once, and no limit comes too early. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadMatrix } from '../../src/config/matrix.js';
import { select } from '../../src/config/selector.js';
import { parseDuration } from '../../src/model/duration.js';
import { allCells } from '../../src/plan/plan.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-workflows-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Step = {
  name?: string;
  run?: string;
  uses?: string;
  with?: Record<string, string>;
  'timeout-minutes'?: number;
};
type Job = { strategy: { matrix: Record<string, unknown> }; 'timeout-minutes': number; steps: Step[] };
const jobsOf = (name: string): Record<string, Job> =>
  (parse(readFileSync(join(ROOT, '.github/workflows', name), 'utf8')) as { jobs: Record<string, Job> }).jobs;
const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });

describe('soak.yml', () => {
  const { soak, issue } = jobsOf('soak.yml');
  const parts = soak!.strategy.matrix['include'] as { part: string; selector: string }[];

  test('its parts have every cell of the fixtures, each in one of them', async () => {
    const cells = allCells(await loadMatrix(join(ROOT, 'matrices/fixtures.yaml')));
    const chosen = parts.flatMap(({ selector }) => {
      const { chosen: some, dead } = select(cells, selector.split(' '));
      expect(dead).toEqual([]);
      return some.map((c) => c.id);
    });
    expect(chosen.sort()).toEqual(cells.map((c) => c.id).sort());
  });

  test('a night ends by itself before its step is stopped, and the step before the job', () => {
    const step = soak!.steps.find((s) => s.name === 'Soak');
    const budget = /inputs\.for \|\| '(\w+)'/.exec(JSON.stringify(step))?.[1];
    const minutes = (parseDuration(budget!) ?? 0) / 60_000;
    expect(minutes).toBeGreaterThan(0);
    expect(step!['timeout-minutes']).toBeGreaterThan(minutes);
    expect(soak!['timeout-minutes']).toBeGreaterThan(step!['timeout-minutes']!);
  });

  test('the history of a part is taken from where it is left, and its page goes into the issue', () => {
    const upload = soak!.steps.find((s) => s.uses?.startsWith('actions/upload-artifact'));
    const fetch = soak!.steps.find((s) => s.run?.includes('gh run download'));
    expect(JSON.stringify(fetch)).toContain(`"NAME":"${upload!.with!['name']}"`);
    const [, named] = /soak-issue\.mjs soak (.*) >/.exec(JSON.stringify(issue)) ?? [];
    expect(named?.split(' ').sort()).toEqual(parts.map((p) => p.part).sort());
  });
});

describe('the text of the tracking issue', () => {
  const page = (part: string, text: string): void => {
    const to = join(dir, `ffi-gates-soak-${part}`);
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, 'page.md'), text);
  };
  const rows = (n: number): string =>
    Array.from({ length: n }, (_, i) => `| row ${i} | of many |\n`).join('');
  const issueOf = (...parts: string[]): string => node('scripts/soak-issue.mjs', dir, ...parts);

  test('has all pages that fit, in the order of the parts', () => {
    page('b', 'page b\n');
    page('a', 'page a\n');
    expect(issueOf('b', 'a')).toBe('# b\n\npage b\n\n# a\n\npage a\n\n');
  });
  test('gives a long page what a short one leaves, cuts it at a line, and says so', () => {
    page('short', 'short\n');
    page('long', rows(9_000));
    const text = issueOf('long', 'short');
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.length).toBeGreaterThan(64_000);
    expect(text).toMatch(/of many \|\n\n_Cut here\./);
    expect(text).toContain('# short\n\nshort\n');
  });
  test('of long pages only gives each its share', () => {
    for (const p of ['x', 'y', 'z']) page(p, rows(9_000));
    const shares = issueOf('x', 'y', 'z').split(/^# /m).slice(1);
    expect(shares.map((s) => s.length > 20_000 && s.length < 22_500)).toEqual([true, true, true]);
  });
  test('names a part that left no page', () => {
    expect(issueOf('a', 'killed')).toMatch(/^\*\*No page of killed/);
  });
});

test('e2e.yml has every shard, and each package is in one of them', () => {
  const shards = jobsOf('e2e.yml')['packages']!.strategy.matrix['shard'] as string[];
  expect(shards).toEqual(shards.map((_, i) => `${i + 1}/${shards.length}`));
  const namesIn = (...args: string[]): string[] =>
    node('e2e/run.mjs', '--list', ...args)
      .trim()
      .split('\n');
  const each = shards.map((s) => namesIn('--shard', s));
  expect(each.flat().sort()).toEqual(namesIn().sort());
  const sizes = each.map((e) => e.length);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  // What packages need of the system is installed before they are tried.
  expect(JSON.stringify(jobsOf('e2e.yml')['packages'])).toContain('e2e/run.mjs --provision');
});

/** Compiles Kubernetes first, for 17 minutes of processor time. */
const BY_HAND = ['kubernetes.sh'];

test('every rehearsal runs in the nightly workflow', () => {
  const text = JSON.stringify(jobsOf('soak.yml')['rehearse']);
  const scripts = readdirSync(join(ROOT, 'scripts/rehearse')).filter((f) => f.endsWith('.sh'));
  expect(scripts.filter((s) => !BY_HAND.includes(s) && !text.includes(`scripts/rehearse/${s}`))).toEqual([]);
});
