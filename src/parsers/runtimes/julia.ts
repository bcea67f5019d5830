/**
 * Julia's last words. Sources: `src/signal-handling.c` (`jl_critical_error`), `src/signals-win.c`, `src/stackwalk.c`, 0.4 to 1.13:
 *
 *     [4242] signal (11.1): Segmentation fault
 *     in expression starting at /src/shelf.jl:7
 *     shelf_top at /src/shelf.c:12 [inlined]
 *     unknown function (ip: 0x7f8710dfcf7c) at /src/libshelf.so
 *     top at /src/libshelf.so (unknown line)
 *     Allocations: 2906 (Pool: 2897; Big: 9); GC: 0
 *
 * The number is `signal (11)` to 1.8, `(11.1)` with its code from there, `signal 11 (1)` since 1.10.
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { sourceFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { faultName } from '../engine/signals.js';

const SIGNAL =
  /^\s*(?:\[(\d{1,10})\] )?signal (?:\((\d{1,2})(?:\.-?\d{1,6})?\)|(\d{1,2})(?: \(-?\d{1,6}\))?): ([A-Z].{2,60})$/;
const WINDOWS = /^\s*Exception: (EXCEPTION_\w{1,40}) at 0x[0-9a-f]{1,16} -- (.*)$/;
const CORRUPTION = /^\s*GC error \(probable corruption\) ?:?/;
const EXPRESSION = /^\s*(?:while loading .*)?\bin expression starting (?:at|on line) /;
const UNKNOWN = /^\s*unknown function \(ip: ((?:0x)?[0-9a-f]{1,16})\)(?: at (\S.*))?$/;
const UNKNOWN_LINE = ' (unknown line)';
const END = /^\s*Allocations: \d+ \(Pool: /;
/** Words before and between. */
const REMARK =
  /^\s*(?:Please submit a bug report with steps to reproduce this fault|Unreachable reached at |(?:In)?valid instruction at |Exception: |!!! Note: )/;

const WORDS =
  /(?:\[\d{1,10}\] )?\bsignal (?:\(\d{1,2}(?:\.-?\d{1,6})?\)|\d{1,2} \(-?\d{1,6}\)): (?:Segmentation fault|Abort|Illegal instruction|Bus error|Floating point)/;

/** Reads Julia's reports of a signal, of Windows' exceptions, and of what the collector found corrupted. */
export const julia = readReports<Tentative>({
  tools: ['julia'],
  literals: [
    'signal (',
    'signal 4',
    'signal 5',
    'signal 6',
    'signal 7',
    'signal 8',
    'signal 1',
    'Exception: EXCEPTION_',
    'Allocations: ',
    'GC error (probable',
    '(unknown line)',
    'unknown function (ip',
    'jl_apply',
    'jl_toplevel',
    'jl_eval',
    'jl_invoke',
    'jl_load',
    'jl_parse',
    'jl_interpret',
    'jl_call',
    'jl_repl',
  ],
  markers: [
    { words: WORDS, opening: WORDS },
    {
      words: /\bsignal \(11(?:\.\d)?\): |^\s*Allocations: \d{1,15} \(Pool: \d{1,15}; Big: \d{1,15}\); GC: \d/,
    },
  ],
  traces: [
    /^\s*[^\s(].{0,2000} \(unknown line\)$/,
    /^\s*unknown function \(ip: 0x[0-9a-f]{4,16}\)/,
    /^\s*(?:i?jl_(?:apply|toplevel|eval|invoke|load|parse|interpret|call|repl)\w{0,40}|_jl_invoke) at \S.{0,400}\.[ch]:\d{1,7}(?: \[inlined\])?$/,
  ],
  begin,
  take,
});

function begin(line: Line, open: Tentative | undefined): Tentative | undefined {
  const { text } = line;
  const signal = SIGNAL.exec(text);
  if (signal) {
    const name = faultName(Number(signal[2] ?? signal[3]));
    // SIGTERM, SIGINT and the request for a dump are somebody's wish.
    if (name === undefined) return undefined;
    const begun = begunAt(line, name, name === 'SIGABRT' ? 'crash/abort' : 'crash/signal', signal[4]!);
    if (signal[1] !== undefined) begun.diagnostic.pid = Number(signal[1]);
    return begun;
  }
  const windows = WINDOWS.exec(text);
  if (windows) {
    const word = windows[1]!;
    const hazard = word === 'EXCEPTION_STACK_OVERFLOW' ? 'resource/exhausted' : 'crash/signal';
    const begun = begunAt(line, word, hazard, word);
    takeFrame(begun, windows[2]!);
    return begun;
  }
  if (!CORRUPTION.test(text) || open !== undefined) return undefined;
  return begunAt(line, 'gc-error', 'crash/heap-corruption', text.trim());
}

const begunAt = (line: Line, name: string, hazard: HazardId, words: string): Tentative => ({
  ...openReport(
    line,
    { tool: 'julia', rule: `julia/${name}`, hazard, message: messageOf(words) },
    { missing: 'the stack of the crash' },
  ),
  isBelieved: true,
});

function take(open: Tentative, { text }: Line): Belongs {
  if (END.test(text)) {
    markComplete(open);
    return 'last';
  }
  if (EXPRESSION.test(text) || REMARK.test(text)) return 'own';
  return takeFrame(open, text) ? 'own' : 'foreign';
}

function takeFrame(open: Tentative, text: string): boolean {
  const frame = juliaFrame(text);
  if (frame === undefined) return false;
  if (open.stack === undefined) openStack(open, 'fault');
  addFrame(open, frame);
  return true;
}

function juliaFrame(text: string): Frame | undefined {
  const unknown = UNKNOWN.exec(text);
  if (unknown) {
    const [, ip = '', module] = unknown;
    return module === undefined || module === '(unknown file)'
      ? { kind: 'opaque', text: ip }
      : { kind: 'module', module };
  }
  const body = text.trim().replace(/ \[inlined\]$/, '');
  const split = body.lastIndexOf(' at ');
  if (split <= 0) return undefined;
  const [fn, place] = [body.slice(0, split), body.slice(split + ' at '.length)];
  if (!place.endsWith(UNKNOWN_LINE)) return sourceFrame(fn, place);
  return { kind: 'module', module: place.slice(0, -UNKNOWN_LINE.length), function: fn };
}
