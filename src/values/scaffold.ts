/** Adapters as `ffi-gates values --scaffold` writes them: one helper a binding, and one test for each function. */
import type { BindingId } from '../model/ids.js';
import { slotNames, slotsOf, type Signature } from '../model/signature.js';
import type { Slot } from './vectors.js';

/** What differs between hosts. Paths are relative to the suite, or to the directory of its package. */
export type Scaffold = {
  /** Name of the helper in `plugins/values`, and in the suite. */
  helper: { from: string; to: string };
  /** Name of the file of tests. */
  tests: string;
  /** Text of that file. `pack` is the suite's package, for hosts that have one. */
  text(functions: readonly Signature[], pack: string): string;
  /**
   * For hosts whose sources name their package: which sources do, as a glob below the suite, the line that does,
   * and what stands for it in the helper. Both files are written beside the first such source.
   */
  package?: { files: string; line: RegExp; place: string };
};

const identifier = (name: string): string => name.replaceAll(/\W/g, '_');
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)([A-Za-z0-9])/g, (_all, c: string) => c.toUpperCase());

const python: Scaffold = {
  helper: { from: 'ffi_gates_values.py', to: 'ffi_gates_values.py' },
  tests: 'test_ffi_values.py',
  text: (functions) =>
    [
      '"""Boundary values through our wrappers, held against C. Fill in the call of each wrapper."""',
      '',
      'from ffi_gates_values import check, todo',
      ...functions.flatMap((s) => [
        '',
        '',
        `def test_values_${identifier(s.name)}():`,
        `    check("${s.name}", lambda ${slotNames(s).map(identifier).join(', ')}: todo())`,
      ]),
      '',
    ].join('\n'),
};

const goGetter = (slot: Slot): string => {
  if (slot.kind === 'text') return 'String()';
  if (slot.kind === 'bytes') return 'Bytes()';
  if (slot.kind === 'float') return `Float${slot.bits}()`;
  return `${slot.signed ? 'Int' : 'Uint'}${slot.bits}()`;
};

const golang: Scaffold = {
  helper: { from: 'ffi_gates_values_test.go', to: 'ffi_gates_values_test.go' },
  tests: 'ffi_values_test.go',
  package: { files: '*.go', line: /^package (\w+)/m, place: 'PACKAGE' },
  text: (functions, pack) =>
    [
      `package ${pack}`,
      '',
      '// Boundary values through our wrappers, held against C. Fill in the call of each wrapper.',
      '',
      'import "testing"',
      ...functions.flatMap((s) => {
        const args = slotsOf(s).map((slot, i) => `a[${i}].${goGetter(slot)}`);
        return [
          '',
          `func TestValues${pascal(s.name)}(t *testing.T) {`,
          `\tffiValues(t, "${s.name}", func(a []ffiValue) (any, error) { return ffiTodo(${args.join(', ')}) })`,
          '}',
        ];
      }),
      '',
    ].join('\n'),
};

const node: Scaffold = {
  helper: { from: 'ffi_gates_values.cjs', to: 'ffi_gates_values.cjs' },
  tests: 'ffi_values.test.cjs',
  text: (functions) =>
    [
      '// Boundary values through our wrappers, held against C. Fill in the call of each wrapper.',
      "const { test } = require('node:test');",
      "const { check, todo } = require('./ffi_gates_values.cjs');",
      ...functions.flatMap((s) => {
        const args = slotsOf(s).map((slot, i) => `a[${i}].${nodeGetter(slot)}`);
        return [
          '',
          `test("values of ${s.name}", () => check("${s.name}", (a) => todo(${args.join(', ')})));`,
        ];
      }),
      '',
    ].join('\n'),
};

const nodeGetter = (slot: Slot): string => {
  if (slot.kind === 'text') return 'string';
  if (slot.kind === 'bytes') return 'buffer';
  return slot.kind === 'int' && slot.bits === 64 ? 'bigint' : 'number';
};

const rustGetter = (slot: Slot): string => {
  if (slot.kind === 'text') return 'string()?';
  if (slot.kind === 'bytes') return 'bytes()?';
  if (slot.kind === 'float') return `f${slot.bits}()?`;
  return `int::<${slot.signed ? 'i' : 'u'}${slot.bits}>()?`;
};

const rust: Scaffold = {
  helper: { from: 'ffi_gates_values.rs', to: 'tests/ffi_gates_values/mod.rs' },
  tests: 'tests/ffi_values.rs',
  text: (functions) =>
    [
      '//! Boundary values through our wrappers, held against C. Fill in the call of each wrapper.',
      'mod ffi_gates_values;',
      'use ffi_gates_values::{check, todo};',
      ...functions.flatMap((s) => {
        const args = slotsOf(s).map((slot, i) => `a[${i}].${rustGetter(slot)}`);
        const given = args.length === 1 ? `(${args[0]!},)` : `(${args.join(', ')})`;
        return [
          '',
          '#[test]',
          `fn values_${identifier(s.name)}() {`,
          `    check("${s.name}", |a| todo(${args.length === 0 ? '()' : given}));`,
          '}',
        ].map((line) => (args.length === 0 ? line.replace('|a|', '|_|') : line));
      }),
      '',
    ].join('\n'),
};

const BOXED: Readonly<Record<number, string>> = { 8: 'Byte', 16: 'Short', 32: 'Int', 64: 'Long' };

const javaGetter = (slot: Slot): string => {
  if (slot.kind === 'text') return 'asString()';
  if (slot.kind === 'bytes') return 'asBytes()';
  if (slot.kind === 'float') return slot.bits === 64 ? 'asDouble()' : 'asFloat()';
  // The next wider type holds what is unsigned, but for 64 bits.
  const bits = slot.signed || slot.bits === 64 ? slot.bits : slot.bits * 2;
  return `as${BOXED[bits] ?? 'Long'}()`;
};

const java: Scaffold = {
  helper: { from: 'FfiGatesValues.java', to: 'FfiGatesValues.java' },
  tests: 'FfiValuesTest.java',
  package: { files: 'src/test/java/**/*.java', line: /^package ([\w.]+)/m, place: 'PACKAGE' },
  text: (functions, pack) =>
    [
      `package ${pack};`,
      '',
      'import org.junit.jupiter.api.Test;',
      '',
      '/** Boundary values through our wrappers, held against C. Fill in the call of each wrapper. */',
      'class FfiValuesTest {',
      ...functions.flatMap((s, n) => {
        const args = slotsOf(s).map((slot, i) => `a[${i}].${javaGetter(slot)}`);
        return [
          ...(n === 0 ? [] : ['']),
          '  @Test',
          `  void values_${identifier(s.name)}() throws Exception {`,
          `    FfiGatesValues.check("${s.name}", a -> FfiGatesValues.todo(${args.join(', ')}));`,
          '  }',
        ];
      }),
      '}',
      '',
    ].join('\n'),
};

const netGetter = (slot: Slot): string => {
  if (slot.kind === 'text') return 'String';
  if (slot.kind === 'bytes') return 'Bytes';
  if (slot.kind === 'float') return slot.bits === 64 ? 'Double' : 'Single';
  return `${slot.signed ? 'Int' : 'UInt'}${slot.bits}`;
};

const dotnet: Scaffold = {
  helper: { from: 'FfiGatesValues.cs', to: 'FfiGatesValues.cs' },
  tests: 'FfiValuesTests.cs',
  text: (functions) =>
    [
      '// Boundary values through our wrappers, held against C. Fill in the call of each wrapper.',
      'using NUnit.Framework;',
      '',
      '[TestFixture]',
      'public class FfiValuesTests',
      '{',
      ...functions.flatMap((s, n) => {
        const args = slotsOf(s).map((slot, i) => `a[${i}].${netGetter(slot)}`);
        return [
          ...(n === 0 ? [] : ['']),
          '    [Test]',
          `    public void Values${pascal(s.name)}()`,
          '    {',
          `        FfiGatesValues.Check("${s.name}", a => FfiGatesValues.Todo(${args.join(', ')}));`,
          '    }',
        ];
      }),
      '}',
      '',
    ].join('\n'),
};

/** Bindings that have adapters. */
export const SCAFFOLDS: Partial<Record<BindingId, Scaffold>> = {
  py: python,
  pyx: python,
  go: golang,
  node,
  rs: rust,
  jni: java,
  net: dotnet,
};
