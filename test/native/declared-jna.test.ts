/** The gate `declared` on JNA: interfaces and structures, read by our listener's own code in a JVM that has called the library. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readLog } from '../../src/parsers/read-logs.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';

const PROGRAM = fileURLToPath(new URL('../../dist/declarations/program.js', import.meta.url));
const LISTENER = fileURLToPath(new URL('../../plugins/junit/src/main/java/ffigates', import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-jna-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The first form in which JNA had what it has now, and a later one. */
const fetch = (version: string): string | undefined => {
  const to = join(dir, version);
  spawnSync(
    'mvn',
    ['-q', '-B', 'dependency:copy', `-Dartifact=net.java.dev.jna:jna:${version}`, `-DoutputDirectory=${to}`],
    { timeout: 240_000 },
  );
  return existsSync(to) ? join(to, readdirSync(to)[0]!) : undefined;
};
const JARS = ['4.5.2', '5.14.0'].map((v) => [v, fetch(v)] as const);
const missing = JARS.some(([, jar]) => jar === undefined);
if (missing) console.warn('SKIPPED: JNA needs Maven and its repository');

type Kind = {
  /** Members of the interface, and further classes beside it. */
  java: string;
  types?: string;
  c: string;
  /** Tier, hazard and function of each finding; nothing for a twin. */
  seen: string[];
};

const S = (fields: string, extra = ''): string =>
  `public static class S extends Structure { ${fields} ${extra} protected java.util.List<String> getFieldOrder() { return java.util.Arrays.asList(${[...fields.matchAll(/ (\w+)(?: = [^;]*)?;/g)].map((m) => `"${m[1]!}"`).join(', ')}); } }`;

const KINDS: Record<string, Kind> = {
  'a pointer in an int': {
    java: 'int f();',
    c: 'void *f(void) { return 0; }',
    seen: ['error abi/truncated-pointer f'],
  },
  'a long for an int, as a result': {
    java: 'long f();',
    c: 'int f(void) { return -1; }',
    seen: ['error abi/wrong-width f'],
  },
  'a parameter that the interface lacks': {
    java: 'void f(int a);',
    c: 'void f(int a, int b) {}',
    seen: ['error abi/arity f'],
  },
  'a double for a float': {
    java: 'void f(double a);',
    c: 'void f(float a) {}',
    seen: ['error abi/calling-convention f'],
  },
  'a structure whose field is wider in C': {
    java: 'void f(S s);',
    types: S('public int a; public int b;'),
    c: 'struct s { int a; long b; }; void f(struct s *s) {}',
    seen: ['error abi/struct-layout f'],
  },
  'a callback whose parameter is narrower in C': {
    java: 'void f(B b);',
    types: 'public interface B extends Callback { void call(long a); }',
    c: 'void f(void (*b)(int)) {}',
    seen: ['error abi/wrong-width f'],
  },
  'an int behind a pointer to a long': {
    java: 'void f(IntByReference p);',
    c: 'void f(long *p) {}',
    seen: ['error abi/pointee-size f'],
  },
  'a method of a registered class': {
    java: '',
    types:
      'public static class Direct { public static native int g(); static { Native.register(Direct.class, System.getProperty("lib")); } }',
    c: 'void *g(void) { return 0; }',
    seen: ['error abi/truncated-pointer g'],
  },
  'declarations that agree': {
    java: [
      'long a(byte a, short b, int c, long d, float e, double f);',
      'String b(String s, WString w, Pointer p, byte[] bytes, int[] ints);',
      'NativeLong c(NativeLong n, boolean flag, IntByReference i, PointerByReference p);',
      'S.ByValue d(S.ByValue s); void e(S s, S[] all, B b); int printf(String format, Object... more);',
    ].join(' '),
    types: `${S('public byte a; public int[] b = new int[3]; public Pointer p;', 'public static class ByValue extends S implements Structure.ByValue {}')} public interface B extends Callback { int call(Pointer p, int n); }`,
    c: `#include <stdbool.h>
#include <wchar.h>
struct s { signed char a; int b[3]; void *p; };
long a(signed char a, short b, int c, long long d, float e, double f) { return 0; }
const char *b(const char *s, const wchar_t *w, void *p, unsigned char *bytes, int *ints) { return 0; }
long c(long n, int flag, int *i, void **p) { return 0; }
struct s d(struct s s) { return s; }
void e(struct s *s, struct s *all, int (*b)(struct s *, int)) {}
int printf(const char *format, ...) { return 0; }`,
    seen: [],
  },
  'correct but unusual': {
    // A handle as an opaque pointer type, a structure that is only received and shorter here, a union, a mapped name.
    java: 'H open(); void close(H h); S.ByReference next(); void u(U u); NativeLong wide();',
    types: `${S('public int a;', 'public static class ByReference extends S implements Structure.ByReference {}')} public static class H extends PointerType {} public static class U extends Union { public int i; public double d; protected java.util.List<String> getFieldOrder() { return java.util.Arrays.asList("i", "d"); } }`,
    c: `struct h; struct s { int a; int b; }; union u { int i; double d; };
struct h *open(void) { return 0; } void close(struct h *h) {} struct s *next(void) { return 0; } void u(union u *u) {} unsigned long wide(void) { return 0; }`,
    seen: [],
  },
};

let runs = 0;
const compare = async (jar: string, { java, types = '', c }: Kind): Promise<Diagnostic[]> => {
  const own = join(dir, `run${runs++}`);
  const source = join(own, 'src', 'p', 'App.java');
  mkdirSync(dirname(source), { recursive: true });
  writeFileSync(
    source,
    `package p;
import com.sun.jna.*;
import com.sun.jna.ptr.*;
public class App {
${types}
public interface Lib extends Library {
${java}
}
}
`,
  );
  // As the listener calls it, at the end of the tests.
  writeFileSync(
    join(own, 'Main.java'),
    `package ffigates;
public class Main {
  static Object kept;
  public static void main(String[] args) throws Exception {
    kept = com.sun.jna.Native.${/jna-4/.test(jar) ? 'loadLibrary' : 'load'}(System.getProperty("lib"), p.App.Lib.class);
    for (Class<?> c : p.App.class.getDeclaredClasses()) Class.forName(c.getName());
    Jna.record(java.nio.file.Path.of(args[0]), 7);
  }
}
`,
  );
  writeFileSync(join(own, 'lib.c'), `${c}\n`);
  const lib = join(own, 'libapp.so');
  execFileSync('gcc', ['-g', '-w', '-fno-builtin', '-shared', '-fPIC', '-o', lib, join(own, 'lib.c')]);
  const listener = ['Json', 'Jna', 'JnaTypes'].map((name) => join(LISTENER, `${name}.java`));
  const classes = join(own, 'classes');
  execFileSync('javac', ['-nowarn', '-cp', jar, '-d', classes, source, join(own, 'Main.java'), ...listener]);
  const records = join(own, 'records');
  execFileSync('java', ['-cp', `${classes}:${jar}`, `-Dlib=${lib}`, 'ffigates.Main', records]);
  const [log, spec] = [join(own, 'declared.log'), join(own, 'spec.json')];
  writeFileSync(
    spec,
    JSON.stringify({
      ...{ gdb: 'gdb', cc: 'gcc', language: 'java', least: 'warning', strict: false },
      ...{ records, log, table: join(own, 'table.json') },
      jni: { project: { from: '/repo', to: own }, libraries: [] },
    }),
  );
  spawnSync(process.execPath, [PROGRAM, spec]);
  const { diagnostics, unread, complete } = await readLog(log);
  expect({ unread, complete }, readFileSync(log, 'utf8')).toEqual({ unread: [], complete: true });
  return diagnostics;
};

describe.skipIf(missing).each(JARS)('JNA %s', (_, jar) => {
  test.each(Object.entries(KINDS))('%s', { timeout: 240_000 }, async (_name, kind) => {
    const found = await compare(jar!, kind);
    expect(found.map((d) => `${d.tier ?? 'error'} ${d.hazard} ${d.message.split(/[,:]/)[0]}`)).toEqual(kind.seen);
  });

  test('says where, and what mends it', { timeout: 240_000 }, async () => {
    const [found] = await compare(jar!, { java: '\n  int\n  f ();', c: 'void *f(void) { return 0; }', seen: [] });
    expect(found?.stacks[0]?.frames[0]).toMatchObject({ file: '/repo/src/p/App.java', line: 9 });
    expect(found?.mend).toBe('Pointer f();');
  });
});
