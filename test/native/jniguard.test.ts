/**
 * The guard of JNI in a real JVM: what it must see, and correct code on which it is silent. Each row is a native method; all run
 * in one process, which writes a line into the guard's log before each.
 */
import { spawnSync } from 'node:child_process';
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jniFunctions, jniWrappers } from '../../src/gates/programs/jni-table.js';
import { parseText } from '../../src/parsers/index.js';
import { GUARD_PUPPET } from '../helpers/guard-puppet.js';
import { realPath } from '../../src/process/real-path.js';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));
const which = spawnSync('sh', ['-c', 'command -v javac'], { encoding: 'utf8' }).stdout.trim();
const found = process.env['JAVA_HOME'] ?? (which === '' ? '' : dirname(dirname(realPath(which))));
const missing = !existsSync(join(found, 'include', 'jni.h'));
if (missing) console.warn('SKIPPED: the guard of JNI needs a JDK');
const exact = process.arch === 'x64';

/** A row's title, its C, and the hazards that the guard reports while it runs. */
type Row = readonly [title: string, lines: string, hazards?: readonly string[]];

const CALL = 'jmethodID size = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, list), "size", "()I");\n';
const GET = `${CALL}jmethodID get = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, list), "get", "(I)Ljava/lang/Object;");\n`;
const TEXT = 'jclass s = (*env)->FindClass(env, "java/lang/String");\n';
const LENT = 'jbyte *p = (*env)->GetByteArrayElements(env, bytes, NULL);\n';
const CRITICAL = 'volatile jbyte *p = (*env)->GetPrimitiveArrayCritical(env, bytes, NULL);\n';
const BACK = '(*env)->ReleaseByteArrayElements(env, bytes, p, 0);\n';
const UNLOCK = '(*env)->ReleasePrimitiveArrayCritical(env, bytes, (void *)p, 0);\n';

/** The JVM's ID of a field is its offset: these are the first of their objects. */
const FIELDS = `jclass i = (*env)->FindClass(env, "java/lang/Integer"), a = (*env)->FindClass(env, "java/util/concurrent/atomic/AtomicInteger"), d = (*env)->FindClass(env, "java/lang/Float");
jfieldID of_i = (*env)->GetFieldID(env, i, "value", "I"), of_a = (*env)->GetFieldID(env, a, "value", "I"), of_d = (*env)->GetFieldID(env, d, "value", "F");
(void)of_i, (void)of_a, (void)of_d;
`;

const ROWS: readonly Row[] = [
  [
    'fields of several classes that have one ID',
    `${FIELDS}(*env)->GetIntField(env, (*env)->AllocObject(env, i), of_i);
(*env)->SetIntField(env, (*env)->AllocObject(env, a), of_a, 1);\n(*env)->GetFloatField(env, (*env)->AllocObject(env, d), of_d);`,
  ],
  [
    'an ID that several classes have, and not this one',
    `${FIELDS}(*env)->GetIntField(env, list, of_a);`,
    ['rules/jni-wrong-type'],
  ],
  [
    'an ID that has another type in this class',
    `${FIELDS}(*env)->GetIntField(env, (*env)->AllocObject(env, d), of_i);`,
    ['rules/jni-wrong-type'],
  ],
  // The thread of an env
  ['the env of another thread', 'on_thread(uses_env, env);', ['threading/wrong-thread-env']],
  ['a thread that attaches and detaches', 'on_thread(detaches, NULL);'],
  ['a thread that ends attached', 'on_thread(attaches, NULL);', ['threading/missing-detach']],
  ['a thread whose own destructor detaches it', 'on_thread(detaches_at_end, NULL);'],
  // Exceptions
  [
    'a call with an exception pending',
    `${GET}(*env)->CallObjectMethod(env, list, get, -1);\n(*env)->CallIntMethod(env, list, size);\n(*env)->ExceptionClear(env);`,
    ['unwind/pending-exception'],
  ],
  [
    'what may be called with an exception pending',
    `${GET}${LENT}jobject l = (*env)->NewLocalRef(env, list), g = (*env)->NewGlobalRef(env, list);\n(*env)->CallObjectMethod(env, list, get, -1);\n${BACK}(*env)->DeleteLocalRef(env, l);\n(*env)->DeleteGlobalRef(env, g);\n(*env)->ExceptionClear(env);`,
  ],
  // Critical regions
  [
    'a call in a critical region',
    `${CRITICAL}(*env)->GetVersion(env);\n${UNLOCK}`,
    ['rules/jni-call-in-critical'],
  ],
  [
    'nested critical regions',
    `${CRITICAL}volatile jbyte *q = (*env)->GetPrimitiveArrayCritical(env, bytes, NULL);\n(*env)->ReleasePrimitiveArrayCritical(env, bytes, (void *)q, 0);\n${UNLOCK}(*env)->GetVersion(env);`,
  ],
  // Types
  ['an object where a class belongs', '(*env)->GetSuperclass(env, list);', ['rules/jni-wrong-type']],
  ['a list where a string belongs', '(*env)->GetStringLength(env, list);', ['rules/jni-wrong-type']],
  [
    'ints of an array of bytes',
    '(*env)->GetIntArrayElements(env, (jintArray)bytes, NULL);',
    ['rules/jni-wrong-type'],
  ],
  // IDs
  [
    'the method of another class',
    `${TEXT}(*env)->CallIntMethod(env, list, (*env)->GetMethodID(env, s, "length", "()I"));`,
    ['rules/jni-wrong-type'],
  ],
  [
    'a method of another result',
    `${CALL}(*env)->CallObjectMethod(env, list, size);`,
    ['rules/jni-wrong-type'],
  ],
  [
    'a method that is not static',
    `${CALL}(*env)->CallStaticIntMethod(env, (*env)->GetObjectClass(env, list), size);`,
    ['rules/jni-wrong-type'],
  ],
  [
    'a constructor of another class',
    `${TEXT}jobject o = (*env)->NewObject(env, cls, (*env)->GetMethodID(env, s, "<init>", "()V"));\n(void)o;`,
    ['rules/jni-wrong-type'],
  ],
  ['an ID that is NULL', '(*env)->CallIntMethod(env, list, NULL);', ['null/dereference']],
  [
    'the method of an interface',
    'jclass l = (*env)->FindClass(env, "java/util/List");\n(*env)->CallIntMethod(env, list, (*env)->GetMethodID(env, l, "size", "()I"));',
  ],
  [
    'a method of the superclass',
    `jclass o = (*env)->FindClass(env, "java/lang/Object");\n(*env)->CallIntMethod(env, list, (*env)->GetMethodID(env, o, "hashCode", "()I"));`,
  ],
  ['a field', `(*env)->SetStaticIntField(env, cls, (*env)->GetStaticFieldID(env, cls, "plain", "I"), 1);`],
  [
    'a final field that is written',
    '(*env)->SetStaticIntField(env, cls, (*env)->GetStaticFieldID(env, cls, "fixed", "I"), 1);',
    ['rules/other'],
  ],
  // NULL
  ['NULL for an object', '(*env)->GetObjectClass(env, NULL);', ['null/dereference']],
  [
    'NULL where it is allowed',
    '(*env)->DeleteLocalRef(env, NULL);\n(*env)->IsSameObject(env, NULL, list);\n(*env)->NewGlobalRef(env, NULL);\n(*env)->PushLocalFrame(env, 4);\n(*env)->PopLocalFrame(env, NULL);',
  ],
  // Loans
  ['memory beyond the array', `${CRITICAL}p[8] = 1;\n${UNLOCK}`, ['bounds/host-buffer-too-small']],
  [
    'memory beyond an array of odd size',
    'jbyteArray five = (*env)->NewByteArray(env, 5);\njbyte *p = (*env)->GetByteArrayElements(env, five, NULL);\np[6] = 1;\n(*env)->ReleaseByteArrayElements(env, five, p, 0);',
    ['bounds/host-buffer-too-small'],
  ],
  ['memory after its release', `${CRITICAL}${UNLOCK}p[0] = 1;`, ['lifetime/host-buffer-moved']],
  [
    'a release of what is not lent',
    '(*env)->ReleaseByteArrayElements(env, bytes, malloc(8), JNI_ABORT);',
    ['rules/jni-bad-release'],
  ],
  ['a second release', `${LENT}${BACK}${BACK}`, ['rules/jni-bad-release']],
  [
    'a release by another function',
    `${LENT}(*env)->ReleasePrimitiveArrayCritical(env, bytes, p, 0);\n${BACK}`,
    ['rules/jni-bad-release'],
  ],
  [
    'a release to another array',
    `${LENT}jbyteArray other = (*env)->NewByteArray(env, 8);\n(*env)->ReleaseByteArrayElements(env, other, p, 0);\n${BACK}`,
    ['rules/jni-bad-release'],
  ],
  [
    'a mode that is none',
    `${LENT}(*env)->ReleaseByteArrayElements(env, bytes, p, 7);`,
    ['rules/jni-bad-release'],
  ],
  [
    'a commit, then a release',
    `${LENT}p[0] = 5;\n(*env)->ReleaseByteArrayElements(env, bytes, p, JNI_COMMIT);\njbyte b;\n(*env)->GetByteArrayRegion(env, bytes, 0, 1, &b);\nif (b != 5) abort();\np[0] = 6;\n${BACK}(*env)->GetByteArrayRegion(env, bytes, 0, 1, &b);\nif (b != 6) abort();`,
  ],
  [
    'what is written reaches the array, or not',
    `${LENT}p[7] = 9;\n${BACK}p = (*env)->GetByteArrayElements(env, bytes, NULL);\nif (p[7] != 9) abort();\np[7] = 1;\n(*env)->ReleaseByteArrayElements(env, bytes, p, JNI_ABORT);\njbyte b;\n(*env)->GetByteArrayRegion(env, bytes, 7, 1, &b);\nif (b != 9) abort();`,
  ],
  [
    'one string that is lent twice',
    `jstring t = (*env)->NewStringUTF(env, "text");\nconst char *a = (*env)->GetStringUTFChars(env, t, NULL), *b = (*env)->GetStringUTFChars(env, t, NULL);\n(*env)->ReleaseStringUTFChars(env, t, a);\n(*env)->ReleaseStringUTFChars(env, t, b);\nconst jchar *c = (*env)->GetStringChars(env, t, NULL);\n(*env)->ReleaseStringChars(env, t, c);`,
  ],
  [
    'an empty array',
    'jintArray none = (*env)->NewIntArray(env, 0);\njint *p = (*env)->GetIntArrayElements(env, none, NULL);\n(*env)->ReleaseIntArrayElements(env, none, p, 0);',
  ],
  // Monitors
  [
    'a monitor that nobody entered',
    '(*env)->MonitorExit(env, list);\n(*env)->ExceptionClear(env);',
    ['threading/lock-misuse'],
  ],
  ['a monitor that is left', '(*env)->MonitorEnter(env, list);\n(*env)->MonitorExit(env, list);'],
  ['a monitor that is held at the return', '(*env)->MonitorEnter(env, list);', ['threading/lock-misuse']],
  ['a monitor that another method has entered', '(*env)->MonitorExit(env, list);'],
  // References
  ['a local reference that is kept', 'kept = list;'],
  ['... and used in a later call', '(*env)->IsSameObject(env, kept, list);', ['lifetime/stale-local-ref']],
  ['... or returned to Java', 'return kept;', ['lifetime/stale-local-ref']],
  [
    'a local reference that was deleted',
    'jobject l = (*env)->NewLocalRef(env, list);\n(*env)->DeleteLocalRef(env, l);\n(*env)->GetObjectClass(env, l);',
    ['lifetime/stale-local-ref'],
  ],
  [
    'a local reference of a popped frame',
    '(*env)->PushLocalFrame(env, 4);\njobject l = (*env)->NewLocalRef(env, list);\n(*env)->PopLocalFrame(env, NULL);\n(*env)->GetObjectClass(env, l);',
    ['lifetime/stale-local-ref'],
  ],
  [
    'the reference that a popped frame leaves',
    '(*env)->PushLocalFrame(env, 4);\njobject l = (*env)->PopLocalFrame(env, (*env)->NewLocalRef(env, list));\n(*env)->GetObjectClass(env, l);\nreturn l;',
  ],
  [
    'a global reference that was deleted',
    'jobject g = (*env)->NewGlobalRef(env, list);\n(*env)->DeleteGlobalRef(env, g);\n(*env)->GetObjectClass(env, g);',
    ['rules/jni-bad-reference'],
  ],
  [
    'a global reference that is deleted twice',
    'jobject g = (*env)->NewGlobalRef(env, list);\n(*env)->DeleteGlobalRef(env, g);\n(*env)->DeleteGlobalRef(env, g);',
    ['rules/jni-bad-reference'],
  ],
  [
    'a local reference that is deleted as a global one',
    '(*env)->DeleteGlobalRef(env, (*env)->NewLocalRef(env, list));',
    ['rules/jni-bad-reference'],
  ],
  [
    'a local reference on another thread',
    'kept = list;\non_thread(uses_kept, NULL);',
    ['rules/jni-bad-reference'],
  ],
  [
    'a global reference on another thread',
    'kept = (*env)->NewGlobalRef(env, list);\non_thread(uses_kept, NULL);\n(*env)->DeleteGlobalRef(env, kept);',
  ],
  [
    'references in arguments that vary',
    `jclass o = (*env)->GetObjectClass(env, list);\nif (!(*env)->CallBooleanMethod(env, list, (*env)->GetMethodID(env, o, "equals", "(Ljava/lang/Object;)Z"), list)) abort();\njvalue v = {.l = list};\nif (!(*env)->CallBooleanMethodA(env, list, (*env)->GetMethodID(env, o, "equals", "(Ljava/lang/Object;)Z"), &v)) abort();`,
  ],
  [
    'the types of references',
    `jobject g = (*env)->NewGlobalRef(env, list), w = (*env)->NewWeakGlobalRef(env, list);\nif ((*env)->GetObjectRefType(env, list) != JNILocalRefType || (*env)->GetObjectRefType(env, g) != JNIGlobalRefType || (*env)->GetObjectRefType(env, w) != JNIWeakGlobalRefType) abort();\n(*env)->DeleteGlobalRef(env, g);\n(*env)->DeleteWeakGlobalRef(env, w);\nif ((*env)->GetObjectRefType(env, g) != JNIInvalidRefType) abort();`,
  ],
  [
    'more local references than are guaranteed',
    'for (int i = 0; i < 60; i++) (*env)->NewLocalRef(env, list);',
    ['resource/jni-local-ref-overflow'],
  ],
  [
    'more local references that were asked for',
    '(*env)->EnsureLocalCapacity(env, 200);\nfor (int i = 0; i < 200; i++) (*env)->NewLocalRef(env, list);',
  ],
  [
    'many local references that are deleted',
    'for (int i = 0; i < 30000; i++) (*env)->DeleteLocalRef(env, (*env)->NewLocalRef(env, list));',
  ],
  // Text
  ['text in Latin-1', '(*env)->NewStringUTF(env, "caf\\xe9");', ['abi/encoding']],
  ['a character of four bytes', '(*env)->NewStringUTF(env, "\\xf0\\x9f\\x98\\x80");', ['abi/encoding']],
  ['modified UTF-8', '(*env)->NewStringUTF(env, "caf\\xc3\\xa9 \\xc0\\x80 \\xed\\xa0\\xbd\\xed\\xb8\\x80");'],
];

const C = `#include <jni.h>
#include <pthread.h>
#include <stdlib.h>
static JavaVM *vm;
static jobject kept;
static pthread_key_t key;
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *v, void *r) { (void)r; vm = v; return JNI_VERSION_1_6; }
static void on_thread(void *(*body)(void *), void *arg) {
  pthread_t t;
  if (pthread_create(&t, NULL, body, arg)) abort();
  pthread_join(t, NULL);
}
static void *uses_env(void *env) { (*(JNIEnv *)env)->NewStringUTF(env, "x"); return NULL; }
static void *attaches(void *u) { JNIEnv *e; (*vm)->AttachCurrentThreadAsDaemon(vm, (void **)&e, NULL); return u; }
static void *detaches(void *u) { JNIEnv *e; (*vm)->AttachCurrentThread(vm, (void **)&e, NULL); (*e)->NewStringUTF(e, "x"); (*vm)->DetachCurrentThread(vm); return u; }
static void detach(void *u) { (void)u; (*vm)->DetachCurrentThread(vm); }
static void *detaches_at_end(void *u) { attaches(u); pthread_key_create(&key, detach); pthread_setspecific(key, &key); return u; }
static void *uses_kept(void *u) { JNIEnv *e; (*vm)->AttachCurrentThread(vm, (void **)&e, NULL); (*e)->GetObjectClass(e, kept); (*vm)->DetachCurrentThread(vm); return u; }
JNIEXPORT void JNICALL Java_Rows_globals(JNIEnv *env, jclass cls, jobject list) { (void)cls; (*env)->NewGlobalRef(env, list); }
JNIEXPORT jint JNICALL Java_Rows_many(JNIEnv *env, jclass cls, jint a, jdouble b, jstring c, jlong d, jfloat e, jobject f, jstring g, jdouble h, jobject i, jbyte j, jstring k) {
  (void)cls;
  if (a != 1 || b != 2 || d != 4 || e != 5 || h != 8 || j != 10) return -1;
  return (*env)->GetStringLength(env, c) + 10 * (*env)->GetStringLength(env, g) + 100 * (*env)->GetStringLength(env, k) + ((*env)->IsSameObject(env, f, i) ? 1000 : 0);
}
#define LAST_CALL_IS_A_JUMP __attribute__((optimize("O2")))
JNIEXPORT void JNICALL LAST_CALL_IS_A_JUMP Java_Rows_lends(JNIEnv *env, jclass cls, jbyteArray bytes) {
  (void)cls;
  jbyte *p = (*env)->GetPrimitiveArrayCritical(env, bytes, NULL);
  if (p == NULL) return;
  p[0]++;
  (*env)->ReleasePrimitiveArrayCritical(env, bytes, p, 0);
}
JNIEXPORT jobject JNICALL LAST_CALL_IS_A_JUMP Java_Rows_wrong(JNIEnv *env, jclass cls) { (void)cls; return (*env)->GetObjectClass(env, NULL); }
JNIEXPORT jdouble JNICALL Java_Rows_half(JNIEnv *env, jclass cls, jdouble x) { (void)env, (void)cls; return x / 2; }
`;

const suite = (): { c: string; java: string } => ({
  c:
    C +
    ROWS.map(
      ([, lines], n) =>
        `JNIEXPORT jobject JNICALL Java_Rows_row${n}(JNIEnv *env, jclass cls, jobject list, jbyteArray bytes) {\n(void)env, (void)cls, (void)list, (void)bytes;\n${lines}\n${lines.includes('return ') ? '' : 'return NULL;\n'}}\n`,
    ).join(''),
  java: `import java.nio.file.*;
import java.util.*;
final class Rows {
  static int plain = 0;
  static final int fixed = Integer.parseInt("0");
  static { System.load(System.getProperty("rows")); }
  static void mark(int n) throws Exception {
    Path log = Path.of(System.getenv("FFI_GATES_JNIGUARD"), "jniguard." + ProcessHandle.current().pid() + ".log");
    Files.writeString(log, "row " + n + "\\n", StandardOpenOption.APPEND);
  }
  static native void globals(Object o);
  static native int many(int a, double b, String c, long d, float e, Object f, String g, double h, Object i, byte j, String k);
  static native double half(double x);
  static native void lends(byte[] bytes);
  static native Object wrong();
${ROWS.map((_, n) => `  static native Object row${n}(Object list, byte[] bytes);`).join('\n')}
  public static void main(String[] args) throws Exception {
    List<Object> list = new ArrayList<>();
    if (many(1, 2, "c", 4, 5, list, "gg", 8, list, (byte) 10, "kkk") != 1321 || half(5) != 2.5) throw new Error("arguments");
    byte[] lent = new byte[8];
    lends(lent);
    if (lent[0] != 1) throw new Error("lent");
    mark(-1);
    wrong();
${ROWS.map((_, n) => `    mark(${n}); row${n}(list, new byte[8]);`).join('\n')}
    mark(${ROWS.length});
    for (int i = 0; i < 12; i++) globals(new Object());
  }
}
`,
});

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-jniguard-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (argv: [string, ...string[]], env: Record<string, string> = {}): string => {
  const [file, ...args] = argv;
  const r = spawnSync(file, args, { cwd: dir, env: { ...process.env, ...env }, encoding: 'utf8' });
  expect(r.status, `${argv.join(' ')}\n${r.stdout}${r.stderr}`).toBe(0);
  return r.stdout + r.stderr;
};

describe.skipIf(missing)('jniguard', () => {
  let parts: string[] = [];
  let whole = '';
  beforeAll(() => {
    const include = join(found, 'include');
    const flags = [
      '-g',
      '-O1',
      '-fPIC',
      '-shared',
      '-pthread',
      `-I${include}`,
      `-I${join(include, 'linux')}`,
    ];
    const { c, java } = suite();
    writeFileSync(join(dir, 'rows.c'), c);
    writeFileSync(join(dir, 'Rows.java'), java);
    writeFileSync(join(dir, 'w.h'), jniWrappers(jniFunctions(readFileSync(join(include, 'jni.h'), 'utf8'))));
    run([
      'gcc',
      ...flags,
      '-O2',
      '-Wall',
      '-Werror',
      `-I${join(PLUGINS, 'preload')}`,
      `-DJNIGUARD_WRAPPERS="${join(dir, 'w.h')}"`,
      '-o',
      'agent',
      join(PLUGINS, 'jniguard/jniguard.c'),
      '-ldl',
    ]);
    mkdirSync(join(dir, 'own'));
    run(['gcc', ...flags, '-o', 'own/librows.so', 'rows.c']);
    run([join(found, 'bin/javac'), 'Rows.java']);
    const logs = join(dir, 'logs');
    mkdirSync(logs);
    const java_ = join(found, 'bin/java');
    run(
      [
        java_,
        `-agentpath:${join(dir, 'agent')}`,
        `-Drows=${join(dir, 'own/librows.so')}`,
        '-cp',
        '.',
        'Rows',
      ],
      {
        FFI_GATES_JNIGUARD: logs,
        FFI_GATES_OWN: join(dir, 'own'),
      },
    );
    const [log = ''] = readdirSync(logs);
    whole = readFileSync(join(logs, log), 'utf8');
    parts = whole.split(/^row \d+\n/m);
  }, 300_000);

  const needsFrames = /local-ref| at the return$/;
  test.each(ROWS.map(([title, , hazards = []], n) => ({ title, n, hazards })))(
    '$title',
    ({ title, n, hazards }) => {
      const { diagnostics, unread } = parseText(parts[n + 1] ?? '');
      const wanted = exact ? hazards : hazards.filter((h) => !needsFrames.test(`${h} ${title}`));
      expect([diagnostics.map((d) => d.hazard), unread]).toEqual([wanted, []]);
      for (const d of diagnostics) {
        const own = d.stacks[0]?.frames.some((f) => f.kind === 'module' && f.module.endsWith('librows.so'));
        expect(own, d.message).toBe(true);
      }
    },
  );

  test('what was never given back is told at the end, and how much was watched', () => {
    const end = parts.at(-1) ?? '';
    expect(parseText(end).diagnostics.map((d) => [d.hazard, d.message])).toEqual([
      ['resource/jni-global-ref-leak', '12 references of NewGlobalRef from here were never deleted'],
    ]);
    expect(Number(/jniguard: done, (\d+) calls watched\n$/.exec(end)?.[1])).toBeGreaterThan(60_000);
  });

  test.skipIf(!exact)('a last call that is a jump is one of the project', () => {
    const [before = '', after = ''] = (parts[0] ?? '').split('row -1\n');
    expect(parseText(before).diagnostics).toEqual([]);
    expect(parseText(after).diagnostics).toMatchObject([
      {
        hazard: 'null/dereference',
        stacks: [{ frames: [{ kind: 'module', module: expect.stringMatching(/librows\.so$/) }] }, {}],
      },
    ]);
  });

  test('reports show the Java callers', () => {
    const managed = parseText(whole).diagnostics.flatMap((d) => d.stacks.filter((s) => s.role === 'managed'));
    expect(managed[0]?.frames.map((f) => (f.kind === 'source' ? f.function : ''))).toContain('Rows.main');
  });

  test('a crash of its own is no hazard of the project, and proves nothing', () => {
    writeFileSync(join(dir, 'puppet.c'), GUARD_PUPPET);
    run(['gcc', '-shared', '-fPIC', '-O1', '-g', '-o', 'puppet.so', 'puppet.c', '-ldl']);
    const logs = join(dir, 'crashed');
    mkdirSync(logs);
    const agent = join(dir, 'agent');
    const { signal, stdout, stderr } = spawnSync(
      join(found, 'bin/java'),
      [
        `-agentpath:${agent}`,
        '-XX:-CreateCoredumpOnCrash',
        `-Drows=${join(dir, 'own/librows.so')}`,
        '-cp',
        '.',
        'Rows',
      ],
      {
        cwd: dir,
        env: {
          ...process.env,
          LD_PRELOAD: join(dir, 'puppet.so'),
          PUPPET_CRASHES: agent,
          FFI_GATES_JNIGUARD: logs,
          FFI_GATES_OWN: join(dir, 'own'),
        },
      },
    );
    expect(signal, String(stdout) + String(stderr)).toBe('SIGSEGV');
    const [log = ''] = readdirSync(logs);
    const text = readFileSync(join(logs, log), 'utf8');
    const { diagnostics } = parseText(text.replaceAll(/^row \d+\n/gm, ''));
    expect(diagnostics.map((d) => d.hazard)).toEqual(['tool/internal-error']);
    const modules = diagnostics[0]?.stacks[0]?.frames.map((f) => (f.kind === 'module' ? f.module : ''));
    expect(modules?.slice(0, 3)).toEqual(expect.arrayContaining([join(dir, 'puppet.so'), agent]));
    expect(text).not.toContain('calls watched');
    expect(readdirSync(dir).filter((name) => name.startsWith('hs_err'))).toEqual([]);
  });
});
