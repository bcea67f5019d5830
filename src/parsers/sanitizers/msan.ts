/** MemorySanitizer's warnings. Source: compiler-rt `msan_report.cpp`. (Its deadly signals are `ERROR:` reports: asan.ts.) */
import type { MemoryClass, StackRole } from '../../model/diagnostic.js';
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, LineReader, LineSession, Took } from '../engine/reader.js';

const HEADER = /(?:==(\d+)==\s?)?WARNING: MemorySanitizer:? (use-of-uninitialized-value|use-of-\S+)/;
const SUMMARY = /\bSUMMARY: MemorySanitizer: /;
const BYTES = /\bUninitialized bytes in \S{1,400} at offset \d{1,19} inside \[/;
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/^\s*Uninitialized value was created by /, 'origin'],
  [
    /^\s*(?:Memory was marked as uninitialized|Member fields were destroyed|Virtual table ptr was destroyed)/,
    'origin',
  ],
  [/^\s*Uninitialized value was stored to memory at/, 'related'],
  [/^\s*(?:Uninitialized value is outside|Origin value is)/, 'related'],
];
/** A remark that the origin is invalid. */
const REMARK = /^\s*ORIGIN: invalid/;
const MEMORY: readonly [RegExp, MemoryClass][] = [
  [/created by a heap (?:de)?allocation/, 'heap'],
  [/created by an allocation (?:of '[^']{1,400}' )?in the stack frame/, 'stack'],
];

/** Reads use-of-uninitialised-value reports (`halt_on_error=0` prints many). */
export const msan: LineReader = {
  kind: 'lines',
  tools: ['msan'],
  literals: [
    'Sanitizer',
    'Uninitialized bytes',
    'Uninitialized value',
    'marked as uninit',
    'fields were destroyed',
    'ptr was destroyed',
  ],
  markers: [],
  traces: [
    /^\s*Uninitialized value was (?:created|stored to memory)\b/,
    /^\s*(?:Memory was marked as uninitialized|Member fields were destroyed|Virtual table ptr was destroyed)$/,
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** `Uninitialized bytes in …` is printed before the header it belongs to. */
  let region: string | undefined;

  const close = (missing?: string): void => {
    if (open === undefined) return;
    closeReport(open, emit, missing);
    open = undefined;
  };

  return {
    line(line): Took {
      const { text } = line;
      const header = text.includes('MemorySanitizer') ? HEADER.exec(text) : null;
      if (header) {
        close('another report begins before the SUMMARY line');
        open = openReport(line, {
          tool: 'msan',
          rule: `msan/${header[2]!}`,
          hazard: 'init/uninitialised-read',
          message: header[2]!,
          ...(region !== undefined && { region }),
          ...(header[1] !== undefined && { pid: Number(header[1]) }),
        });
        region = undefined;
        return 'consumed';
      }
      if (BYTES.test(text)) {
        region = text.trim();
        return 'consumed';
      }
      if (open === undefined) return 'ignored';
      const section = SECTIONS.find(([at]) => at.test(text));
      if (section) {
        openStack(open, section[1], { title: text });
        const memory = MEMORY.find(([m]) => m.test(text))?.[1];
        if (memory !== undefined) open.diagnostic.memory ??= memory;
      } else if (REMARK.test(text)) {
        extend(open, line);
        return 'consumed';
      } else if (!SUMMARY.test(text)) return takeFrame(open, line) ? 'consumed' : 'ignored';
      extend(open, line);
      if (!section) close();
      return 'consumed';
    },
    end() {
      close('the log ends before the SUMMARY line');
      return region === undefined ? [] : ['uninitialised bytes were announced and no report followed'];
    },
  };
}
