/**
 * Functions that may run once at a time: a second entry is reported, whoever makes it, and what the library does itself is not.
 * Each row is a function of one library and a test that calls it. Calls that keep a host's threads are seen by the fixtures of Go
 * and Node.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const missing = spawnSync('gcc', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: functions that are entered twice need gcc');

/** `c`: the function. `host`: its callbacks, and the body of its test. `again`: how it is entered a second time. */
type Row = { name: string; c: string; before?: string; host: string; again?: string };

const CALLBACK = 'if (kept) return kept(v); return v;';

const ROWS: readonly Row[] = [
  {
    name: 'callback',
    c: `int callback(int v) { ${CALLBACK} }`,
    before: 'static int callback_again(int v) { return v == 0 ? callback(1) : v; }',
    host: 'keep(callback_again); callback(0); keep(0); return 0;',
    again: 'by a callback',
  },
  // The function that the callback calls may be another one, as long as it leads there.
  {
    name: 'inner',
    c: `int inner(int v) { ${CALLBACK} } int outer(int v) { return inner(v); }`,
    before: 'static int inner_again(int v) { return v == 0 ? outer(1) : v; }',
    host: 'keep(inner_again); inner(0); keep(0); return 0;',
    again: 'by a callback',
  },
  {
    name: 'queued',
    c: `int queued(int v) { ${CALLBACK} }`,
    before: 'static int later; static int queue(int v) { later += v; return v; }',
    host: 'keep(queue); queued(3); keep(0); return queued(later) != 3;',
  },
  {
    name: 'threads',
    c: 'int threads(int v) { if (v) wait_for(2); else enter(); if (!v) wait_for(3); return 0; }',
    before:
      'static void *run(void *p) { threads(0); return p; } static int after(void) { enter(); return 0; }',
    host: 'pthread_t t; pthread_create(&t, 0, run, 0); wait_for(1); enter(); threads(1); enter(); after(); pthread_join(t, 0); return 0;',
    again: 'another thread',
  },
  {
    name: 'in_turn',
    c: 'int in_turn(int v) { return v; }',
    before: 'static void *turn(void *p) { in_turn(1); return p; }',
    host: 'pthread_t t; in_turn(0); pthread_create(&t, 0, turn, 0); pthread_join(t, 0); return in_turn(0);',
  },
  {
    name: 'signalled',
    c: 'int signalled(int v) { if (!v) raise(SIGUSR1); return v; }',
    before: 'static void handler(int s) { signalled(s); }',
    host: 'signal(SIGUSR1, handler); signalled(0); return 0;',
    again: 'by a handler of signals',
  },
  // What the library does itself, also through the C library, is its own affair.
  {
    name: 'recursive',
    c: 'int recursive(int v) { return v > 0 ? recursive(v - 1) : v; }',
    host: 'return recursive(5);',
  },
  {
    name: 'sorting',
    c: 'int sorting(int); static int less(const void *a, const void *b) { return sorting(2) + *(int *)a - *(int *)b; } int sorting(int v) { int x[] = {3, 1, 2}; if (v == 0) qsort(x, 3, sizeof *x, less); return 0; }',
    host: 'return sorting(0);',
  },
  // A call that is left by a jump, or by a thread that ends in it, runs no more.
  {
    name: 'left',
    c: `int left(int v) { ${CALLBACK} }`,
    before:
      'static jmp_buf out; static int leave(int v) { if (v) longjmp(out, 1); return v; } static int quit(int v) { pthread_exit(0); return v; } static void *end(void *p) { left(2); return p; }',
    host: 'pthread_t t; keep(leave); if (setjmp(out) == 0) left(1); keep(quit); pthread_create(&t, 0, end, 0); pthread_join(t, 0); keep(0); return left(0);',
  },
  {
    name: 'one_of',
    c: `int one_of_a(int v) { ${CALLBACK} } int one_of_b(int v) { return v; }`,
    before: 'static int other(int v) { return one_of_b(v); }',
    host: 'keep(other); one_of_a(0); keep(0); return 0;',
    again: 'by a callback',
  },
];

const SHARED = `#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include "calls.h"
static int (*kept)(int);
void keep(int (*f)(int)) { kept = f; }
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int entered;
void enter(void) { pthread_mutex_lock(&lock); entered++; pthread_cond_broadcast(&moved); pthread_mutex_unlock(&lock); }
void wait_for(int n) { pthread_mutex_lock(&lock); while (entered < n) pthread_cond_wait(&moved, &lock); pthread_mutex_unlock(&lock); }
`;

const ID = 's-c_ccgcc-callguard';
const ownOf = (ran: Ran) => (ran.report?.findings ?? []).filter((f) => !f.planted);

describe.skipIf(missing)('functions that may run once at a time', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-callguard-');
  });
  afterAll(() => rig.remove());

  const run = (nonreentrant: string): Promise<Ran> => {
    const prototypes = ROWS.flatMap((r) => [...r.c.matchAll(/int (\w+)\(int v\)(?= \{)/g)].map((m) => m[1]));
    rig.write(
      'src/calls.h',
      `void keep(int (*f)(int));\nvoid enter(void);\nvoid wait_for(int n);\n${prototypes.map((p) => `int ${p}(int v);\n`).join('')}`,
    );
    rig.write('src/calls.c', `${SHARED}${ROWS.map((r) => r.c).join('\n')}\n`);
    rig.write(
      'tests/main.c',
      `#include <pthread.h>\n#include <setjmp.h>\n#include <signal.h>\n#include <ffi_gates_suite.h>\n#include "calls.h"\n${ROWS.map(
        (r) => `${r.before ?? ''}\nstatic int test_${r.name}(void) { ${r.host} }`,
      ).join('\n')}\nconst suite_test suite_tests[] = {${ROWS.map(
        (r) => `{"${r.name}", test_${r.name}}, `,
      ).join('')}{0, 0}};\n`,
    );
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { calls: { builder: cc, dir: src, sources: [calls.c], produces: [libcalls.so], nonreentrant: ${nonreentrant} } }
suites:
  - { id: s, binding: c, dir: tests, targets: [calls], with: { sources: [main.c], include: [../src], libs: [calls] } }
gates: { callguard: }
`,
    );
    return rig.run();
  };

  test('are reported where they are entered again, and nowhere else', async () => {
    const names = ROWS.filter((r) => r.name !== 'one_of').map((r) => r.name);
    const ran = await run(`[${names.join(', ')}, 'one_of_?']`);
    const found = ownOf(ran).map((f) => [f.witnesses[0]?.test, f.hazard, f.message] as const);
    const due = ROWS.filter((r) => r.again !== undefined);
    expect(found.map(([t]) => t).sort(), ran.stdout + ran.stderr).toEqual(due.map((r) => r.name).sort());
    for (const [name, hazard, message] of found) {
      expect(hazard).toBe('threading/reentrancy');
      expect(message).toContain(due.find((r) => r.name === name)?.again);
    }
    const [again] = ownOf(ran).filter((f) => f.witnesses[0]?.test === 'callback');
    expect(again?.stacks.map((s) => s.role)).toEqual(['fault', 'related']);
    expect(again?.stacks[0]?.frames[0]).toMatchObject({ function: 'callback', own: true });
    expect(JSON.stringify(again?.stacks)).toContain('callback_again');
  });

  test('need not be of one function, and are only those that are named', async () => {
    const ran = await run("['one_of_a|inner']");
    expect(ownOf(ran).map((f) => f.witnesses[0]?.test)).toEqual(['inner']);
  });

  test('that no test calls leave a cell that watched, and found nothing', async () => {
    const ran = await run('[nobody]');
    expect(ownOf(ran)).toEqual([]);
    expect(endOf(cellOf(ran, ID))).toBe('clean');
  });
});
