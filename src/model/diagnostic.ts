/**
 * A checker's report. A `Diagnostic` is one report as one tool printed it in one log. A finding
 * (`FindingReport` in report.ts) is one bug: all diagnostics with the same fingerprint, each as a witness.
 */
import type { HazardId } from './hazard.js';

/** One stack frame. An unknown fact is an absent property, never `0` or `''`. */
export type Frame =
  | {
      kind: 'source';
      function: string;
      file: string;
      line: number;
      column?: number;
      /** Object file that the code was loaded from, as printed. */
      module?: string;
      offset?: string;
      inlined?: true;
    }
  /** Known by module: symbol without debug info, or a bare module+offset. */
  | {
      kind: 'module';
      module: string;
      offset?: string;
      function?: string;
      /** Of the module, in hexadecimal, where only an offset is known of the frame. */
      buildId?: string;
    }
  /** Function name only (Java, Go runtime, JIT with symbols). */
  | { kind: 'symbol'; function: string; file?: string }
  /** Only an address, or a text that matches no known form. */
  | { kind: 'opaque'; text: string };

export type StackRole =
  | 'fault' // where the error happened (also: leak records use 'allocated')
  | 'other-access' // the second side of a race
  | 'allocated'
  | 'freed'
  | 'origin' // where an uninitialised value was created
  | 'thread-created'
  | 'lock-acquired'
  | 'managed' // host-language stack (Java, Python, .NET, JS)
  | 'goroutine'
  | 'related';

/** A runtime that can say which of its own lines called native code. */
export type HostRuntime = 'python' | 'jvm' | 'mono' | 'node';

export type Stack = {
  role: StackRole;
  /** Whose lines a stack of role `managed` holds, where that was asked when the report was printed. */
  host?: HostRuntime;
  /** Thread as the tool names it: `T1`, `main thread`, `goroutine 7`. */
  thread?: string;
  /** The line that introduced the stack, verbatim and trimmed. */
  title?: string;
  access?: Access;
  /** Locks held, as printed (`M5`, `mutex 0x…`). */
  locks?: string[];
  frames: Frame[];
};

/** True if the host answered that the thread runs none of its code. */
export const isNoHostThread = (k: Stack): boolean => k.title === 'this thread runs no code of the host';

/** True for lines of a host that allocated or freed a block: they are not those that called. */
export const isOfBlock = (k: Stack): boolean =>
  k.host !== undefined && (k.title?.startsWith('where the block was ') ?? false);

/**
 * What kind of memory the faulting address lies in, where the tool says so: `null` is the zero page, `wild` an address
 * that belongs to nothing the tool knows, `descriptor` a file descriptor (ThreadSanitizer's races on them).
 */
export type MemoryClass =
  'heap' | 'stack' | 'global' | 'tls' | 'null' | 'high' | 'shadow' | 'wild' | 'descriptor';

export type Access = { kind: 'read' | 'write'; size?: number; atomic?: true };

/** The tool that printed a report. */
export type Tool =
  | 'asan'
  | 'lsan'
  | 'hwasan'
  | 'msan'
  | 'tsan'
  | 'ubsan'
  | 'gwp-asan'
  | 'scudo'
  | 'rtsan'
  | 'tysan'
  | 'nsan'
  | 'dfsan'
  | 'memcheck'
  | 'helgrind'
  | 'drd'
  | 'valgrind'
  | 'xcheck-jni'
  | 'hotspot'
  | 'openj9'
  | 'art'
  | 'go-race'
  | 'cgocheck'
  | 'go'
  | 'miri'
  | 'rust'
  | 'python'
  | 'glibc'
  | 'cxx'
  | 'mono'
  | 'dotnet'
  | 'node'
  | 'libfuzzer'
  | 'declared'
  | 'fdguard'
  | 'android'
  | 'mte'
  | 'macos'
  | 'r'
  | 'ruby'
  | 'julia'
  | 'dart'
  | 'php'
  | 'erlang'
  | 'dr-memory'
  | 'compute-sanitizer'
  | 'kasan'
  | 'kfence'
  | 'kmsan'
  | 'kcsan'
  | 'gdb'
  | 'lldb'
  | 'breakpad'
  | 'chromium'
  | 'ctguard'
  | 'pyrefs'
  | 'pyguard'
  | 'napiguard'
  | 'jniguard'
  | 'monoguard'
  | 'rslint'
  | 'values'
  | 'fuzz'
  | 'failing'
  | 'errors'
  | 'callguard'
  | 'contain'
  | 'os';

export type Diagnostic = {
  tool: Tool;
  /** The tool's own name of the error, `family/name`: `asan/heap-use-after-free`, `memcheck/InvalidRead`. */
  rule: string;
  hazard: HazardId;
  /**
   * Set for a report that alone makes no cell red: `warning` is wrong for some values, `info` only differs from
   * what the library says.
   */
  tier?: 'warning' | 'info';
  /** The smallest input that shows it, `FUNCTION:NUMBER`, for a checker that makes inputs. */
  vector?: string;
  /** One line for people: the tool's headline, where possible without addresses and process ids. */
  message: string;
  stacks: Stack[];
  access?: Access;
  /** Faulting address as printed. */
  address?: string;
  memory?: MemoryClass;
  /** What it does to a value, and the line that mends it, where the tool says so. */
  effect?: string;
  mend?: string;
  /** "8 bytes after 16-byte region", "stack of thread T0 in frame f", … verbatim. */
  region?: string;
  leak?: {
    kind: 'direct' | 'indirect' | 'definite' | 'possible' | 'reachable';
    bytes: number;
    objects: number;
    /** It is known that no code of the project was on the stack when the blocks were allocated, however far that was printed. */
    foreign?: true;
  };
  /** The test that was running when a leaked block was allocated, where the host's plugin had told it. */
  test?: string;
  pid?: number;
  thread?: string;
  /** How often it happened, if the tool says so. */
  count?: number;
  /** The schedule in which it was seen, for a gate that tries several. */
  seed?: number;
  /** Counts only where it happened in a test: what is opened when a library is loaded stays open by design. */
  inTest?: true;
  /**
   * An error of the host language (a Rust panic, an unhandled .NET exception) that is no fault at the
   * boundary. It is listed when only a log is read; in a run, the suite's own result already covers it.
   */
  ordinary?: true;
  /**
   * False when the log ended or another report began before this one was complete; `missing` names what is
   * absent.
   */
  complete: boolean;
  missing?: string;
  /**
   * First and last line in the log, counted from 1. `offset` is where it begins, in bytes (UTF-16 units for
   * text in memory).
   */
  log: { line: number; endLine: number; offset?: number };
};

/** The result of reading one log. A reader never throws, and no later line removes a diagnostic (Law 3). */
export type Parsed = {
  diagnostics: Diagnostic[];
  /** Lines that look like a checker's and that no reader took. */
  unread: { line: number; text: string }[];
  /** False when the log ends inside a report or before a trailer that its format promises. */
  complete: boolean;
  /** Why `complete` is false, one sentence each. */
  missing: string[];
};
