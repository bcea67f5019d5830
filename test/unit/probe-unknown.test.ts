/** A tool that does not answer is unknown: neither there nor missing. Its cells are skipped, and no run of them ends with 0. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeHost, type Host } from '../../src/host/probe.js';
import { missingOn } from '../../src/host/unknown.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { makePlan } from '../../src/plan/plan.js';
import { diagnose } from '../../src/setup/doctor.js';
import { needs } from '../../src/setup/provision.js';
import { madeHost, without } from '../helpers/made-host.js';

/** Programs that are on the PATH, by name, and what they do. */
const PROGRAMS = {
  gcc: 'exec sleep 1000',
  go: 'kill -STOP $$',
  cmake: 'echo cmake version 3.99.1',
  make: 'exit 1',
  valgrind: 'while :; do echo; sleep 1; done',
};
const MUTE = ['gcc', 'go', 'valgrind'];

let dir: string;
let host: Host;
const path = process.env['PATH'];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ffi-gates-probe-'));
  for (const [name, body] of Object.entries(PROGRAMS)) {
    writeFileSync(join(dir, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${body}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  process.env['PATH'] = dir;
  // The last trial waits long enough for a busy machine to answer, and what is mute never does.
  host = await probeHost(join(dir, 'reports'), { patience: [50, 10_000] });
});
afterAll(() => {
  process.env['PATH'] = path;
  rmSync(dir, { recursive: true, force: true });
});

test.each(MUTE)('%s, which does not answer, is unknown', (name) => {
  expect(host.tools[name]).toBeUndefined();
  expect(host.unknown[name]).toMatch(new RegExp(`${name}.*: .*10 s`));
});

test('what answers is there, and what is absent or refuses is missing', () => {
  expect(host.tools['cmake']?.version).toBe('3.99.1');
  for (const name of ['make', 'cargo', 'gdb']) {
    expect(host.tools[name]).toBeUndefined();
    expect(host.unknown[name]).toBeUndefined();
  }
});

const lacking = { ...without('gcc'), unknown: { gcc: 'gcc -dumpfullversion: no answer within 30 s' } };
const MATRIX = parseMatrix(
  `version: 1
targets: { t: { builder: cc, dir: ., sources: [x.c], produces: [libt.so] } }
suites: [{ id: s, binding: c, dir: ., targets: [t], with: { program: ./s.sh } }]
gates: { plain: { compilers: [gcc] } }
`,
  'ffi-gates.yaml',
);

test('a cell that needs it is skipped as unknown, with the command that gave no answer', () => {
  const { skipped } = makePlan(MATRIX, lacking);
  expect(skipped).toMatchObject([{ unknown: true, why: expect.stringContaining('no answer within 30 s') }]);
  expect(makePlan(MATRIX, without('gcc')).skipped[0]).not.toHaveProperty('unknown');
});

test('it is not installed, and doctor does not call it missing', () => {
  expect(needs(lacking, MATRIX)).toEqual([]);
  expect(needs(without('gcc'), MATRIX)).not.toEqual([]);
  const row = diagnose(lacking).find((d) => d.subject === 'compiler gcc');
  expect(`${row?.says} ${row?.remedy}`).toMatch(/unknown|no answer/);
});

test('what does not depend on it is as it was', () => {
  const ask = (h: Host) =>
    h.tools['go'] ? undefined : { what: 'go', why: 'go is not installed', remedy: '' };
  expect(missingOn(lacking, ask)).toBeUndefined();
  expect(missingOn({ ...madeHost(), tools: {}, unknown: lacking.unknown }, ask)).not.toHaveProperty(
    'unknown',
  );
});
