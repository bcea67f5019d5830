import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodejs, turnsOf } from '../../src/bindings/node/node.js';
import type { PreparedSuite } from '../../src/bindings/binding.js';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'binding-node-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

const place: PreparedSuite = { dir: '/suite', out: '/out', targets: {}, env: {}, with: {} };
const eventsOf = (text: string): unknown => {
  writeFileSync(join(scratch, 'progress.ndjson'), text);
  return nodejs.events(scratch, [], place);
};

/** As the progress plugin wrote it: one test that passed, one that failed, one in which the process was killed. */
const RECORDED = [
  '{"test":"a.test.js::adds","outcome":"started","pid":41,"logs":{}}',
  '{"test":"a.test.js::adds","outcome":"passed","pid":41,"ms":3}',
  '{"test":"a.test.js::box > opens","outcome":"started","pid":41,"logs":{"tsan.41":120}}',
  '{"test":"a.test.js::box > opens","outcome":"failed","pid":41,"ms":1,"message":"1 !== 2"}',
  '{"test":"b.test.js::dies","outcome":"started","pid":42,"logs":{"tsan.41":120}}',
  '',
].join('\n');

test('a process that died leaves its test started without an end', () => {
  expect(eventsOf(RECORDED)).toEqual([
    { test: 'a.test.js::adds', outcome: 'started', pid: 41, logs: {} },
    { test: 'a.test.js::adds', outcome: 'passed', pid: 41, ms: 3 },
    { test: 'a.test.js::box > opens', outcome: 'started', pid: 41, logs: { 'tsan.41': 120 } },
    { test: 'a.test.js::box > opens', outcome: 'failed', pid: 41, ms: 1, message: '1 !== 2' },
    { test: 'b.test.js::dies', outcome: 'started', pid: 42, logs: { 'tsan.41': 120 } },
  ]);
});

test('wherever the record is cut, the whole lines before the cut are read and no more', () => {
  for (let end = 0; end <= RECORDED.length; end += 3) {
    const text = RECORDED.slice(0, end);
    expect(eventsOf(text)).toHaveLength(text.split('\n').length - 1);
  }
});

test('no record at all means that no test began', () => {
  expect(nodejs.events(scratch, [], place)).toEqual([]);
});

test('a list is read from between what test files print, also when it is cut', () => {
  const output =
    'loaded\nFFI_GATES_TEST "a.test.js::says \\"hi\\""\nFFI_GATES_TEST "a.test.js::box > opens"\nFFI_GATES_TEST "b.te';
  expect(nodejs.parseList(output, place)).toEqual(['a.test.js::says "hi"', 'a.test.js::box > opens']);
});

test('tests of one file share a process unless they are to be isolated', () => {
  const tests = ['a.test.js::one', 'a.test.js::box > two (2)', 'b.test.js'];
  expect(turnsOf(tests, false)).toEqual([
    {
      file: 'a.test.js',
      name: 'a.test.js',
      args: [
        '--test-name-pattern=/^one$/',
        '--test-name-pattern=/^two \\(2\\)$/',
        '--test-name-pattern=/^box two \\(2\\)$/',
      ],
    },
    { file: 'b.test.js', name: 'b.test.js', args: [] },
  ]);
  expect(turnsOf(tests, true).map((t) => t.file)).toEqual(['a.test.js', 'a.test.js', 'b.test.js']);
  const some = turnsOf([...tests, 'a.test.js::three'], ['a.test.js::one']);
  expect(some.map((t) => `${t.file} ${t.args.join(' ')}`)).toEqual([
    'a.test.js --test-name-pattern=/^two \\(2\\)$/ --test-name-pattern=/^box two \\(2\\)$/ --test-name-pattern=/^three$/',
    'b.test.js ',
    'a.test.js --test-name-pattern=/^one$/',
  ]);
});

/** Ends as LeakSanitizer lets a program end: with a status of its own, after the program's last word. */
const REPLACED =
  "const { emit } = process; process.emit = function (name) { emit.apply(this, arguments); if (name === 'exit') process.reallyExit(99); };";

test.each([
  ["process.on('exit', () => {})", 'passed'],
  ["process.on('exit', () => { process.exitCode = 3; })", 'failed'],
  ['process.exit(3)', 'failed'],
  ["process.kill(process.pid, 'SIGKILL')", undefined],
])('a file is judged by the status it meant, not by the checker’s: %s', (text, outcome) => {
  const plugin = (name: string): string =>
    fileURLToPath(new URL(`../../plugins/node/${name}`, import.meta.url));
  writeFileSync(join(scratch, 'a.cjs'), `${REPLACED}\n${text};\n`);
  const launch = {
    turns: [{ file: 'a.cjs', args: [], name: 'a.cjs' }],
    whole: true,
    command: [process.execPath, '--import', plugin('status.mjs')],
    env: {},
    cwd: scratch,
  };
  const { status } = spawnSync(process.execPath, [plugin('run.mjs'), JSON.stringify(launch)], {
    env: { ...process.env, FFI_GATES_PROGRESS: join(scratch, 'progress.ndjson') },
  });
  expect(status).toBe(outcome === undefined ? null : 99);
  const [begun, ended] = nodejs.events(scratch, [], place);
  expect(begun).toMatchObject({ test: 'a.cjs', outcome: 'started' });
  expect(ended?.outcome).toBe(outcome);
  if (outcome === 'failed') expect(ended?.message).toBe('the file ended with code 3');
});
