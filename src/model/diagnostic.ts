/**
 * What a checker saw. A `Diagnostic` is one report as one tool printed it in one log; a `Finding` (see normalize.ts) is
 * the same bug after attribution and deduplication, with every diagnostic of it as a witness.
 */
import type { HazardId } from './hazard.js';

/** One stack frame. An absent fact is an absent property, never `0` or `''`. */
export type Frame =
  | {
      kind: 'source';
      function: string;
      file: string;
      line: number;
      column?: number;
      /** Object file the code was loaded from, as printed. */
      module?: string;
      offset?: string;
      inlined?: true;
    }
  /** Known by module: symbol without debug info, or a bare module+offset. */
  | { kind: 'module'; module: string; offset?: string; function?: string }
  /** Function name only (Java, Go runtime, JIT with symbols). */
  | { kind: 'symbol'; function: string; file?: string }
  /** Nothing but an address, or a text that no rule fits. */
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

export type Stack = {
  role: StackRole;
  /** Thread as the tool names it: `T1`, `main thread`, `goroutine 7`. */
  thread?: string;
  /** The line that introduced the stack, verbatim and trimmed. */
  title?: string;
  access?: Access;
  /** Locks held, as printed (`M5`, `mutex 0x…`). */
  locks?: string[];
  frames: Frame[];
};

/**
 * What kind of memory the faulting address lies in, where the tool says so: `null` is the zero page, `wild` an address
 * that belongs to nothing the tool knows, `descriptor` a file descriptor (ThreadSanitizer's races on them).
 */
export type MemoryClass =
  'heap' | 'stack' | 'global' | 'tls' | 'null' | 'high' | 'shadow' | 'wild' | 'descriptor';

export type Access = { kind: 'read' | 'write'; size?: number; atomic?: true };

/** The tool whose words these are. */
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
  | 'os';

export type Diagnostic = {
  tool: Tool;
  /** The tool's own name of the error, `family/name`: `asan/heap-use-after-free`, `memcheck/InvalidRead`. */
  rule: string;
  hazard: HazardId;
  /** One line for people: the tool's headline without addresses and pids where possible. */
  message: string;
  stacks: Stack[];
  access?: Access;
  /** Faulting address as printed. */
  address?: string;
  memory?: MemoryClass;
  /** "8 bytes after 16-byte region", "stack of thread T0 in frame f", … verbatim. */
  region?: string;
  leak?: {
    kind: 'direct' | 'indirect' | 'definite' | 'possible' | 'reachable';
    bytes: number;
    objects: number;
  };
  pid?: number;
  thread?: string;
  /** How often the tool says it happened, when it says so. */
  count?: number;
  /** The schedule that showed it, for a gate that tries several. */
  seed?: number;
  /**
   * An error of the host language (a Rust panic, an unhandled .NET exception) that says nothing about the boundary:
   * worth listing where a log is all there is; where a suite ran, its own result has judged it.
   */
  ordinary?: true;
  /** False when the log ended, or another report began, before this one was whole; `missing` says what is absent. */
  complete: boolean;
  missing?: string;
  /** 1-based first and last line in the log; `offset` is the byte (UTF-16 unit for text in memory) where it begins. */
  log: { line: number; endLine: number; offset?: number };
};

/** What a parser made of one log (design law 3: it never throws and never forgets). */
export type Parsed = {
  diagnostics: Diagnostic[];
  /** Lines that smell of a checker and that no reader consumed. */
  unread: { line: number; text: string }[];
  /** False when the log ends inside a report or before a trailer that its format promises. */
  complete: boolean;
  /** Why `complete` is false, one sentence each. */
  missing: string[];
};
