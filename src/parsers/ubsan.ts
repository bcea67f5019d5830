/**
 * UndefinedBehaviorSanitizer, gcc's and clang's, with and without stacks, and the minimal runtime. Source: compiler-rt
 * `ubsan_diag.cpp`. The format has no end mark: gcc prints no SUMMARY, so a headline alone is a whole report.
 *
 *     a.c:3:12: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'
 *         #0 0x… in main a.c:3:12
 *     SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3:12 in
 */
import type { Frame } from '../finding.js';
import { parseFrame, UNKNOWN_FUNCTION } from './frame.js';
import { closeReport, extend, openReport, openStack, takeFrame, type OpenReport } from './open-report.js';
import type { Line, MakeReader, Took } from './reader.js';
import { checkOf, minimalHazard, namedHazard } from './ubsan-checks.js';

const MARK = ': runtime error: ';
/** Go calls its panics runtime errors too: `panic: runtime error: …`, or logged by a test as `x_test.go:12: …`. */
const GO_ERROR = /^\s*(?:panic|\S{1,400}\.go:\d{1,9}): runtime error: /;
const LOCATION = /:(\d+)(?::(\d+))?$/;
const MODULE = /(?:^|\s)\(?(\S+)\+(0x[0-9a-fA-F]+)\)?$/;
const MINIMAL = /\bubsan: ([a-z][\w-]*) by (0x[0-9a-fA-F]+)/;
const SUMMARY = /\bSUMMARY: UndefinedBehaviorSanitizer: (\S+)(?: (.*))?$/;
const NOTE = /(?:^|: )note: /;
/** The bytes around an address, its caret, and the quoted source line's caret. */
const PICTURE = /^(?:[ \t0-9a-f?]+|[ \t~]*\^[ \t~]*)$/;

/** Reads `runtime error:` reports; also says which function it was when only the SUMMARY or a stack knows. */
export const makeUbsan: MakeReader = (emit) => {
  let open: OpenReport | undefined;
  /** Frames of another tool may follow a report that has none; they must not be taken. */
  let framesOver = false;
  let headline: Frame | undefined;

  const close = (): void => {
    if (open === undefined) return;
    const { stacks } = open.sighting;
    // The stack repeats the headline's place; without one the place is all there is.
    if (stacks.every((s) => s.frames.length === 0) && headline !== undefined)
      stacks.splice(0, stacks.length, { role: 'fault', frames: [headline] });
    closeReport(open, emit);
    open = undefined;
  };
  const begin = (line: Line, at: number): Took => {
    close();
    const message = line.text.slice(at + MARK.length).trim();
    const check = checkOf(message);
    headline = place(line.text.slice(0, at));
    framesOver = false;
    open = openReport(line, {
      tool: 'ubsan',
      rule: `ubsan/${check.name}`,
      hazard: check.hazard,
      message: message.replace(/\b0x[0-9a-fA-F]+/g, '0x…'),
      ...pointerIn(message),
    });
    return 'consumed';
  };
  const minimal = (line: Line, m: RegExpExecArray): Took => {
    close();
    const report = openReport(line, {
      tool: 'ubsan',
      rule: `ubsan/${m[1]!}`,
      hazard: minimalHazard(m[1]!),
      message: m[1]!,
      address: m[2]!,
    });
    openStack(report, 'fault');
    report.stack!.frames.push({ kind: 'opaque', text: m[2]! });
    closeReport(report, emit);
    return 'consumed';
  };

  return {
    line(line): Took {
      const { text } = line;
      const at = GO_ERROR.test(text) ? -1 : text.indexOf(MARK);
      if (at >= 0) return begin(line, at);
      const m = text.includes('ubsan:') ? MINIMAL.exec(text) : null;
      if (m) return minimal(line, m);
      if (open === undefined) return 'ignored';
      const summary = SUMMARY.exec(text);
      if (summary) {
        if (headline?.kind === 'source') nameFunction(headline, summary[2] ?? '');
        adopt(open, summary[1]!);
        extend(open, line);
        close();
        return 'consumed';
      }
      if (!framesOver && parseFrame(text) !== undefined) {
        takeFrame(open, line);
        return 'consumed';
      }
      if (NOTE.test(text) || (text.length < 400 && PICTURE.test(text) && text.trim() !== '')) {
        extend(open, line);
        return 'consumed';
      }
      framesOver = true;
      return 'ignored';
    },
    end() {
      close();
      return [];
    },
  };
};

/** The place before `: runtime error:`; text that the program printed without a newline may stand before it. */
function place(text: string): Frame {
  const at = LOCATION.exec(text);
  if (at) {
    const before = text.slice(0, at.index);
    const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(before);
    const file = absolute ? before : before.slice(before.lastIndexOf(' ') + 1);
    return {
      kind: 'source',
      function: UNKNOWN_FUNCTION,
      file,
      line: Number(at[1]),
      ...(at[2] !== undefined && { column: Number(at[2]) }),
    };
  }
  const module = MODULE.exec(text);
  if (module) return { kind: 'module', module: module[1]!.replace(/^\(/, ''), offset: module[2]! };
  return { kind: 'opaque', text: text.trim() };
}

function pointerIn(message: string): { address?: string } {
  const m = /\baddress (0x[0-9a-fA-F]+)/.exec(message);
  return m ? { address: m[1]! } : {};
}

/** `a.c:3:12 in f` at the end of a SUMMARY names the function that the headline lacks. */
function nameFunction(frame: Extract<Frame, { kind: 'source' }>, summary: string): void {
  const at = summary.lastIndexOf(' in ');
  const name = at < 0 ? '' : summary.slice(at + 4).trim();
  if (name !== '') frame.function = name;
}

/** With `report_error_type=1` the SUMMARY names the check more exactly than the message can. */
function adopt(open: OpenReport, kind: string): void {
  if (kind === 'undefined-behavior' || !/^[a-z][a-z-]+$/.test(kind)) return;
  open.sighting.rule = `ubsan/${kind}`;
  // The words of a message may be new to us while the check is not.
  if (open.sighting.hazard === 'ub/other') open.sighting.hazard = namedHazard(kind);
}
