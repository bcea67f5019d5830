/**
 * The lines that only HWAddressSanitizer prints inside its reports, LLVM 10 to 20. Source: compiler-rt
 * `hwasan_report.cpp`, `hwasan_thread.cpp`.
 *
 *     ==7==ERROR: HWAddressSanitizer: tag-mismatch on address 0x… at pc 0x…
 *     READ of size 1 at 0x… tags: 01/bc (ptr/mem) in thread T0
 *         #0 …
 *     [0x…,0x…) is a small unallocated heap chunk; size: 16 offset: 5
 *     Cause: use-after-free                                         (since LLVM 12)
 *     0x… is located 5 bytes inside a 10-byte region [0x…,0x…)
 *     Cause: stack tag-mismatch
 *     Potentially referenced stack objects:
 *       buf in f /src/a.c:7                                          (to LLVM 17)
 *     Cause: use-after-scope                                         (since LLVM 18)
 *     0x… is located 0 bytes inside a 8-byte local variable buf [0x…,0x…) in f /src/a.c:7
 */
import type { Frame } from '../../model/diagnostic.js';
import type { Open } from './asan-open.js';
import { parseFrame, sourceFrame } from '../engine/frame.js';
import { extend, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';

const CAUSE = /^\s*Cause: (.*)$/;
const CHUNK = /^\s*\[0x[0-9a-fA-F]+,0x[0-9a-fA-F]+\) is a (?:small|large) \w+ heap chunk;/;
const LOCAL = /^\s*0x[0-9a-fA-F]+ is located .{1,60}-byte local variable /;
const OBJECTS = /^\s*Potentially referenced stack objects:/;
const FRAMES = /^\s*Previously allocated frames:/;
const RECORD = /^\s*record_addr:0x[0-9a-fA-F]+ record:0x[0-9a-fA-F]+ {1,2}(\S.*)$/;
const FREED_AT = /^\s*deallocated here:/;
const TAIL_OBJECT = /; heap object (\[.*)$/s;
const REMARKS =
  /^\s*(?:tags: [0-9a-f]{2}\/[0-9a-f]{2}|Invalid access starting at offset|Thread: T\d+ 0x|Memory tags around|Tags for short granules|hwasan_dev_note|There are \d+ potential causes|Stack of invalid access unknown|Tail contains:|Expected: {2,}|This error occurs when a buffer overflow|HWAddressSanitizer (?:does not detect|can not)|but can detect them|To disable this feature set HWASAN|Registers where the failure|Learn more about HWASan|See https?:\/\/clang\.llvm\.org\/docs\/Hardware|0x[0-9a-fA-F]+ is HWAsan shadow)/;

/** Takes one line of an open HWASan report; false when it is of the kind that ASan prints too. */
export function takeHwasan(open: Open, line: Line): boolean {
  const { text } = line;
  const took = takeCause(open, text) || takeStackObject(open, text) || REMARKS.test(text);
  if (took) extend(open, line);
  return took;
}

function takeCause(open: Open, text: string): boolean {
  const s = open.diagnostic;
  const cause = CAUSE.exec(text)?.[1]!.trim();
  if (cause !== undefined) {
    // The general cause of a stack report is made precise below its list of objects.
    if (open.cause === undefined || open.cause === 'stack tag-mismatch') open.cause = cause;
    return true;
  }
  const object = TAIL_OBJECT.exec(s.message);
  if (object && s.region === undefined) {
    s.region = object[1]!;
    s.memory = 'heap';
  }
  if (FREED_AT.test(text)) {
    openStack(open, 'fault', { title: text });
    return true;
  }
  if (!CHUNK.test(text)) return false;
  s.memory ??= 'heap';
  return true;
}

function takeStackObject(open: Open, text: string): boolean {
  if (OBJECTS.test(text) || FRAMES.test(text)) {
    openStack(open, OBJECTS.test(text) ? 'allocated' : 'related', { title: text });
    return true;
  }
  const record = RECORD.exec(text);
  if (record) {
    const frame = parseFrame(`#0 0x0 ${record[1]!}`)?.frame;
    if (frame !== undefined) open.stack?.frames.push(frame);
    return true;
  }
  const local = LOCAL.test(text);
  if (!local && !(open.stack?.role === 'allocated' && text.startsWith('  '))) return false;
  const frame = declared(text);
  if (frame === undefined) return false;
  open.stack?.frames.push(frame);
  if (!local) return true;
  open.diagnostic.region ??= text.trim();
  open.diagnostic.memory = 'stack';
  return true;
}

/** The place at the end of `… buf in f /src/a.c:7`. */
function declared(text: string): Frame | undefined {
  const t = text.trim();
  const at = t.lastIndexOf(' in ');
  const space = t.lastIndexOf(' ');
  return at < 0 || space <= at + 3 ? undefined : sourceFrame(t.slice(at + 4, space), t.slice(space + 1));
}
