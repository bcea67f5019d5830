/** An open report of AddressSanitizer's family. */
import type { OpenReport } from '../engine/open-report.js';

/** An open report of this family. `cause` is HWASan's, the likeliest first. */
export type Open = OpenReport & {
  kind: string;
  zeroPage: boolean;
  cause: string | undefined;
  /** The lines of shadow bytes, up to that of the fault. */
  shadow: string[];
  /** The SUMMARY has come. */
  isSummed: boolean;
};
