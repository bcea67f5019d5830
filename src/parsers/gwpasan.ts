/**
 * GWP-ASan (Scudo, Android, Chromium). Source: compiler-rt `gwp_asan/optional/segv_handler_posix.cpp`.
 *
 *     *** GWP-ASan detected a memory error ***
 *     Use After Free at 0x… (0 bytes into a 41-byte allocation at 0x…) by thread 31027 here:
 *       #0 …
 *     0x… was deallocated by thread 31027 here:
 *     *** End GWP-ASan report ***
 */
import type { StackRole } from '../finding.js';
import type { HazardId } from '../hazard.js';
import { closeReport, extend, openReport, openStack, takeFrame, type OpenReport } from './open-report.js';
import type { MakeReader, Took } from './reader.js';

const HEADER = /\*\*\* GWP-ASan detected a memory error \*\*\*/;
const END = /\*\*\* End GWP-ASan report \*\*\*/;
const ERROR = /^\s*([A-Z][A-Za-z ()]{2,60}?) at (0x[0-9a-fA-F]+)(?: \(([^)]*)\))?.*? by thread (\S+) here:/;
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/\bwas deallocated by thread (\S+)/, 'freed'],
  [/\bwas allocated by thread (\S+)/, 'allocated'],
];
const KINDS: readonly [RegExp, string, HazardId][] = [
  [/^Use After Free/i, 'use-after-free', 'ownership/use-after-free'],
  [/^Double Free/i, 'double-free', 'ownership/double-free'],
  [/^Invalid \(Wild\) Free|^Invalid Free/i, 'invalid-free', 'ownership/invalid-free'],
  [/^Buffer Overflow/i, 'buffer-overflow', 'bounds/heap-overflow'],
  [/^Buffer Underflow/i, 'buffer-underflow', 'bounds/heap-overflow'],
];

/** Reads GWP-ASan's own report (not the tombstone that Android may print around it). */
export const makeGwpAsan: MakeReader = (emit) => {
  let open: OpenReport | undefined;
  const close = (missing?: string): void => {
    if (open === undefined) return;
    closeReport(open, emit, missing);
    open = undefined;
  };
  return {
    line(line): Took {
      const { text } = line;
      if (HEADER.test(text)) {
        close('another report begins before the end line');
        open = openReport(line, {
          tool: 'gwp-asan',
          rule: 'gwp-asan/unknown',
          hazard: 'ownership/other',
          message: 'GWP-ASan detected a memory error',
        });
        return 'consumed';
      }
      if (open === undefined) return 'ignored';
      const s = open.sighting;
      const error = s.address === undefined ? errorLine(text) : undefined;
      const section = SECTIONS.find(([at]) => at.test(text));
      if (error) {
        Object.assign(s, error);
        openStack(open, 'fault', { title: text, thread: error.thread });
      } else if (section) {
        openStack(open, section[1], { title: text, thread: section[0].exec(text)![1]! });
      } else if (!END.test(text)) return takeFrame(open, line) ? 'consumed' : 'ignored';
      extend(open, line);
      if (END.test(text)) close();
      return 'consumed';
    },
    end() {
      close('the log ends before the end line');
      return [];
    },
  };
};

function errorLine(text: string) {
  // Android writes `Use After Free, 0 bytes into a 41-byte allocation at 0x…` in its tombstones; that is not this shape.
  const m = ERROR.exec(text);
  if (m === null) return undefined;
  const kind = KINDS.find(([k]) => k.test(m[1]!));
  return {
    rule: `gwp-asan/${kind?.[1] ?? 'unknown'}`,
    hazard: kind?.[2] ?? ('ownership/other' as const),
    message: m[1]!,
    address: m[2]!,
    thread: m[4]!,
    ...(m[3] !== undefined && { region: m[3] }),
  };
}
