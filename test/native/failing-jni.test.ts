/**
 * Memory that native code has from the JVM: functions of JNI that make objects and references, or lend copies, fail as the VM
 * itself makes them fail, and what an error path then forgets is found.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HazardId } from '../../src/model/hazard.js';
import { realPath } from '../../src/process/real-path.js';
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
type Row = { name: string; c: string; finds?: HazardId; after?: string };

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

const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>p</groupId><artifactId>p</artifactId><version>1</version>
  <properties>
    <maven.compiler.release>11</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.11.4</version><scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.2</version></plugin>
    </plugins>
  </build>
</project>
`;

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
    rig.write('tests/pom.xml', POM);
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
    const found = (ran.report?.findings ?? []).filter((f) => !f.planted);
    const told = (f: (typeof found)[number]): string =>
      f.witnesses[0]?.test?.replace(/^.*tests_|\(\)$/g, '') ?? '';
    expect(Object.fromEntries(found.map((f) => [told(f), f.hazard])), ran.stdout + ran.stderr).toEqual(
      Object.fromEntries(ROWS.flatMap((r) => (r.finds ? [[r.name, r.finds]] : []))),
    );
    for (const f of found) {
      const { after } = ROWS.find((r) => r.name === told(f))!;
      expect(f.message).toMatch(
        new RegExp(`, after ${after} failed in Java_p_BoxTest_${told(f)} \\(a\\.c:\\d+\\)`),
      );
    }
    const calls = cellOf(ran, 's-jni_ccgcc-failing').failing;
    expect(calls).toMatchObject({ found: 9, driven: 9, lost: 0 });
  });
});
