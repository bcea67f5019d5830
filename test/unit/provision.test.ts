import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/probe.js';
import { parseMatrix, type Matrix } from '../../src/config/matrix.js';
import { needs, preparations, prepare } from '../../src/setup/provision.js';
import type { Missing } from '../../src/model/launch.js';
import { recipeOf } from '../../src/setup/recipes.js';
import { BUILDERS } from '../../src/builders/index.js';
import { missingCxx } from '../../src/gates/toolchain.js';
import { BINDING_IDS, BUILDER_IDS, GATE_IDS } from '../../src/model/ids.js';
import { GATES } from '../../src/gates/index.js';
import { BINDINGS } from '../../src/bindings/index.js';
import { madeHost, TOOLS, without } from '../helpers/made-host.js';

const matrix = parseMatrix(
  `version: 1
targets: { lib: { builder: cmake, dir: native, produces: [lib.so] } }
suites:
  - { id: a, binding: py, dir: py, targets: [lib] }
  - { id: b, binding: go, dir: go, gates: [plain] }
gates: { plain: , asan: { compilers: [gcc, clang] }, memcheck: }
`,
  'x.yaml',
);
const whats = (...names: string[]): string[] => needs(without(...names), matrix).map((n) => n.what);
/** Something that is missing and does not say itself how it is installed. */
const lacking = (what: string): Missing => ({ what, why: 'it is needed', remedy: 'install it' });
const debian = (name: string): boolean => !['rustup', 'rustc-web', 'clang-19'].includes(name);

test('a host that has everything needs nothing', () => {
  expect(needs(madeHost(), matrix)).toEqual([]);
});

test('needs follow the matrix: its builders, bindings and gates, and no others', () => {
  expect(whats('cmake')).toEqual(['cmake']);
  expect(whats('valgrind')).toEqual(['valgrind']);
  expect(whats('cargo')).toEqual([]);
  // CMake drives it.
  expect(whats('make')).toEqual(['make']);
  expect(needs(without('valgrind'), matrix)[0]?.lanes).toEqual(['py memcheck']);
  expect(needs(without('go'), matrix)[0]?.lanes).toEqual(['go']);
});

test('suites of fuzz targets need the library of their properties, and the compiler that has libFuzzer', () => {
  const targets = parseMatrix(
    `version: 1
targets: { lib: { builder: cmake, dir: native, produces: [lib.so] } }
suites:
  - { id: a, binding: py, dir: py, targets: [lib], with: { fuzz: true } }
  - { id: b, binding: c, dir: c, targets: [lib], with: { fuzz: true } }
gates: { fuzz: }
`,
    'x.yaml',
  );
  expect(needs(madeHost(), targets)).toEqual([]);
  expect(needs(without('hypothesis'), targets).map((n) => n.what)).toEqual(['hypothesis']);
  expect(needs(without('hypothesis'), matrix)).toEqual([]);
  expect(needs(without('clang'), targets).map((n) => n.what)).toEqual(['clang']);
  expect(recipeOf(lacking('hypothesis'), madeHost(), () => true).packages).toContain('python3-hypothesis');
});

test('a runtime that is absent is asked for by compiler', () => {
  const host = madeHost({ runtimes: { 'gcc/asan': '/x' } });
  expect(needs(host, matrix).map((n) => n.what)).toEqual(['clang asan runtime']);
  expect(recipeOf(lacking('clang asan runtime'), host, () => true).packages).toEqual([
    'clang-19',
    'llvm-19',
    'libclang-rt-19-dev',
  ]);
});

test('clang 19 is preferred; else the newest that there is', () => {
  expect(recipeOf(lacking('clang'), without('clang'), () => true).packages[0]).toBe('clang-19');
  expect(recipeOf(lacking('clang'), without('clang'), (n) => /-(14|16)/.test(n)).packages).toEqual([
    'clang-16',
    'llvm-16',
    'libclang-rt-16-dev',
  ]);
});

test('a Python that is not Debian’s is served by its own pip', () => {
  const host = madeHost({ tools: { ...TOOLS, python: { path: '/opt/py/bin/python3', version: '3.12.1' } } });
  expect(recipeOf(lacking('pytest'), host, () => true)).toEqual({
    packages: [],
    commands: [['/opt/py/bin/python3', '-m', 'pip', 'install', 'pytest', 'setuptools']],
  });
  expect(recipeOf(lacking('pytest'), madeHost(), () => true).packages).toContain('python3-pytest');
});

test('nightly comes through rustup only; Rust itself without it too', () => {
  expect(recipeOf(lacking('Rust nightly'), madeHost(), debian)).toEqual({ packages: [], commands: [] });
  const rustup = madeHost({ tools: { ...TOOLS, rustup: { path: '/usr/bin/rustup', version: '1.28.2' } } });
  expect(recipeOf(lacking('Miri'), rustup, debian).commands).toHaveLength(3);
  expect(recipeOf(lacking('cargo'), madeHost(), debian).packages).toEqual(['rustc', 'cargo']);
  const bookworm = (name: string): boolean => name !== 'rustup';
  expect(recipeOf(lacking('cargo'), madeHost(), bookworm).packages).toEqual(['rustc-web', 'cargo-web']);
});

test('every word that a gate or a binding may miss has a recipe', () => {
  const bare = madeHost({
    tools: { rustup: { path: '/usr/bin/rustup', version: '1' } },
    runtimes: {},
    nightly: false,
    miri: false,
    rustSrc: false,
  });
  const compiled = { ...bare, tools: { ...bare.tools, gcc: TOOLS['gcc'], clang: TOOLS['clang'] } };
  const found = [bare, compiled].flatMap((host) => [
    ...BINDING_IDS.filter((b) => b !== 'node').map((b) => BINDINGS[b].missing(host.tools)),
    ...BUILDER_IDS.map((b) => BUILDERS[b].missing(host.tools)),
    missingCxx(host, 'gcc'),
    missingCxx(host, 'clang'),
    ...GATE_IDS.flatMap((g) =>
      BINDING_IDS.filter((b) => GATES[g].unfit(b) === undefined).flatMap((b) =>
        GATES[g].compilers.map((c) => GATES[g].missing(host, b, c)),
      ),
    ),
  ]);
  for (const missing of found.filter((m) => m !== undefined)) {
    const { packages, commands } = recipeOf(missing, compiled, () => true);
    expect(packages.length + commands.length, missing.what).toBeGreaterThan(0);
  }
});

test('packages that the lists do not hold are not asked for', () => {
  const [valgrind] = needs(without('valgrind'), matrix);
  expect(recipeOf(valgrind!, madeHost(), (n) => n !== 'libc6-dbg').packages).toEqual(['valgrind']);
  expect(recipeOf(lacking('something else'), madeHost(), () => true)).toEqual({ packages: [], commands: [] });
});

describe('standard libraries that toolchains ship as source', () => {
  const go = parseMatrix(
    `version: 1
suites:
  - { id: a, binding: go, dir: a }
  - { id: b, binding: go, dir: b }
gates: { plain: , asan: { compilers: [gcc, clang] }, gorace: , goasan: , cgocheck2: }
`,
    'x.yaml',
  );
  const commands = (host: Host): string[] => preparations(host, go).map((c) => c.join(' '));
  const modern = madeHost({ tools: { ...TOOLS, go: { path: '/usr/bin/go', version: '1.25.1' } } });

  test('Go’s are compiled once for each way in which tests are', () => {
    const all = commands(modern);
    expect(all.map((c) => c.replace(/^.*?(?=(?:GOEXPERIMENT\S+ )?\S*go build)/, ''))).toEqual([
      '/usr/bin/go build std',
      'GOEXPERIMENT=cgocheck2 /usr/bin/go build std',
      '/usr/bin/go build -asan std',
      '/usr/bin/go build -race std',
    ]);
    for (const c of all) expect(c).toMatch(/^env CGO_ENABLED=1 CC=\S+/);
  });

  test('what cannot run is not prepared', () => {
    const old = madeHost({ tools: { ...TOOLS, go: { path: '/usr/bin/go', version: '1.19.8' } } });
    expect(commands(old).some((c) => /-asan|cgocheck2/.test(c))).toBe(false);
    expect(commands(old).some((c) => c.includes('-race'))).toBe(true);
    expect(commands(without('go'))).toEqual([]);
    expect(preparations(modern, matrix).map((c) => c.at(-1))).toEqual(['std']);
  });
});

describe('preparing', () => {
  const root = mkdtempSync(join(tmpdir(), 'ffi-gates-provision-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const puppet = (name: string, body: string): { path: string; version: string } => {
    const path = join(root, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return { path, version: '1.97.0' };
  };
  const suites = (binding: string, ids: string[], gates: string): Matrix =>
    parseMatrix(
      `version: 1\nsuites:\n${ids.map((id) => `  - { id: ${id}, binding: ${binding}, dir: . }\n`).join('')}gates: { ${gates} }\n`,
      join(root, 'x.yaml'),
    );

  test('Rust’s standard library is built once for all suites, into the cache of the run', async () => {
    const calls = join(root, 'calls');
    const rustup = puppet(
      'rustup',
      `echo "$*" >> '${calls}'\nfor dir; do :; done\nif [ "$4" = init ]; then mkdir -p "$dir"; fi`,
    );
    const host = madeHost({ tools: { ...TOOLS, rustup } });
    const said: string[] = [];
    const { signal } = new AbortController();
    const room = { say: (l: string): void => void said.push(l), cache: join(root, 'cache'), signal };
    await prepare(room, host, suites('rs', ['a', 'b'], 'plain: , rstsan: , asan: '));
    expect(said).toEqual(['… build rust-std', expect.stringMatching(/^✓ build rust-std \d/)]);
    const made = readFileSync(calls, 'utf8').trim().split('\n');
    expect(made.map((c) => c.split(' ')[3])).toEqual(['init', 'test']);
    expect(made[1]).toContain('-Zbuild-std');
    await prepare(room, host, suites('rs', ['c'], 'rstsan: '));
    expect(said.slice(2)).toEqual(['✓ build rust-std reused']);
    expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual(made);
  });

  test('what fails is told, and the rest goes on', async () => {
    const rustup = puppet('rustup-broken', 'echo no such toolchain; exit 1');
    const go = { ...puppet('go-broken', 'echo no space left; exit 1'), version: '1.25.1' };
    const said: string[] = [];
    const { signal } = new AbortController();
    const room = { say: (l: string): void => void said.push(l), cache: join(root, 'other'), signal };
    await prepare(room, madeHost({ tools: { ...TOOLS, go } }), suites('go', ['a'], 'plain: , gorace: '));
    expect(said.filter((l) => l === '  no space left')).toHaveLength(2);
    expect(said.filter((l) => l === '  failed: exit status 1')).toHaveLength(2);
    await prepare(room, madeHost({ tools: { ...TOOLS, rustup } }), suites('rs', ['a'], 'rstsan: '));
    expect(said.at(-1)).toMatch(/^■ build rust-std failed .*exit status 1/);
  });

  test('a stop ends the command under way and begins no other', async () => {
    const abort = new AbortController();
    const go = { ...puppet('go-slow', 'exec sleep 600'), version: '1.25.1' };
    const said: string[] = [];
    const say = (line: string): void => {
      said.push(line);
      setImmediate(() => abort.abort());
    };
    const room = { say, cache: join(root, 'none'), signal: abort.signal };
    const over = prepare(
      room,
      madeHost({ tools: { ...TOOLS, go } }),
      suites('go', ['a'], 'plain: , gorace: '),
    );
    await expect(over).rejects.toThrow('interrupted');
    expect(said).toHaveLength(1);
  });
});
