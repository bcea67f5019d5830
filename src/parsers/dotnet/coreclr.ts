/**
 * CoreCLR's last words (`eepolicy.cpp`), and managed exceptions that cross native code:
 *
 *     Fatal error. System.AccessViolationException: Attempted to read or write protected memory. …
 *     Process terminated. message
 *     Fatal error.                                   (.NET 5 and later: the message, and before it where it
 *     Internal CLR error. (0x80131506)                is known who failed, stand on lines of their own)
 *     Stack overflow.
 *        at Ns.Type.Method(ArgTypes)
 *
 * Windows' log of events holds the same words otherwise (`eventreporter.cpp`):
 *
 *     Description: The process was terminated due to an unhandled exception.
 *     Exception Info: System.AccessViolationException: Attempted to read or write protected memory. …
 *        at Ns.Type.Method(ArgTypes)
 *     Description: The process was terminated due to an internal error in the .NET Runtime at IP 0x… (0x…) with exit code 0x80131506.
 *
 * `Unhandled exception.` and mono's `Unhandled Exception:` are an ordinary failure, unless the exception itself is about
 * native code (access violation, SEHException) or its stack passes through a native-to-managed callback.
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  addFrameTo,
  closeReport,
  extend,
  frameCount,
  openReport,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

type Open = OpenReport & {
  words: string;
  /** An exception that nobody caught, not an error of the runtime. */
  isUnhandled: boolean;
  /** Lines of the message that may still come. */
  linesLeft: number;
  /** Its stack passes from native code to managed. */
  crossesNative: boolean;
};

const FATAL =
  /^(Fatal error\.(?: .+)?|Fatal error while logging another fatal error\.|Process terminated\. .*|Process terminated\.?|Stack overflow\.(?: Repeat(?:ed)? .*)?)$/;
const UNHANDLED =
  /^(?:Unhandled exception\. |Unhandled Exception:\s*|\[ERROR\] FATAL UNHANDLED EXCEPTION: |Exception Info: (?=System\.[\w.]{1,100}Exception))(.*)$/s;
/** In Windows' log of events. */
const EVENT =
  /^(?:Description: )?The (?:process was terminated due to (?:an internal error in the \.NET Runtime (at IP \S{1,24} \(\S{1,24}\) with exit code (?:0x)?[0-9a-fA-F]{8}\b).*|(a )?stack overflow\.)|(application requested process termination through System\.Environment\.FailFast).*)$/;
/** Exceptions that mean a fault of native code, whoever caught them. They count where a stack follows. */
const NATIVE =
  /^(?:System\.AccessViolationException(?:$| ?: Attempted to read or write protected memory)|System\.Runtime\.InteropServices\.SEHException(?: \(0x[0-9A-F]{8}\))? ?: External component has thrown)/;
/** What Visual Studio, test runners and the log of events put between the words and the stack. */
const CAPTION = /^\s*(?:HResult=0x|Message[=:]|Source=|Stack ?Trace:$|Stack:$)/;
/** A managed method called from native code. */
const CALLBACK = /native-to-managed|IL_STUB_ReversePInvoke|UnmanagedCallersOnly/;

/** Exceptions by which the runtime says that a declaration does not fit the native library. */
const INTERFACE =
  /DllNotFoundException|EntryPointNotFoundException|BadImageFormatException|MarshalDirectiveException/;

function hazardOf(message: string, native: boolean): HazardId {
  if (/AccessViolationException|^Fatal error\. 0xC0000005|\bexit code (?:0x)?c0000005/i.test(message))
    return 'crash/signal';
  if (/\bgarbage collected delegate\b/.test(message)) return 'lifetime/callback-collected';
  if (/^Fatal error\. Internal (?:CLR )?error/.test(message)) return 'crash/heap-corruption';
  if (/UnmanagedCallersOnly/.test(message)) return 'abi/calling-convention';
  if (/SEHException/.test(message)) return 'unwind/foreign-exception';
  if (/^Stack overflow|StackOverflowException|OutOfMemoryException/.test(message))
    return 'resource/exhausted';
  if (message.startsWith('Process terminated')) return 'crash/abort';
  if (message.startsWith('Fatal error')) return 'crash/other';
  if (native) return 'unwind/foreign-exception';
  return INTERFACE.test(message) ? 'abi/other' : 'crash/abort';
}

/** Words that the runtime alone says; any program may end with the others, which count once a stack follows. */
const CERTAIN =
  /^Fatal error\. (?:System\.|Internal (?:CLR )?error|Invalid Program|0x)|^Fatal error while logging|^Stack overflow\. \(event\)/;

/** Characters that are kept of a message. */
const MAX_MESSAGE_CHARS = 300;
/** Lines between the headline and the stack: who failed, and the message, which a console may wrap. */
const MAX_MESSAGE_LINES = 4;
/** Lines inside a stack that are no frames. */
const BETWEEN_FRAMES = /^\s*(?: ---> |---|at:|Repeat(?:ed)? \d|-{10,})|^\s+---/;

/** A logger may put the message and all frames on one line. */
const partsOf = (text: string): string[] => text.split(/ (?=at [A-Za-z_][\w.`+<>]{1,300} ?\()/);

/** `   at Ns.Type.Method(Args) in /src/a.cs:line 12`, mono's `  at T.M () [0x00000] in <hash>:0`. */
function frameOf(text: string): Frame | undefined {
  // A narrow console wraps; what is pasted from it may lose its indentation.
  const found = /^\s+at (.+)$/.exec(text) ?? /^at ([A-Za-z_][\w.`+<>]{0,500} ?\(.*)$/.exec(text);
  if (!found) return undefined;
  const body = found[1] ?? '';
  const name = body.replace(/ in (?:\/|<|[A-Za-z]:).*$/s, '').replace(/ \[0x[0-9a-f]+\]$/, '');
  const place = /^ in ([^<].*):(?:line )?(\d{1,9})\s*$/s.exec(
    body.slice(Math.max(0, body.lastIndexOf(' in '))),
  );
  const line = Number(place?.[2]);
  return place && line > 0
    ? { kind: 'source', function: name, file: place[1] ?? '', line }
    : { kind: 'symbol', function: name };
}

/** Reads CoreCLR's fatal errors, and exceptions that cross native code. */
export const dotnet: LineReader = {
  kind: 'lines',
  tools: ['dotnet'],
  literals: [
    'Fatal error.',
    'Fatal error while',
    'FailFast:',
    'Message=Attempted to',
    'Process terminated',
    'Stack overflow.',
    'nhandled exception',
    'nhandled Exception',
    'UNHANDLED EXCEPTION',
    'AccessViolationException',
    'SEHException',
    'Exception Info: ',
    'process was terminated due',
    'Environment.FailFast',
    'requested process term',
    'Internal CLR error',
    'Invalid Program: ',
    'A callback was made on',
    'Repeat',
    '[createdump]',
  ],
  markers: [
    begins(/\bFatal error\. (?:System\.|Internal CLR error|Invalid Program|0x)/),
    begins(/\bFatal error while logging another fatal error\./),
    begins(/\bUnhandled [Ee]xception[.:] [A-Z]\w{0,60}(?:\.\w{1,60}){1,8}(?: \(0x[0-9A-F]+\))?: /),
    begins(/\bProcess terminated\. [A-Z]/),
    begins(/\bException Info: System\.[\w.]{1,100}Exception\b/),
    begins(/(?<![\w.])System\.AccessViolationException ?: Attempted to read or write protected memory/),
    begins(/\[ERROR\] FATAL UNHANDLED EXCEPTION: /),
  ],
  traces: [
    // behind other output
    /\S {0,4}(?:(?:Fatal error|Process terminated)\.|Unhandled Exception:)$/,
    // its message, and the words before it, are in the user's language
    /(?:^\s{0,8}|[:：] {0,2})System\.AccessViolationException:/,
    // Visual Studio's window
    /^(?:An )?[Uu]nhandled exception of type '(?:System\.)?(?:AccessViolation|Runtime\.InteropServices\.SEH)Exception'/,
    /^(?:System\.AccessViolationException\b|Internal CLR error\. \(0x|Invalid Program: attempted)/,
    /^A callback was made on a garbage collected delegate of type /,
    /^\s*Message=Attempted to read or write protected memory\./,
    /^Repeat(?:ed)? \d{1,9} times:$/,
    /^\[createdump\] /,
    // broken before the words that say what it was
    /^(?:Description: )?The (?:process was terminated due to an internal|application requested process termination through System)/,
  ],
  make,
};

type State = { emit: Emit; open: Open | undefined };

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined };
  return {
    line(line) {
      const fatal = FATAL.exec(line.text)?.[1];
      const unhandled = fatal === undefined ? UNHANDLED.exec(line.text)?.[1] : undefined;
      const words = fatal ?? unhandled ?? eventOf(line.text);
      if (words !== undefined) {
        begin(s, line, words, unhandled !== undefined);
        return 'consumed';
      }
      const { open } = s;
      if (NATIVE.test(line.text) && (!open || frameCount(open) > 0)) {
        begin(s, line, line.text, false);
        return 'consumed';
      }
      if (!open) return 'ignored';
      if (!takeLine(open, line.text)) {
        if (frameCount(open) > 0) close(s);
        return 'ignored';
      }
      extend(open, line);
      return 'consumed';
    },
    end() {
      const { open } = s;
      close(s);
      return open && !isBelieved(open)
        ? [
            `line ${open.diagnostic.log.line}: "${open.words.slice(0, 80)}" is not followed by a managed stack`,
          ]
        : [];
    },
  };
}

function begin(s: State, line: Line, words: string, isUnhandled: boolean): void {
  const { open } = s;
  if (open?.isUnhandled && UNHANDLED.test(line.text)) {
    // mono prints it twice; the second time with the full message
    if (words !== '') open.words = words;
    open.diagnostic.stacks = [];
    extend(open, line);
    return;
  }
  close(s);
  const facts = { tool: 'dotnet', rule: 'dotnet/fatal', hazard: 'crash/other' } as const;
  const [message = '', ...frames] = partsOf(words);
  s.open = {
    ...openReport(line, { ...facts, message }),
    words: message.trimEnd(),
    isUnhandled,
    linesLeft: /^(?:Fatal error|Process terminated)\.?$/.test(words) ? MAX_MESSAGE_LINES : 0,
    crossesNative: false,
  };
  for (const frame of frames) takeLine(s.open, frame);
}

/** The words that Windows' log of events has in place of those on the console. */
function eventOf(text: string): string | undefined {
  const event = EVENT.exec(text);
  if (!event) return undefined;
  if (event[1] !== undefined) return `Fatal error. Internal error in the runtime ${event[1]}`;
  return event[3] === undefined ? 'Stack overflow. (event)' : 'Process terminated.';
}

/** A line below the words: a frame, or the message where it stands on a line of its own. */
function takeLine(open: Open, text: string): boolean {
  const [first = '', ...others] = partsOf(text.trimStart());
  const frame = frameOf(others.length === 0 ? text : first);
  if (frame) {
    addFrameTo(open, 'managed', frame);
    if (CALLBACK.test(text)) open.crossesNative = true;
    for (const other of others) takeLine(open, other);
  } else if (frameCount(open) === 0 && CAPTION.test(text)) return true;
  else if (frameCount(open) === 0 && NATIVE.test(text.replace(/^\s*---> /, '')) && open.words !== '')
    // What it was wrapped in says less.
    open.words += ` ${text.trim()}`;
  else if (open.words === '' && text.trim() !== '') open.words = text.trim();
  else if (open.linesLeft > 0 && frameCount(open) === 0 && text.trim() !== '' && !BETWEEN_FRAMES.test(text)) {
    open.linesLeft--;
    open.words += `${open.words.endsWith('.') ? '' : '.'} ${text.trim()}`.replace(/^\. (?=[a-z(])/, ' ');
  } else return BETWEEN_FRAMES.test(text);
  return true;
}

/** Words that any program may print count once a stack follows. */
const isBelieved = (open: Open): boolean =>
  open.isUnhandled || frameCount(open) > 0 || CERTAIN.test(open.words);

/** Rule and hazard follow from the words and the stack. */
function close(s: State): void {
  const { open } = s;
  s.open = undefined;
  if (!open || !isBelieved(open)) return;
  const { diagnostic, words, isUnhandled } = open;
  const hazard = hazardOf(words, open.crossesNative);
  const name =
    /\b([A-Za-z]+Exception)\b/.exec(words)?.[1] ?? /^[A-Z][a-z]+ [a-z]+/.exec(words)?.[0] ?? 'fatal';
  diagnostic.rule = `dotnet/${name.replace(/ /g, '-').toLowerCase()}`;
  diagnostic.hazard = hazard;
  diagnostic.message = `${isUnhandled ? 'unhandled ' : ''}${words}`.trim().slice(0, MAX_MESSAGE_CHARS);
  if (isUnhandled && (hazard === 'abi/other' || hazard === 'crash/abort')) diagnostic.ordinary = true;
  closeReport(open, s.emit);
}
