/**
 * The end of a Go process: panics (cgocheck's among them), fatal errors of the runtime, and signals, each followed by
 * the stacks of goroutines.
 *
 *     panic: runtime error: cgo argument has Go pointer to unpinned Go pointer
 *     [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x538fc3]
 *
 *     goroutine 1 [running]:
 *     main.f(0x1)
 *     	/src/main.go:14 +0x44
 *     created by main.g in goroutine 1
 *
 *     SIGSEGV: segmentation violation
 *     PC=0x449e90 m=0 sigcode=0 addr=0x3b15
 *     signal arrived during cgo execution
 *
 * The words alone are no proof: any program may print `panic: …`. They count once a stack follows; until then they are
 * kept, and a log that ends there is incomplete.
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import { addFrame, addStack, draft, reach, whole } from '../engine/draft.js';
import { goFrame, goFunction } from './frame.js';
import { EXCEPTION, goMeaning, isKnown, isLow } from './kinds.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const PANIC = /^(panic|fatal error): (.*)$/;
const SIGNAL = /^(SIG[A-Z]{2,6}): [a-z]/;
/** `[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x463af0]` */
const CAUSE =
  /^\[signal (?:(SIG[A-Z]{2,6})|0x[0-9a-f]{1,16})(?:[: ][^\]]{0,80}?)?(?: addr=(0x[0-9a-f]{1,16}))?(?: pc=0x[0-9a-f]{1,16})?\]$/;
/** Windows: the exception's number, its kind of access and address, and the pc; no header stands before the stack. */
const WINDOWS = /^Exception 0x([0-9a-f]{8}) 0x[0-9a-f]+ (0x[0-9a-f]+) 0x[0-9a-f]+$/;
const PC = /^PC=0x[0-9a-f]+(?:$| m=\S{1,20} sigcode=\S{1,20}(?: addr=(0x[0-9a-f]+))?)/;
/** `goroutine 1 gp=0xc0 m=0 mp=0x57 [running, locked to thread]:` or `runtime stack:` */
const HEADER = /^(?:(goroutine \d{1,19})(?: [a-z]+=\S{1,30})* \[([^\]]{1,200})\]|(runtime stack)):$/;
/** The place of a call, indented by a tab that some collectors of logs drop. */
const PLACE_LINE = /^\s|^\S.{0,4000}:\d{1,9}(?: \+0x[0-9a-f]{1,16}|$)/;
const CREATED = /^created by (.+?)(?: in goroutine \d+)?$/;
const UNAVAILABLE = /^\s*goroutine running on other thread; stack unavailable/;
const FRAME = /^[^\s(].{0,4000}\)$|^non-Go function$/;
/** The runtime cannot walk the stack of a thread that runs C code, and dumps its words. */
const OPAQUE_STACK =
  /^runtime: (?:g \d+: )?(?:unknown pc|unexpected return pc for) |^stack: frame=\{|^(?:0x)?[0-9a-f]{16}: {1,2}\S/;
const HARMLESS =
  /^(?:signal arrived during|\.\.\.|\[originating from|goroutine running on|-----$|r\w+ +0x|[cefg]\w+ +0x)/;
/** Unrelated lines between the words and their stacks: values of several lines, notes of the runtime. */
const MAX_FOREIGN_LINES = 200;

const functionOf = (f: Frame): string => (f.kind === 'opaque' ? '' : (f.function ?? ''));

/** True when a panic unwinds towards C frames: a Go function that C called stands on the faulting stack. */
const crossesC = (s: Diagnostic, hasCreator: boolean): boolean => {
  const fault = s.stacks.find((k) => k.role === 'fault');
  const names = fault?.frames.map(functionOf) ?? [];
  if (names.some((n) => /^_cgoexp_|^runtime\.cgocallback/.test(n))) return true;
  // GOTRACEBACK=single hides the runtime's frames: a Go function above the stub of a C function was called by C, …
  const own = names.findIndex(
    (n) => n !== 'panic' && !/^(?:runtime|_cgo)/.test(n) && !n.includes('._Cfunc_'),
  );
  const stub = names.findIndex((n) => n.includes('._Cfunc_'));
  if (own >= 0 && stub > own) return true;
  // … and a goroutine that nobody created and that did not begin in main began on a thread of C.
  const begun = hasCreator || names.some((n) => n === 'main.main' || n === 'runtime.goexit');
  return !begun && names.length > 0 && / locked to thread\]:$/.test(fault?.title ?? '');
};

type Words = {
  how: 'panic' | 'fatal' | 'signal';
  words: string;
  signal?: string;
  address?: string;
  line: Line;
};

/** `SIGSEGV: …` at the beginning of a line or behind a blank, the two commonest anywhere. */
const SIGNAL_LITERALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  .flatMap((l) => [`\nSIG${l}`, ` SIG${l}`])
  .concat('SIGSEGV: ', 'SIGABRT: ');

/** Reads panics, fatal errors and signals of the Go runtime, with every goroutine of the dump. */
export const goCrash: LineReader = {
  kind: 'lines',
  tools: ['go', 'cgocheck'],
  literals: [
    'panic: ',
    'fatal error: ',
    'goroutine ',
    'Exception 0x',
    'Go pointer',
    'has Go ',
    'is Go ',
    ' unpinned Go ',
    ...SIGNAL_LITERALS,
  ],
  markers: [
    // behind the words of who ran it
    { words: /\bfatal error: unexpected signal during runtime execution$/ },
    { words: /\bcgo (?:argument|result) (?:has|is)(?: unpinned)? Go [a-z]/ },
    { words: /\bargument of cgo function(?: \S{1,400})? has Go [a-z]/ },
    { words: /\bresult of Go function(?: \S{1,400})? called from cgo (?:has|is)(?: unpinned)? Go [a-z]/ },
  ],
  make,
};

function make(emit: Emit): LineSession {
  let words: Words | undefined;
  let open: Diagnostic | undefined;
  let stack: Stack | undefined;
  let fn: string | undefined;
  /** In the `created by` part of a goroutine: its place line belongs to no call. */
  let creator = false;
  /** The faulting goroutine says who created it. */
  let hasCreator = false;
  /** A stack of which the runtime could name no frame. */
  let opaque: Stack | undefined;

  const flush = (): void => {
    if (fn !== undefined && stack && !creator) addFrame(stack, { kind: 'symbol', function: fn });
    fn = undefined;
    creator = false;
  };
  const close = (): void => {
    flush();
    if (open) {
      if (open.rule === 'go/nil-dereference' && open.address !== undefined && !isLow(open.address))
        open.hazard = 'crash/signal';
      if (open.rule === 'go/panic' && crossesC(open, hasCreator)) open.hazard = 'unwind/panic';
      emit(open);
    }
    open = stack = words = opaque = undefined;
    hasCreator = false;
  };
  const begin = (w: Words, line: Line): Diagnostic => {
    const meaning = goMeaning(w.how, w.words, w.signal, w.address);
    const message =
      w.how === 'signal' ? w.words : `${w.how === 'panic' ? 'panic' : 'fatal error'}: ${w.words}`;
    const facts = { ...meaning, message, ...(w.address ? { address: w.address } : {}) };
    const s = draft(w.line, facts, 'a goroutine stack');
    reach(s, line);
    return s;
  };

  const header = (m: RegExpExecArray, line: Line): 'consumed' | 'ignored' => {
    if (!open && words) open = begin(words, line);
    words = undefined;
    if (!open) return 'ignored';
    flush();
    reach(open, line);
    // The goroutine that called C says more than the thread that ran it.
    if (opaque?.frames.length === 0) open.stacks = open.stacks.filter((s) => s !== opaque);
    opaque = undefined;
    const running = m[3] === undefined;
    const fault = running && !open.stacks.some((s) => s.role === 'fault');
    const thread = m[1] ?? 'runtime';
    stack = addStack(open, {
      role: fault ? 'fault' : running ? 'goroutine' : 'related',
      thread,
      title: line.text.trim(),
      frames: [],
    });
    if (fault) open.thread = thread;
    return 'consumed';
  };

  /** Lines of an open dump. */
  const inside = (s: Diagnostic, text: string, line: Line): 'consumed' | 'ignored' => {
    const take = (): 'consumed' => {
      reach(s, line);
      return 'consumed';
    };
    if (text === '') {
      flush();
      stack = undefined;
      return 'consumed';
    }
    if (fn !== undefined && PLACE_LINE.test(text)) {
      if (stack && !creator) {
        addFrame(stack, goFrame(fn, text.trim()));
        if (stack.role === 'fault') whole(s);
      }
      fn = undefined;
      creator = false;
      return take();
    }
    if (stack?.role === 'fault' && UNAVAILABLE.test(text)) {
      whole(s);
      return take();
    }
    if (stack && OPAQUE_STACK.test(text)) {
      if (stack.role === 'fault') whole(s);
      opaque = stack;
      return take();
    }
    const created = CREATED.exec(text);
    if (created) {
      flush();
      fn = created[1];
      creator = true;
      if (stack?.role === 'fault') hasCreator = true;
      return take();
    }
    if (FRAME.test(text) && stack) {
      flush();
      fn = goFunction(text);
      return take();
    }
    const cause = CAUSE.exec(text);
    if (cause?.[2] && s.address === undefined) s.address = cause[2];
    if (cause || /^\tpanic: /.test(text) || HARMLESS.test(text) || PC.test(text) || SIGNAL.test(text)) {
      flush();
      return take();
    }
    if (/^exit status \d+$/.test(text)) {
      take();
      close();
      return 'consumed';
    }
    return 'ignored';
  };

  const before = (w: Words, text: string, line: Line): 'consumed' | 'ignored' => {
    const cause = CAUSE.exec(text);
    if (cause) {
      if (cause[1]) w.signal = cause[1];
      if (cause[2]) w.address = cause[2];
      return 'consumed';
    }
    const pc = PC.exec(text);
    if (pc) {
      if (pc[1]) w.address = pc[1];
      return 'consumed';
    }
    if (w.signal?.startsWith(EXCEPTION) && FRAME.test(text)) {
      const s = begin(w, line);
      words = undefined;
      open = s;
      stack = addStack(s, { role: 'fault', frames: [] });
      return inside(s, text, line);
    }
    // `panic: a [recovered]` and its `\tpanic: b`
    if (/^\tpanic: /.test(text) || HARMLESS.test(text)) return 'consumed';
    if (/^exit status \d+$/.test(text)) {
      // GOTRACEBACK=none: no stack will come.
      open = begin(w, line);
      whole(open);
      close();
      return 'consumed';
    }
    if (line.no - w.line.no > MAX_FOREIGN_LINES) words = undefined;
    return 'ignored';
  };

  return {
    line(line) {
      const text = line.text.trimEnd();
      const head = HEADER.exec(text);
      if (head) return header(head, line);
      const panic = PANIC.exec(text);
      if (panic) {
        // "panic while printing" and nested panics of one end follow each other without a stack between.
        if (words && words.how === 'panic' && panic[1] === 'panic') return 'consumed';
        close();
        words = { how: panic[1] === 'panic' ? 'panic' : 'fatal', words: panic[2] ?? '', line };
        // Words that only the runtime says need no stack to be believed; this deadlock never has one.
        if (isKnown(words.words)) {
          open = begin(words, line);
          words = undefined;
          if (open.message.includes('no goroutines (')) whole(open);
        }
        return 'consumed';
      }
      if (/^write of (?:unpinned )?Go pointer 0x/.test(text)) {
        close();
        words = { how: 'fatal', words: text, line };
        return 'consumed';
      }
      if (open) return inside(open, text, line);
      const signal = SIGNAL.exec(text);
      if (signal?.[1]) {
        words = { how: 'signal', words: text, signal: signal[1], line };
        return 'consumed';
      }
      const windows = WINDOWS.exec(text);
      if (windows) {
        words = { how: 'signal', words: text, signal: `${EXCEPTION}${windows[1]}`, line };
        if (windows[2]) words.address = windows[2];
        return 'consumed';
      }
      return words ? before(words, text, line) : 'ignored';
    },
    settle() {
      if (open?.complete) close();
    },
    end() {
      const waiting = words && !open ? words : undefined;
      close();
      if (!waiting) return [];
      return [
        `line ${waiting.line.no}: "${waiting.words.slice(0, 80)}" is not followed by a goroutine stack`,
      ];
    },
  };
}
