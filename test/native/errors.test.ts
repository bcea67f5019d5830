/**
 * Functions that report an error which did not happen: hosts that go on are found, those that look are not. Each row is a function
 * of one library, how it reports errors, and a test that calls it.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorResult } from '../../src/model/ids.js';
import { cellOf, endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const missing = process.arch !== 'x64' || spawnSync('gcc', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: errors that the host ignores need x86-64 and gcc');

/** `c`: the function. `host`: the body of its test, which passes if it returns 0. `ignored`: the host does not look. */
type Row = { name: string; how: ErrorResult; c: string; host: string; ignored?: true };

const ROWS: readonly Row[] = [
  {
    name: 'length',
    how: 'negative',
    c: 'int length(void) { return 3; }',
    host: 'length(); return 0;',
    ignored: true,
  },
  {
    name: 'looked_at',
    how: 'negative',
    c: 'int looked_at(void) { return 3; }',
    host: 'return looked_at() < 0;',
  },
  {
    name: 'wide',
    how: 'negative',
    c: 'long wide(void) { return 1L << 40; }',
    host: 'return wide() == -1;',
  },
  {
    name: 'make',
    how: 'null',
    c: 'static int cell; int *make(void) { return &cell; }',
    host: 'return *(volatile int *)make();',
    ignored: true,
  },
  {
    name: 'make_checked',
    how: 'null',
    c: 'static int other; int *make_checked(void) { return &other; }',
    host: 'int *p = make_checked(); return p ? *p : 1;',
  },
  {
    name: 'status',
    how: 'nonzero',
    c: 'int status(void) { return 0; }',
    host: 'status(); return 0;',
    ignored: true,
  },
  {
    name: 'status_checked',
    how: 'nonzero',
    c: 'int status_checked(void) { return 0; }',
    host: 'return status_checked();',
  },
  {
    name: 'ready',
    how: 'zero',
    c: 'int ready(void) { return 1; }',
    host: 'ready(); return 0;',
    ignored: true,
  },
  {
    name: 'reason',
    how: 'errno',
    c: 'int reason(void) { return 5; }',
    host: 'errno = 0; return reason() == -1 && errno == EIO;',
  },
  // It fails by itself, which the test wants.
  {
    name: 'refused',
    how: 'negative',
    c: 'int refused(void) { return -1; }',
    host: 'return refused() != -1;',
  },
  // What the library calls itself is no call of the host's.
  {
    name: 'inner',
    how: 'negative',
    c: 'int inner(void) { return 1; } int outer(void) { inner(); return 0; }',
    host: 'return outer();',
  },
  {
    name: 'many',
    how: 'negative',
    c: 'int many(int a, int b, int c, int d, int e, int f, int g, int h, double x, long y) { return a+b+c+d+e+f+g+h+(int)x+(int)y; }',
    host: 'return many(1, 2, 3, 4, 5, 6, 7, 8, 9.5, 10) != 55;',
  },
];

const ID = 's-c_ccgcc-errors';
const ownOf = (ran: Ran) => (ran.report?.findings ?? []).filter((f) => !f.planted);

describe.skipIf(missing)('errors that did not happen', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-errors-');
  });
  afterAll(() => rig.remove());

  const run = (rows: readonly Row[], named: readonly Row[] = rows): Promise<Ran> => {
    const header = rows.map((r) => r.c.replace(/\s*\{.*?\}/g, ';').replace(/static [^;]*;/g, '')).join('\n');
    rig.write('src/calls.c', `#include <stddef.h>\n${rows.map((r) => r.c).join('\n')}\n`);
    rig.write('src/calls.h', `${header}\n`);
    rig.write(
      'tests/main.c',
      `#include <errno.h>\n#include <ffi_gates_suite.h>\n#include "calls.h"\n${rows
        .map((r) => `static int test_${r.name}(void) { ${r.host} }`)
        .join('\n')}\nconst suite_test suite_tests[] = {${rows
        .map((r) => `{"${r.name}", test_${r.name}}, `)
        .join('')}{0, 0}};\n`,
    );
    const errors = named.map((r) => `${r.name}: ${r.how}`).join(', ');
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { calls: { builder: cc, dir: src, sources: [calls.c], produces: [libcalls.so], errors: { ${errors} } } }
suites:
  - { id: s, binding: c, dir: tests, targets: [calls], with: { sources: [main.c], include: [../src], libs: [calls] } }
gates: { errors: }
`,
    );
    return rig.run();
  };

  test('are ignored by hosts that go on, and by no other', async () => {
    const ran = await run(ROWS);
    const found = ownOf(ran).map((f) => [f.witnesses[0]?.test, f.hazard] as const);
    expect(found.map(([t]) => t).sort(), ran.stdout + ran.stderr).toEqual(
      ROWS.filter((r) => r.ignored)
        .map((r) => r.name)
        .sort(),
    );
    expect(new Set(found.map(([, hazard]) => hazard))).toEqual(new Set(['unwind/error-ignored']));
    const calls = cellOf(ran, ID).failing;
    expect(calls).toMatchObject({ driven: calls?.found, lost: 0 });
    // Neither of the two that have no call of a host's that succeeds.
    expect(calls?.found).toBe(ROWS.length - 2);
    const [length] = ownOf(ran).filter((f) => f.witnesses[0]?.test === 'length');
    expect(length?.message).toContain('length reported an error');
    expect(length?.stacks[0]?.frames[0]).toMatchObject({ function: 'length', own: true });
    const again = await rig.start(['repro', length!.fingerprint, '--run', '--out', rig.out]).ended;
    expect([again.code, again.stdout]).toEqual([1, expect.stringContaining('seen again')]);
  });

  test('of functions that nobody calls prove nothing', async () => {
    const inner = ROWS.filter((r) => r.name === 'inner');
    expect(endOf(cellOf(await run(inner), ID))).toBe('inconclusive/gate-not-armed');
  });
});
