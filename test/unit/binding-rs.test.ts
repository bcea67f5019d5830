import { expect, test } from 'vitest';
import {
  LOADS,
  parseRustDeath,
  parseRustEvents,
  parseRustList,
  parseRustLoad,
} from '../../src/bindings/rust/output.js';

const RUNNING = '     Running tests/host.rs (target/debug/deps/host-0123456789abcdef)';

test('a process that died leaves its test started without an end, whatever it printed', () => {
  const output = [
    RUNNING,
    'test a ... ok',
    'test b ... said',
    'more: ok',
    'test c ... FAILED',
    'test d ... lookup ok',
  ];
  expect(parseRustEvents(output)).toEqual([
    { test: 'host::a', outcome: 'started' },
    { test: 'host::a', outcome: 'passed' },
    { test: 'host::b', outcome: 'started' },
    { test: 'host::b', outcome: 'passed' },
    { test: 'host::c', outcome: 'started' },
    { test: 'host::c', outcome: 'failed' },
    { test: 'host::d', outcome: 'started' },
  ]);
});

test('a crate without tests is loaded: its program begins, and says at its end that it ran nothing', () => {
  const unit = '     Running unittests src/lib.rs (target/debug/deps/mine-0123456789abcdef)';
  const started = { test: LOADS, outcome: 'started' };
  const result = 'test result: ok. 0 passed; 0 failed; 0 ignored';
  expect(parseRustLoad([unit, '', 'running 0 tests', result])).toEqual([
    started,
    { test: LOADS, outcome: 'passed' },
  ]);
  expect(parseRustLoad([unit])).toEqual([started]);
  expect(parseRustLoad(['error: could not compile `mine`', result])).toEqual([]);
});

test('targets prefix ids', () => {
  const unit = '     Running unittests src/lib.rs (target/debug/deps/mine-0123456789abcdef)';
  expect(parseRustList(`${unit}\nm::t: test\n${RUNNING}\na: test\n2 tests, 0 benchmarks\n`)).toEqual([
    'lib::m::t',
    'host::a',
  ]);
});

test('cargo says by which signal a test executable died', () => {
  const unfinished =
    "  process didn't exit successfully: `env /out/deps/host-0123 --exact a` (signal: 11, SIGSEGV: invalid memory reference)";
  expect(parseRustDeath([RUNNING, 'test a ... error: test failed', '', 'Caused by:', unfinished])).toBe(
    'SIGSEGV',
  );
  expect(parseRustDeath(["  process didn't exit successfully: `host` (exit status: 99)"])).toBeUndefined();
});
