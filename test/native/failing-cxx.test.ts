/** `operator new` fails as C++ says it: by an exception, or, if it was asked so, by a null pointer. */
import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFound, type FailingRow } from '../helpers/failing-found.js';
import { cellOf, makeRig, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing = !isAbsolute(runtime) || spawnSync('g++', ['--version'], { stdio: 'ignore' }).status !== 0;
if (missing) console.warn('SKIPPED: failing operators of C++ need g++ and its libasan');

/** `c`: the body of `int NAME()`, which returns 0 if nothing fails. */
type Row = FailingRow & { c: string; calls: number };

const ROWS: readonly Row[] = [
  {
    name: 'loses_by_exception',
    c: 'try { int *a = new int(1); keep(a); int *b = new int(2); keep(b); delete a; delete b; return 0; } catch (const std::bad_alloc &) { return 1; }',
    calls: 2,
    finds: 'ownership/leak-on-error-path',
    after: 'operator new',
  },
  {
    name: 'unwinds',
    c: 'try { auto a = std::make_unique<int>(1); keep(a.get()); auto b = std::make_unique<int>(2); keep(b.get()); return 0; } catch (const std::bad_alloc &) { return 1; }',
    calls: 2,
  },
  {
    name: 'never_looks',
    c: 'int *a = new (std::nothrow) int[4]; keep(a); a[1] = 1; const int r = a[1] != 1; delete[] a; return r;',
    calls: 1,
    finds: 'null/dereference',
    after: 'operator new\\[\\]',
  },
  // Nobody catches it: the process ends, as it is meant to.
  { name: 'ends', c: 'int *a = new int(1); keep(a); delete a; return 0;', calls: 1 },
];

describe.skipIf(missing)('operators of C++ that fail', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-failing-cxx-');
  });
  afterAll(() => rig.remove());

  test('lose what no destructor gives back, and end a process on purpose where nobody catches', async () => {
    rig.write(
      'src/paths.cpp',
      `#include <memory>
#include <new>
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
${ROWS.map((r) => `extern "C" int ${r.name}() { ${r.c} }`).join('\n')}
`,
    );
    rig.write(
      'tests/main.c',
      `#include <ffi_gates_suite.h>
${ROWS.map((r) => `int ${r.name}(void);`).join('\n')}
const suite_test suite_tests[] = {${ROWS.map((r) => `{"${r.name}", ${r.name}}, `).join('')}{0, 0}};
`,
    );
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { paths: { builder: cc, dir: src, sources: [paths.cpp], produces: [libpaths.so] } }
suites:
  - { id: s, binding: c, dir: tests, targets: [paths], with: { sources: [main.c], libs: [paths] } }
gates: { failing: }
`,
    );
    const ran = await rig.run();
    expectFound(ran, ROWS, { nameOf: (t) => t, where: (name) => `.*${name}` });
    const calls = ROWS.reduce((n, r) => n + r.calls, 0);
    expect(cellOf(ran, 's-c_ccgcc-failing').failing).toMatchObject({ found: calls, driven: calls, lost: 0 });
  });
});
