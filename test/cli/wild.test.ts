/** Suites that misbehave, of which no two in the same way: each ends in a clear verdict and leaves a clean machine. Real tools. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseStringPromise } from 'xml2js';
import { cellOf, endOf, makeRig, processesWith, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
let ran: Ran;
const MARK = String(process.pid);
const need = (t: { skip: (why: string) => never }, ...ids: string[]): void => {
  const why = whyAbsent(ran, ids);
  if (why) t.skip(why);
};

beforeAll(async () => {
  rig = makeRig();
  ran = await rig.run(['--matrix', 'wild.yaml'], { PUPPET_MARK: MARK, CI: 'true', GITHUB_ACTIONS: 'true' });
}, 300_000);
afterAll(() => rig.remove());

const ENDS: [cell: string, end: string, why: RegExp, what: string][] = [
  ['rude-c_ccgcc-plain', 'clean', /^$/, 'daemons, limits, directories, signals, descriptors: no hazard'],
  ['rude-c_ccgcc-asan', 'clean', /^$/, 'and the checker still looks for leaks'],
  ['talks-c_ccgcc-plain', 'clean', /^$/, 'much output that was read to its end'],
  ['talks-c_ccgcc-asan', 'clean', /^$/, 'much output that was read to its end'],
  ['floods-c_ccgcc-plain', 'inconclusive/flooded', /4 MiB while floods ran/, 'a test prints without end'],
  ['stubborn-c_ccgcc-plain', 'inconclusive/timed-out', /while hangs ran/, 'it hangs outside its group'],
  ['groupkill-c_ccgcc-plain', 'inconclusive/fired-but-silent', /SIGKILL/, 'a test kills its group'],
  ['groupkill-c_ccgcc-asan', 'inconclusive/fired-but-silent', /SIGKILL/, 'a test kills its group'],
  ['forges-c_ccgcc-plain', 'inconclusive/tests-missing', /no result for forges/, 'it prints our words'],
  ['names-c_ccgcc-plain', 'suite-failed', /3 failed/, 'names of any kind'],
  ['names-py_ccgcc-plain', 'suite-failed', /1 failed/, 'names of any kind'],
];

describe('suites that misbehave', () => {
  test.for(ENDS)('%s is %s: %s %s', ([id, end, why], t) => {
    need(t, id);
    const { verdict } = cellOf(ran, id);
    expect(endOf(cellOf(ran, id)), JSON.stringify(verdict)).toBe(end);
    expect('why' in verdict ? verdict.why : '').toMatch(why);
  });

  test.for(['floods', 'stubborn', 'groupkill'])(
    '%s: the tests beside the bad one have results',
    (suite, t) => {
      const id = `${suite}-c_ccgcc-plain`;
      need(t, id);
      expect(cellOf(ran, id).tests).toEqual({ passed: 2, failed: 0, skipped: 0 });
    },
  );

  test('every test has its own result, whatever those before it did to the process', (t) => {
    need(t, 'rude-c_ccgcc-plain');
    expect(cellOf(ran, 'rude-c_ccgcc-plain').tests).toEqual({ passed: 13, failed: 0, skipped: 0 });
  });

  test('no process is left, whether it carries our token or only its arguments', () => {
    expect(processesWith(`PUPPET_MARK=${MARK}`)).toEqual([]);
    const words = readdirSync('/proc').map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return ''; // gone, or no process
      }
    });
    expect(words.filter((w) => w.includes(`600.${MARK}`))).toEqual([]);
  });

  test('no temporary directory of a test is left, and no log is larger than it may be', () => {
    const logs = join(rig.out, 'logs');
    const all = readdirSync(logs, { recursive: true, encoding: 'utf8' });
    const tests = all.filter((f) => f.startsWith('rude-') || f.startsWith('floods-'));
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((f) => f.includes('scratch/tmp'))).toEqual([]);
    const sizes = tests.map((f) => statSync(join(logs, f))).filter((s) => s.isFile());
    expect(Math.max(...sizes.map((s) => s.size))).toBeLessThanOrEqual(1 << 20);
  });
});

describe('what tests print and are called', () => {
  test('a test that prints our words neither passes nor makes tests up', (t) => {
    need(t, 'forges-c_ccgcc-plain');
    const cell = cellOf(ran, 'forges-c_ccgcc-plain');
    expect(cell.tests).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(cell.failedTests.map((f) => f.test)).toEqual(['last']);
    expect(cell.diedIn).toEqual(['forges']);
  });

  test('names come through lists, command lines and records unchanged', (t) => {
    need(t, 'names-c_ccgcc-plain', 'names-py_ccgcc-plain');
    expect(cellOf(ran, 'names-c_ccgcc-plain').tests).toEqual({ passed: 7, failed: 3, skipped: 0 });
    expect(
      cellOf(ran, 'names-c_ccgcc-plain')
        .failedTests.map((f) => f.test)
        .sort(),
    ).toEqual(
      [
        '<script>alert(1)</script>]]>&amp;',
        '::error file=x.c::owned',
        '\u001b]0;owned\u0007\u001b[31mred\r\u007f\uffff',
      ].sort(),
    );
    expect(cellOf(ran, 'names-py_ccgcc-plain').tests).toEqual({ passed: 6, failed: 1, skipped: 0 });
  });

  test('nothing that a CI server would take for a command is printed, and no control character', () => {
    for (const text of [ran.stdout, ran.stderr]) {
      expect(text.split('\n').filter((l) => l.trimStart().startsWith('::'))).toEqual([]);
      expect(text).not.toContain('##[');
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
    expect(ran.stdout).toContain('owned');
  });

  test('nor when the findings and the report are asked for as JSON', async () => {
    const said = await rig.run(['names-c_*', '--matrix', 'wild.yaml', '--json']);
    expect(said.stdout).not.toContain('##[');
    const { cells } = JSON.parse(said.stdout) as { cells: { id: string }[] };
    expect(cells.map((c) => c.id)).toContain('names-c_ccgcc-plain');
  }, 60_000);

  test('JUnit is XML with the names in it, HTML holds no script of theirs', async () => {
    const file = join(rig.out, 'junit.xml');
    const whole = JSON.stringify(await parseStringPromise(readFileSync(file, 'utf8')));
    expect(whole).toContain('<script>alert(1)</script>');
    const page = readFileSync(join(rig.out, 'index.html'), 'utf8');
    expect(page).toContain('alert(1)');
    expect(page).not.toContain('<script>alert(1)');
  });
});

test('a suite’s own temporary files are its own: what it writes beside its sources stays there', () => {
  expect(existsSync(join(rig.repo, 'c', 'left-by-a-test.txt'))).toBe(true);
});
