/**
 * LeakSanitizer: one diagnostic per `Direct leak` / `Indirect leak` record, checked against the SUMMARY's bytes and
 * number of allocations.
 * Source: compiler-rt `lsan_common.cpp`.
 */
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, LineReader, LineSession, Took } from '../engine/reader.js';

const HEADER = /(?:==(\d+)==\s?)?ERROR: LeakSanitizer: detected memory leaks/;
const RECORD = /\b(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\) allocated from:/;
const SUMMARY = /\bSUMMARY: \w+Sanitizer: (\d+) byte\(s\) leaked in (\d+) allocation\(s\)/;
const LIMITED = /\bThe \d+ top leak\(s\):|\bOmitting \d+ more leak\(s\)/;
const OBJECTS = /^\s*(?:Objects leaked above:|0x[0-9a-fA-F]+ \(\d+ bytes\))/;

/** Reads leak reports; a process may print several (recoverable checks, then the one at exit). */
export const lsan: LineReader = {
  kind: 'lines',
  tools: ['lsan'],
  literals: ['Sanitizer', 'irect leak of'],
  markers: [],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** A header whose SUMMARY has not come yet. */
  let header: { no: number; pid: number | undefined } | undefined;
  let bytes = 0;
  let objects = 0;
  let limited = false;
  /** A record without a header was read: the log begins in the middle. */
  let seen = false;
  const complaints: string[] = [];

  const close = (missing?: string): void => {
    if (open === undefined) return;
    closeReport(open, emit, missing);
    open = undefined;
  };
  const abandon = (why: string): void => {
    if (header === undefined) return;
    if (open !== undefined) close(why);
    else complaints.push(`line ${header.no}: leak report: ${why}`);
    header = undefined;
  };

  return {
    line(line): Took {
      const { text } = line;
      const h = HEADER.exec(text);
      if (h) {
        abandon('another report begins before the SUMMARY line');
        header = { no: line.no, pid: h[1] === undefined ? undefined : Number(h[1]) };
        bytes = 0;
        objects = 0;
        limited = false;
        return 'consumed';
      }
      const record = RECORD.exec(text);
      if (record) {
        close();
        seen = header === undefined;
        const kind = record[1] === 'Direct' ? 'direct' : 'indirect';
        const leak = { kind, bytes: Number(record[2]), objects: Number(record[3]) } as const;
        open = openReport(line, {
          tool: 'lsan',
          rule: `lsan/${kind}-leak`,
          hazard: 'ownership/leak',
          message: `${record[1]} leak of ${leak.bytes} byte(s) in ${leak.objects} object(s)`,
          leak,
          memory: 'heap',
          ...(header?.pid !== undefined && { pid: header.pid }),
        });
        openStack(open, 'allocated', { title: text });
        bytes += leak.bytes;
        objects += leak.objects;
        return 'consumed';
      }
      const summary = SUMMARY.exec(text);
      if (summary) {
        close();
        const said = `${summary[1]!} byte(s) in ${summary[2]!} allocation(s)`;
        const read = `${bytes} byte(s) in ${objects} allocation(s)`;
        if (header === undefined && !seen)
          complaints.push(`line ${line.no}: a leak SUMMARY without its report`);
        if (header !== undefined && !limited && said !== read)
          complaints.push(`line ${line.no}: the leak SUMMARY says ${said}, the records read make ${read}`);
        seen = false;
        header = undefined;
        return 'consumed';
      }
      if (header === undefined && open === undefined) return 'ignored';
      if (LIMITED.test(text)) limited = true;
      else if (!OBJECTS.test(text)) {
        if (open !== undefined && takeFrame(open, line)) return 'consumed';
        return 'ignored';
      }
      if (open !== undefined) extend(open, line);
      return 'consumed';
    },
    end() {
      abandon('the log ends before the SUMMARY line');
      close('the log ends before the SUMMARY line');
      return complaints;
    },
  };
}
