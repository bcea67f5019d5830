/**
 * The gate `declared` from its recorder to its log, with real libraries, Python and gdb: what is declared wrongly is seen, what is
 * only unusual is not, and what cannot be compared is never clean.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readHeader, readObject } from '../../src/declarations/native.js';
import { systemHeaders } from '../../src/declarations/system-headers.js';
import { declared as gate } from '../../src/gates/declared.js';
import { readLog } from '../../src/parsers/read-logs.js';
import type { Parsed } from '../../src/model/diagnostic.js';

const PLUGIN = fileURLToPath(new URL('../../plugins/pytest', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../dist/declarations/program.js', import.meta.url));

const HEADER = `
#include <stddef.h>
#include <stdint.h>
typedef struct item item;                                     /* opaque */
struct part { char tag; uint32_t length; };
struct whole { struct part head; double weight; uint8_t room[8]; };
struct tail { size_t count; int data[]; };
union number { int32_t i; double d; };
struct tagged { int kind; union number value; };
enum colour { RED, GREEN };
item *item_new(int value);
int item_value(const item *i);
void item_free(item *i);
int64_t wide(int64_t a);
uint32_t highest(void);
double mean(double a, double b);
int weigh(const struct whole *w);
int measure(size_t *out);
int first(const struct tail *t);
int tagged_kind(const struct tagged *t);
int visit(int (*each)(int n), int times);
enum colour next(enum colour c);
int sum(const char *format, ...);
int fail(void);
`;
const SOURCE = `
#include "x.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
struct item { int value; };
item *item_new(int value) { item *i = malloc(sizeof *i); i->value = value; return i; }
int item_value(const item *i) { return i->value; }
void item_free(item *i) { free(i); }
int64_t wide(int64_t a) { return a; }
uint32_t highest(void) { return UINT32_MAX; }
double mean(double a, double b) { return (a + b) / 2; }
int weigh(const struct whole *w) { return w->weight > 1; }
int measure(size_t *out) { *out = 7; return 0; }
int first(const struct tail *t) { return t->count ? t->data[0] : 0; }
int tagged_kind(const struct tagged *t) { return t->kind; }
int visit(int (*each)(int n), int times) { int s = 0; for (int i = 0; i < times; i++) s += each(i); return s; }
enum colour next(enum colour c) { return c == RED ? GREEN : RED; }
int sum(const char *format, ...) { (void)format; return 0; }
int fail(void) { errno = ENOENT; return -1; }
int old();
int old() { return 1; }
int other(int a) __attribute__((alias("hidden")));
__attribute__((visibility("hidden"))) int hidden(int a) { return a; }
`;

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
writeFileSync(join(dir, 'x.h'), HEADER);
writeFileSync(join(dir, 'x.c'), SOURCE);
const compiled = (name: string, ...flags: string[]): string => {
  const file = join(dir, name);
  execFileSync('gcc', [...flags, '-O1', '-shared', '-fPIC', join(dir, 'x.c'), '-o', file]);
  return file;
};
const LIBRARY = compiled('libx.so', '-g');

let runs = 0;
/** Runs Python code with the recorder, compares, and parses the log. */
const compare = async (
  python: string,
  more: Record<string, unknown> = {},
  library = LIBRARY,
): Promise<Parsed & { text: string }> => {
  const own = join(dir, String(runs++));
  mkdirSync(own);
  const code = join(own, 'suite.py');
  writeFileSync(
    code,
    `import ffi_gates_declared\nfrom ctypes import *\nimport ctypes\nlib = CDLL(${JSON.stringify(library)})\n${python}\n`,
  );
  const ran = spawnSync('python3', [code], {
    env: { ...process.env, PYTHONPATH: PLUGIN, FFI_GATES_DECLARED: join(own, 'records') },
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  const log = join(own, 'declared.log');
  const spec = join(own, 'spec.json');
  writeFileSync(
    spec,
    JSON.stringify({
      ...{ gdb: 'gdb', cc: 'gcc', language: 'ctypes', least: 'warning', strict: false },
      ...{ records: join(own, 'records'), log, table: join(own, 'table.json') },
      ...more,
    }),
  );
  spawnSync(process.execPath, [PROGRAM, spec], { encoding: 'utf8' });
  return { ...(await readLog(log)), text: readFileSync(log, 'utf8') };
};
/** What the gate says to do about a comparison that saw nothing. */
const remedyOf = (message: string): string | undefined =>
  gate.remedy?.({
    ...{
      tool: 'declared',
      rule: 'declared/nothing-compared',
      hazard: 'tool/host-fault',
      message,
      stacks: [],
    },
    ...{ complete: true, log: { line: 1, endLine: 1, offset: 0 } },
  });
const seen = ({ diagnostics }: Parsed): string[] =>
  diagnostics.map((d) => `${d.tier ?? 'error'} ${d.hazard} ${d.message.split(/[,:]/)[0]}`);

describe('wrong declarations', () => {
  test.each<[string, string, string[]]>([
    ['a pointer that nobody declares', 'lib.item_new(1)', ['error abi/truncated-pointer item_new']],
    ['a narrow result', 'lib.wide.restype = c_int', ['warning abi/wrong-width wide']],
    ['the other sign', 'lib.highest.restype = c_int', ['warning abi/wrong-signedness highest']],
    [
      'an argument that is missing',
      'lib.mean.restype = c_double\nlib.mean(c_double(1))',
      ['error abi/arity mean'],
    ],
    [
      'an integer for a double',
      'lib.mean.argtypes = [c_double, c_long]\nlib.mean.restype = c_double',
      ['error abi/calling-convention mean'],
    ],
    [
      'a packed structure, at its class',
      'class Whole(Structure):\n  _pack_ = 1\n  _fields_ = [("tag", c_char), ("length", c_uint32), ("weight", c_double)]\nlib.weigh.argtypes = [POINTER(Whole)]\nlib.weigh.restype = c_int',
      ['error abi/struct-layout Whole'],
    ],
    [
      'a structure behind void *, by the call',
      'class Whole(Structure):\n  _fields_ = [("weight", c_double)]\nlib.weigh.argtypes = [c_void_p]\nlib.weigh.restype = c_int\nlib.weigh(byref(Whole()))',
      ['error abi/struct-layout Whole'],
    ],
    [
      'a variable that is too small',
      'lib.measure.argtypes = [POINTER(c_int)]\nlib.measure.restype = c_int',
      ['error abi/pointee-size measure'],
    ],
    [
      'a callback without a result',
      'B = CFUNCTYPE(None, c_int)\nlib.visit.argtypes = [B, c_int]\nlib.visit.restype = c_int',
      ['error abi/no-result visit'],
    ],
    [
      'the second of two classes of one name',
      'def make(*fields):\n  class Whole(Structure): _fields_ = list(fields)\n  return Whole\nT, N, W = ("t", c_char), ("n", c_uint32), ("w", c_double)\nA, B = make(T, N, W), make(T, ("w", c_float))\nlib.weigh.argtypes = [POINTER(A)]\nlib.weigh.restype = c_int\nother = CDLL(lib._name)\nother.weigh.argtypes = [POINTER(B)]\nother.weigh.restype = c_int',
      ['error abi/struct-layout Whole'],
    ],
    ['errno of a library that does not keep it', 'lib.fail()\nget_errno()', ['error errno/clobbered fail']],
    ['behind an alias', 'lib.other.restype = c_long', ['error abi/wrong-width other']],
    ['by a prototype', 'CFUNCTYPE(c_int, c_int64)(("wide", lib))', ['warning abi/wrong-width wide']],
    [
      'of the C library, by its headers',
      'c = CDLL(None)\nc.strlen.restype = c_size_t\nc.strlen.argtypes = [c_char_p]\nc.getenv(b"HOME")',
      ['error abi/truncated-pointer getenv'],
    ],
    [
      'what a process wrote before it died',
      'import os\nlib.item_value.argtypes = [c_void_p]\nlib.item_new(1)\nos._exit(0)',
      ['error abi/truncated-pointer item_new'],
    ],
    [
      'in a forked process',
      'import os\npid = os.fork()\nif pid == 0:\n  lib.item_new(1)\n  os._exit(0)\nos.waitpid(pid, 0)\nlib.fail()',
      ['error abi/truncated-pointer item_new'],
    ],
  ])('%s', async (_, python, expected) => {
    const parsed = await compare(python);
    expect(seen(parsed), parsed.text).toEqual(expected);
    expect(parsed.complete).toBe(true);
    expect(parsed.unread).toEqual([]);
  });

  test('a finding has both places, the effect and the line that mends it', async () => {
    const { diagnostics } = await compare('lib.wide.restype = c_int');
    expect(diagnostics[0]).toMatchObject({
      effect: '4294967297 arrives as 1',
      mend: 'wide.restype, wide.argtypes = c_int64, [c_int64]',
      stacks: [
        { role: 'fault', frames: [{ function: 'wide', line: 5 }] },
        { role: 'related', frames: [{ function: 'wide', file: join(dir, 'x.c') }] },
      ],
    });
  });
  test('warnings are errors under strict', async () => {
    expect(seen(await compare('lib.wide.restype = c_int', { strict: true }))).toEqual([
      'error abi/wrong-width wide',
    ]);
  });
});

describe('correct but unusual declarations', () => {
  test.each([
    [
      'an opaque handle',
      'class Item(Structure): pass\nlib.item_new.restype = POINTER(Item)\nlib.item_new(1)',
    ],
    [
      'a handle as a structure of one field',
      'class Item(Structure): _fields_ = [("p", c_void_p)]\nlib.item_new.restype = Item\nlib.item_value.argtypes = [Item]\nlib.item_value(lib.item_new(1))',
    ],
    [
      'a nested structure, flattened',
      'class W(Structure): _fields_ = [("t", c_char), ("n", c_uint32), ("w", c_double), ("r", c_ubyte * 8)]\nlib.weigh.argtypes = [POINTER(W)]\nlib.weigh(W())',
    ],
    [
      'a header newer by a last field that the host does not know, in memory of the library',
      'class W(Structure): _fields_ = [("t", c_char), ("n", c_uint32), ("w", c_double)]\nlib.weigh.argtypes = [POINTER(W)]\nlib.weigh',
    ],
    [
      'a wider argument',
      'lib.item_value.argtypes = [c_void_p]\nlib.item_new.argtypes = [c_long]\nlib.item_new.restype = c_void_p',
    ],
    [
      'a flexible array of one',
      'class T(Structure): _fields_ = [("n", c_size_t), ("d", c_int * 1)]\nlib.first.argtypes = [POINTER(T)]',
    ],
    [
      'a union',
      'class N(Union): _fields_ = [("i", c_int32), ("d", c_double)]\nclass T(Structure): _fields_ = [("k", c_int), ("v", N)]\nlib.tagged_kind.argtypes = [POINTER(T)]',
    ],
    [
      'a flag of one byte for an int that is 0 or 1',
      'lib.weigh.argtypes = [c_void_p]\nlib.weigh.restype = c_bool\nlib.item_new.argtypes = [c_bool]\nlib.item_new.restype = c_void_p',
    ],
    ['an enum as an int', 'lib.next.argtypes = [c_int]\nlib.next.restype = c_int'],
    ['more arguments for a variadic function', 'lib.sum(b"%d %d", c_int(1), c_int(2))'],
    ['bytes for a structure', 'lib.weigh(create_string_buffer(64))'],
    ['a result that is ignored', 'lib.wide.restype = None'],
    ['errno that is kept', 'kept = CDLL(lib._name, use_errno=True)\nkept.fail()\nlib.fail()\nget_errno()'],
  ])('%s', async (_, python) => {
    const parsed = await compare(python);
    expect(seen(parsed), parsed.text).toEqual([]);
    expect(parsed.text).toMatch(/done, [1-9]\d* functions compared/);
  });
});

describe('a function that has versions', () => {
  const versioned = (): string => {
    const [source, map, library] = ['versions.c', 'versions.map', 'libversions.so'].map((n) => join(dir, n));
    writeFileSync(
      source!,
      '__asm__(".symver old_open, open_x@V1"); __asm__(".symver new_open, open_x@@V2");\n' +
        // A version whose name is the symbol's own is no proof that it is the one that is called.
        '__asm__(".symver put, put@V1"); __asm__(".symver new_put, put@@V2");\n' +
        'int old_open(int a) { return a; }\nlong new_open(long a, double b) { return a + (long)b; }\n' +
        'int put(int a) { return a; }\nlong new_put(long a) { return a; }\n',
    );
    writeFileSync(map!, 'V1 { global: open_x; put; local: *; };\nV2 { global: open_x; put; } V1;\n');
    execFileSync('gcc', [
      ...['-g', '-O1', '-shared', '-fPIC', source!, '-o', library!],
      `-Wl,--version-script=${map!}`,
    ]);
    return library!;
  };
  const find =
    'dlvsym = CDLL(None).dlvsym\ndlvsym.argtypes, dlvsym.restype = [c_void_p, c_char_p, c_char_p], c_void_p\n';
  test.each<[string, string, string[]]>([
    [
      'declared as the old one, called by its name',
      'lib.open_x.restype, lib.open_x.argtypes = c_int, [c_int]',
      ['error abi/symbol open_x'],
    ],
    [
      'declared as the new one, and the old one is asked for',
      `${find}CFUNCTYPE(c_long, c_long, c_double)(dlvsym(lib._handle, b"open_x", b"V1"))`,
      ['error abi/symbol open_x'],
    ],
    [
      'declared as neither',
      'lib.open_x.restype, lib.open_x.argtypes = c_int, []',
      ['error abi/arity open_x'],
    ],
    ['whose old one has the name', 'lib.put.restype, lib.put.argtypes = c_long, [c_long]', []],
    [
      'each declared as it is',
      `${find}lib.open_x.restype, lib.open_x.argtypes = c_long, [c_long, c_double]\nCFUNCTYPE(c_int, c_int)(dlvsym(lib._handle, b"open_x", b"V1"))`,
      [],
    ],
  ])('%s', async (_, python, expected) => {
    const parsed = await compare(python, {}, versioned());
    expect(
      [...new Set(seen(parsed))].filter((s) => !s.startsWith('warning')),
      parsed.text,
    ).toEqual(expected);
    expect(parsed.text).toMatch(/done, [1-9]\d* functions compared/);
  });

  test('that is absent is said on request', async () => {
    const python =
      'lib.wide.restype = c_int64\ntry:\n  lib.wider\nexcept AttributeError: pass\nhasattr(lib, "widest")';
    expect(seen(await compare(python))).toEqual([]);
    const { text } = await compare(python, { least: 'info' });
    expect(text).toContain('info abi/symbol: wider, widest, the function: the library does not have it');
  });
});

test('a function is found that is called as a namespace (or a crate) is', async () => {
  const [own, namespace, library] = ['f.c', 'n.cpp', 'libnamespace.so'].map((n) => join(dir, n));
  writeFileSync(own!, 'long twofold(long n) { return 2 * n; }\n');
  writeFileSync(
    namespace!,
    'namespace twofold { int twofold(int n) { return n + 1; } }\n' +
      'namespace within { extern "C" long within(long n) { return n + 1; } }\n',
  );
  const object = join(dir, 'f.o');
  execFileSync('gcc', ['-g', '-fPIC', '-c', own!, '-o', object]);
  execFileSync('g++', ['-g', '-fPIC', '-shared', namespace!, object, '-o', library!]);
  const { functions, notSeen } = await readObject('gdb', library!, ['twofold', 'within', 'neither']);
  const results = Object.entries(functions).map(([n, f]) => [n, f.result, f.at?.line]);
  const long = { kind: 'int', size: 8, name: 'long', signed: true };
  expect(results).toEqual([
    ['twofold', long, 1],
    ['within', long, 2],
  ]);
  expect(notSeen).toEqual({ neither: 'no debug information' });
});

describe('what cannot be compared', () => {
  const declares = 'lib.wide.restype = c_int';
  const failing = async (
    library: string,
    more: Record<string, unknown> = {},
    python = declares,
  ): Promise<string> => {
    const parsed = await compare(python, more, library);
    expect(
      parsed.diagnostics.map((d) => d.hazard),
      parsed.text,
    ).toEqual(['tool/host-fault']);
    return parsed.diagnostics[0]!.message;
  };

  /** A library from which something is missing, what is said of it, and what to do. */
  test.each<[string, () => string, RegExp, RegExp]>([
    [
      'a stripped library',
      () => compiled('libstripped.so', '-s'),
      /no debug information/,
      /build it with -g/,
    ],
    [
      'debug information without types',
      () => compiled('libg1.so', '-g1'),
      /without types \(-g1, assembler\)/,
      /with -g instead of -g1/,
    ],
    [
      'split debug information whose files are gone',
      () => {
        const library = compiled('libsplit.so', '-g', '-gsplit-dwarf');
        for (const f of readdirSync(dir).filter((n) => n.endsWith('.dwo'))) rmSync(join(dir, f));
        return library;
      },
      /no debug information: its split part \S+\.dwo is gone/,
      /keep the \.dwo files/,
    ],
    [
      'debug information in a file that is not installed',
      () => {
        const library = compiled('liblinked.so', '-g');
        execFileSync('objcopy', ['--only-keep-debug', library, `${library}.debug`]);
        execFileSync('objcopy', ['--strip-debug', `--add-gnu-debuglink=${library}.debug`, library]);
        rmSync(`${library}.debug`);
        return library;
      },
      /it is in liblinked\.so\.debug, which is not installed/,
      /debug symbols \(-dbgsym/,
    ],
    [
      'a library that was replaced after it was built by one without debug information',
      () => {
        compiled('libreplaced.so', '-g');
        return compiled('libreplaced.so', '-s');
      },
      /no debug information/,
      /build it with -g/,
    ],
  ])('%s', async (_, make, why, remedy) => {
    const message = await failing(make());
    expect(message).toMatch(why);
    expect(remedyOf(message)).toMatch(remedy);
  });
  test.each([
    [
      'replaced',
      'import os, shutil\nshutil.copy(lib._name, lib._name + ".new")\nos.utime(lib._name + ".new", (1, 1))\nos.replace(lib._name + ".new", lib._name)',
      /replaced by another file/,
    ],
    ['removed', 'import os\nos.remove(lib._name)', /was removed after it was loaded/],
  ])('a library that is %s while the suite runs', async (name, python, why) => {
    const message = await failing(compiled(`lib${name}-late.so`, '-g'), {}, `${declares}\n${python}`);
    expect(message).toMatch(why);
    expect(remedyOf(message)).toMatch(/build nothing while the suite runs/);
  });
  test('of two libraries of one name each is compared with its own', async () => {
    const [a, b] = ['a', 'b'].map((d) => {
      mkdirSync(join(dir, d));
      return join(dir, d, 'libtwin.so');
    }) as [string, string];
    const build = (to: string, code: string): void => {
      writeFileSync(`${to}.c`, code);
      execFileSync('gcc', ['-g', '-shared', '-fPIC', `${to}.c`, '-o', to]);
    };
    build(a, 'int same(int x) { return x; }');
    build(b, 'void *same(int x) { (void)x; return 0; }');
    const parsed = await compare(
      [a, b].map((l) => `same = CDLL(${JSON.stringify(l)}).same\nsame.restype = c_int`).join('\n'),
    );
    expect(seen(parsed), parsed.text).toEqual(['error abi/truncated-pointer same']);
    expect(parsed.text).toContain(`${b}.c:1`);
    expect(parsed.text).toMatch(/done, 2 functions compared/);
  });
  test('a function without prototype', async () => {
    const message = await failing(LIBRARY, {}, 'lib.old()');
    expect(message).toMatch(/it has no prototype/);
    expect(remedyOf(message)).toMatch(/into the definition/);
  });
  test('no gdb', async () => {
    const message = await failing(LIBRARY, { gdb: join(dir, 'no-gdb') });
    expect(message).toMatch(/gdb could not read .*ENOENT/);
    expect(remedyOf(message)).toBe('apt-get install -y gdb');
  });
  test('a gdb without Python', async () => {
    const gdb = join(dir, 'gdb-without-python');
    writeFileSync(
      gdb,
      '#!/bin/sh\necho "Python scripting is not supported in this copy of GDB." >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const message = await failing(LIBRARY, { gdb });
    expect(message).toMatch(/built without Python; install the full package/);
    expect(remedyOf(message)).toMatch(/apt-get install -y gdb/);
  });
  test('a header that does not compile', async () => {
    const library = compiled('libbroken.so', '-s');
    writeFileSync(join(dir, 'broken.h'), '#error wrong platform\n');
    const header = { includes: ['broken.h'], cflags: ['-I', dir] };
    const message = await failing(library, { header });
    expect(message).toMatch(/<broken\.h> cannot be read: #error wrong platform/);
    expect(remedyOf(message)).toMatch(/mend the header/);
  });
  test('a suite that declares nothing', async () => {
    const message = await failing(LIBRARY, {}, 'pass');
    expect(message).toMatch(/the tests call none that is declared/);
    expect(remedyOf(message)).toMatch(/exclude the cell/);
  });
  test('a stripped library is read by its header', async () => {
    const library = compiled('libheader.so', '-s');
    const header = { includes: ['x.h'], cflags: ['-I', dir] };
    const parsed = await compare(declares, { header }, library);
    expect(seen(parsed), parsed.text).toEqual(['warning abi/wrong-width wide']);
    expect(parsed.text).toContain(`#0 wide ${join(dir, 'x.h')}:`);
  });
});

/** Debian's python3-dev brings zlib with its headers. */
const ZLIB = execFileSync('gcc', ['-print-file-name=libz.so.1'], { encoding: 'utf8' }).trim();
test.runIf(existsSync(ZLIB) && existsSync('/usr/include/zlib.h'))(
  'a library of the system is known by its soname as well, which is a link',
  async () => {
    const { dir: folder, base } = parse(ZLIB);
    const named = join(realpathSync(folder), base);
    expect(realpathSync(named)).not.toBe(named);
    const headers = await systemHeaders(named, ['crc32'], 'gcc');
    expect(headers?.includes.map((f) => parse(f).base)).toEqual(['zlib.h']);
  },
);

/** Its development package leaves the headers to another one, and they compile only with flags of pkg-config. */
const MAGICK = '/usr/lib/x86_64-linux-gnu/libMagickWand-6.Q16.so';
test.runIf(existsSync(MAGICK))('headers in another package are found by pkg-config', async () => {
  const names = ['NewPixelWand', 'MagickWriteImage'];
  const header = (await systemHeaders(realpathSync(MAGICK), names, 'gcc'))!;
  const read = await readHeader({ gdb: 'gdb', cc: 'gcc' }, header, names);
  expect(Object.keys(read.functions).sort(), JSON.stringify(header)).toEqual([...names].sort());
});

/** Of the headers that declare these, one says that it must not be included directly. Another can follow Python.h only. */
const [PYTHON] = execFileSync('sh', ['-c', 'ls /usr/lib/*/libpython3.*.so.1.0 || true'], { encoding: 'utf8' })
  .trim()
  .split('\n');
test.runIf(PYTHON !== '' && existsSync(PYTHON!.replace(/\.1\.0$/, '')))(
  'a header that cannot be included directly is had by one that includes it',
  async () => {
    const names = ['PyUnicode_AsUTF8AndSize', 'PyObject_CallOneArg', 'PyTuple_New'];
    const header = (await systemHeaders(PYTHON!, names, 'gcc'))!;
    const read = await readHeader({ gdb: 'gdb', cc: 'gcc' }, header, names);
    expect(Object.keys(read.functions).sort(), JSON.stringify(header)).toEqual([...names].sort());
  },
);

test('the command prints every function with its verdict, and what mends it', () => {
  const repo = join(dir, 'repo');
  mkdirSync(join(repo, 'lib'), { recursive: true });
  mkdirSync(join(repo, 'tests'));
  writeFileSync(join(repo, 'lib/a.c'), 'long a(long x) { return x; }\nvoid *b(void) { return 0; }\n');
  writeFileSync(
    join(repo, 'tests/test_a.py'),
    `import ctypes, os
lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_A"], "liba.so"))
lib.a.restype, lib.a.argtypes = ctypes.c_long, [ctypes.c_long]


def test_a():
    assert lib.a(2) == 2
    lib.b()
`,
  );
  writeFileSync(
    join(repo, 'ffi-gates.yaml'),
    `version: 1
targets:
  a: { builder: cc, dir: lib, sources: [a.c], produces: [liba.so] }
suites:
  - { id: s, binding: py, dir: tests, targets: [a] }
gates: { plain: }
`,
  );
  const command = (...args: string[]): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [BIN, 'declared', ...args], { cwd: repo, encoding: 'utf8' });
  const ran = command('--json');
  expect(ran.status, ran.stdout).toBe(1);
  const { cells } = JSON.parse(ran.stdout) as { cells: { id: string; rows: Record<string, unknown>[] }[] };
  expect(cells.map((c) => c.rows.map((r) => [r['function'], r['verdict'], r['mend']]))).toEqual([
    [
      ['a', 'agrees', undefined],
      ['b', 'error', 'b.restype, b.argtypes = c_void_p, []'],
    ],
  ]);
  expect(command('--fix').stdout).toContain('+    lib.b.restype = ctypes.c_void_p\n');
});
