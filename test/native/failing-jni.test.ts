/**
 * Memory that native code has from the JVM: functions of JNI that make objects and references, or lend copies, fail as the VM
 * itself makes them fail, and what an error path then forgets is found.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realPath } from '../../src/process/real-path.js';
import { expectFound, type FailingRow } from '../helpers/failing-found.js';
import { pom } from '../helpers/maven.js';
import { cellOf, makeRig, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const which = spawnSync('sh', ['-c', 'command -v javac'], { encoding: 'utf8' }).stdout.trim();
const home = process.env['JAVA_HOME'] ?? (which === '' ? '' : dirname(dirname(realPath(which))));
const missing =
  process.arch !== 'x64' ||
  !isAbsolute(runtime) ||
  !existsSync(join(home, 'include', 'jvmti.h')) ||
  spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status !== 0;
if (missing)
  console.warn('SKIPPED: failing calls below the JVM need x86-64, a JDK, Maven, gcc and its libasan');

/** `c`: the body of `jobject NAME(JNIEnv *env, jclass cls, jstring text, jbyteArray bytes)`. */
type Row = FailingRow & { c: string };

const LENT = 'const char *t = (*env)->GetStringUTFChars(env, text, NULL);';
const BACK = '(*env)->ReleaseStringUTFChars(env, text, t);';

const ROWS: readonly Row[] = [
  {
    name: 'keepsLoan',
    c: `${LENT} if (!t) return NULL; jbyteArray made = (*env)->NewByteArray(env, 4); if (!made) return NULL; ${BACK} return made;`,
    finds: 'ownership/leak-on-error-path',
    after: 'NewByteArray',
  },
  {
    name: 'returnsLoan',
    c: `${LENT} if (!t) return NULL; jbyteArray made = (*env)->NewByteArray(env, 4); ${BACK} return made;`,
  },
  {
    name: 'losesCopy',
    c: `char *copy = malloc(8); keep(copy); if (!copy) return NULL; jbyte *p = (*env)->GetByteArrayElements(env, bytes, NULL); if (!p) return NULL; copy[0] = p[0]; (*env)->ReleaseByteArrayElements(env, bytes, p, JNI_ABORT); free(copy); return NULL;`,
    finds: 'ownership/leak-on-error-path',
    after: 'GetByteArrayElements',
  },
  {
    name: 'neverLooks',
    c: `${LENT} volatile char c = t[0]; (void)c; ${BACK} return NULL;`,
    finds: 'null/dereference',
    after: 'GetStringUTFChars',
  },
  { name: 'throwsOn', c: 'return (*env)->NewStringUTF(env, "made");' },
  {
    name: 'looks',
    c: 'jobject kept = (*env)->NewGlobalRef(env, text); if (!kept) return NULL; (*env)->DeleteGlobalRef(env, kept); return text;',
  },
];

describe.skipIf(missing)('what the JVM cannot give', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-failing-jni-');
  });
  afterAll(() => rig.remove());

  test('is found where an error path forgets what it has, and nowhere else', async () => {
    rig.write(
      'native/a.c',
      `#include <jni.h>
#include <stdlib.h>
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
void *unused = (void *)keep;
${ROWS.map(({ name, c }) => `JNIEXPORT jobject JNICALL Java_p_BoxTest_${name}(JNIEnv *env, jclass cls, jstring text, jbyteArray bytes) { (void)cls, (void)text, (void)bytes; ${c} }`).join('\n')}
`,
    );
    rig.write('tests/pom.xml', pom());
    rig.write(
      'tests/src/test/java/p/BoxTest.java',
      `package p;
import org.junit.jupiter.api.Test;
class BoxTest {
  static { System.loadLibrary("a"); }
${ROWS.map(({ name }) => `  static native Object ${name}(String text, byte[] bytes);\n  @Test void tests_${name}() { ${name}("text", new byte[8]); }`).join('\n')}
}
`,
    );
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { a: { builder: cc, dir: native, sources: [a.c], produces: [liba.so], args: [-I${home}/include, -I${home}/include/linux] } }
suites: [{ id: s, binding: jni, dir: tests, targets: [a] }]
gates: { failing: }
`,
    );
    const ran = await rig.run();
    expectFound(ran, ROWS, {
      nameOf: (t) => t.replace(/^.*tests_|\(\)$/g, ''),
      where: (name) => `Java_p_BoxTest_${name} \\(a\\.c:\\d+\\)`,
    });
    const calls = cellOf(ran, 's-jni_ccgcc-failing').failing;
    expect(calls).toMatchObject({ found: 9, driven: 9, lost: 0 });
  });
});
