/** The gate `declared` on JNA: interfaces and structures, read by our listener's own code in a JVM that has called the library. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/** Members of the interface, classes beside it, functions in C, and what is seen: tier, hazard and name. */
type Kind = { java?: string; types?: string; c: string; seen: string };

const order = (fields: string): string =>
  `protected java.util.List<String> getFieldOrder() { return java.util.Arrays.asList(${[...fields.matchAll(/ (\w+)(?: = [^;]*)?;/g)].map((m) => `"${m[1]!}"`).join(', ')}); }`;
const record = (name: string, fields: string, more = '', kind = 'Structure'): string =>
  `public static class ${name} extends ${kind} { ${fields} ${more} ${order(fields)} }`;

const WRONG: Record<string, Kind> = {
  'a pointer in an int': {
    java: 'int pointer();',
    c: 'void *pointer(void) { return 0; }',
    seen: 'error abi/truncated-pointer pointer',
  },
  'a long for an int, as a result': {
    java: 'long wide();',
    c: 'int wide(void) { return -1; }',
    seen: 'error abi/wrong-width wide',
  },
  'a parameter that the interface lacks': {
    java: 'void lacks(int a);',
    c: 'void lacks(int a, int b) {}',
    seen: 'error abi/arity lacks',
  },
  'a double for a float': {
    java: 'void real(double a);',
    c: 'void real(float a) {}',
    seen: 'error abi/calling-convention real',
  },
  'a structure whose field is wider in C': {
    java: 'void layout(Narrow s);',
    types: record('Narrow', 'public int a; public int b;'),
    c: 'struct narrow { int a; long b; }; void layout(struct narrow *s) {}',
    seen: 'error abi/struct-layout App.Narrow',
  },
  'a callback whose parameter is narrower in C': {
    java: 'void back(Back b);',
    types: 'public interface Back extends Callback { void call(long a); }',
    c: 'void back(void (*b)(int)) {}',
    seen: 'error abi/wrong-width back',
  },
  'an int behind a pointer to a long': {
    java: 'void behind(IntByReference p);',
    c: 'void behind(long *p) {}',
    seen: 'error abi/pointee-size behind',
  },
  'a method of a registered class': {
    types:
      'public static class Direct { public static native int direct(); static { Native.register(Direct.class, System.getProperty("lib")); } }',
    c: 'void *direct(void) { return 0; }',
    seen: 'error abi/truncated-pointer direct',
  },
};

const S = 'public byte a; public int[] b = new int[3]; public Pointer p;';
/** The same done right, and what is unusual but right. */
const RIGHT: Omit<Kind, 'seen'>[] = [
  {
    java: 'long numbers(byte a, short b, int c, long d, float e, double f);',
    c: 'long numbers(signed char a, short b, int c, long long d, float e, double f) { return 0; }',
  },
  {
    java: 'String texts(String s, WString w, Pointer p, byte[] bytes, int[] ints);',
    c: '#include <wchar.h>\nconst char *texts(const char *s, const wchar_t *w, void *p, unsigned char *b, int *i) { return 0; }',
  },
  {
    java: 'NativeLong references(NativeLong n, boolean flag, IntByReference i, PointerByReference p); NativeLong size();',
    c: 'long references(long n, int flag, int *i, void **p) { return 0; } unsigned long size(void) { return 0; }',
  },
  {
    java: 'S.ByValue value(S.ByValue s); void several(S s, S[] all, B b); int printf(String format, Object... more);',
    types: `${record('S', S, 'public static class ByValue extends S implements Structure.ByValue {}')} public interface B extends Callback { int call(Pointer p, int n); }`,
    c: `struct s { signed char a; int b[3]; void *p; }; struct s value(struct s s) { return s; }
void several(struct s *s, struct s *all, int (*b)(struct s *, int)) {} int printf(const char *format, ...) { return 0; }`,
  },
  // A handle as a class of its own, a structure that is only received and shorter here, a union.
  {
    java: 'H open(); void close(H h); R.ByReference next(); void either(U u);',
    types: `${record('R', 'public int a;', 'public static class ByReference extends R implements Structure.ByReference {}')} public static class H extends PointerType {} ${record('U', 'public int i; public double d;', '', 'Union')}`,
    c: `struct h; struct r { int a; int b; }; union u { int i; double d; }; struct h *open(void) { return 0; }
void close(struct h *h) {} struct r *next(void) { return 0; } void either(union u *u) {}`,
  },
];

let runs = 0;
/** Compares all of them in one JVM. */
const compare = async (jar: string, kinds: readonly Omit<Kind, 'seen'>[]): Promise<Diagnostic[]> => {
  const [java, types, c] = (['java', 'types', 'c'] as const).map((k) =>
    kinds.map((x) => x[k] ?? '').join('\n'),
  );
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
  test(
    'what is wrong is seen, each once, with its place and what mends it',
    { timeout: 600_000 },
    async () => {
      const found = await compare(jar!, Object.values(WRONG));
      const words = found.map((d) => `${d.tier ?? 'error'} ${d.hazard} ${d.message.split(/[,:]/)[0]}`);
      for (const [kind, { seen }] of Object.entries(WRONG))
        expect(
          words.filter((w) => w === seen || w === seen.replace('App.', '')),
          kind,
        ).toHaveLength(1);
      expect(words).toHaveLength(Object.keys(WRONG).length);
      const pointer = found.find((d) => d.hazard === 'abi/truncated-pointer');
      expect(pointer?.stacks[0]?.frames[0]).toMatchObject({
        file: '/repo/src/p/App.java',
        line: expect.any(Number),
      });
      expect(found.map((d) => d.mend)).toContain('Pointer pointer();');
    },
  );

  test('of one name in several interfaces each is placed at its own', { timeout: 600_000 }, async () => {
    const found = await compare(jar!, [
      {
        java: 'void twice(int a);',
        types:
          'public interface Other extends Library { void twice(int a);\nvoid twice(double a, int b); Object o = Native.loadLibrary(System.getProperty("lib"), Other.class); }',
        c: 'void twice(int a, int b) {}',
      },
    ]);
    const lines = found.flatMap((d) =>
      d.stacks.flatMap((s) =>
        s.frames.flatMap((f) => (f.kind === 'source' && f.file?.endsWith('.java') ? [f.line] : [])),
      ),
    );
    expect([...new Set(lines)].sort()).toEqual([5, 6, 8]);
  });

  test('what is right is silent', { timeout: 600_000 }, async () => {
    expect(await compare(jar!, RIGHT)).toEqual([]);
  });
});
