/**
 * ThreadSanitizer's warnings. Source: compiler-rt `tsan_report.cpp`. (Its deadly signals are `ERROR:` reports: asan.ts.)
 *
 *     WARNING: ThreadSanitizer: data race (pid=7)
 *       Write of size 4 at 0x… by thread T1 (mutexes: write M0):
 *         #0 Thread1 a.c:3 (t+0xe47)
 *       Previous read of size 4 at 0x… by main thread:
 *     SUMMARY: ThreadSanitizer: data race a.c:3 in Thread1
 */
import type { MemoryClass, StackRole } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession, Took } from '../engine/reader.js';
import { partHosts } from './tsan-host.js';

const HEADER = /\bWARNING: ThreadSanitizer: (\S[^:]{0,400}?) \(pid=(\d{1,10})\)\s*$/;
const SUMMARY = /\bSUMMARY: ThreadSanitizer: /;
const SEPARATOR = /^\s*={18}\s*$/;
const TRAILER = /\bThreadSanitizer: reported (\d+) warnings?/;
const ACCESS =
  /^\s*(Previous )?(atomic )?(write|read) of size (\d+) at (0x[0-9a-fA-F]+) by (main thread|thread T\d+)(.*)$/is;
const EXTERNAL =
  /^\s*(Previous )?(modifying|read-only) access (?:of|at) .* by (main thread|thread T\d+)(.*)$/is;
const FRAME_START = /^\s*#/;
const LOCKS = /\b(M\d+)\b/g;
/** `Mutex M2 acquired here while holding mutex M1 in thread T1:` */
const WHILE_HOLDING = /\bwhile holding mutex (M\d+)/;
const BY = /\b(?:by|in) (main thread|thread T\d+)/;

const KINDS: readonly [RegExp, string, HazardId][] = [
  [/^data race on vptr/, 'data-race-on-vptr', 'threading/data-race'],
  [/^data race/, 'data-race', 'threading/data-race'],
  [/^race on /, 'race-on-external-object', 'threading/data-race'],
  [/^Swift access race/, 'swift-access-race', 'threading/data-race'],
  [/^heap-use-after-free/, 'heap-use-after-free', 'ownership/use-after-free'],
  [/^thread leak/, 'thread-leak', 'threading/thread-leak'],
  [/^lock-order-inversion/, 'lock-order-inversion', 'threading/lock-order'],
  [/^destroy of a locked mutex/, 'destroy-of-locked-mutex', 'threading/lock-misuse'],
  [/^double lock of a mutex/, 'double-lock', 'threading/lock-misuse'],
  [/^use of an invalid mutex/, 'invalid-mutex', 'threading/lock-misuse'],
  [/^unlock of an unlocked mutex/, 'unlock-of-unlocked', 'threading/lock-misuse'],
  [/^read lock of a write locked mutex/, 'read-lock-of-write-locked', 'threading/lock-misuse'],
  [/^read unlock of a write locked mutex/, 'read-unlock-of-write-locked', 'threading/lock-misuse'],
  [/^mutex held in the wrong context/, 'mutex-held-in-wrong-context', 'threading/lock-misuse'],
  [/^signal-unsafe call/, 'signal-unsafe-call', 'threading/signal-unsafe'],
  [/^signal handler spoils errno/, 'signal-handler-spoils-errno', 'threading/signal-unsafe'],
];

/** Lines that introduce a stack, after the access lines. */
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/^\s*Location is heap block\b.* allocated by /, 'allocated'],
  [/^\s*Location is file descriptor \d+ created\b/, 'allocated'],
  [/^\s*Location is /, 'related'],
  [/^\s*Thread (T\d+)\b.* created by /, 'thread-created'],
  [/^\s*Mutex \S+ (?:previously )?acquired (?:here|by)/, 'lock-acquired'],
  [/^\s*Mutex \S+ .*created at:/, 'related'],
  [/^\s*(?:As if synchronized via sleep|Signal \d+ handler invoked at):/, 'related'],
];
const MEMORY: readonly [RegExp, MemoryClass][] = [
  [/^\s*Location is heap block\b/, 'heap'],
  [/^\s*Location is global\b/, 'global'],
  [/^\s*Location is stack\b/, 'stack'],
  [/^\s*Location is TLS\b/, 'tls'],
  [/^\s*Location is file descriptor\b/, 'descriptor'],
];
const REMARKS =
  /^\s*(?:Cycle in lock order graph|Hint: use TSAN_OPTIONS|Mutex M\d+ is already destroyed|\[failed to restore the stack\]|And \d+ more similar|This is a )/;

/** Reads `WARNING: ThreadSanitizer` reports and checks their number against the trailer. */
export const tsan: LineReader = {
  kind: 'lines',
  tools: ['tsan'],
  literals: ['Sanitizer', 'by thread T', 'by main thread', 'Location is ', 'Mutex M', 'Cycle in lock'],
  markers: [],
  traces: [
    ACCESS,
    /^\s*Location is (?:heap block|global|stack of|TLS of|file descriptor) /,
    /^\s*Mutex M\d+ \(0x[0-9a-f]+\) (?:created at|acquired)/,
    /^\s*Cycle in lock order graph: /,
    /^\s*Thread T\d+ .{0,200} created by (?:main thread|thread T\d)/,
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  let read = 0;
  const complaints: string[] = [];

  const close = (missing?: string): void => {
    if (open === undefined) return;
    open.diagnostic.stacks = partHosts(open.diagnostic.stacks);
    closeReport(open, emit, missing);
    open = undefined;
  };

  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('ThreadSanitizer') ? HEADER.exec(text) : null;
      if (header && header[2] !== undefined) {
        close('another report begins before the SUMMARY line');
        open = begin(line, header[1]!, header[2]);
        read++;
        return 'consumed';
      }
      const trailer = TRAILER.exec(text);
      if (trailer) {
        close('the report has no SUMMARY line');
        const promised = Number(trailer[1]);
        if (promised > read)
          complaints.push(`line ${line.no}: ThreadSanitizer reported ${promised} warnings, ${read} read`);
        read = 0;
        return 'consumed';
      }
      if (open === undefined) return 'ignored';
      if (SUMMARY.test(text) || SEPARATOR.test(text)) {
        extend(open, line);
        close();
        return 'consumed';
      }
      return inside(open, line) ? 'consumed' : 'ignored';
    },
    end() {
      close('the log ends before the SUMMARY line');
      return complaints;
    },
  };
}

function begin(line: Line, headline: string, pid: string): OpenReport {
  const kind = KINDS.find(([k]) => k.test(headline));
  return openReport(line, {
    tool: 'tsan',
    rule: `tsan/${kind?.[1] ?? headline.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    hazard: kind?.[2] ?? 'threading/other',
    message: headline,
    pid: Number(pid),
  });
}

/** One line of an open report; false when it is none of ours. */
function inside(open: OpenReport, line: Line): boolean {
  const { text } = line;
  // All others begin with a word.
  if (FRAME_START.test(text)) return takeFrame(open, line);
  if (takeAccess(open, text) || takeSection(open, text) || REMARKS.test(text)) {
    if (/^\s*Cycle in lock order/.test(text)) open.diagnostic.region ??= text.trim();
    const more = /^\s*And (\d+) more similar/.exec(text);
    if (more) open.diagnostic.count = Number(more[1]) + 1;
    extend(open, line);
    return true;
  }
  return takeFrame(open, line);
}

function takeAccess(open: OpenReport, text: string): boolean {
  const s = open.diagnostic;
  const m = ACCESS.exec(text);
  if (m) {
    const kind = m[3]!.toLowerCase() === 'write' ? 'write' : 'read';
    const access = { kind, size: Number(m[4]), ...(m[2] && { atomic: true as const }) } as const;
    const role = m[1] ? 'other-access' : 'fault';
    openStack(open, role, { title: text, thread: m[6]!, access, ...locksIn(m[7]!) });
    if (role === 'other-access') return true;
    s.access = access;
    s.address = m[5]!;
    s.thread = m[6]!;
    return true;
  }
  const external = EXTERNAL.exec(text);
  if (external) {
    const access = { kind: external[2]!.toLowerCase() === 'modifying' ? 'write' : 'read' } as const;
    const facts = { title: text, thread: external[3]!, access, ...locksIn(external[4]!) };
    openStack(open, external[1] ? 'other-access' : 'fault', facts);
    if (!external[1]) {
      s.access = access;
      s.thread = external[3]!;
    }
  }
  return external !== null;
}

/** `(mutexes: write M1, read M2)` after the thread. */
function locksIn(text: string): { locks?: string[] } {
  const locks = [...text.matchAll(LOCKS)].map((l) => l[1]!);
  return locks.length > 0 ? { locks } : {};
}

function takeSection(open: OpenReport, text: string): boolean {
  const section = SECTIONS.find(([at]) => at.test(text));
  if (section === undefined) return false;
  const thread = section[0].exec(text)?.[1] ?? BY.exec(text)?.[1];
  if (text.includes('Location is ')) {
    open.diagnostic.region ??= text.trim().replace(/:$/, '');
    const memory = MEMORY.find(([m]) => m.test(text))?.[1];
    if (memory !== undefined) open.diagnostic.memory ??= memory;
  }
  const holding = WHILE_HOLDING.exec(text)?.[1];
  openStack(open, section[1], {
    title: text,
    ...(thread !== undefined && { thread }),
    ...(holding !== undefined && { locks: [holding] }),
  });
  return true;
}
