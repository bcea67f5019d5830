/**
 * Adapters as `ffi-gates values --scaffold` writes them, compiled and run in each host. Filled in with wrappers that return
 * their argument, they must answer each vector with the same value, or say that their type cannot hold it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import which from 'which';
import { parseSignature, slotsOf, type Signature } from '../../src/model/signature.js';
import { readAnswers } from '../../src/values/answers.js';
import { beyondC, sameResult, utf8 } from '../../src/values/native.js';
import { vectorsOf } from '../../src/values/vectors.js';
import { values } from '../../src/cli/values.js';

/** Each returns what it is given. */
const FUNCTIONS = [
  'int8_t byte_of(int8_t a)',
  'uint8_t ubyte_of(uint8_t a)',
  'int16_t short_of(int16_t a)',
  'uint16_t ushort_of(uint16_t a)',
  'int32_t int_of(int32_t a)',
  'uint32_t uint_of(uint32_t a)',
  'int64_t long_of(int64_t a)',
  'uint64_t ulong_of(uint64_t a)',
  'float float_of(float a)',
  'double double_of(double a)',
  'const char *text_of(const char *a)',
  'const char *bytes_of(const uint8_t *a, size_t n)',
];
const SIGNATURES = FUNCTIONS.map((f) => parseSignature(f) as Signature);

type Adapter = {
  needs: string[];
  /** Sources that a suite has before. */
  before: Record<string, string>;
  /** The tests, written and to be filled in. */
  tests: string;
  fill: [RegExp, string];
  /** Stand-ins for the test framework. */
  beside?: Record<string, string>;
  run: string;
};

/** A test framework that calls all methods of the one class that it is told. */
const JUNIT =
  'package org.junit.jupiter.api;\nimport java.lang.annotation.*;\n@Retention(RetentionPolicy.RUNTIME) public @interface Test {}\n';
const JAVA_MAIN = `package p.q;
class Main { public static void main(String[] a) throws Exception {
  for (java.lang.reflect.Method m : FfiValuesTest.class.getDeclaredMethods())
    if (m.isAnnotationPresent(org.junit.jupiter.api.Test.class)) { m.setAccessible(true); m.invoke(new FfiValuesTest()); } } }\n`;
const NET_MAIN = `namespace NUnit.Framework { public class TestFixture : System.Attribute {} public class Test : System.Attribute {} }
static class Program { static void Main() { foreach (var m in typeof(FfiValuesTests).GetMethods())
  if (m.Name.StartsWith("Values")) m.Invoke(new FfiValuesTests(), null); } }\n`;

const ADAPTERS: Record<string, Adapter> = {
  py: {
    needs: ['python3'],
    before: {},
    tests: 'test_ffi_values.py',
    fill: [/todo\(\)/g, 'a'],
    run: 'python3 -c "import test_ffi_values as t; [getattr(t, n)() for n in dir(t) if n.startswith(chr(116) + chr(101))]"',
  },
  go: {
    needs: ['go'],
    before: { 'go.mod': 'module p\n\ngo 1.20\n', 'p.go': 'package p\n' },
    tests: 'ffi_values_test.go',
    fill: [/ffiTodo\((.*)\) \}\)/g, '$1, nil })'],
    run: 'go test -count=1 .',
  },
  node: {
    needs: ['node'],
    before: {},
    tests: 'ffi_values.test.cjs',
    fill: [/todo\((.+)\)\)\);/g, '$1));'],
    run: 'node ffi_values.test.cjs',
  },
  rs: {
    needs: ['rustc'],
    before: {},
    tests: 'tests/ffi_values.rs',
    fill: [/todo\(\((.*),\)\)\);/g, 'Ok($1));'],
    run: 'CARGO_MANIFEST_DIR=$PWD rustc --edition 2021 -Dwarnings --test -o values tests/ffi_values.rs && ./values --test-threads 1',
  },
  jni: {
    needs: ['javac', 'java'],
    before: { 'src/test/java/p/q/Any.java': 'package p.q;\nclass Any {}\n' },
    tests: 'src/test/java/p/q/FfiValuesTest.java',
    fill: [/FfiGatesValues\.todo\((.*)\)\);/g, '$1);'],
    beside: {
      'src/test/java/org/junit/jupiter/api/Test.java': JUNIT,
      'src/test/java/p/q/Main.java': JAVA_MAIN,
    },
    run: 'javac -Xlint:all -Werror --release 8 -Xlint:-options -d out $(find src -name "*.java") && java -cp out p.q.Main',
  },
  net: {
    needs: ['mcs', 'mono'],
    before: {},
    tests: 'FfiValuesTests.cs',
    fill: [/FfiGatesValues\.Todo\((.*)\)\);/g, '$1);'],
    beside: { 'Main.cs': NET_MAIN },
    run: 'mcs -debug -warnaserror -out:values.exe *.cs && mono --debug values.exe',
  },
};

const room = mkdtempSync(join(tmpdir(), 'values-adapters-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const write = (dir: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
};

const vectors = join(room, 'vectors.txt');
writeFileSync(
  vectors,
  SIGNATURES.flatMap((s) => vectorsOf(s).map((v) => `${[s.name, v.id, ...v.args].join(' ')}\n`)).join(''),
);

/** Runs the adapter's tests and returns what they answered. */
const answersOf = (dir: string, a: Adapter): ReturnType<typeof readAnswers> => {
  const answers = join(dir, 'answers');
  execFileSync('sh', ['-c', a.run], {
    cwd: dir,
    env: {
      ...process.env,
      FFI_GATES_VALUES: vectors,
      FFI_GATES_VALUES_ANSWERS: answers,
      GOFLAGS: '-mod=mod',
    },
    stdio: 'pipe',
  });
  const file = readdirSync(dir).find((n) => n.startsWith('answers.'));
  return readAnswers(readFileSync(join(dir, file!), 'utf8'));
};

describe.each(Object.entries(ADAPTERS))('the adapter for %s', (binding, a) => {
  const absent = a.needs.filter((n) => which.sync(n, { nothrow: true }) === null);
  const dir = join(room, binding);

  test.skipIf(absent.length > 0)('hands on every value as it is', { timeout: 300_000 }, async () => {
    const list = FUNCTIONS.map((f) => `'${f}'`).join(', ');
    write(dir, {
      ...a.before,
      'ffi-gates.yaml': `version: 1\nsuites:\n  - { id: s, binding: ${binding}, dir: ., values: { functions: [${list}] } }\ngates: { values: {} }\n`,
    });
    expect(await values({ matrix: join(dir, 'ffi-gates.yaml'), scaffold: true, json: false })).toBe(0);
    write(dir, a.beside ?? {});

    const unfilled = answersOf(dir, a);
    expect(unfilled.strange).toEqual([]);
    expect(unfilled.asked.map((f) => f.function).sort()).toEqual(SIGNATURES.map((s) => s.name).sort());
    for (const f of unfilled.asked)
      for (const o of f.outcomes.values())
        expect(o.kind === 'threw' ? o.why : o.kind).toMatch(/call the wrapper in this line|unable/);

    for (const n of readdirSync(dir)) if (n.startsWith('answers.')) rmSync(join(dir, n));
    const tests = join(dir, a.tests);
    const [todo, filled] = a.fill;
    writeFileSync(
      tests,
      readFileSync(tests, 'utf8')
        .replaceAll(todo, filled)
        .replace(/, todo\b|todo, | as todo/, ''),
    );
    const { asked, strange } = answersOf(dir, a);
    expect(strange).toEqual([]);
    for (const f of asked) {
      const s = SIGNATURES.find((x) => x.name === f.function)!;
      const line = readFileSync(f.file, 'utf8').split('\n')[f.line - 1];
      expect(line).toContain(`"${f.function}"`);
      for (const v of vectorsOf(s)) {
        const outcome = f.outcomes.get(v.id);
        const word = v.args[0]!;
        const beyond = beyondC(slotsOf(s), v.args) !== undefined;
        if (outcome?.kind === 'ok')
          expect(
            sameResult(s.result, s.parameters[0]!.kind === 'text' ? utf8(word) : word, outcome.word),
            `${f.function} ${word} ${outcome.word}`,
          ).toBe(true);
        else if (!beyond && !(s.name === 'ulong_of' && binding === 'jni'))
          expect(outcome, `${f.function} ${word}`).toMatchObject({ kind: 'ok' });
        else expect(outcome?.kind).toMatch(/unable|threw/);
      }
    }
  });
});
