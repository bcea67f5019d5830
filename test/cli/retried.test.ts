/**
 * A planted bug whose first process the host itself ends, without a word of the checker's: it has a second one, which is
 * counted. One that the host ends each time is missed.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, whyAbsent, type Rig } from './rig.js';

const ID = 'hazards-c_ccgcc-asan';
const matrix = `version: 1
canaries: false
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: hazards, binding: c, role: hazard, dir: c, targets: [puppet], annotations: ['c/moody.c'], with: { sources: [moody.c], include: [../native], libs: [puppet] } }
gates: { asan: }
`;

/** Dies by a signal that no sanitizer reports as long as \`dies\` says so, and overflows a block otherwise. */
const source = (dies: string): string => `#include <signal.h>
#include "ffi_gates_suite.h"
#include "puppet.h"

static int overflows(void) {
  const char *seen = getenv("PUPPET_SEEN");
  const int first = access(seen, F_OK) != 0;
  close(open(seen, O_CREAT | O_WRONLY, 0644));
  if (${dies}) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  puppet_past_end(); //~ bounds_heap_overflow: asan = bounds/heap-overflow
  return 0;
}

const suite_test suite_tests[] = {{"bounds_heap_overflow", overflows}, {NULL, NULL}};
`;

let rig: Rig;
beforeEach(() => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', matrix);
});
afterEach(() => rig.remove());

test.each([
  ['first', 'as-declared', ['bounds_heap_overflow']],
  ['first || 1', 'missed', ['bounds_heap_overflow']],
  ['0', 'as-declared', undefined],
])(
  'a host that dies when %s: %s',
  async (dies, end, retried) => {
    rig.write('c/moody.c', source(dies));
    const ran = await rig.run([], { PUPPET_SEEN: `${rig.dir}/seen` });
    const absent = whyAbsent(ran, [ID]);
    if (absent !== undefined) return console.warn(`SKIPPED: ${absent}`);
    expect(endOf(cellOf(ran, ID)), ran.stdout + ran.stderr).toBe(end);
    expect(cellOf(ran, ID).retried).toEqual(retried);
  },
  60_000,
);
