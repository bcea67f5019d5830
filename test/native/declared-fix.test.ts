/** `ffi-gates declared --fix` on repositories with wrong declarations: the patch applies, and then nothing is wrong. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-fix-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LIBRARY = `#include <stdint.h>
#include <stddef.h>
typedef struct { uint8_t kind; uint32_t count; double weight; } rec;
typedef struct { uint8_t kind; uint32_t count; } __attribute__((packed)) small;
int64_t wide(int64_t a) { return a; }
void *make(int n) { (void)n; return NULL; }
double mean(double a, double b) { return (a + b) / 2; }
int take(const rec *r) { return r->count; }
int pack(const small *r) { return r->count; }
uint32_t top(void) { return UINT32_MAX; }
int visit(int (*each)(int n)) { return each ? each(1) : 0; }
void size(size_t *out) { *out = 1; }
int deep(int a, long b) { return a + (int)b; }
`;
/** Wrong in every form that is mended, and in one that is not. */
const PYTHON = `import ctypes
import os
from ctypes import c_int, c_uint32

lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_A"], "liba.so"))


class Rec(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint8),
        ("weight", ctypes.c_double),  # count is forgotten
    ]


class Small(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint8), ("count", c_uint32)]


Each = ctypes.CFUNCTYPE(None, c_int)
lib.wide.restype = c_int  # é
lib.wide.argtypes = [ctypes.c_int64]
lib.mean.restype, lib.mean.argtypes = ctypes.c_double, [ctypes.c_double, ctypes.c_int]
lib.take.argtypes = [ctypes.POINTER(Rec)]
lib.pack.argtypes = (
    ctypes.POINTER(Small),
)
lib.top.restype = c_int
lib.visit.argtypes = [Each]
lib.size.argtypes, lib.size.restype = [ctypes.POINTER(c_int)], None
for f in (lib.deep,):
    f.argtypes = [c_int]


def test_all():
    assert lib.make(1) == 0
`;
const MATRIX = `version: 1
targets:
  a: { builder: cc, dir: lib, sources: [a.c], produces: [liba.so] }
suites:
  - { id: s, binding: py, dir: tests, targets: [a] }
gates: { plain: }
`;
const repository = (name: string, files: Record<string, string>): string => {
  const root = join(dir, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
};
const command = (cwd: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [BIN, 'declared', ...args], { cwd, encoding: 'utf8' });
const verdicts = (root: string): Record<string, string> => {
  const { stdout } = command(root, '--json');
  const { cells } = JSON.parse(stdout) as { cells: { rows: { function: string; verdict: string }[] }[] };
  return Object.fromEntries(cells.flatMap((c) => c.rows.map((r) => [r.function, r.verdict])));
};

const CLEAN = {
  ...{ wide: 'agrees', mean: 'agrees', take: 'agrees', pack: 'agrees', top: 'agrees', visit: 'agrees' },
  ...{ size: 'agrees', make: 'agrees' },
};

describe('Python', () => {
  const root = repository('py', {
    ...{ 'lib/a.c': LIBRARY, 'tests/test_a.py': PYTHON, 'ffi-gates.yaml': MATRIX },
  });
  test('the patch applies by patch and by git; what is left says why', () => {
    const { stdout, status } = command(root, '--fix');
    expect(status, stdout).toBe(1);
    expect(readFileSync(join(root, 'tests/test_a.py'), 'utf8')).toBe(PYTHON);
    expect(stdout.match(/^# not mended: .*$/gm)).toEqual([
      expect.stringMatching(
        /^# not mended: deep, tests\/test_a\.py:\d+: line \d+ declares several functions/,
      ),
    ]);
    const patch = join(dir, 'py.patch');
    writeFileSync(patch, stdout);
    const [byPatch, byGit] = ['by-patch', 'by-git'].map((n) => join(dir, n)) as [string, string];
    for (const copy of [byPatch, byGit]) cpSync(root, copy, { recursive: true });
    execFileSync('patch', ['-p1', '-i', patch], { cwd: byPatch });
    execFileSync('git', ['init', '-q'], { cwd: byGit });
    execFileSync('git', ['apply', patch], { cwd: byGit });
    const text = readFileSync(join(byPatch, 'tests/test_a.py'), 'utf8');
    expect(readFileSync(join(byGit, 'tests/test_a.py'), 'utf8')).toBe(text);
    expect(verdicts(byPatch), text).toEqual({ ...CLEAN, deep: 'error' });
  });
  test('--write changes the files', () => {
    const copy = join(dir, 'written');
    cpSync(root, copy, { recursive: true });
    expect(command(copy, '--fix', '--write').stdout).toContain('# written: tests/test_a.py');
    expect(verdicts(copy)).toEqual({ ...CLEAN, deep: 'error' });
    expect(command(copy, '--fix').stdout).not.toContain('+++');
  });
});

test.each([
  [['--write'], /--write writes what --fix prints/],
  [['--fix', '--json'], /--json has the corrections in any case/],
])('%j is refused', (args, says) => {
  const { status, stderr } = command(join(dir, 'py'), ...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(says);
});
