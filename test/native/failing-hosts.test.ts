/**
 * Calls that fail below a host whose memory no leak checker knows: Go. What the host has, wherever it keeps it, is not lost; what
 * nobody has is, also where the lost address was the outermost function's own.
 */
import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HazardId } from '../../src/model/hazard.js';
import { cellOf, makeRig, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing =
  process.arch !== 'x64' ||
  !isAbsolute(runtime) ||
  spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0;
if (missing) console.warn('SKIPPED: failing calls below Go need x86-64, Go, gcc and its libasan');

/** `c`: a function of the library, `h`: its declaration where it is another than `int NAME(void)`. `go`: what its test does, which passes. */
type Row = { name: string; h?: string; c: string; go: string; finds?: HazardId };

const ROWS: readonly Row[] = [
  {
    name: 'loses_first',
    c: 'int loses_first(void) { char *a = malloc(8), *b = malloc(9); keep(a); keep(b); if (!a || !b) return 1; free(a); free(b); return 0; }',
    go: 'C.loses_first()',
    finds: 'ownership/leak-on-error-path',
  },
  {
    name: 'frees_both',
    c: 'int frees_both(void) { char *a = malloc(8), *b = malloc(9); keep(a); keep(b); const int r = !a || !b; free(a); free(b); return r; }',
    go: 'C.frees_both()',
  },
  {
    name: 'loses_inside',
    c: 'static __attribute__((noinline)) int pair(void) { char *a = malloc(8); keep(a); char *b = a ? malloc(9) : NULL; keep(b); if (!b) return 1; free(a); free(b); return 0; } int loses_inside(void) { return pair(); }',
    go: 'C.loses_inside()',
    finds: 'ownership/leak-on-error-path',
  },
  // Each of the two is referred to by the other, and by nobody else.
  {
    name: 'loses_ring',
    c: 'static __attribute__((noinline)) int ring(void) { void **a = malloc(16), **b = a ? malloc(24) : NULL; if (!b) { free(a); return 1; } *a = b; *b = a; char *c = malloc(9); keep(c); if (!c) return 1; free(a); free(b); free(c); return 0; } int loses_ring(void) { return ring(); }',
    go: 'C.loses_ring()',
    finds: 'ownership/leak-on-error-path',
  },
  {
    name: 'returns_part',
    h: 'char *returns_part(void);',
    c: 'char *returns_part(void) { char *a = malloc(8); keep(a); char *b = malloc(9); keep(b); free(b); return a; }',
    go: 'C.free(unsafe.Pointer(C.returns_part()))',
  },
  {
    name: 'gives_part',
    h: 'int gives_part(char **out);',
    c: 'int gives_part(char **out) { *out = malloc(8); char *b = malloc(9); keep(b); free(b); return !b; }',
    go: 'var p *C.char; C.gives_part(&p); C.free(unsafe.Pointer(p))',
  },
  {
    name: 'keeps_part',
    c: 'static char *kept; int keeps_part(void) { kept = malloc(8); char *b = malloc(9); keep(b); free(b); return !b; }',
    go: 'C.keeps_part()',
  },
  {
    name: 'never_looks',
    c: 'int never_looks(void) { int *p = calloc(4, sizeof *p); p[1] = 2; keep(p); const int r = p[1]; free(p); return r; }',
    go: 'C.never_looks()',
    finds: 'null/dereference',
  },
];

const declared = ({ name, h }: Row): string => h ?? `int ${name}(void);`;

const ID = 's-go_owngcc-failing';

describe.skipIf(missing)('calls that fail below Go', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-failing-go-');
  });
  afterAll(() => rig.remove());

  test('lose what nobody has, and nothing that is returned or kept', async () => {
    rig.write('hosted/go.mod', 'module example.org/paths\n\ngo 1.20\n');
    rig.write(
      'hosted/paths.c',
      `#include <stdlib.h>
#include "paths.h"
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
${ROWS.map((r) => r.c).join('\n')}
`,
    );
    rig.write('hosted/paths.h', `${ROWS.map(declared).join('\n')}\n`);
    rig.write(
      'hosted/paths.go',
      `package paths\n\n// #include <stdlib.h>\n// #include "paths.h"\nimport "C"\nimport "unsafe"\n\nvar _ unsafe.Pointer\n${ROWS.map(
        (r) => `func ${r.name}() { ${r.go} }`,
      ).join('\n')}\n`,
    );
    rig.write(
      'hosted/paths_test.go',
      `package paths\n\nimport "testing"\n\n${ROWS.map((r) => `func Test_${r.name}(t *testing.T) { ${r.name}() }`).join('\n')}\n`,
    );
    rig.write(
      'ffi-gates.yaml',
      'version: 1\nsuites:\n  - { id: s, binding: go, dir: hosted }\ngates: { failing: }\n',
    );
    const ran = await rig.run();
    const found = (ran.report?.findings ?? []).filter((f) => !f.planted);
    expect(
      Object.fromEntries(found.map((f) => [f.witnesses[0]?.test?.replace('Test_', ''), f.hazard])),
      ran.stdout + ran.stderr,
    ).toEqual(Object.fromEntries(ROWS.flatMap((r) => (r.finds ? [[r.name, r.finds]] : []))));
    for (const f of found) expect(f.message).toMatch(/, after [mc]alloc failed in \w+ \(paths\.c:\d+\)/);
    const calls = cellOf(ran, ID).failing;
    expect(calls).toMatchObject({ driven: calls?.found, lost: 0 });
    expect(calls?.found).toBeGreaterThan(ROWS.length);
  });
});
