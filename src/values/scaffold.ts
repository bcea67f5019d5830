/** Adapters as `ffi-gates values --scaffold` writes them: one helper a binding, and one test for each function. */
import type { BindingId } from '../model/ids.js';
import { slotNames, slotsOf, type Signature } from '../model/signature.js';
import type { Slot } from './vectors.js';

/** What differs between hosts. */
export type Scaffold = {
  /** Name of the helper in `plugins/values`, and in the suite. */
  helper: { from: string; to: string };
  /** Name of the file of tests. */
  tests: string;
  /** Text of that file. `pack` is the suite's package, for hosts that have one. */
  text(functions: readonly Signature[], pack: string): string;
  /** How the sources of the suite name their package. */
  package?: { files: RegExp; line: RegExp; place: string };
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
  package: { files: /\.go$/, line: /^package (\w+)/m, place: 'PACKAGE' },
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

/** Bindings that have adapters. */
export const SCAFFOLDS: Partial<Record<BindingId, Scaffold>> = { py: python, pyx: python, go: golang };
