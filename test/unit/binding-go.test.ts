import { expect, test } from 'vitest';
import { parseGoEvents, parseGoList } from '../../src/bindings/go-output.js';

test('a process that died leaves its test started without an end', () => {
  const output = [
    '=== RUN   TestOne',
    '--- PASS: TestOne (0.01s)',
    '=== RUN   TestTwo',
    '    two_test.go:7: wrong',
    'unfinished line--- FAIL: TestTwo (0.00s)',
    '=== RUN   TestThree',
    'SIGSEGV: segmentation violation',
  ];
  expect(parseGoEvents(output)).toEqual([
    { test: 'TestOne', outcome: 'started' },
    { test: 'TestOne', outcome: 'passed', ms: 10 },
    { test: 'TestTwo', outcome: 'started' },
    { test: 'TestTwo', outcome: 'failed', ms: 0, message: 'two_test.go:7: wrong' },
    { test: 'TestThree', outcome: 'started' },
  ]);
});

test('subtests belong to their parent, packages prefix ids, benchmarks are no tests', () => {
  const output = '=== PACKAGE sub\n=== RUN   TestA\n=== RUN   TestA/x\n    --- PASS: TestA/x (0.00s)\n';
  expect(parseGoEvents(output.split('\n'))).toEqual([{ test: 'sub/TestA', outcome: 'started' }]);
  expect(parseGoList('TestA\nBenchmarkB\n=== PACKAGE sub\nTestC\n')).toEqual(['TestA', 'sub/TestC']);
});
