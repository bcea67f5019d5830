/**
 * The sanitizers that came after the classic ones: Realtime, Type, NumericalStability and DataFlow. Their reports have no
 * end mark that all versions print: a report is complete with its first stack.
 * Source: compiler-rt `rtsan_diagnostics.cpp`, `tysan.cpp`, `nsan.cpp`, `dfsan_custom.cpp`.
 *
 *     ==7==ERROR: RealtimeSanitizer: unsafe-library-call
 *     Intercepted call to real-time unsafe function `malloc` in real-time context!
 *         #0 …
 *     ==7==ERROR: TypeSanitizer: type-aliasing-violation on address 0x… (pc 0x… bp 0x… sp 0x… tid 7)
 *     WRITE of size 4 at 0x… with type int accesses an existing object of type float
 *         #0 …
 */
import type { Tool } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { closeReport, extend, openReport, takeFrame, type OpenReport } from '../engine/open-report.js';
import type { Emit, LineReader, LineSession, Took } from '../engine/reader.js';

const HEADER =
  /(?:==(\d+)==\s?)?\b(?:ERROR|WARNING): (Realtime|Type|NumericalStability|DataFlow)Sanitizer: ([\w-]+)(.*)$/s;
const SUMMARY = /\bSUMMARY: (?:Realtime|Type|NumericalStability|DataFlow)Sanitizer: /;
const ACCESS = /\b(READ|WRITE) of size (\d+) at (0x[0-9a-fA-F]+) with type /;
const SAID = /^\s*(?:Intercepted call to |Call to blocking function )/;
const ADDRESS = /\baddress (0x[0-9a-fA-F]+)/;

const KINDS: Readonly<Record<string, { tool: Tool; hazard: HazardId }>> = {
  Realtime: { tool: 'rtsan', hazard: 'rules/other' },
  Type: { tool: 'tysan', hazard: 'ub/object-type' },
  NumericalStability: { tool: 'nsan', hazard: 'ub/other' },
  // It warns of what it cannot follow.
  DataFlow: { tool: 'dfsan', hazard: 'tool/unsupported' },
};

/** Reads the reports of these four. */
export const newerSanitizers: LineReader = {
  kind: 'lines',
  tools: ['rtsan', 'tysan', 'nsan', 'dfsan'],
  literals: ['Sanitizer'],
  markers: [],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  const close = (missing: string): void => {
    if (open !== undefined) {
      const isComplete = open.diagnostic.stacks.length > 0 || open.diagnostic.tool === 'dfsan';
      closeReport(open, emit, isComplete ? undefined : missing);
    }
    open = undefined;
  };

  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('Sanitizer: ') ? HEADER.exec(text) : null;
      if (header) {
        close('another report begins before the stack');
        const kind = KINDS[header[2]!]!;
        const words = `${header[3]!}${header[4]!}`;
        const address = ADDRESS.exec(words)?.[1];
        const name = kind.tool === 'nsan' || kind.tool === 'dfsan' ? slug(words) : header[3]!;
        open = openReport(line, {
          tool: kind.tool,
          rule: `${kind.tool}/${name}`,
          hazard: kind.hazard,
          message: words.replace(/ on address 0x.*$/s, '').trim(),
          ...(address !== undefined && { address }),
          ...(header[1] !== undefined && { pid: Number(header[1]) }),
        });
        return 'consumed';
      }
      if (open === undefined) return 'ignored';
      if (SUMMARY.test(text)) {
        extend(open, line);
        close('the SUMMARY line comes before the stack');
        return 'consumed';
      }
      const access = ACCESS.exec(text);
      if (access)
        open.diagnostic.access = { kind: access[1] === 'READ' ? 'read' : 'write', size: Number(access[2]) };
      if (!access && !SAID.test(text)) return takeFrame(open, line) ? 'consumed' : 'ignored';
      open.diagnostic.message = `${open.diagnostic.message}: ${text.trim().replace(/ at 0x[0-9a-fA-F]+/, '')}`;
      extend(open, line);
      return 'consumed';
    },
    end() {
      close('the log ends before the stack');
      return [];
    },
  };
}

/** The first words of a headline as a name: `inconsistent shadow results while …` → `inconsistent-shadow-results`. */
const slug = (words: string): string =>
  words
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.slice(0, 3)
    .join('-') ?? 'other';
