/** Builders with their real tools: what a small project of each build system yields is where suites look, and instrumented. */
import { makeCaches } from '../../src/process/caches.js';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Instrument } from '../../src/model/launch.js';
import { makeBuilds, type Built } from '../../src/build/build-cache.js';
import { BUILDERS } from '../../src/builders/index.js';
import { baseEnv } from '../../src/host/environment.js';
import type { Target } from '../../src/config/matrix.js';
import type { BuilderId } from '../../src/model/ids.js';

const C =
  '#include "foo.h"\n#ifndef HERE\n#error the project has lost its own flags\n#endif\nint foo(int *p) { return p[1]; }\n';
const H = 'int foo(int *p);\n';

type Made = { needs: string[]; target: Partial<Target>; files: Record<string, string> };

const MADE: Partial<Record<BuilderId, Made>> = {
  make: {
    needs: ['make'],
    target: {},
    files: {
      // As they are in the wild: CFLAGS assigned here, products beside sources, the linker's name computed.
      Makefile:
        'CFLAGS = -O2 -Iinclude -DHERE -fPIC -Werror\nlib/libfoo.so: src/foo.o\n\tmkdir -p lib\n\t$(CC) -shared -o $@ $<\n',
      'src/foo.c': C,
      'include/foo.h': H,
    },
  },
  cmake: {
    needs: ['cmake', 'make'],
    target: {},
    files: {
      // As they are in the wild: CMAKE_C_FLAGS assigned, products elsewhere, sources in a directory called build.
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.10)\nproject(foo C)\nset(CMAKE_C_FLAGS "-O3 -std=c99")\nset(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/deep/lib)\nadd_library(foo SHARED build/foo.c)\ntarget_include_directories(foo PRIVATE include)\ntarget_compile_definitions(foo PRIVATE HERE)\n',
      'build/foo.c': C,
      'include/foo.h': H,
    },
  },
  autotools: {
    needs: ['make', 'autoreconf', 'libtoolize'],
    target: {},
    files: {
      'configure.ac':
        'AC_INIT([foo],[1])\nAM_INIT_AUTOMAKE([foreign subdir-objects])\nAC_PROG_CC\nAM_PROG_AR\nLT_INIT\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n',
      'Makefile.am':
        'lib_LTLIBRARIES = libfoo.la\nlibfoo_la_SOURCES = src/foo.c\nlibfoo_la_CPPFLAGS = -I$(srcdir)/include -DHERE\n',
      'src/foo.c': C,
      'include/foo.h': H,
    },
  },
  meson: {
    needs: ['meson', 'ninja'],
    target: {},
    files: {
      'meson.build':
        "project('foo', 'c')\nshared_library('foo', 'src/foo.c', include_directories: include_directories('include'), c_args: '-DHERE')\n",
      'src/foo.c': C,
      'include/foo.h': H,
    },
  },
  command: {
    needs: [],
    target: {
      command: ['sh', 'build.sh', '{out}/libfoo.so', '{src}/src/foo.c', '-I{src}/include', '{cflags}'],
      env: { LINK: '{cc} {ldflags}' },
    },
    files: {
      'build.sh': 'out=$1; shift; exec $LINK -shared -fPIC -DHERE -o "$out" "$@"\n',
      'src/foo.c': C,
      'include/foo.h': H,
    },
  },
};

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const COMPILERS: Instrument[] = [
  {
    compiler: 'gcc',
    cc: 'gcc',
    cxx: 'g++',
    cflags: ['-g', '-fsanitize=address'],
    ldflags: ['-fsanitize=address'],
  },
  {
    compiler: 'clang',
    cc: 'clang-19',
    cxx: 'clang++-19',
    cflags: ['-g', '-fsanitize=address'],
    ldflags: ['-fsanitize=address', '-shared-libsan'],
  },
];

describe.each(Object.entries(MADE))('%s', (id, made) => {
  const dir = mkdtempSync(join(tmpdir(), `ffi-gates-builder-${id}-`));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const source = join(dir, 'source');
  for (const [path, text] of Object.entries(made.files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
    chmodSync(join(source, path), 0o644);
    utimesSync(join(source, path), 1e9, 1e9);
  }

  const build = (instrument: Instrument): Promise<Built> => {
    const builder = BUILDERS[id as BuilderId];
    const target: Target = {
      builder: builder.id,
      dir: source,
      produces: ['libfoo.so'],
      needs: [],
      args: [],
      inputs: [],
      env: {},
      ...made.target,
    };
    return makeBuilds({
      caches: makeCaches(),
      // Where it lies by default: in what is built.
      cache: join(source, '.ffi-gates', 'builds'),
      env: baseEnv(),
      signal: new AbortController().signal,
      timeoutMs: 120_000,
      started: () => undefined,
      done: () => undefined,
    })({
      id: `foo-${instrument.compiler}`,
      inputs: [source],
      facts: instrument,
      ...(builder.copies ? { copy: source } : {}),
      commands: (out, src) =>
        builder.commands({ dir: builder.copies ? src : source, out, target, instrument, needs: {} }),
      produces: target.produces,
    });
  };

  for (const instrument of COMPILERS) {
    const absent = [instrument.cc, ...made.needs].filter((tool) => !has(tool));
    if (absent.length)
      console.warn(`SKIPPED: builder ${id} with ${instrument.compiler} needs ${absent.join(', ')}`);
    test.skipIf(absent.length > 0)(
      `its objects are instrumented by ${instrument.compiler}, its sources untouched`,
      async () => {
        const built = await build(instrument);
        if ('failed' in built) throw new Error(built.failed);
        const symbols = execFileSync('nm', ['-D', join(built.dir, 'libfoo.so')], { encoding: 'utf8' });
        expect(symbols).toMatch(/ T foo\b/);
        expect(symbols).toMatch(/U __asan_report_load4/);
        const left = execFileSync(
          'find',
          ['.', '-name', '.ffi-gates', '-prune', '-o', '-type', 'f', '-print'],
          {
            cwd: source,
            encoding: 'utf8',
          },
        );
        expect(left.trim().split('\n').sort()).toEqual(
          Object.keys(made.files)
            .map((f) => `./${f}`)
            .sort(),
        );
        expect(existsSync(join(source, 'libfoo.so'))).toBe(false);
      },
    );
  }
});
