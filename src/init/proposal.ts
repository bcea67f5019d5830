/** What a detector proposes. `propose.ts` gives ids and joins suites with the targets that they load. */
import type { BindingId, BuilderId } from '../model/ids.js';
import type { ErrorIdea } from './error-results/index.js';

export type TargetIdea = {
  /** The id's beginning: what people call it. */
  name: string;
  builder: BuilderId;
  dir: string;
  produces: string[];
  args?: string[];
  /** `foo` of each `libfoo.so`: how suites name it. */
  libraries: string[];
  /** Why it is proposed: a comment in the file. */
  why: string;
  /** How its functions report errors, as far as that was found out. */
  errors?: ErrorIdea[];
};

export type SuiteIdea = {
  name: string;
  binding: BindingId;
  dir: string;
  with?: Record<string, unknown>;
  inputs?: string[];
  env?: Record<string, string>;
  /** Libraries that its code names (`-lfoo`, `loadLibrary("foo")`, `CDLL("libfoo.so")`). */
  links: string[];
  /** True when it must load something that this repository builds elsewhere: without a match all targets are taken. */
  needsTarget?: true;
  /** Objects of the system that may be what it loads, as `own` of the matrix names them: under test where no target is. */
  own?: string[];
  /** True when no native code is here: what the tests reach comes compiled with a dependency. Proposed for want of others. */
  prebuilt?: true;
  /** The directory whose native code is compiled together with the tests: other build files in it build the same. */
  compiles?: string;
  /** True when that is all: what it links by name comes out of `compiles` too, or from the system. */
  carries?: true;
  /** False where what it calls is declared in others' packages alone. */
  declares?: false;
  /** True for Rust behind another host: what only C compilers instrument sees nothing of it. */
  rust?: true;
  why: string;
};

/** Whether a suite has no tests and only loads the code. */
export const onlyLoads = (s: Pick<SuiteIdea, 'with'>): boolean => s.with?.['load'] !== undefined;

export type Found = {
  targets: TargetIdea[];
  suites: SuiteIdea[];
  unclear: string[];
  /** What was looked for in vain, a sentence each: said where nothing at all is proposed. */
  unfound?: string[];
};

export const NOTHING: Found = { targets: [], suites: [], unclear: [] };

/** `libfoo.so.1`, `foo.dll`, `libfoo`, `foo` → `foo`. */
export const libraryName = (word: string): string =>
  word
    .slice(word.lastIndexOf('/') + 1)
    .replace(/\.(?:so|dylib|dll)(?:\.[\d.]{1,20})?$/, '')
    .replace(/^lib(?=.)/, '');
