/** UBSan's messages and the check each one comes from, with the runtime's own name of the check and our hazard. */
import type { HazardId } from '../../model/hazard.js';

export type Check = { name: string; hazard: HazardId };

/** Source: compiler-rt `ubsan_handlers.cpp`, `ubsan_handlers_cxx.cpp`; names: `ubsan_checks.inc`. First match wins. */
const MESSAGES: readonly [RegExp, string, HazardId][] = [
  [/^signed integer overflow:/, 'signed-integer-overflow', 'ub/integer-overflow'],
  [/^unsigned integer overflow:/, 'unsigned-integer-overflow', 'ub/integer-overflow'],
  [
    /^negation of [^']{1,200}cannot be represented in type '[^']*unsigned/,
    'unsigned-integer-overflow',
    'ub/integer-overflow',
  ],
  [/^negation of /, 'signed-integer-overflow', 'ub/integer-overflow'],
  [/^division of /, 'signed-integer-overflow', 'ub/integer-overflow'],
  [/^division by zero/, 'integer-divide-by-zero', 'ub/division-by-zero'],
  [/^shift exponent /, 'invalid-shift-exponent', 'ub/shift'],
  [/^left shift of /, 'invalid-shift-base', 'ub/shift'],
  [/^index .* out of bounds for type/, 'out-of-bounds-index', 'ub/array-index'],
  [/^access out of bounds/, 'local-out-of-bounds', 'ub/array-index'],
  [
    /^execution reached (?:an unreachable program point|a __builtin_unreachable)/,
    'unreachable-call',
    'ub/unreachable',
  ],
  [/^execution reached the end of a value-returning function/, 'missing-return', 'ub/unreachable'],
  [/^assumption is violated/, 'unreachable-call', 'ub/unreachable'],
  [/^variable length array bound/, 'non-positive-vla-index', 'ub/vla-bound'],
  [/is outside the range of representable values/, 'float-cast-overflow', 'ub/float-cast'],
  [
    /^load of value .* not a valid value for type '(?:_Bool|bool|const bool|BOOL)/,
    'invalid-bool-load',
    'ub/invalid-enum-or-bool',
  ],
  [/^load of value .* not a valid value for type/, 'invalid-enum-load', 'ub/invalid-enum-or-bool'],
  [/^passing zero to /, 'invalid-builtin-use', 'ub/other'],
  [/^invalid ObjC cast/, 'invalid-objc-cast', 'ub/object-type'],
  [
    /^implicit conversion .* \(\d+-bit, unsigned\) to type .* \(\d+-bit, unsigned\)/,
    'implicit-unsigned-integer-truncation',
    'ub/other',
  ],
  [/^implicit conversion /, 'implicit-integer-conversion', 'ub/other'],
  [/^null pointer returned from function/, 'invalid-null-return', 'ub/null-argument'],
  [/^null pointer passed as argument/, 'invalid-null-argument', 'ub/null-argument'],
  [/^_Nonnull binding to null pointer/, 'null-pointer-use', 'ub/null-argument'],
  [/^applying zero offset to null pointer/, 'nullptr-with-offset', 'ub/pointer-overflow'],
  [/^applying non-zero offset .* to null pointer/, 'nullptr-with-nonzero-offset', 'ub/pointer-overflow'],
  [
    /^applying non-zero offset .* produced null pointer/,
    'nullptr-after-nonzero-offset',
    'ub/pointer-overflow',
  ],
  [
    /^(?:addition|subtraction) of unsigned offset|^pointer index expression/,
    'pointer-overflow',
    'ub/pointer-overflow',
  ],
  [
    /^call to function .* through pointer to incorrect function type/,
    'function-type-mismatch',
    'ub/function-type',
  ],
  [/^control flow integrity check/, 'cfi-bad-type', 'ub/function-type'],
  [/ null pointer of type /, 'null-pointer-use', 'null/dereference'],
  [/ misaligned address /, 'misaligned-pointer-use', 'ub/misaligned'],
  [/^assumption of .* byte alignment/, 'alignment-assumption', 'ub/misaligned'],
  [/ with insufficient space for an object of type/, 'insufficient-object-size', 'ub/object-type'],
  [/ which does not point to an object of type/, 'dynamic-type-mismatch', 'ub/object-type'],
];

/** Names that no message maps to. */
const OTHER_NAMES: readonly [string, HazardId][] = [['float-divide-by-zero', 'ub/division-by-zero']];
const BY_NAME = new Map<string, HazardId>([
  ...MESSAGES.map(([, name, hazard]) => [name, hazard] as const),
  ...OTHER_NAMES,
]);

/** The hazard of a check's own name, as `report_error_type=1` prints it in the SUMMARY. */
export const namedHazard = (name: string): HazardId => BY_NAME.get(name) ?? 'ub/other';

/** The check behind a message; a message that is new to us is still a finding (`ub/other`). */
export function checkOf(message: string): Check {
  const row = MESSAGES.find(([m]) => m.test(message));
  return row ? { name: row[1], hazard: row[2] } : { name: 'other', hazard: 'ub/other' };
}

/** Checks of the minimal runtime (`ubsan: add-overflow by 0x…`). Source: `ubsan_minimal_handlers.cpp`. */
const MINIMAL: Readonly<Record<string, HazardId>> = {
  'type-mismatch': 'ub/object-type',
  'alignment-assumption': 'ub/misaligned',
  'add-overflow': 'ub/integer-overflow',
  'sub-overflow': 'ub/integer-overflow',
  'mul-overflow': 'ub/integer-overflow',
  'negate-overflow': 'ub/integer-overflow',
  'divrem-overflow': 'ub/integer-overflow',
  'shift-out-of-bounds': 'ub/shift',
  'out-of-bounds': 'ub/array-index',
  'builtin-unreachable': 'ub/unreachable',
  'missing-return': 'ub/unreachable',
  'vla-bound-not-positive': 'ub/vla-bound',
  'float-cast-overflow': 'ub/float-cast',
  'load-invalid-value': 'ub/invalid-enum-or-bool',
  'invalid-objc-cast': 'ub/object-type',
  'function-type-mismatch': 'ub/function-type',
  'nonnull-arg': 'ub/null-argument',
  'nonnull-return': 'ub/null-argument',
  'nullability-arg': 'ub/null-argument',
  'nullability-return': 'ub/null-argument',
  'pointer-overflow': 'ub/pointer-overflow',
  'cfi-check-fail': 'ub/function-type',
};

/** True for a check of the minimal runtime. */
export const isMinimal = (name: string): boolean => Object.hasOwn(MINIMAL, name);

/** The hazard of a check of the minimal runtime. */
export const minimalHazard = (name: string): HazardId => (isMinimal(name) ? MINIMAL[name]! : 'ub/other');
