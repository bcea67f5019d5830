/** The environment of a gate, as the matrix changes it. */
import type { Arm } from '../model/launch.js';

/**
 * Separator of the options in a variable that holds several. Undefined for a variable with a single value.
 */
const separatorOf = (name: string): string | undefined =>
  /^[A-Z]+SAN_OPTIONS$/.test(name) ? ':' : name === 'MIRIFLAGS' ? ' ' : undefined;

/**
 * The gate's environment with the matrix's on top. Where a variable holds options, the matrix's follow the
 * gate's, since the last one counts.
 */
export const withUsers = (gates: Arm['env'], users: Record<string, string>): Arm['env'] => ({
  ...gates,
  ...Object.fromEntries(
    Object.entries(users).map(([k, v]) => {
      const separator = separatorOf(k);
      return [k, separator !== undefined && gates[k] ? `${gates[k]}${separator}${v}` : v];
    }),
  ),
});
