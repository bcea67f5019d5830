/**
 * The Dart VM's last words. Sources: `runtime/bin/platform_*.cc` (`segv_handler`), `runtime/vm/profiler.cc` (`DumpStackTrace`),
 * `runtime/platform/assert.cc`, 2.0 to 3.9:
 *
 *     ===== CRASH =====
 *     si_signo=Segmentation fault(11), si_code=1, si_addr=0x10
 *     version=3.3.0 (stable) (Tue Feb 13 10:25:19 2024 +0000) on "linux_x64"
 *     pid=4242, thread=4243, isolate_group=main(0x56), isolate=main(0x57)
 *     isolate_instructions=558f06e79680, vm_instructions=558f06e79680
 *       pc 0x000055a48d1b3d71 fp 0x00007fe3d263ee00 shelf_top+0x15
 *     -- End of DumpStackTrace
 *
 *     ../../runtime/vm/kernel_loader.cc: 352: error: Invalid kernel binary
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { faultName, signalHazard } from '../engine/signals.js';

const TITLE = /^\s*===== CRASH =====$/;
const SIGNAL =
  /^\s*si_signo=([^(]{0,60})\((\d{1,2})\), si_code=(?:[A-Z_]{4,20}\()?(-?\d{1,10})\)?, si_addr=(0x[0-9a-fA-F]{1,16}|\(nil\)|[0-9a-fA-F]{8,16})$/;
const WINDOWS =
  /^\s*ExceptionCode=(-?\d{1,12}), ExceptionFlags=\d{1,12}, ExceptionAddress=([0-9a-fA-Fx]{1,18})$/;
/** An assertion of the VM. The blank before the line's number is its own. */
const ASSERTED = /\bruntime[/\\](?:vm|bin|platform|lib)[/\\][\w/\\-]{1,60}\.(?:cc|h): \d{1,6}: error: /;
/** The path before it has no blank. */
const beforeAssertion = (text: string): number => {
  const at = text.search(ASSERTED);
  return at < 0 ? 0 : text.lastIndexOf(' ', at) + 1;
};
const VERSION = /^\s*version=\d[\w.+-]{0,40} \(/;
const IDS = /^\s*pid=(\d{1,10}), thread=(\d{1,12}), isolate/;
const FACT =
  /^\s*(?:os=\w|Dumping native stack trace for thread \d|isolate_instructions=|fp=[0-9a-f]|sp=[0-9a-f])/;
const FRAME = /^\s*pc (0x[0-9a-f]{1,16}) fp 0x[0-9a-f]{1,16} (\S.*)$/;
const END = /^\s*(?:-- End of DumpStackTrace|Stack dump aborted because )/;
const MODULE = /\.(?:so|dylib|dll|exe)(?:\.[\d.]{1,20})?$/;
const STACK_OVERFLOW = 0xc00000fd;

type Open = Tentative & {
  hazard: HazardId;
  /** Lines that said how it died. */
  facts: number;
};

const WORDS =
  /\bsi_signo=[A-Z][^()]{1,60}\(\d{1,2}\), si_code=|\bisolate_instructions=[0-9a-f]{1,16}, vm_instructions=|(?:^|[\s:])pc 0x[0-9a-f]{8,16} fp 0x[0-9a-f]{8,16} /;

/** Reads crashes of the Dart VM, and of native code that it called. */
export const dart = readReports<Open>({
  tools: ['dart'],
  literals: [
    '===== CRASH =====',
    'si_signo=',
    'ExceptionCode=',
    ': error: ',
    'isolate_instructions=',
    ' fp 0x',
    'End of DumpStackTrace',
  ],
  markers: [{ words: WORDS }, { words: ASSERTED, opening: beforeAssertion }],
  traces: [/^-- End of DumpStackTrace$/],
  begin,
  take,
  finish({ diagnostic, hazard }) {
    diagnostic.hazard = hazard;
  },
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const { text } = line;
  if (TITLE.test(text)) return begunAt(line, 'crash', 'crash/other', 'the VM crashed', false);
  // Until 2.1 the version stood first.
  const fresh = open !== undefined && open.facts === 0 ? open : undefined;
  const signal = SIGNAL.exec(text);
  if (signal) {
    const [, words = '', number, , address = ''] = signal;
    const name = faultName(Number(number)) ?? `signal-${number}`;
    const begun = fresh ?? begunAt(line, name, 'crash/signal', words);
    begun.isBelieved = true;
    begun.facts++;
    begun.hazard = signalHazard(name, address);
    Object.assign(begun.diagnostic, { rule: `dart/${name}`, message: words, address });
    return begun;
  }
  const windows = WINDOWS.exec(text);
  if (windows) {
    const code = Number(windows[1]) >>> 0;
    const name = `exception-${code.toString(16)}`;
    const begun = fresh ?? begunAt(line, name, 'crash/signal', name);
    begun.isBelieved = true;
    begun.facts++;
    begun.hazard = code === STACK_OVERFLOW ? 'resource/exhausted' : 'crash/signal';
    Object.assign(begun.diagnostic, { rule: `dart/${name}`, message: name });
    return begun;
  }
  const failed = ASSERTED.exec(text);
  if (failed === null || text.slice(0, failed.index).includes(' ')) return undefined;
  const begun = begunAt(line, 'assertion', 'crash/abort', text.slice(failed.index + failed[0].length), true);
  begun.facts++;
  return begun;
}

const begunAt = (
  line: Line,
  name: string,
  hazard: HazardId,
  words: string,
  isBelieved: boolean = true,
): Open => ({
  ...openReport(
    line,
    { tool: 'dart', rule: `dart/${name}`, hazard, message: messageOf(words) },
    { missing: 'the end of the stack' },
  ),
  hazard,
  facts: 0,
  isBelieved,
});

function take(open: Open, { text }: Line): Belongs {
  const ids = IDS.exec(text);
  const frame = FRAME.exec(text);
  if (END.test(text)) {
    markComplete(open);
    return open.isBelieved === true ? 'last' : 'over';
  }
  if (ids) {
    open.diagnostic.pid = Number(ids[1]);
    open.diagnostic.thread = `thread ${ids[2]}`;
  } else if (frame) {
    if (open.stack === undefined) openStack(open, 'fault');
    addFrame(open, frameOf(frame[1]!, frame[2]!.trim()));
  } else if (VERSION.test(text)) open.isBelieved = true;
  else if (!FACT.test(text)) {
    // A title that no fact follows is a decoration.
    return open.isBelieved === false && text.trim() !== '' ? 'over' : 'foreign';
  }
  return 'own';
}

/** `shelf_top+0x15`, `/src/libshelf.so+0x1149`, `Unknown symbol`. */
function frameOf(pc: string, place: string): Frame {
  if (place === 'Unknown symbol') return { kind: 'opaque', text: pc };
  const offset = /\+(0x[0-9a-f]{1,16})$/.exec(place)?.[1];
  const name = offset === undefined ? place : place.slice(0, -offset.length - 1);
  if (name.startsWith('/') || MODULE.test(name))
    return { kind: 'module', module: name, ...(offset !== undefined && { offset }) };
  return { kind: 'symbol', function: name };
}
