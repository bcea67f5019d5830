/** Function names without the parts that differ from build to build. */
import { base } from './project-code.js';
import type { Frame } from './diagnostic.js';

/** Function name without parameters, template arguments, hashes and compiler suffixes. */
export const plainName = (fn: string): string =>
  fn
    .replace(/::h[0-9a-f]{16}$/, '')
    .replace(/^_cgo_[0-9a-f]{12}_/, '_cgo_')
    .replace(/\.(?:part|isra|constprop|cold|lto_priv)(?:\.\d+)?$/, '')
    // The receiver of a Go method, and a namespace without a name, are no parameters.
    .replace(/\((?!\*\w|anonymous namespace\)).*$/s, '')
    .replace(/<[^<>]*>/g, '')
    // Template arguments that were cut where one of them has a parenthesis: `f<long, (int)1>(…)`.
    .replace(/^((?!.*operator)[^<>]*)<[^<>]*$/s, '$1')
    .replace(/\+0x[0-9a-f]+$/, '')
    .trim();

/** The plain name of a frame's function, if known. */
export const functionOf = (f: Frame): string | undefined =>
  f.kind === 'opaque' || f.function === undefined ? undefined : plainName(f.function);

/** The name of a frame in comparisons: its function, else its object. */
export const frameName = (f: Frame): string =>
  f.kind === 'opaque' ? '?' : f.function ? plainName(f.function) : f.kind === 'module' ? base(f.module) : '?';
