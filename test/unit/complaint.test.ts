/** What is shown of a failed build: the compiler's own first error, with its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { complaint } from '../../src/build/complaint.js';
import { lastWords } from '../../src/execute/last-words.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-complaint-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const asFile = (lines: readonly string[]): string => {
  const file = join(dir, 'log');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
};

const FLAGS =
  'gcc -pthread -Wno-unused-result -fwrapv -O3 -Wall -fPIC -I/usr/include -c src/a.c -o build/error.o';

/** Name → output, and what is shown of it. */
const BUILDS: Record<string, { log: string[]; shown: string }> = {
  'a header that is missing in a pip build': {
    log: [
      '$ python -m pip wheel -q --no-deps /repo/error',
      '  error: subprocess-exited-with-error',
      '  ',
      '  × Building wheel for pkg (pyproject.toml) did not run successfully.',
      '  │ exit code: 1',
      '  ╰─> [12 lines of output]',
      `      ${FLAGS}`,
      '      src/a.cpp:3:10: fatal error: glm/glm.hpp: No such file or directory',
      '          3 | #include <glm/glm.hpp>',
      '      compilation terminated.',
      "      error: command '/usr/bin/gcc' failed with exit code 1",
      '      [end of output]',
      '  note: This error originates from a subprocess, and is likely not a problem with pip.',
      '  ERROR: Failed building wheel for pkg',
    ],
    shown: 'src/a.cpp:3:10: fatal error: glm/glm.hpp: No such file or directory',
  },
  'the first three errors of a compiler': {
    log: [
      'a.c: In function f:',
      'a.c:1:1: error: one',
      'a.c:2: warning: error ahead',
      ...[2, 3, 4].map((n) => `b.c:${n}:1: error: more`),
    ],
    shown: 'a.c:1:1: error: one\nb.c:2:1: error: more\nb.c:3:1: error: more',
  },
  'rustc, with the place below': {
    log: [
      'error[E0425]: cannot find value `x` in this scope',
      '  --> src/lib.rs:4:5',
      '   |',
      'error: could not compile `a` (lib) due to 1 previous error',
    ],
    shown: 'error[E0425]: cannot find value `x` in this scope --> src/lib.rs:4:5',
  },
  Go: {
    log: ['# example.org/a', './a.go:7:2: undefined: C.f', 'cgo: error'],
    shown: './a.go:7:2: undefined: C.f',
  },
  javac: {
    log: ['src/A.java:3: error: cannot find symbol', '1 error'],
    shown: 'src/A.java:3: error: cannot find symbol',
  },
  'Maven’s compiler': {
    log: [
      '[ERROR] COMPILATION ERROR :',
      '[ERROR] /r/A.java:[3,5] cannot find symbol',
      '[ERROR] Failed to execute goal',
    ],
    shown: '[ERROR] /r/A.java:[3,5] cannot find symbol',
  },
  'a library that the linker does not find': {
    log: [
      FLAGS,
      '/usr/bin/ld: cannot find -lsnappy: No such file or directory',
      'collect2: error: ld returned 1 exit status',
    ],
    shown: '/usr/bin/ld: cannot find -lsnappy: No such file or directory',
  },
  'CMake, which gives its reason below': {
    log: [
      '-- Found X',
      'CMake Error at CMakeLists.txt:9 (find_package):',
      '  Could not find GMP',
      '',
      '-- Configuring incomplete, errors occurred!',
    ],
    shown: 'CMake Error at CMakeLists.txt:9 (find_package): Could not find GMP',
  },
  Meson: {
    log: ['meson.build:12:0: ERROR: Dependency "x" not found', 'A full log can be found at'],
    shown: 'meson.build:12:0: ERROR: Dependency "x" not found',
  },
  'a configure script': {
    log: ['checking for zlib... no', 'configure: error: zlib is required', 'make: *** error'],
    shown: 'configure: error: zlib is required',
  },
  'a package that npm does not find': {
    log: [
      'npm error code ETARGET',
      'npm error notarget No matching version found for cbor2@^2.4.0.',
      'npm error notarget In most cases you or one of your dependencies are requesting',
    ],
    shown: 'npm error notarget No matching version found for cbor2@^2.4.0.',
  },
  'a build script that raises': {
    log: [
      'Traceback (most recent call last):',
      '  File "setup.py", line 1',
      "ModuleNotFoundError: No module named 'numpy'",
    ],
    shown: "ModuleNotFoundError: No module named 'numpy'",
  },
  'nothing that is called an error': {
    log: ['one', 'two', 'three', '$ four', 'Killed'],
    shown: 'two\nthree\nKilled',
  },
};

test.each(Object.entries(BUILDS))('%s', (_, { log, shown }) => {
  expect(complaint(asFile(log))).toBe(shown);
});

/** Output of a test process, and the line that says why it ended. */
const ENDS: [string[], string | undefined][] = [
  [
    [
      'test_a.py ',
      '!!!!!!!! _pytest.outcomes.Exit: no display !!!!!!!!',
      '======= no tests ran in 0.01s =======',
    ],
    '_pytest.outcomes.Exit: no display',
  ],
  [
    ["ERROR: /r/tox.ini: config option 'verbosity' expects an int", '', '=== 1 error in 0.1s ==='],
    "ERROR: /r/tox.ini: config option 'verbosity' expects an int",
  ],
  [['collected', 'bye'], 'bye'],
  [['====', ''], undefined],
];

test.each(ENDS)('%j ends with its reason', (lines, words) => {
  expect(lastWords(asFile(lines))).toBe(words);
});
