import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PreparedSuite } from '../../src/bindings/binding.js';
import { net, readResults } from '../../src/bindings/dotnet/net.js';
import { dotnetRun } from '../../src/bindings/dotnet/dotnet.js';
import { runnerIn } from '../../src/bindings/dotnet/nunit.js';

const place: PreparedSuite = { dir: '/suite', out: '/out', targets: {}, env: {}, with: {} };
const sdk: PreparedSuite = { ...place, with: { runner: 'dotnet' } };

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'binding-net-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const progress = (...lines: string[]): void =>
  writeFileSync(join(scratch, 'progress.ndjson'), lines.join('\n'));

test('a process that died leaves its test started, and half a line is no event', () => {
  progress(
    '{"test":"Ns.A.one","outcome":"started","pid":7,"logs":{}}',
    '{"test":"Ns.A.one","outcome":"passed","pid":7,"ms":12}',
    '{"test":"Ns.A.two","outcome":"started","pid":7,"logs":{"asan.7":120}}',
    '{"test":"Ns.A.thr',
  );
  expect(net.events(scratch, ['***** Ns.A.two'], place)).toEqual([
    { test: 'Ns.A.one', outcome: 'started', pid: 7, logs: {} },
    { test: 'Ns.A.one', outcome: 'passed', pid: 7, ms: 12 },
    { test: 'Ns.A.two', outcome: 'started', pid: 7, logs: { 'asan.7': 120 } },
  ]);
});

test('a process that died before its first test yields nothing', () => {
  expect(net.events(scratch, ['Native Crash Reporting'], place)).toEqual([]);
});

const RESULT = `<?xml version="1.0" encoding="utf-8" standalone="no"?>
<test-results name="Tests.dll" total="2" errors="0" failures="1" not-run="1">
  <test-case name="Ns.A.one" executed="True" result="Success" success="True" time="0.016" asserts="0" />
  <test-case name="Ns.A.two(&quot;&lt;x&gt;&quot;)" executed="True" result="Failure" success="False" time="0.001">
    <failure>
      <message><![CDATA[  Expected: 1
  But was:  2
]]></message>
      <stack-trace><![CDATA[at Ns.A.two () [0x00001] in A.cs:9 ]]></stack-trace>
    </failure>
  </test-case>
  <test-case name="Ns.A.later" executed="False" result="Ignored">
    <reason>
      <message><![CDATA[not yet]]></message>
    </reason>
  </test-case>
</test-results>
`;

test('the result file gives failures their message and tells of tests that never began', () => {
  progress(
    '{"test":"Ns.A.two(\\u0022<x>\\u0022)","outcome":"started","pid":7,"logs":{}}',
    '{"test":"Ns.A.two(\\u0022<x>\\u0022)","outcome":"failed","pid":7,"ms":1}',
    '',
  );
  writeFileSync(join(scratch, 'result.xml'), RESULT);
  expect(net.events(scratch, [], place).slice(1)).toEqual([
    { test: 'Ns.A.two("<x>")', outcome: 'failed', pid: 7, ms: 1, message: 'Expected: 1\n  But was:  2' },
    { test: 'Ns.A.one', outcome: 'passed' },
    { test: 'Ns.A.later', outcome: 'skipped', message: 'not yet' },
  ]);
});

test('a result file cut in the middle of a case gives the whole cases before it', () => {
  const cut = RESULT.slice(0, RESULT.indexOf('But was'));
  expect(readResults(cut).map((r) => r.name)).toEqual(['Ns.A.one']);
});

test('the lister prints names with blanks; what the runtime says beside them is no test', () => {
  const said = 'FFI_GATES_TEST Ns.A.one\nWARNING: no debugger\nFFI_GATES_TEST Ns.A.two("a b", 1)\n';
  expect(net.parseList(said, place)).toEqual(['Ns.A.one', 'Ns.A.two("a b", 1)']);
});

test('dotnet test: names after its headline, ends with their times', () => {
  const listed =
    'Test run for Tests.dll\nThe following Tests are available:\n    Ns.A.One\n    Ns.A.Two(1)\n';
  expect(net.parseList(listed, sdk)).toEqual(['Ns.A.One', 'Ns.A.Two(1)']);
  const said =
    '  Passed Ns.A.One [12 ms]\n  Failed Ns.A.Two [1 s]\n  Error Message:\n   Expected: 1\n  Skipped Ns.A.Three\n';
  expect(net.events(scratch, said.split('\n'), sdk)).toEqual([
    { test: 'Ns.A.One', outcome: 'passed', ms: 12 },
    { test: 'Ns.A.Two', outcome: 'failed', ms: 1000 },
    { test: 'Ns.A.Three', outcome: 'skipped' },
  ]);
});

test('dotnet test: the environment of the arm is the test host’s, not the command’s', () => {
  const arm = { prefix: ['setarch', '-R'], env: { LD_PRELOAD: '/lib/libtsan.so' }, hostArgs: [] };
  const plan = { tests: ['Ns.A.One'], isolate: false, arm, scratch, logDir: scratch };
  const launch = dotnetRun(sdk, {}, plan);
  expect(launch.env['LD_PRELOAD']).toBeUndefined();
  expect(launch.argv.slice(0, 4)).toEqual(['setarch', '-R', 'dotnet', 'test']);
  expect(launch.argv.join(' ')).toContain(
    '-e LD_PRELOAD=/lib/libtsan.so --filter FullyQualifiedName=Ns.A.One -- NUnit.DisplayName=FullName',
  );
});

test('the runner is the program that the launcher script starts', () => {
  const script = '#!/bin/sh\n\nexec /usr/bin/cli /usr/lib/nunit/nunit-console.exe "$@"\n';
  expect(runnerIn('/usr/bin/nunit-console', script)).toBe('/usr/lib/nunit/nunit-console.exe');
  expect(runnerIn('/opt/nunit/nunit-console.exe', '')).toBe('/opt/nunit/nunit-console.exe');
  expect(runnerIn('/usr/bin/nunit-console', '\x7fELF')).toBeUndefined();
});
