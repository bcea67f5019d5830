/**
 * Lints of rustc and clippy that concern the boundary: the hazard of each, and whether it is a finding or only listed. A lint is
 * a finding if what it says is wrong whenever the code runs. One that depends on values, or on what C does, is listed.
 */
import type { HazardId } from '../model/hazard.js';
import { isHandle, sameInC, unsafeKind } from './c-types.js';

/** Where a lint counts. Elsewhere it is a matter of style. */
export type Where =
  | 'anywhere'
  /** In the body of a function that C calls, outside of `catch_unwind`. */
  | 'called-by-c'
  /** In the arguments of a call into C. */
  | 'argument-to-c';

export type Meaning = { hazard: HazardId; listed?: true };

/** What is known of a message beside its lint. */
export type Message = {
  text: string;
  /** The source under the primary span. */
  code: string;
  /** Notes, as `level: text`. */
  notes: readonly string[];
};

export type Lint = Meaning & {
  /** The lint's names, the newest first. */
  names: readonly [string, ...string[]];
  where: Where;
  /** Why it is a finding, or why it is only listed. */
  why: string;
  /** For a lint whose messages mean different things. */
  refine?: (m: Message) => Meaning;
};

const finding = (hazard: HazardId, why: string, ...names: [string, ...string[]]): Lint => ({
  names,
  hazard,
  where: 'anywhere',
  why,
});
const listed = (where: Where, hazard: HazardId, why: string, ...names: [string, ...string[]]): Lint => ({
  names,
  hazard,
  listed: true,
  where,
  why,
});

const DIES = 'the owner is dropped before the pointer is used; bind it to a variable that lives as long';
const UNWINDS =
  'a panic here ends the process, and before Rust 1.81 it was undefined; return an error, or catch it (catch_unwind)';

export const LINTS: readonly Lint[] = [
  // Lifetimes.
  finding(
    'ownership/use-after-free',
    DIES,
    'dangling_pointers_from_temporaries',
    'temporary_cstring_as_ptr',
    'clippy::temporary_cstring_as_ptr',
  ),
  finding(
    'lifetime/stack-escape',
    'the variable is gone when the function returns',
    'dangling_pointers_from_locals',
  ),
  finding(
    'ownership/allocator-mismatch',
    'the box frees memory by the layout of its type, and c_void has another one',
    'clippy::from_raw_with_void_ptr',
  ),
  // Types in declarations.
  {
    ...finding(
      'abi/other',
      'C has no such type; what arrives is left to the compiler’s version',
      'improper_ctypes',
      'improper_ctypes_definitions',
    ),
    refine: (m) => {
      const kind = unsafeKind(m.notes);
      // Behind a pointer it may be a handle that C only passes back.
      return kind.ofLayout && isHandle(m.code) ? { hazard: kind.hazard, listed: true } : kind;
    },
  },
  {
    ...finding(
      'abi/other',
      'at least one of two declarations of a function is wrong',
      'clashing_extern_declarations',
    ),
    refine: (m) => sameInC(m.notes),
  },
  finding('abi/wrong-width', 'the values of a C enum fit an int', 'repr_c_enums_larger_than_int'),
  listed(
    'anywhere',
    'abi/calling-convention',
    'a Rust program that loads it may want Rust’s convention; C cannot call it',
    'clippy::no_mangle_with_rust_abi',
  ),
  listed(
    'anywhere',
    'abi/struct-layout',
    'packed, but in an order of the compiler’s; wrong only if C reads it',
    'clippy::repr_packed_without_abi',
  ),
  finding(
    'abi/truncated-pointer',
    'the address of a function does not fit',
    'clippy::fn_to_numeric_cast_with_truncation',
  ),
  // Lengths.
  finding(
    'bounds/other',
    'the slice keeps its number of elements, which are larger now',
    'clippy::cast_slice_different_sizes',
  ),
  finding(
    'bounds/length-arithmetic',
    'the function counts elements, not bytes',
    'clippy::size_of_in_element_count',
  ),
  listed(
    'argument-to-c',
    'bounds/length-arithmetic',
    'wrong only for values that do not fit; convert with try_from',
    'clippy::cast_possible_truncation',
  ),
  listed(
    'argument-to-c',
    'abi/wrong-signedness',
    'wrong only for values beyond the type’s half; convert with try_from',
    'clippy::cast_possible_wrap',
    'clippy::cast_sign_loss',
  ),
  // Values that Rust does not allow.
  finding(
    'init/uninitialised-read',
    'the value is used before anything is written to it; keep it in MaybeUninit',
    'clippy::uninit_assumed_init',
    'clippy::uninit_vec',
  ),
  finding(
    'ub/rust-invalid-value',
    'zero is no value of this type; make it an Option, or fill it in first',
    'invalid_value',
  ),
  finding(
    'ub/rust-aliasing',
    'the compiler relies on it that nobody writes behind a shared reference',
    'invalid_reference_casting',
    'mutable_transmutes',
  ),
  listed(
    'argument-to-c',
    'ub/rust-aliasing',
    'wrong only if C writes; take as_mut_ptr of what is borrowed mutably',
    'clippy::as_ptr_cast_mut',
  ),
  listed(
    'anywhere',
    'ub/rust-invalid-value',
    'the compiler drops the test, since its type is never null; take an Option of what C passes',
    'useless_ptr_null_checks',
  ),
  finding(
    'ub/null-argument',
    'the function takes no null pointer, not even for zero bytes; use NonNull::dangling',
    'invalid_null_arguments',
    'clippy::invalid_null_ptr_usage',
  ),
  finding(
    'null/dereference',
    'a reference or a function is never null',
    'deref_nullptr',
    'clippy::transmuting_null',
    'clippy::transmute_null_to_fn',
  ),
  listed(
    'anywhere',
    'ub/rust-alignment',
    'wrong only if the memory is not aligned by chance or by its allocator',
    'clippy::cast_ptr_alignment',
  ),
  // What C may pass.
  listed(
    'anywhere',
    'trust/validation-gap',
    'safe to call only if every pointer is valid; nothing says so to callers in Rust',
    'clippy::not_unsafe_ptr_arg_deref',
  ),
  // Panics.
  {
    ...finding('unwind/panic', UNWINDS, 'clippy::panic', 'clippy::todo', 'clippy::unimplemented'),
    where: 'called-by-c',
  },
  listed(
    'called-by-c',
    'unwind/panic',
    UNWINDS,
    'clippy::unwrap_used',
    'clippy::expect_used',
    'clippy::indexing_slicing',
    'clippy::unreachable',
  ),
];

const BY_NAME = new Map(LINTS.flatMap((l) => l.names.map((name) => [name, l] as const)));

/** The row of a lint, by rustc's code of a message. */
export const lintOf = (code: string): Lint | undefined => BY_NAME.get(code);

/** Flags that turn all of them on. Older compilers do not know all names. */
export const LINT_FLAGS: readonly string[] = [
  // What the crate denies must not end the compilation, or nothing is checked behind it.
  ...['--cap-lints', 'warn', '-A', 'unknown_lints', '-A', 'renamed_and_removed_lints'],
  ...LINTS.flatMap((l) => l.names.flatMap((name) => ['-W', name])),
];
