/** What is not installed costs its lanes, which say so with the line that installs it: never a failed build. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cellOf, makeRig, pathWithout, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
canaries: false
targets:
  made: { builder: make, dir: make, produces: [libpuppet.so] }
  caked: { builder: cmake, dir: cmake, produces: [libpuppet.so] }
  plus: { builder: cc, dir: native, sources: [plus.cc], produces: [libpuppet.so] }
  plain: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &s { id: made, binding: c, dir: c, targets: [made], with: { sources: [good.c], include: [../native], libs: [puppet] } }
  - { <<: *s, id: caked, targets: [caked] }
  - { <<: *s, id: plus, targets: [plus] }
  - { <<: *s, id: plain, targets: [plain] }
gates: { plain: }
`;
const MAKEFILE = `$(OUT)/libpuppet.so: ../native/puppet.c
\t$(CC) $(CFLAGS) -fPIC -shared -o $@ $< -pthread
`;

let rig: Rig;
beforeEach(() => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', MATRIX);
  rig.write('make/Makefile', MAKEFILE);
  rig.write('cmake/CMakeLists.txt', 'cmake_minimum_required(VERSION 3.16)\nproject(puppet C)\n');
  rig.write('native/plus.cc', 'extern "C" {\n#include "puppet.c"\n}\n');
});
afterEach(() => rig.remove());

describe('a machine without a build tool', () => {
  const LANES: [tool: string, suites: string[], remedy: RegExp][] = [
    ['make', ['made', 'caked'], /apt-get install -y (?:cmake )?make/],
    ['cmake', ['caked'], /apt-get install -y cmake/],
    ['g++', ['plus'], /apt-get install -y g\+\+/],
  ];
  test.each(LANES)(
    'without %s the lanes of %j are skipped, and a strict run fails',
    async (tool, suites, remedy) => {
      const PATH = pathWithout(join(rig.dir, 'bin'), tool);
      const selectors = [`{${[...suites, 'plain'].join(',')}}-c_*`];
      const ran = await rig.run([...selectors, '--strict'], { PATH });
      for (const s of suites) {
        const row = ran.report?.cells.find((c) => c.suite === s);
        expect(row?.verdict, ran.stdout + ran.stderr).toMatchObject({
          kind: 'skipped',
          why: expect.stringContaining(tool),
        });
      }
      expect(ran.report?.unavailable.length).toBeGreaterThan(0);
      for (const u of ran.report?.unavailable ?? []) expect(u.remedy).toMatch(remedy);
      expect(cellOf(ran, 'plain-c_ccgcc-plain').tests.passed).toBe(1);
      expect(ran.code).toBe(6);
      const doctor = await rig.start(['doctor'], { PATH }).ended;
      expect(doctor.stdout).toMatch(new RegExp(`${tool.replaceAll('+', '\\+')} is not installed`));
    },
    120_000,
  );
});
