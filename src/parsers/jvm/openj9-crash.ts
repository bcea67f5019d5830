/**
 * OpenJ9's crash report (`vm/gphandle.c`), which is printed to stderr and has no end mark:
 *
 *     Unhandled exception
 *     Type=Segmentation error vmState=0x00040000
 *     J9Generic_Signal_Number=00000018 Signal_Number=0000000b Error_Value=00000000 Signal_Code=00000001
 *     Handler1=… Handler2=… InaccessibleAddress=0000000000000018
 *     ----------- Stack Backtrace -----------
 *     Java_com_x_Main_run+0x51 (0x00007F9F0C3B66F1 [libx.so+0x6f1])
 *     ---------------------------------------
 */
import type { Diagnostic, Frame } from '../../model/diagnostic.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

const TYPE = /^Type=(.{1,80}) vmState=0x[0-9a-fA-F]+$/;
const SIGNAL = /\bSignal_Number=([0-9a-f]{8})\b/;
const WINDOWS = /^Windows_ExceptionCode=([0-9a-f]{8})\b/;
const ADDRESS = /\bInaccessible(?:Read|Write)?Address=([0-9A-F]{8,16})\b/;
const STACK = /^-{5,} Stack Backtrace -{5,}$/;
const RULE = /^-{20,}$/;
/** `(0x00007F9F0C3B66F1 [libx.so+0x6f1])` at the end of a frame, the module absent where none is known. */
const WHERE = /^\((0x[0-9a-fA-F]+)(?: \[([^\]]+)\])?\)$/;
const OFFSET = /\+(0x[0-9a-fA-F]+)$/;
/** Registers, the machine, and the memory map: `RDI=…`, `xmm0 …`, `Module=…`, `Target=…`. */
const FACTS = /^(?:[A-Za-z_]\w*=|(?:xmm|fpr|gpr)\d+ )/i;
/** Addresses below this belong to the page that is never mapped. */
const ZERO_PAGE = 4096;

const SIGNALS: Readonly<Record<string, string>> = {
  '00000004': 'SIGILL',
  '00000006': 'SIGABRT',
  '00000007': 'SIGBUS',
  '00000008': 'SIGFPE',
  // macOS; nobody dies of Linux' SIGUSR1 this way
  '0000000a': 'SIGBUS',
  '0000000b': 'SIGSEGV',
};

/** `name+0x51 (0x00007F9F0C3B66F1 [libx.so+0x6f1])`, the name absent where none is known. */
function frameOf(text: string): Frame | undefined {
  const at = text.lastIndexOf('(0x');
  const found = at === -1 ? null : WHERE.exec(text.slice(at));
  if (!found) return undefined;
  const [, pc = '', place] = found;
  const name = text.slice(0, at).trimEnd().replace(OFFSET, '');
  if (place === undefined)
    return name === '' ? { kind: 'opaque', text: pc } : { kind: 'symbol', function: name };
  const offset = OFFSET.exec(place)?.[1];
  const module = place.replace(OFFSET, '');
  return { kind: 'module', module, ...(offset && { offset }), ...(name && { function: name }) };
}

const TYPE_WORDS = /\bType=[A-Z][a-z]{1,20} (?:error|exception) vmState=0x/;

/** Reads the report of a fault outside Java code. */
export const openj9Crash: LineReader = {
  kind: 'lines',
  tools: ['openj9'],
  literals: [' vmState=', 'J9Generic_Signal', ' Stack Backtrace -', ' (0x0000'],
  markers: [begins(TYPE_WORDS)],
  traces: [
    /^J9Generic_Signal_Number=/,
    /^-{5,} Stack Backtrace -{5,}$/,
    /^\S{1,400}\+0x[0-9a-f]{1,8} \(0x[0-9A-F]{16} \[[^[\]]{1,400}\+0x[0-9a-f]{1,12}\]\)$/,
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  return {
    line(line) {
      const type = TYPE.exec(line.text)?.[1];
      if (type !== undefined) {
        close();
        open = begin(line, type);
        return 'consumed';
      }
      if (!open || !takeLine(open, line.text)) return 'ignored';
      extend(open, line);
      if (RULE.test(line.text)) close();
      return 'consumed';
    },
    settle() {
      if (open?.diagnostic.complete) close();
    },
    end() {
      close();
      return [];
    },
  };
}

const begin = (line: Line, type: string): OpenReport =>
  openReport(
    line,
    { tool: 'openj9', rule: 'openj9/crash', hazard: 'crash/signal', message: messageOf(type) },
    { missing: 'the stack of the crash', keepsEmptyStacks: true },
  );

/** One line of an open report; false when it is none of its. */
function takeLine(open: OpenReport, text: string): boolean {
  const frame = open.stack && frameOf(text);
  if (STACK.test(text)) openStack(open, 'fault');
  else if (frame || RULE.test(text)) {
    if (frame) addFrame(open, frame);
    markComplete(open);
  } else if (FACTS.test(text)) takeFacts(open.diagnostic, text);
  else return false;
  return true;
}

/** The signal and the address, among registers. */
function takeFacts(s: Diagnostic, text: string): void {
  const signal = SIGNALS[SIGNAL.exec(text)?.[1] ?? ''];
  const exception = WINDOWS.exec(text)?.[1];
  const address = ADDRESS.exec(text)?.[1];
  if (signal) s.rule = `openj9/${signal}`;
  if (exception) s.rule = `openj9/exception-${exception}`;
  if (signal === 'SIGABRT') s.hazard = 'crash/abort';
  if (address === undefined) return;
  s.address = `0x${address.toLowerCase()}`;
  if (s.message.includes('Segmentation') && Number.parseInt(address, 16) < ZERO_PAGE)
    s.hazard = 'null/dereference';
}
