/** How `init` finds out how functions report errors: what headers say, and how code looks at results. Never guessed. */
import { describe, expect, test } from 'vitest';
import { filesOf } from '../../src/init/init.js';
import { findErrorResults } from '../../src/init/error-results/index.js';
import { readHeaders } from '../../src/init/error-results/headers.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';
import { parseMatrix } from '../../src/config/matrix.js';

const CMAKE = 'project(led C)\nadd_library(led SHARED led.c)\n';

/** `f: word` for what is certain, `f: word?` for what is not. */
const found = async (files: Record<string, string>): Promise<Record<string, string>> => {
  const ideas = (await findErrorResults(treeOf(files), ['native'])).get('native') ?? [];
  return Object.fromEntries(ideas.map((i) => [i.name, `${i.how}${i.certain ? '' : '?'}`]));
};

/** A declaration with a comment, and the word for it. */
const SAID: [string, string | undefined][] = [
  ['/* Returns 0 on success, -1 on error. */\nint f(void);', 'negative'],
  ['/** returns 0 on success, non-zero on error */\nint f(void);', 'nonzero'],
  ['// Returns zero if successful, nonzero otherwise.\nint f(int a, int b);', 'nonzero'],
  ['/** @return 0 on success, -1 on failure with errno set */\nint f(void);', 'errno'],
  ['/** \\return the number of bytes, or a negative error code on failure. */\nssize_t f(void);', 'negative'],
  ['/** @retval 0 success\n *  @retval -1 failure */\nint f(void);', 'negative'],
  ['/* On success, zero is returned.  On error, -1 is returned. */\nint f(void);', 'negative'],
  ['int f(void); /* 0 on success, <0 on error */', 'negative'],
  ['/* Returns 1 on success, 0 on failure. */\nint f(void);', 'zero'],
  ['/** Returns true on success and false if an error occurred. */\nbool f(void);', 'zero'],
  ['/* Opens a file. Returns NULL on error. */\nstruct file *f(const char *path);', 'null'],
  ['/** Returns: (transfer full): a new reader, or %NULL if out of memory. */\nreader *f(void);', 'null'],
  ['/* Returns NULL if the file cannot be opened. */\nEXPORT(reader *) f(const char *path);', 'null'],
  ['/// @returns `nullptr` in case of failure\nAPI reader *CALL f(int a) ATTR(1);', 'null'],
  [
    '#define LED_OK 0\n#define LED_BAD 3\n/* Returns LED_OK on success, LED_BAD on error. */\nint f(void);',
    'nonzero',
  ],
  [
    'typedef enum { LED_OK, LED_BAD } led_t;\n/* Returns LED_OK on success or an error code otherwise. */\nled_t f(void);',
    'nonzero',
  ],
  [
    'enum { LED_OK, LED_ERR_IO = -2 };\n/* Returns LED_OK on success, LED_ERR_IO on error. */\nint f(void);',
    'negative',
  ],
  ['/* Returns 0 on success, -1 on error. */\nextern int f OF((int a));', 'negative'],
  ['/* Returns 0 if it succeeds, or one of the following negative error codes: */\nint f(void);', 'negative'],
  // Not certain.
  ['/* Returns NULL on error or at the end. */\nitem *f(void);', 'null?'],
  ['/* Returns a non-zero value if open, zero otherwise. */\nint f(void);', undefined],
  ['/* Returns the error, 0 if there was none. */\nint f_last_error(void); int f(void);', undefined],
  ['/* Returns 0 on success. */\nint f(void);', 'nonzero?'],
  ['/* Returns NULL if there is no such key. */\nchar *f(void);', 'null?'],
  ['/* Returns NULL on error, or if the list has no further item. */\nitem *f(void);', 'null?'],
  ['/* Returns -1 if the key was not found. */\nint f(void);', 'negative?'],
  [
    'enum { E_OK, ERR_IO = -1 };\n/* Returns 0 on success or an error code otherwise. */\nint f(void);',
    'nonzero?',
  ],
  ['/* Returns 0 on success, 1 at the end, nonzero on error. */\nint f(void);', 'nonzero?'],
  ['/* Returns (size_t)-1 on error. */\nsize_t f(void);', 'negative?'],
  ['/* Returns 0 on success, -1 on error. */\nunheard_of f(void);', 'negative?'],
  ['int g(void);\n/* Returns 0 on success, -1 on error. */\nint f(void);', 'negative?'],
  ['/* On errors (in == NULL) an empty text is returned. */\nchar *f(char *in);', undefined],
  ['/* Returns an error object on failure or NULL on success. */\nerror *f(void);', undefined],
  // Not about errors of this function.
  [
    '/* Compares. Returns -1 if a is less, 0 if equal, 1 if greater. */\nint order(int a); int f(void);',
    undefined,
  ],
  ['/* Returns the number of entries. */\nint f(void);', undefined],
  ['/* Returns 0 on success, -1 on error. */\n\nint f(void);', undefined],
  ['/* Returns 0 on success, -1 on error. */\nint g(void);\nint f(void);', undefined],
  ['/* @param cb must return -1 on error\n   @return the old callback */\nint f(void *cb);', undefined],
  ['/* Returns 0 on success, -1 on error. */\nvoid f(void);', undefined],
  ['/* Returns 0 on success, -1 on error. */\nstatic int f(void) { return 0; }', undefined],
  ['/* Returns 0 on success, -1 on error. */\nextern int (*f)(void);', undefined],
];

describe('a comment in a header', () => {
  test.each(SAID)('%s', async (header, word) => {
    const files = { 'native/led.h': header, 'use.py': 'lib.f()' };
    expect(await found(files)).toEqual(word === undefined ? {} : { f: word });
  });

  test('of a function that no host names says nothing', async () => {
    expect(await found({ 'native/led.h': SAID[0]![0], 'use.py': 'lib.g()' })).toEqual({});
  });

  test('of a predicate is not certain', async () => {
    const header = '/* Returns 1 on success, 0 on failure. */\nint led_is_open(void);';
    expect(await found({ 'native/led.h': header, 'use.py': 'lib.led_is_open()' })).toEqual({
      led_is_open: 'zero?',
    });
  });
});

const INT = 'int f(int a);';
const POINTER = 'typedef struct led led;\nled *f(int a);';

/** A header, a file that calls `f`, its text, and the word. */
const LOOKED: [string, string, string, string | undefined][] = [
  [INT, 'a.py', 'def a():\n    if lib.f(1) < 0:\n        raise OSError("f")\n', 'negative'],
  [INT, 'a.py', 'def a():\n    rc = lib.f(1)\n    if rc != 0:\n        raise Failed(rc)\n', 'nonzero'],
  [INT, 'a.py', 'def a():\n    rc = lib.f(1)\n    if rc:\n        raise Failed(rc)\n', 'nonzero'],
  [INT, 'a.py', 'def a():\n    if not lib.f(1):\n        raise Failed()\n', 'zero?'],
  [
    INT,
    'a.py',
    'def a():\n    if lib.f(1) == -1:\n        raise OSError(ctypes.get_errno(), "f")\n',
    'errno',
  ],
  [POINTER, 'a.py', 'def a():\n    p = lib.f(1)\n    if not p:\n        raise MemoryError\n', 'null'],
  [POINTER, 'a.py', 'def a():\n    p = lib.f(1)\n    if not p:\n        raise LedgerError\n', 'null'],
  [POINTER, 'a.py', 'def a():\n    if lib.f(1) is None:\n        raise LedgerError\n', 'null'],
  [
    INT,
    'a.py',
    'def check(result, func, args):\n    if result < 0:\n        raise OSError\n    return result\nlib.f.errcheck = check\n',
    'negative',
  ],
  [
    INT,
    'a.py',
    'def check(result, func, args):\n    if result != 0:\n        raise OSError\nlib.f.errcheck = check\n',
    'nonzero',
  ],
  [
    POINTER,
    'a.py',
    'def check(p, func, args):\n    if not p:\n        raise OSError\nlib.f.errcheck = check\n',
    'null',
  ],
  [INT, 'a.go', 'func A() error {\n\tif C.f(1) != 0 {\n\t\treturn errors.New("f")\n\t}\n}', 'nonzero'],
  [
    INT,
    'a.go',
    'func A() error {\n\tif rc := C.f(C.int(1)); rc < 0 {\n\t\treturn fmt.Errorf("f: %d", rc)\n\t}\n}',
    'negative',
  ],
  [INT, 'a.go', 'func A() error {\n\trc, err := C.f(1)\n\tif rc < 0 {\n\t\treturn err\n\t}\n}', 'negative'],
  [
    POINTER,
    'a.go',
    'func A() (*L, error) {\n\tp := C.f(1)\n\tif p == nil {\n\t\treturn nil, errFailed\n\t}\n}',
    'null',
  ],
  [
    INT,
    'a.rs',
    'fn a() -> Result<(), E> { let rc = unsafe { f(1) };\n if rc != 0 { return Err(E(rc)); } Ok(()) }',
    'nonzero',
  ],
  [
    INT,
    'a.rs',
    'fn a() -> Result<(), E> { if unsafe { ffi::f(1) } < 0 { return Err(E); } Ok(()) }',
    'negative',
  ],
  [
    POINTER,
    'a.rs',
    'fn a() -> Result<P, E> { let p = unsafe { f(1) }; if p.is_null() { return Err(E); } Ok(p) }',
    'null',
  ],
  [INT, 'A.cs', 'void A() { if (Native.f(1) != 0) throw new IOException(); }', 'nonzero'],
  [POINTER, 'A.cs', 'void A() { var p = f(1); if (p == IntPtr.Zero) throw new IOException(); }', 'null'],
  [INT, 'a.js', 'if (lib.f(1) !== 0) { throw new Error("f"); }', 'nonzero'],
  [
    INT,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { if (f(1) < 0) { PyErr_SetString(E, "f"); return NULL; } }',
    'negative',
  ],
  [
    POINTER,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { led *p = f(1); if (p == NULL) { goto fail; } }',
    'null',
  ],
  [
    POINTER,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { led *p; if ((p = f(1)) == NULL) goto fail; }',
    'null',
  ],
  [
    POINTER,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { led *p = (led *)f(1); if (!p) return PyErr_NoMemory(); }',
    'null',
  ],
  [INT, 'ext.c', '#include <Python.h>\nvoid a(void) { if (unlikely(f(1) != 0)) goto err; }', 'nonzero'],
  [
    INT,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { if (0 != f(1)) throw std::runtime_error("f"); }',
    'nonzero',
  ],
  [
    INT + '\n#define LED_OK 0',
    'ext.c',
    '#include <Python.h>\nvoid a(void) { if (f(1) != LED_OK) goto error; }',
    'nonzero',
  ],
  [INT, 'ext.c', '#include <Python.h>\nvoid a(void) { if (f(1) < 0 || g(2) < 0) goto error; }', 'negative'],
  // Not certain: what is done may have another reason.
  [
    POINTER,
    'ext.c',
    '#include <Python.h>\nvoid a(void) { led *p = f(1); if (p == NULL) return NULL; }',
    'null?',
  ],
  [
    INT,
    'a.py',
    'def a():\n    if lib.f(1) < 0:\n        raise E\ndef b():\n    if not lib.f(1):\n        raise BError\n',
    'negative?',
  ],
  // No word about errors.
  [INT, 'a.py', 'def a():\n    if lib.f(1) < 0:\n        raise KeyError("f")\n', undefined],
  [INT, 'a.py', 'def a():\n    if lib.f(1) > 0:\n        raise TooMuchError()\n', undefined],
  [INT, 'ext.c', '#include <Python.h>\nvoid a(void) { if (f(1) & 4) goto error; }', undefined],
  [INT, 'ext.c', '#include <Python.h>\nvoid a(int b) { if (f(1) < 0 && b) goto error; }', undefined],
  [INT, 'ext.c', '#include <Python.h>\nvoid a(void) { if (f(1) != LED_ROW) goto error; }', undefined],
  [POINTER, 'ext.c', '#include <Python.h>\nvoid a(void) { if (!f(1)->open) goto error; }', undefined],
  [INT, 'a.go', '// if C.f(1) != 0 { return errors.New("f") }\nfunc A() { C.f(1) }', undefined],
];

describe('a look at a result', () => {
  test.each(LOOKED)('%s, in %s: %s', async (header, path, text, word) => {
    expect(await found({ 'native/led.h': header, [path]: text })).toEqual(
      word === undefined ? {} : { f: word },
    );
  });

  test('that contradicts the header makes it uncertain, one that agrees certain', async () => {
    const header = '/* Returns 0 on success. */\nint f(void);';
    const look = (op: string): string => `def a():\n    if lib.f() ${op} 0:\n        raise OSError\n`;
    expect(await found({ 'native/led.h': header, 'a.py': look('!=') })).toEqual({ f: 'nonzero' });
    expect(await found({ 'native/led.h': header, 'a.py': look('<') })).toEqual({ f: 'nonzero?' });
  });
});

test('the matrix has what is certain, and the rest as comments that may be uncommented', async () => {
  const tree = treeOf({
    'native/CMakeLists.txt': CMAKE,
    'native/led.h': [
      '/* Returns 0 on success, -1 on error. */\nint led_post(int a);',
      '/* Returns NULL on error. */\nvoid *led_open(void);',
      '/* Returns NULL if there is no such account. */\nvoid *led_find(int id);',
    ].join('\n\n'),
    'python/test_l.py':
      'import ctypes\nlib = ctypes.CDLL("libled.so")\ndef test():\n    lib.led_post(1); lib.led_open(); lib.led_find(2)\n',
  });
  const [matrix] = filesOf(await propose(tree), '/r');
  const targets = (text: string) => parseMatrix(text, '/r/ffi-gates.yaml').targets['native'];
  expect(targets(matrix!.text)?.errors).toEqual({ led_open: null, led_post: 'negative' });
  expect(matrix!.text).toMatch(
    /# led_find: null # native\/led\.h:8: Returns NULL if there is no such account/,
  );
  const all = matrix!.text.replace('      # led_find', '      led_find');
  expect(targets(all)?.errors).toEqual({ led_find: null, led_open: null, led_post: 'negative' });
});

test('reading headers takes linear time, whatever is in them', () => {
  const hostile = ['(', '{', '/*', '//\n', '"', '\\\n', 'int f(', '#define A \\\n', '-1 on error '];
  for (const piece of hostile) {
    const text = piece.repeat(100_000 / piece.length);
    expect(readHeaders([{ path: 'a.h', text }]).functions.length).toBeLessThan(100_000);
  }
});
