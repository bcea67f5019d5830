/** A build cache that is reached by a link: compilers write real paths, and what is the user's own is told by paths. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellOf, makeRig, whyAbsent, type Rig } from '../helpers/rig.js';

const ID = 'leak-c_makegcc-asan';
let rig: Rig;
beforeEach(() => {
  rig = makeRig();
  // make builds in a copy of the sources, which lies in the cache.
  rig.write(
    'native/Makefile',
    'libpuppet.so: puppet.c\n\t$(CC) $(CFLAGS) -fPIC -shared -o $@ $< $(LDFLAGS) -pthread\n',
  );
  rig.write(
    'ffi-gates.yaml',
    `version: 1
canaries: false
targets:
  puppet: { builder: make, dir: native, produces: [src/libpuppet.so] }
suites:
  - { id: leak, binding: c, dir: c, targets: [puppet], with: { sources: [leak.c], include: [../native], libs: [puppet] } }
gates: { asan: }
`,
  );
});
afterEach(() => rig.remove());

test('a leak in a library that was built there is the library’s, at its line in the repository', async () => {
  mkdirSync(join(rig.dir, 'real'));
  symlinkSync(join(rig.dir, 'real'), join(rig.dir, 'cache'));
  const ran = await rig.run();
  const absent = whyAbsent(ran, [ID]);
  if (absent !== undefined) return console.warn(`SKIPPED: ${absent}`);
  expect(cellOf(ran, ID).verdict, ran.stdout + ran.stderr).toMatchObject({ kind: 'hazard', findings: 1 });
  const own = ran.report?.findings[0]?.stacks[0]?.frames.find((f) => f.own);
  expect(own).toMatchObject({ function: 'puppet_leak', file: 'native/puppet.c' });
}, 60_000);
