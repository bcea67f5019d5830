/**
 * CoreCLR's last words (`eepolicy.cpp`), and managed exceptions that cross native code:
 *
 *     Fatal error. System.AccessViolationException: Attempted to read or write protected memory. …
 *     Process terminated. message
 *     Stack overflow.
 *        at Ns.Type.Method(ArgTypes)
 *
 * `Unhandled exception.` and mono's `Unhandled Exception:` are an ordinary failure, unless the exception itself is about
 * native code (access violation, SEHException) or its stack passes through a native-to-managed callback.
 */
import type { Frame, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

type Open = {
  first: Line;
  last: Line;
  message: string;
  unhandled: boolean;
  frames: Frame[];
  native: boolean;
};

const FATAL =
  /^(Fatal error\. .+|Fatal error while logging another fatal error\.|Process terminated\. .*|Process terminated\.?|Stack overflow\.(?: Repeat .*)?)$/;
const UNHANDLED =
  /^(?:Unhandled exception\. |Unhandled Exception:\s*|\[ERROR\] FATAL UNHANDLED EXCEPTION: )(.*)$/s;
/** A managed method called from native code. */
const CALLBACK = /native-to-managed|IL_STUB_ReversePInvoke|UnmanagedCallersOnly/;

/** Exceptions by which the runtime says that a declaration does not fit the native library. */
const INTERFACE =
  /DllNotFoundException|EntryPointNotFoundException|BadImageFormatException|MarshalDirectiveException/;

function hazardOf(message: string, native: boolean): HazardId {
  if (/AccessViolationException|^Fatal error\. 0xC0000005/.test(message)) return 'crash/signal';
  if (/\bgarbage collected delegate\b/.test(message)) return 'lifetime/callback-collected';
  if (message.startsWith('Fatal error. Internal CLR error')) return 'crash/heap-corruption';
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
  /^Fatal error\. (?:System\.|Internal CLR error|Invalid Program|0x)|^Fatal error while logging/;

/** Characters of a frame that are read. */
const LONGEST = 4096;

/** `   at Ns.Type.Method(Args) in /src/a.cs:line 12`, mono's `  at T.M () [0x00000] in <hash>:0`. */
function frameOf(text: string): Frame | undefined {
  // A narrow console wraps; what is pasted from it may lose its indentation.
  const found = /^\s+at (.+)$/.exec(text) ?? /^at ([A-Za-z_][\w.`+<>]{0,500}\(.*)$/.exec(text);
  if (!found) return undefined;
  const body = (found[1] ?? '').slice(0, LONGEST);
  const name = body.replace(/ in (?:\/|<|[A-Za-z]:).*$/s, '').replace(/ \[0x[0-9a-f]+\]$/, '');
  const place = /^ in ([^<].*):(?:line )?(\d{1,9})\s*$/s.exec(
    body.slice(Math.max(0, body.lastIndexOf(' in '))),
  );
  const line = Number(place?.[2]);
  return place && line > 0
    ? { kind: 'source', function: name, file: place[1] ?? '', line }
    : { kind: 'symbol', function: name };
}

/** Makes the reader of CoreCLR's fatal errors and of exceptions that cross native code. */
export const dotnet: LineReader = {
  kind: 'lines',
  tools: ['dotnet'],
  literals: [
    'Fatal error. ',
    'Fatal error while',
    'FailFast:',
    'Process terminated',
    'Stack overflow.',
    'nhandled exception',
    'nhandled Exception',
    'UNHANDLED EXCEPTION',
  ],
  markers: [],
  make,
};

function make(emit: Emit): LineSession {
  let open: Open | undefined;

  const close = (): void => {
    if (!open) return;
    const { first, last, message, frames, native, unhandled } = open;
    open = undefined;
    if (!unhandled && frames.length === 0 && !CERTAIN.test(message)) return;
    const hazard = hazardOf(message, native);
    const stacks: Stack[] = frames.length > 0 ? [{ role: 'managed', frames }] : [];
    const name =
      /\b([A-Za-z]+Exception)\b/.exec(message)?.[1] ?? /^[A-Z][a-z]+ [a-z]+/.exec(message)?.[0] ?? 'fatal';
    emit({
      tool: 'dotnet',
      rule: `dotnet/${name.replace(/ /g, '-').toLowerCase()}`,
      hazard,
      message: `${unhandled ? 'unhandled ' : ''}${message}`.trim().slice(0, 300),
      stacks,
      ...(unhandled && (hazard === 'abi/other' || hazard === 'crash/abort') && { ordinary: true as const }),
      complete: true,
      log: { line: first.no, endLine: last.no, offset: first.offset },
    });
  };

  return {
    line(line) {
      const text = line.text;
      const fatal = FATAL.exec(text)?.[1];
      const unhandled = UNHANDLED.exec(text);
      if (fatal !== undefined || unhandled) {
        if (open?.unhandled && unhandled) {
          // mono says it twice; the second time with the whole message
          open = { ...open, last: line, message: unhandled[1] || open.message, frames: [] };
          return 'consumed';
        }
        close();
        const message = fatal ?? unhandled?.[1] ?? '';
        open = {
          first: line,
          last: line,
          message,
          unhandled: fatal === undefined,
          frames: [],
          native: false,
        };
        return 'consumed';
      }
      if (!open) return 'ignored';
      const frame = frameOf(text);
      if (frame) {
        open.frames.push(frame);
        if (CALLBACK.test(text)) open.native = true;
      } else if (open.message === '' && text.trim() !== '') open.message = text.trim();
      else if (/^\s*(?: ---> |---|at:|Repeat |-{10,})/.test(text) || /^\s+---/.test(text)) open.last = line;
      else {
        if (open.frames.length > 0) close();
        return 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    end() {
      const words =
        open && !open.unhandled && open.frames.length === 0 && !CERTAIN.test(open.message) ? open : undefined;
      close();
      return words
        ? [`line ${words.first.no}: "${words.message.slice(0, 80)}" is not followed by a managed stack`]
        : [];
    },
  };
}
