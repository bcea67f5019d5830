/**
 * libFuzzer's own reports. Source: compiler-rt `fuzzer/FuzzerLoop.cpp`. The stack is printed by the sanitizer that the
 * target is built with; Fuchsia's symbolizer adds it after the SUMMARY line.
 *
 *     ==7== ERROR: libFuzzer: deadly signal
 *         #0 0x… in __sanitizer_print_stack_trace …
 *     NOTE: libFuzzer has rudimentary signal handlers.
 *           Combine libFuzzer with AddressSanitizer or similar for better crash reports.
 *     SUMMARY: libFuzzer: deadly signal
 */
import type { HazardId } from '../../model/hazard.js';
import { closeReport, extend, openReport, takeFrame, type OpenReport } from '../engine/open-report.js';
import type { Emit, LineReader, LineSession, Took } from '../engine/reader.js';

const HEADER = /(?:==(\d+)==\s?)ERROR: libFuzzer: (\S.*)$/s;
const SUMMARY = /^\s*SUMMARY: libFuzzer: /;
const REMARK =
  /^\s*(?:Combine libFuzzer with |To change the out-of-memory limit )|\bNOTE: libFuzzer |^==\d+== INFO: /;
/** Lines that may stand between the SUMMARY and a stack that comes late. */
const MAX_FOREIGN_LINES = 40;

const KINDS: readonly [RegExp, string, HazardId][] = [
  [/^timeout/, 'timeout', 'crash/other'],
  [/^out-of-memory/, 'out-of-memory', 'resource/exhausted'],
  [/^deadly signal/, 'deadly-signal', 'crash/signal'],
  [/^fuzz target overwrites/, 'const-input', 'ub/other'],
  [/^fuzz target exited/, 'exited', 'crash/other'],
];

/** Reads `==N== ERROR: libFuzzer: …`; a kind that is new to us is `libfuzzer/other`. */
export const libFuzzer: LineReader = {
  kind: 'lines',
  tools: ['libfuzzer'],
  literals: ['ERROR: libFuzzer', 'libFuzzer: ', 'centipede: '],
  markers: [{ words: /\b(?:libFuzzer|centipede): (?:deadly signal|timeout|out-of-memory|fuzz target)/ }],
  traces: [SUMMARY],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** Lines that are left once the SUMMARY has been read. */
  let left: number | undefined;

  const close = (missing?: string): void => {
    if (open !== undefined) closeReport(open, emit, left === undefined ? missing : undefined);
    open = undefined;
    left = undefined;
  };

  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('libFuzzer') ? HEADER.exec(text) : null;
      if (header) {
        close('another report begins before the SUMMARY line');
        const kind = KINDS.find(([k]) => k.test(header[2]!));
        open = openReport(line, {
          tool: 'libfuzzer',
          rule: `libfuzzer/${kind?.[1] ?? 'other'}`,
          hazard: kind?.[2] ?? 'crash/other',
          message: `libFuzzer: ${header[2]!}`,
          pid: Number(header[1]),
        });
        return 'consumed';
      }
      if (REMARK.test(text)) return 'consumed';
      if (open === undefined) return 'ignored';
      if (takeFrame(open, line)) return 'consumed';
      if (SUMMARY.test(text)) {
        extend(open, line);
        left = MAX_FOREIGN_LINES;
        if (open.diagnostic.stacks.length > 0) close();
        return 'consumed';
      }
      if (left !== undefined && (left-- === 0 || open.diagnostic.stacks.length > 0)) close();
      return 'ignored';
    },
    end() {
      close('the log ends before the SUMMARY line');
      return [];
    },
  };
}
