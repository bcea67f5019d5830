/**
 * The newer LLVM sanitizers, which share a form: a headline, stacks, a SUMMARY. Source: compiler-rt `rtsan`, `tysan`,
 * `nsan`, `dfsan` (LLVM 22).
 *
 *     ==7==ERROR: RealtimeSanitizer: unsafe-library-call
 *     Intercepted call to real-time unsafe function `malloc` in real-time context!
 *         #0 …
 *     SUMMARY: RealtimeSanitizer: unsafe-library-call a.c:5:3 in f
 */
import type { Tool } from '../finding.js';
import type { HazardId } from '../hazard.js';
import { closeReport, extend, openReport, takeFrame, type OpenReport } from './open-report.js';
import type { MakeReader, Took } from './reader.js';

const HEADER =
  /(?:==(\d{1,10})==\s?)?\b(?:ERROR|WARNING): (Realtime|Type|NumericalStability|DataFlow)Sanitizer: (\S.*)$/s;
const SUMMARY = /\bSUMMARY: (?:Realtime|Type|NumericalStability|DataFlow)Sanitizer: /;
const TOOLS: Readonly<Record<string, [Tool, HazardId]>> = {
  // A call that may block on a thread that must not.
  Realtime: ['rtsan', 'threading/other'],
  Type: ['tysan', 'ub/object-type'],
  NumericalStability: ['nsan', 'ub/other'],
  // Its warnings are about code that it cannot follow.
  DataFlow: ['dfsan', 'tool/unsupported'],
};
/** What explains a headline: the intercepted function, the two values that differ, the types of an access. */
const REMARK =
  /^\s*(?:Intercepted call to |Call to blocking function |(?:READ|WRITE) of size \d+ at 0x|(?:float|double|long double|__float128|shadow|native|relative|absolute)\b.{0,40}:|\d+ ULPs|Shadow truncated)/;

/** Reads reports of RealtimeSanitizer, TypeSanitizer, NumericalStabilitySanitizer and DataFlowSanitizer. */
export const makeNewer: MakeReader = (emit) => {
  let open: OpenReport | undefined;
  const close = (missing?: string): void => {
    if (open) closeReport(open, emit, missing);
    open = undefined;
  };
  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('Sanitizer') ? HEADER.exec(text) : null;
      if (header) {
        close('another report begins before the SUMMARY line');
        const [tool, hazard] = TOOLS[header[2]!]!;
        const headline = header[3]!.trim();
        const address = /\baddress (0x[0-9a-fA-F]+)/.exec(headline)?.[1];
        open = openReport(line, {
          tool,
          rule: `${tool}/${/^[A-Za-z][\w-]*/.exec(headline)?.[0] ?? 'other'}`,
          hazard,
          message: headline.replace(/ \(pc 0x.*$/s, '').replace(/0x[0-9a-fA-F]+/g, '0x…'),
          ...(address !== undefined && { address }),
          ...(header[1] !== undefined && { pid: Number(header[1]) }),
        });
        return 'consumed';
      }
      if (!open) return 'ignored';
      if (SUMMARY.test(text)) {
        extend(open, line);
        close();
        return 'consumed';
      }
      if (takeFrame(open, line)) return 'consumed';
      if (!REMARK.test(text)) return 'ignored';
      extend(open, line);
      return 'consumed';
    },
    end() {
      // DataFlowSanitizer warns in one line and goes on.
      close(open?.sighting.tool === 'dfsan' ? undefined : 'the log ends before the SUMMARY line');
      return [];
    },
  };
};
