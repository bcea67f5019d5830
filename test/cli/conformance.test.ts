/** The conformance script on a collection made of this repository's own logs. `dist` must be built. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../conformance/run.mjs', import.meta.url));
const LOGS = fileURLToPath(new URL('../logs/', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-corpora-'));
afterAll(() => rmSync(dir, { recursive: true }));
const score = join(dir, 'score.json');

/** A collection of one source with these rows; `file` is a log of this repository. */
function collection(rows: readonly Record<string, unknown>[]): string {
  const source = join(dir, 'corpora', 'own');
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source, { recursive: true });
  for (const { file } of rows)
    copyFileSync(join(LOGS, String(file)), join(source, String(file).replace('/', '-')));
  const index = rows.map((r) => JSON.stringify({ ...r, file: String(r['file']).replace('/', '-') }));
  writeFileSync(join(source, 'index.jsonl'), `${index.join('\n')}\n`);
  return join(dir, 'corpora');
}
const run = (...args: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CONFORMANCE_SCORE: score },
  });
  return { status, stdout };
};

const UAF = {
  file: 'asan/uaf.clang.log',
  tool: 'asan',
  expected_kinds: ['AddressSanitizer: heap-use-after-free'],
  expected_locations: [{ file: 'uaf.c', line: 2, column: 33, function: 'use', frame: 0 }],
  header_counts: { asan: 1 },
};

describe('conformance', () => {
  it('says that it skips what is not here', () => {
    expect(run(join(dir, 'nowhere'))).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^skipped: /),
    });
  });

  it('checks every form of a log', () => {
    expect(run(collection([UAF]), '--forms')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^[1-9]\d* forms of logs, 0 of them with other findings$/m),
    });
  });

  it('scores, records, and fails under the record', () => {
    const root = collection([UAF]);
    const first = run(root, '--record');
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/asan +1 +1 +1 +100\.0% +100\.0% +100\.0% +100\.0% +0 +0 +0/);
    expect(run(root).status).toBe(0);
    const wrong = { ...UAF, expected_kinds: ['AddressSanitizer: double-free'], header_counts: { asan: 2 } };
    const worse = run(collection([wrong]), '--list');
    expect(worse.status).toBe(1);
    expect(worse.stdout).toMatch(/findings 1 of 2[\s\S]*kind "AddressSanitizer: double-free"/);
    expect(worse.stdout).toMatch(/under the recorded score: own\/asan: kinds 0, recorded 1/);
  });

  it('asks for the very frame that is named', () => {
    const wrong = { ...UAF, expected_locations: [{ ...UAF.expected_locations[0], frame: 1 }] };
    const { status, stdout } = run(collection([wrong]));
    expect(status).toBe(1);
    expect(stdout).toMatch(/places 0, recorded 1/);
  });

  it.each([
    ['another line', { line: 3 }],
    ['another file', { file: 'other.c' }],
    ['a part of the name', { function: 'us' }],
    ['a longer name', { function: 'use_it' }],
  ])('does not take %s for the place', (_, change) => {
    const wrong = { ...UAF, expected_locations: [{ ...UAF.expected_locations[0], ...change }] };
    expect(run(collection([wrong])).stdout).toMatch(/places 0, recorded 1/);
  });

  it("looks for the summary's place in the first stack", () => {
    const place = { file: 'uaf.c', line: 2, function: 'use' };
    const rows = (at: object) => [{ ...UAF, summary_lines: [{ ...place, ...at }] }];
    expect(run(collection(rows({}))).status).toBe(0);
    const freed = run(collection(rows({ line: 5, function: 'main' })), '--list');
    expect(freed.stdout).toMatch(/place .*"top":true/);
  });

  it('fails on a finding where there must be none', () => {
    const root = collection([{ file: 'asan/null.clang.log', tool: 'asan-none' }]);
    rmSync(score);
    writeFileSync(score, JSON.stringify({ own: { 'asan-none': { clean: 0 } } }));
    expect(run(root)).toMatchObject({ status: 1, stdout: expect.stringMatching(/clean -1, recorded 0/) });
  });
});
