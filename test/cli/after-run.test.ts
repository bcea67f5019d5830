/** What a user does after a run: look again, compare, repeat, open. The real command line on the puppets' repository. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { cellOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
let first: Ran;
const CELLS = ['leak-c_ccgcc-asan', 'overflow-c_ccgcc-ubsan', 'crashes-c_ccgcc-plain', 'good-c_ccgcc-plain'];

beforeAll(async () => {
  rig = makeRig();
  first = await rig.run(CELLS);
}, 300_000);
afterAll(() => rig.remove());

const findingIn = (id: string) => {
  const f = first.report?.findings.find((x) => x.witnesses.some((w) => w.cell === id));
  if (!f) throw new Error(`no finding in ${id}\n${first.stdout}${first.stderr}`);
  return f;
};
const ask = (...args: string[]): Promise<Ran> => rig.start(args).ended;

describe('repro', () => {
  test('prints one line that, pasted into a shell with a hostile environment, shows the report', async (t) => {
    if (whyAbsent(first, CELLS)) t.skip();
    const f = findingIn('leak-c_ccgcc-asan');
    const printed = await ask('repro', f.fingerprint.slice(0, 8), '--out', rig.out);
    expect(printed.code).toBe(0);
    expect(printed.stdout.trim().split('\n')).toHaveLength(1);
    const pasted = spawnSync('sh', ['-c', printed.stdout], {
      encoding: 'utf8',
      env: { PATH: '/nowhere', ASAN_OPTIONS: 'detect_leaks=0', LD_PRELOAD: '/nowhere/lib.so', PATH_: 'x' },
      shell: false,
    });
    // `env` itself is found by the pasting shell's own PATH, which a shell always has.
    const again = pasted.stdout
      ? pasted
      : spawnSync('sh', ['-c', printed.stdout], {
          encoding: 'utf8',
          env: { ASAN_OPTIONS: 'detect_leaks=0' },
        });
    expect(again.stdout + again.stderr).toContain('LeakSanitizer: detected memory leaks');
  });

  test('no credential of the shell is printed', async (t) => {
    if (whyAbsent(first, CELLS)) t.skip();
    const f = findingIn('leak-c_ccgcc-asan');
    const { stdout } = await rig.start(['repro', f.fingerprint, '--out', rig.out], {
      CI_JOB_TOKEN: 'swordfish',
      PLAIN_WORD: 'kept',
    }).ended;
    expect(stdout).not.toContain('swordfish');
    expect(stdout).toContain('PLAIN_WORD=kept');
  });

  test.each(['leak-c_ccgcc-asan', 'overflow-c_ccgcc-ubsan', 'crashes-c_ccgcc-plain'])(
    '--run sees the finding of %s again',
    async (id) => {
      const f = findingIn(id);
      const ran = await ask('repro', f.fingerprint, '--run', '--out', rig.out);
      expect(ran.stdout, ran.stderr).toContain(`seen again: ${f.fingerprint} (${f.hazard})`);
      expect(ran.code).toBe(1);
    },
    60_000,
  );

  test('--run says so when it is not seen again', async () => {
    const f = findingIn('leak-c_ccgcc-asan');
    const report = structuredClone(first.report!);
    const mine = report.findings.find((x) => x.fingerprint === f.fingerprint)!;
    mine.repro = mine.repro.replace('detect_leaks=1', 'detect_leaks=0');
    const file = join(rig.dir, 'cured.json');
    writeFileSync(file, JSON.stringify(report));
    const ran = await ask('repro', f.fingerprint, '--run', '--out', file);
    expect(ran.stdout).toContain('not seen again');
    expect(ran.code).toBe(0);
  }, 60_000);

  test('a word that names nothing lists what there is', async () => {
    const ran = await ask('repro', 'ownership/laek', '--out', rig.out);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("Did you mean 'ownership/leak'?");
    expect((await ask('repro', 'x', '--out', join(rig.dir, 'none'))).stderr).toContain(
      'there is no report at',
    );
  });
});

describe('diff', () => {
  const write = (name: string, change: (r: Report) => void): string => {
    const report = structuredClone(first.report!);
    change(report);
    const file = join(rig.dir, name);
    writeFileSync(file, JSON.stringify(report));
    return file;
  };

  test('a report and itself: all is still there, exit code 0', async () => {
    const ran = await ask('diff', rig.out, rig.out);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/0 fresh, 0 gone, [1-9]\d* still there/);
  });

  test('fresh findings make exit code 1, gone ones do not', async () => {
    const less = write('less.json', (r) =>
      r.findings.splice(
        r.findings.findIndex((f) => !f.planted),
        1,
      ),
    );
    const more = await ask('diff', less, rig.out);
    expect(more.code).toBe(1);
    expect(more.stdout).toContain('1 fresh, 0 gone');
    const fixed = await ask('diff', rig.out, less, '--json');
    expect(fixed.code).toBe(0);
    expect((JSON.parse(fixed.stdout) as { gone: unknown[] }).gone).toHaveLength(1);
  });

  test('cells that did not run this time are named', async () => {
    const part = write('part.json', (r) => r.cells.splice(0, 1));
    expect((await ask('diff', rig.out, part)).stdout).toContain(
      `not run this time: ${first.report!.cells[0]!.id}`,
    );
  });
});

describe('show', () => {
  test('prints where the page is where no desktop is', async () => {
    const ran = await rig.start(['show', '--out', rig.out], { DISPLAY: '', WAYLAND_DISPLAY: '' }).ended;
    expect(ran).toMatchObject({ code: 0, stdout: `${join(rig.out, 'index.html')}\n` });
  });

  test('without a report it says what to do', async () => {
    expect(await ask('show', '--out', join(rig.dir, 'none'))).toMatchObject({ code: 2 });
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh'])('%s', async (shell) => {
    const ran = await rig.start(['completion'], { SHELL: `/bin/${shell}`, ZSH_NAME: '' }).ended;
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain(shell === 'zsh' ? '#compdef ffi-gates' : 'complete -o bashdefault');
  });

  test('offers cells and hazards', async () => {
    const cells = await ask('--get-yargs-completions', 'ffi-gates', 'run', 'le');
    expect(cells.stdout.split('\n')).toContain('leak-c_ccgcc-asan');
    const hazards = await ask('--get-yargs-completions', 'ffi-gates', 'explain', 'own');
    expect(hazards.stdout.split('\n')).toContain('ownership/leak');
  });
});

// Last: it replaces the report that the others look at.
describe('run --last-failed', () => {
  test('runs what was not good, and nothing else', async (t) => {
    if (whyAbsent(first, CELLS)) t.skip();
    cpSync(rig.out, join(rig.dir, 'kept'), { recursive: true });
    const ran = await rig.run(['--last-failed']);
    const ids = ran.report!.cells.filter((c) => c.role === 'subject').map((c) => c.id);
    expect(ids).toEqual(CELLS.filter((id) => !id.startsWith('good')).sort());
    const one = await rig.run(['--last-failed', 'leak-*', '--quiet']);
    expect(one.report!.cells.filter((c) => c.role === 'subject').map((c) => c.id)).toEqual([
      'leak-c_ccgcc-asan',
    ]);
    expect(cellOf(one, 'leak-c_ccgcc-asan').verdict.kind).toBe('hazard');
  }, 120_000);

  test('when all was good there is nothing to select', async () => {
    await rig.run(['good-c_ccgcc-plain']);
    const ran = await rig.run(['--last-failed']);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('no cell failed in the last run');
    expect(JSON.parse(readFileSync(join(rig.out, 'report.json'), 'utf8'))).toHaveProperty('exitCode', 0);
  }, 120_000);
});
