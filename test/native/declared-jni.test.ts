/** The gate `declared` on native methods of Java: classes by javac, functions by gcc, compared by the program. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Parsed } from '../../src/model/diagnostic.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PROGRAM = fileURLToPath(new URL('../../dist/declarations/program.js', import.meta.url));
const javac = realpathSync(execFileSync('which', ['javac'], { encoding: 'utf8' }).trim());
const include = join(dirname(dirname(javac)), 'include');

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-jni-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let runs = 0;
/** Compiles members of a class `p.Box` and functions of a library, and compares them. */
const compare = async (
  java: string,
  c: string,
  strip = false,
  more: Record<string, unknown> = {},
): Promise<Parsed & { text: string }> => {
  const own = join(dir, String(runs++));
  const source = join(own, 'src', 'p', 'Box.java');
  mkdirSync(dirname(source), { recursive: true });
  mkdirSync(join(own, 'lib'));
  writeFileSync(source, `package p;\nclass Box {\n${java}\n}\n`);
  writeFileSync(join(own, 'box.c'), `#include <jni.h>\n#include <stdint.h>\n${c}\n`);
  execFileSync(javac, ['-d', join(own, 'classes'), source]);
  execFileSync('gcc', [
    ...[strip ? '-s' : '-g', '-w', '-shared', '-fPIC', '-I', include, '-I', join(include, 'linux')],
    ...['-o', join(own, 'lib', 'libbox.so'), join(own, 'box.c')],
  ]);
  const [log, spec] = [join(own, 'declared.log'), join(own, 'spec.json')];
  const settings = {
    ...{ gdb: 'gdb', cc: 'gcc', language: 'java', least: 'warning', strict: false },
    ...{ records: join(own, 'none'), log, table: join(own, 'table.json') },
    jni: { project: { from: '/repo', to: own }, libraries: [join(own, 'lib')] },
    ...more,
  };
  writeFileSync(spec, JSON.stringify(settings));
  spawnSync(process.execPath, [PROGRAM, spec]);
  return { ...(await readLog(log)), text: readFileSync(log, 'utf8') };
};
const seen = ({ diagnostics }: Parsed): string[] =>
  diagnostics.map((d) => `${d.tier ?? 'error'} ${d.hazard} ${d.message.split(/[,:]/)[0]}`);
/** A function that does nothing. */
const fn = (result: string, name: string, ...more: string[]): string =>
  `JNIEXPORT ${result} JNICALL Java_p_Box_${name}(${['JNIEnv *e', 'jclass c', ...more].join(', ')}) {}`;

describe('native methods', () => {
  test.each<[string, string, string, string[]]>([
    [
      'a handle in an int',
      'static native int f();',
      fn('void *', 'f'),
      ['error abi/truncated-pointer Java_p_Box_f'],
    ],
    [
      'an int for a jlong',
      'static native void f(int a);',
      fn('void', 'f', 'jlong a'),
      ['error abi/wrong-width Java_p_Box_f'],
    ],
    [
      'a parameter that Java lacks',
      'static native void f(int a);',
      fn('void', 'f', 'jint a', 'jint b'),
      ['error abi/arity Java_p_Box_f'],
    ],
    [
      'an overload whose other form is bound',
      'static native void f(int a); static native void f(double a);',
      fn('void', 'f__I', 'jint a') + fn('void', 'f__D', 'jfloat a'),
      ['error abi/calling-convention Java_p_Box_f__D'],
    ],
    [
      'overloads of which both are bound to the short name',
      'static native void f(int a); static native void f(double a);',
      fn('void', 'f', 'jint a'),
      ['error abi/calling-convention Java_p_Box_f'],
    ],
    [
      'text as a number',
      'static native void f(String s);',
      fn('void', 'f', 'jlong s'),
      ['error rules/jni-wrong-type Java_p_Box_f'],
    ],
    [
      'in a nested class',
      'static class In { native long g_h(); }',
      fn('jint', '00024In_g_1h'),
      ['error abi/wrong-width Java_p_Box_00024In_g_1h'],
    ],
    [
      'correct ones',
      'static native byte[] f(String s, int[] a, long h);',
      fn('jbyteArray', 'f', 'jstring s', 'jarray a', 'void *h'),
      [],
    ],
  ])('%s', async (_, java, c, expected) => {
    const parsed = await compare(java, c);
    expect(seen(parsed), parsed.text).toEqual(expected);
    expect(parsed.unread).toEqual([]);
    expect(parsed.complete).toBe(true);
  });

  test('a finding has the line of each side in the sources that were copied, and the prototype that mends it', async () => {
    const { diagnostics } = await compare(
      '\n  /** native int f(); */\n  native int f(long h);',
      fn('jint', 'f', 'jint h'),
    );
    expect(diagnostics[0]).toMatchObject({
      effect: '4294967297 arrives as 1',
      mend: 'JNIEXPORT jint JNICALL Java_p_Box_f(JNIEnv *, jobject, jlong);',
      stacks: [{ frames: [{ file: '/repo/src/p/Box.java', line: 5 }] }, { frames: [{ line: 3 }] }],
    });
  });
});

describe('what is not seen is said', () => {
  test.each([
    [
      'a method that nobody exports',
      'static native void g();',
      '',
      /none has a JNI_OnLoad .* a call fails: Java_p_Box_g/,
    ],
    [
      'a method that may be registered',
      'static native void g();',
      'jint JNI_OnLoad(JavaVM *vm, void *r) { return JNI_VERSION_1_8; }',
      /functions that RegisterNatives names are not seen: Java_p_Box_g/,
    ],
    [
      'a function without a method',
      '',
      fn('void', 'gone'),
      /no class under test .* \(libbox\.so\): Java_p_Box_gone/,
    ],
  ])('%s', async (_, java, c, expected) => {
    const parsed = await compare(`static native void f();${java}`, fn('void', 'f') + c);
    expect(parsed.text).toMatch(expected);
    expect(seen(parsed)).toEqual([]);
  });
  test('a method that nobody exports is an info, too', async () => {
    const least = { least: 'info' };
    const parsed = await compare(
      'static native void f(); static native void g();',
      fn('void', 'f'),
      false,
      least,
    );
    expect(seen(parsed)).toEqual(['info abi/symbol Java_p_Box_g']);
    expect(parsed.diagnostics[0]!.stacks[0]!.frames).toMatchObject([
      { file: '/repo/src/p/Box.java', line: 3 },
    ]);
  });
  test('a stripped library', async () => {
    const { diagnostics } = await compare('static native void f();', fn('void', 'f'), true);
    expect(diagnostics.map((d) => d.message)).toEqual([expect.stringMatching(/no debug information/)]);
  });
});
