/** Go and Rust as their maintainers build them: tags, flags and features stay, and one package that does not build costs itself. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const made = mkdtempSync(join(tmpdir(), 'ffi-gates-settings-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));

const has = (tool: string, ...args: string[]): boolean => spawnSync(tool, args).status === 0;

type Suite = {
  binding: 'go' | 'rs';
  with?: object;
  env?: Record<string, string>;
  files: Record<string, string>;
};

/** The report's cells, which run under the plain gate. */
const cells = (
  name: string,
  { files, ...suite }: Suite,
  env: Record<string, string> = {},
): Report['cells'] => {
  const dir = join(made, name);
  const matrix = { version: 1, suites: [{ id: 'x', dir: '.', ...suite }], gates: { plain: {} } };
  for (const [path, text] of Object.entries({ ...files, 'ffi-gates.yaml': JSON.stringify(matrix) })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const { stdout, stderr } = spawnSync(process.execPath, [BIN, 'run', '--quiet', '--json'], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
  return (JSON.parse(stdout) as Report).cells.filter((c) => c.role === 'subject');
};

const TEST = 'package PKG\nimport "testing"\nfunc TestIt(t *testing.T) { it() }\n';
const C = 'package PKG\n// static int one(void) { return 1; }\nimport "C"\nfunc it() { C.one() }\n';
const goPackage = (dir: string, pkg: string, head = ''): Record<string, string> => ({
  [`${dir}${pkg}.go`]: head + C.replaceAll('PKG', pkg),
  [`${dir}${pkg}_test.go`]: head + TEST.replaceAll('PKG', pkg),
});
const GO_FILES = {
  'go.mod': 'module example.org/a\n\ngo 1.20\n',
  ...goPackage('', 'top'),
  ...goPackage('sub/', 'sub'),
  // Of another platform, and of another module: not of this suite.
  ...goPackage('win/', 'win', '//go:build windows\n\n'),
  'bench/go.mod': 'module example.org/b\n\ngo 1.20\n',
  'bench/b_test.go': 'package b\nfunc TestX() { undefined() }\n',
};

test.skipIf(!has('go', 'version') || !has('gcc', '--version'))(
  'packages are those of the go command, under its tags',
  () => {
    const all = { binding: 'go' as const, files: GO_FILES };
    expect(cells('go', all)).toMatchObject([{ verdict: { kind: 'clean' }, tests: { passed: 2 } }]);
    const one = { ...all, with: { package: 'sub' } };
    expect(cells('go-one', one)).toMatchObject([{ verdict: { kind: 'clean' }, tests: { passed: 1 } }]);
    const broken = {
      'broken/x_test.go': 'package broken\nimport "testing"\nfunc TestX(t *testing.T) { nothing() }\n',
    };
    const [cell] = cells('go-broken', { ...all, files: { ...GO_FILES, ...broken } });
    expect(cell).toMatchObject({
      tests: { passed: 2 },
      uncollected: [
        { file: 'broken', why: expect.stringMatching(/x_test\.go:3:\d+: undefined: nothing/) as string },
      ],
    });
    const tagged = goPackage('tagged/', 'tagged', '//go:build one && two\n\n');
    const both = { ...all, files: { ...GO_FILES, ...tagged }, with: { tags: ['two'] } };
    expect(cells('go-tags', both, { GOFLAGS: '-tags=one' })).toMatchObject([{ tests: { passed: 3 } }]);
  },
  300_000,
);

const RUST_FILES = {
  'Cargo.toml': '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n[features]\nextra = []\n',
  'src/lib.rs':
    '#[test] fn config() { assert!(cfg!(by_config)) }\n#[test] fn feature() { assert!(cfg!(feature = "extra")) }\n',
  '.cargo/config.toml': '[build]\nrustflags = ["--cfg", "by_config"]\n',
};
const EXPORTED = {
  ...RUST_FILES,
  'src/lib.rs': '#[test] fn exported() { assert!(cfg!(by_shell)) }\n',
};

test.skipIf(!has('cargo', '--version') || !has('gcc', '--version'))(
  'flags of Cargo’s settings and of the shell, and features',
  () => {
    const features = { binding: 'rs' as const, files: RUST_FILES, with: { args: ['--features', 'extra'] } };
    expect(cells('rust', features)).toMatchObject([{ verdict: { kind: 'clean' }, tests: { passed: 2 } }]);
    const exported = { binding: 'rs' as const, files: EXPORTED };
    expect(cells('rust-shell', exported, { RUSTFLAGS: '--cfg by_shell' })).toMatchObject([
      { verdict: { kind: 'clean' }, tests: { passed: 1 } },
    ]);
  },
  300_000,
);
