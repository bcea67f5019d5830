import { expect, test } from 'vitest';
import { go } from '../../src/bindings/go/go.js';
import { framesFlags, framesSteps } from '../../src/bindings/go/frames.js';
import { parseGoEvents, parseGoList } from '../../src/bindings/go/output.js';
import { goasan } from '../../src/gates/runtimes.js';
import { madeHost, TOOLS } from '../helpers/made-host.js';

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

test.runIf(process.arch === 'x64')(
  'Go callers are shown where a checker unwinds by C tables, and nowhere else',
  () => {
    const place = { dir: '/d', out: '/o', targets: {}, env: {}, with: {} };
    const built = (flag: string) => ({
      compiler: 'gcc' as const,
      cc: 'cc',
      cxx: 'c++',
      cflags: [flag],
      ldflags: [],
    });
    const [step] = framesSteps(place, built('-fsanitize=address'));
    expect(step?.argv.join(' ')).toMatch(/^cc .* -o \/o\/[^.]* .*frames\.c$/);
    expect(framesFlags(place, built('-fsanitize=undefined')).join(' ')).toContain('-l:ffi-gates-go-frames');
    expect(framesSteps(place, built('-fsanitize=thread'))).toEqual([]);
    expect(framesFlags(place, built('-g'))).toEqual([]);
  },
);

test('Go’s own ASan has garbage collected before leaks are sought: the test binary is told to, in every package', () => {
  const place = { dir: '/d', out: '/o', targets: {}, env: {}, with: {} };
  const instrument = { compiler: 'gcc' as const, cc: 'cc', cxx: 'c++', cflags: [], ldflags: [] };
  const request = { binding: 'go' as const, compiler: 'gcc' as const, logDir: '/l', host: madeHost() };
  const launch = (tests: string[]) =>
    go.run(place, instrument, TOOLS, {
      tests,
      isolate: false,
      scratch: '/s',
      logDir: '/l',
      arm: goasan.arm(request),
    });
  expect(launch(['TestA']).argv.slice(0, 1)).toEqual(['/o/suite.test']);
  expect(launch(['TestA']).argv).toContain('-test.memprofile=/dev/null');
  const turns = JSON.parse(launch(['TestA', 'sub/TestB']).argv.at(-1) ?? '') as { argv: string[] }[];
  expect(turns.map((t) => t.argv.filter((w) => w.startsWith('-test.memprofile=')).length)).toEqual([1, 1]);
});
