/** What the gate `values` hands to its program. */
import type { ErrorResult } from '../model/ids.js';
import type { Signature } from '../model/signature.js';

export type Function = {
  signature: Signature;
  /** Statements of C that return the result, for what is more than one call. */
  body?: string;
  /** How it says that it refuses a call. */
  errors?: ErrorResult;
};

export type ValuesSpec = {
  functions: Function[];
  /** Headers as in `#include <…>`. Without any, functions and records are declared from their signatures. */
  headers: string[];
  /** Directories of headers. */
  include: string[];
  /** Libraries of the system, as for `-l`. */
  libs: string[];
  seed: number;
  cc: string;
  /** Flags for the oracle that the library was compiled with. */
  cflags?: string[];
  /** Path of what the adapters answered, without the process id. */
  answers: string;
  log: string;
  /** Directory for the oracle. */
  work: string;
  /** Output directories of the suite's targets. */
  targets: string[];
  /** The gate that asks: the name in its reports. */
  gate: 'values' | 'fuzz';
  /** For random inputs: the file that holds what was asked. Boundary vectors are made again from the seed. */
  asked?: string;
  /** Where to keep what the inputs showed, for the next round, and the number of this one. */
  learnt?: { file: string; round: number };
  /** The only vector that is asked, `FUNCTION:ID`. */
  only?: string;
  /** Whether all tests were to run, so that each function must have been asked. */
  all: boolean;
};
