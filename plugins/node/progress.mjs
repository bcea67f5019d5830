/**
 * Loaded into the test process with `--import` and as its `--test-reporter`: writes one JSON line per event
 * to the file FFI_GATES_PROGRESS. Begin and end come from root hooks, which run synchronously with the test.
 * A reporter is notified later, and a crash would lose pending events. Only events that hooks never see
 * (skipped tests, tests that fail in a hook or are cancelled) come from the reporter. Needs Node 20.12 for
 * `passed` in hooks.
 */
import { appendFileSync, fstatSync, readdirSync, statSync, writeSync } from 'node:fs';
import { afterEach, beforeEach } from 'node:test';

const { FFI_GATES_PROGRESS: progress, FFI_GATES_LOG_DIR: logDir, FFI_GATES_FILE: file } = process.env;
const begun = new Map();
const ended = new Set();

const write = (test, outcome, more) =>
  appendFileSync(
    progress,
    `${JSON.stringify({ test: `${file}::${test}`, outcome, pid: process.pid, ...more })}\n`,
  );

const end = (test, outcome, more) => {
  ended.add(test);
  write(test, outcome, more);
};

/** Sizes in bytes of the files in the gate's log directory. */
const logs = () => {
  try {
    return Object.fromEntries(readdirSync(logDir).map((name) => [name, statSync(`${logDir}/${name}`).size]));
  } catch {
    return {}; // the gate creates the directory with its first report
  }
};

/** A subtest created by a running test has no id of its own, since it cannot be selected. */
const isSubtest = (name) => [...begun.keys()].some((outer) => name.startsWith(`${outer} > `));

const hostTestFd = process.env.FFI_GATES_HOST_STACK_TEST_FD;
let tests = 0;

/** Tells the library which test runs, as plugins/preload/hosttests.h reads it: none if it is not known. */
const tellTest = () => {
  if (hostTestFd === undefined) return;
  const [name, ...others] = begun.keys();
  const isKnown = name !== undefined && others.length === 0;
  const note = Buffer.alloc(512);
  note.writeBigInt64LE(isKnown ? BigInt(++tests) : 0n);
  if (isKnown) Buffer.from(`${file}::${name}`).copy(note, 8, 0, 503);
  try {
    // A test may have closed it, and another file may have its number.
    const { nlink, size } = fstatSync(Number(hostTestFd));
    if (nlink === 0 && size === note.length) writeSync(Number(hostTestFd), note, 0, note.length, 0);
  } catch {
    // leaks lack the name of their test
  }
};

beforeEach((t) => {
  if (isSubtest(t.fullName)) return;
  begun.set(t.fullName, performance.now());
  tellTest();
  write(t.fullName, 'started', { logs: logs() });
});

afterEach((t) => {
  const since = begun.get(t.fullName);
  if (since === undefined) return;
  begun.delete(t.fullName);
  tellTest();
  const message = t.error?.cause?.message ?? t.error?.message;
  end(t.fullName, t.passed ? 'passed' : 'failed', {
    ms: Math.round(performance.now() - since),
    ...(message ? { message } : {}),
  });
});

/** Node 20 reports tests that `--test-name-pattern` excludes as skipped, with this reason. */
const NOT_CHOSEN = 'test name does not match pattern';

export default async function* reporter(source) {
  const outer = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') outer[data.nesting] = data.name;
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    const test = [...outer.slice(0, data.nesting), data.name].join(' > ');
    if (ended.has(test) || isSubtest(test) || [...ended].some((t) => test.startsWith(`${t} > `))) continue;
    const message = data.details?.error?.cause?.message ?? data.details?.error?.message;
    if (type === 'test:fail') end(test, 'failed', message ? { message } : {});
    else if (data.skip !== undefined && data.skip !== NOT_CHOSEN) end(test, 'skipped');
  }
  yield '';
}
