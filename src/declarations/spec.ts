/** The input of the gate's program. */
import type { Language } from '../model/declaration.js';
import type { CheckOptions } from './check.js';
import type { CSettings } from './hosts/c.js';
import type { GoSettings } from './hosts/go.js';
import type { JniSettings } from './hosts/jni.js';
import type { NetSettings } from './hosts/net.js';
import type { RustSettings } from './hosts/rust.js';
import type { ReportOptions } from './report.js';

/** What to compare. Written by the launch, and again by `repro`. */
export type Spec = Omit<ReportOptions, 'language'> &
  CheckOptions & {
    language: Language;
    /** Directory of the recorders' files. */
    records: string;
    /** The report. */
    log: string;
    /** The table of all functions, as JSON. */
    table: string;
    /** For languages whose declarations are read rather than recorded. */
    rust?: RustSettings;
    go?: GoSettings;
    c?: CSettings;
    jni?: JniSettings;
    net?: NetSettings;
    /** Why the declarations of the suite cannot be had. */
    unread?: string;
  };
