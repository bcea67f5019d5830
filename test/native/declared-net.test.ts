/** The gate `declared` on P/Invoke under Mono: one library, one assembly; each row is a declaration of one function. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Table } from '../../src/declarations/table.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PROGRAM = fileURLToPath(new URL('../../dist/declarations/program.js', import.meta.url));
const READER = fileURLToPath(new URL('../../plugins/declared/net/', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-net-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the row is about, C, C# with the attribute's further settings, and what is found. */
type Row = [string, string, string, string, string[]];
const WRONG: Row[] = [
  [
    'a pointer in an int',
    'void *NAME(void) { return 0; }',
    '',
    'int NAME()',
    ['error abi/truncated-pointer'],
  ],
  ['an int for a long', 'long NAME(void) { return 0; }', '', 'int NAME()', ['warning abi/wrong-width']],
  ['a long for an int', 'int NAME(void) { return 0; }', '', 'long NAME()', ['error abi/wrong-width']],
  ['IntPtr for an int', 'int NAME(void) { return 0; }', '', 'IntPtr NAME()', ['error abi/wrong-width']],
  ['a bool of one byte', '_Bool NAME(void) { return 0; }', '', 'bool NAME()', ['warning abi/wrong-width']],
  [
    'no second argument',
    'int NAME(int a, int b) { return a + b; }',
    '',
    'int NAME(int a)',
    ['error abi/arity'],
  ],
  [
    'an int for a double',
    'int NAME(double a) { return a; }',
    '',
    'int NAME(int a)',
    ['error abi/calling-convention'],
  ],
  [
    'a float for a double',
    'int NAME(double a) { return a; }',
    '',
    'int NAME(float a)',
    ['error abi/calling-convention'],
  ],
  [
    'UTF-16 for bytes',
    'int NAME(const char *a) { return *a; }',
    ', CharSet = CharSet.Unicode',
    'int NAME(string a)',
    ['error abi/encoding'],
  ],
  [
    'LPWStr for bytes',
    'int NAME(const char *a) { return *a; }',
    '',
    'int NAME([MarshalAs(UnmanagedType.LPWStr)] string a)',
    ['error abi/encoding'],
  ],
  [
    'bytes for wchar_t',
    'int NAME(const wchar_t *a) { return *a; }',
    '',
    'int NAME(string a)',
    ['error abi/encoding'],
  ],
  [
    'UTF-16 for wchar_t',
    'int NAME(const wchar_t *a) { return *a; }',
    ', CharSet = CharSet.Unicode',
    'int NAME(string a)',
    ['error abi/encoding'],
  ],
  [
    'out int for size_t',
    'int NAME(size_t *a) { return *a; }',
    '',
    'int NAME(out int a)',
    ['error abi/pointee-size'],
  ],
  [
    'a packed structure',
    'int NAME(const struct rec *a) { return a->k; }',
    '',
    'int NAME(ref Packed a)',
    ['error abi/struct-layout'],
  ],
  [
    'a shorter structure of the host',
    'int NAME(struct rec *a) { return a->k; }',
    '',
    'int NAME(out Short a)',
    ['error abi/struct-layout'],
  ],
  [
    'a text field of another length',
    'int NAME(const struct named *a) { return a->n; }',
    '',
    'int NAME(ref Named a)',
    ['error abi/struct-layout'],
  ],
  [
    'a callback without a result',
    'int NAME(int (*f)(int)) { return f(1); }',
    '',
    'int NAME(NoResult f)',
    ['error abi/no-result'],
  ],
  [
    'a callback that takes a long for an int',
    'int NAME(int (*f)(int)) { return f(1); }',
    '',
    'int NAME(Wide f)',
    ['error abi/wrong-width'],
  ],
];
const RIGHT: Row[] = [
  ['a handle', 'struct rec *NAME(void) { return 0; }', '', 'IntPtr NAME()', []],
  ['a handle as a structure', 'int NAME(struct rec *a) { return a->k; }', '', 'int NAME(Handle a)', []],
  [
    'a SafeHandle',
    'int NAME(struct rec *a) { return a->k; }',
    '',
    'int NAME(Microsoft.Win32.SafeHandles.SafeFileHandle a)',
    [],
  ],
  [
    'a bool by its attribute',
    '_Bool NAME(_Bool a) { return a; }',
    ')] [return: MarshalAs(UnmanagedType.U1',
    'bool NAME([MarshalAs(UnmanagedType.I1)] bool a)',
    [],
  ],
  ['a bool as an int', 'int NAME(int a) { return a; }', '', 'bool NAME(bool a)', []],
  ['an enum as an int', 'enum colour NAME(enum colour a) { return a; }', '', 'int NAME(int a)', []],
  [
    'text, and text to write',
    'int NAME(const char *a, char *b) { return *a; }',
    '',
    'int NAME(string a, System.Text.StringBuilder b)',
    [],
  ],
  ['a structure', 'int NAME(const struct rec *a) { return a->k; }', '', 'int NAME(ref Right a)', []],
  ['a class', 'int NAME(const struct rec *a) { return a->k; }', '', 'int NAME(Class a)', []],
  [
    'an array and a length',
    'int NAME(const int *a, size_t n) { return *a; }',
    '',
    'int NAME(int[] a, UIntPtr n)',
    [],
  ],
  ['a fixed text', 'int NAME(const struct text *a) { return a->n; }', '', 'int NAME(ref Named a)', []],
  [
    'bit fields as their unit',
    'int NAME(const struct flags *a) { return a->x; }',
    '',
    'int NAME(ref Flags a)',
    [],
  ],
  ['a callback', 'int NAME(int (*f)(int)) { return f(1); }', '', 'int NAME(Back f)', []],
  ['another name', 'int NAME(void) { return 0; }', ', EntryPoint = "NAME"', 'int Other_NAME()', []],
];
const rows = [...WRONG, ...RIGHT].map(([title, ...row], i) => {
  const [c, attribute, cs, expected] = row;
  const named = (t: string): string => t.replaceAll('NAME', `fn${i}`);
  return { title, name: `fn${i}`, c: named(c), attribute: named(attribute), cs: named(cs), expected };
});

const TYPES = `
  public struct Handle { IntPtr p; }
  [StructLayout(LayoutKind.Sequential, Pack = 1)] public struct Packed { public byte k; public double w; public long room; }
  public struct Short { public byte k; }
  public struct Right { public byte k; public double w; }
  [StructLayout(LayoutKind.Sequential)] public class Class { public byte k; public double w; }
  public struct Named { [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 12)] public string t; public int n; }
  public struct Flags { public uint bits; public int x; }
  public delegate void NoResult(int a);
  public delegate int Wide(long a);
  public delegate int Back(int a);
`;
const C = `
#include <stddef.h>
#include <wchar.h>
#include <errno.h>
struct rec { char k; double w; };
struct text { char t[12]; int n; };
struct named { char t[16]; int n; };
struct flags { unsigned a : 3, b : 5; int x; };
enum colour { RED };
int fails(void) { errno = ENOENT; return -1; }
`;
writeFileSync(join(dir, 'x.c'), C + rows.map((r) => r.c).join('\n'));
writeFileSync(
  join(dir, 'X.cs'),
  `using System;
using System.Runtime.InteropServices;
class X { ${TYPES}
${rows.map((r) => `  [DllImport("x"${r.attribute})] public static extern ${r.cs};`).join('\n')}
  [DllImport("x")] static extern int fails();
  [DllImport("x", EntryPoint = "fails", SetLastError = true)] static extern int keeps();
  static int Stale() { return fails() < 0 ? Marshal.GetLastWin32Error() : 0; }
  static int Kept() { return keeps() < 0 ? Marshal.GetLastWin32Error() : 0; }
  static int Between() { fails(); Kept(); return Marshal.GetLastWin32Error(); }
  static int Either(bool b) { if (b) fails(); else keeps(); return Marshal.GetLastWin32Error(); }
}
`,
);
execFileSync('gcc', ['-g', '-w', '-shared', '-fPIC', '-o', join(dir, 'libx.so'), join(dir, 'x.c')]);
const mcs = (...args: string[]): void =>
  void execFileSync('mcs', ['-nologo', '-unsafe', ...args], { cwd: dir });
mcs('-target:library', '-out:X.dll', 'X.cs');
mcs('-out:Declared.exe', join(READER, 'Declared.cs'), join(READER, 'LastError.cs'));

const log = join(dir, 'declared.log');
const compare = (more: Record<string, unknown> = {}): Table => {
  const spec = join(dir, 'spec.json');
  const net = {
    ...{ mono: 'mono', reader: join(dir, 'Declared.exe'), assembly: join(dir, 'X.dll') },
    ...{ dir, sources: [], env: {}, ...more },
  };
  writeFileSync(
    spec,
    JSON.stringify({
      ...{ gdb: 'gdb', cc: 'gcc', language: 'csharp', least: 'info', strict: false },
      ...{ records: join(dir, 'none'), log, table: join(dir, 'table.json'), net },
    }),
  );
  spawnSync(process.execPath, [PROGRAM, spec]);
  return JSON.parse(readFileSync(join(dir, 'table.json'), 'utf8')) as Table;
};
const table = compare();
const text = readFileSync(log, 'utf8');
const rowOf = (name: string) => table.rows.find((r) => r.function === name)!;

describe('declarations with DllImport', () => {
  test.each(rows)('$title', ({ name, expected }) => {
    const row = rowOf(name);
    const worse = text
      .split('\n')
      .flatMap((l) => /^ffi-gates declared: (error|warning) (\S+): (.*)$/.exec(l) ?? []);
    const found: string[] = [];
    for (let i = 0; i < worse.length; i += 4)
      if (worse[i + 3]!.split(/\W+/).includes(name)) found.push(`${worse[i + 1]} ${worse[i + 2]}`);
    expect(found, JSON.stringify(row)).toEqual(expected);
    expect(['agrees', 'info', 'warning', 'error']).toContain(row.verdict);
  });

  test('each stands at its own line', () => {
    const lines = readFileSync(join(dir, 'X.cs'), 'utf8').split('\n');
    for (const { name } of rows) {
      const { file, line } = rowOf(name).declaredAt;
      expect(file).toBe(join(dir, 'X.cs'));
      expect(lines[line - 1]).toMatch(new RegExp(`\\b(?:Other_)?${name}\\(`));
    }
    expect(text).toMatch(/#0 Packed .*X\.cs:5\n/);
  });

  test('the last error is stale where the call before it does not keep it, and only where that is sure', () => {
    expect(table.staleErrno.map((e) => e.after)).toEqual(['fails']);
    const lines = readFileSync(join(dir, 'X.cs'), 'utf8').split('\n');
    expect(lines[table.staleErrno[0]!.at.line - 1]).toContain('int Stale()');
  });

  test('all of it is read', async () => {
    const { unread, complete } = await readLog(log);
    expect({ unread, complete }).toEqual({ unread: [], complete: true });
  });
});

test.each([
  [
    'an assembly that is not there',
    { assembly: join(dir, 'gone.dll') },
    /failed: .*cannot be read: .*FileNotFoundException/,
  ],
  ['no mono', { mono: join(dir, 'no-mono') }, /failed: .*the assembly cannot be read/],
])('%s', (_, more, expected) => {
  compare(more);
  expect(readFileSync(log, 'utf8')).toMatch(expected);
});
