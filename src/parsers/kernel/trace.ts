/**
 * Stacks as Linux prints them in `dmesg` (`arch/x86/kernel/dumpstack.c`, `kernel/stacktrace.c`), and as syzbot's decoder adds
 * places to them:
 *
 *     Call Trace:
 *      <TASK>
 *      shelf_top+0x18/0x40 [shelf]
 *      ? shelf_guess+0x3/0x9
 *      [<ffffffff81334ea8>] shelf_old+0x58/0x60
 *      shelf_put drivers/shelf.c:12 [inline]
 *      shelf_drop (drivers/shelf.h:3 drivers/shelf.c:40) shelf
 */
import type { Frame } from '../../model/diagnostic.js';

/** Begins the stack of the code that is at fault. */
export const CALL_TRACE = /^\s*Call [Tt]race:/;
export const RULER = /^\s*={20,}$/;

const INLINED = / \[inline\]$/;
/** `scripts/decode_stacktrace.sh` lists inlined code first. */
const DECODED = / \((?:[^()]{1,300} )?([\w./+-]{1,150}\.[a-zA-Z]{1,4}):(\d{1,7})\)(?: ([\w-]{1,60}))?$/;
const PLACE = / ([\w./+-]{1,150}\.[a-zA-Z]{1,4}):(\d{1,7})$/;
const MODULE = / \[([\w-]{1,60})(?: [0-9a-f]{8,64})?\]$/;
const FRAME = /^\s*(?:\[<[0-9a-f]{4,16}>\] )?(\? )?\(?([\w.$]+)\)?(\+0x[0-9a-f]{1,8}\/0x[0-9a-f]{1,8})?$/;
/** Marks of the stack that the frames below were on. */
const MARK = /^\s*<\/?(?:TASK|IRQ|NMI|SOFTIRQ|EOE|#\w{2}|ENTRY_TRAMPOLINE)>/;

/** Frames of the checkers themselves, which stand on top of every stack that they print. */
const CHECKER =
  /^(?:__dump_stack|dump_(?:stack|backtrace)\w*|show_stack\w*|print_(?:address_description|report)\w*|k(?:asan|csan|msan|fence)_\w*|__k(?:asan|csan|msan|fence)_\w*|__(?:asan|tsan|msan)_\w+|check_(?:memory_region|region_inline|heap_object)\w*|__ubsan_\w+|ubsan_\w+|handle_overflow|stack_trace_(?:save|print)|save_stack(?:_trace)?|set_track\w*|unpoison_slab_object|poison_slab_object|addr_has_metadata|instrument_\w+|report_(?:access|bug))$/;

/** `own` is no frame, but belongs to a stack; `?` marks what only happened to lie there. */
export type TraceLine = Frame | 'own' | undefined;

/** A line of a stack; undefined when it is none. */
export function traceLine(text: string): TraceLine {
  if (MARK.test(text)) return 'own';
  const whole = text.trimEnd().replace(INLINED, '');
  const decoded = DECODED.exec(whole);
  const [place, file, line] = decoded ?? PLACE.exec(whole) ?? [];
  const placed = whole.slice(0, whole.length - (place?.length ?? 0));
  const [tail, module = decoded?.[3]] = MODULE.exec(placed) ?? [];
  const [, isGuess, fn, range] = FRAME.exec(placed.slice(0, placed.length - (tail?.length ?? 0))) ?? [];
  // A word alone is no frame.
  if (fn === undefined || (range === undefined && file === undefined)) return undefined;
  if (isGuess !== undefined) return 'own';
  if (file !== undefined)
    return {
      kind: 'source',
      function: fn,
      file,
      line: Number(line),
      ...(module !== undefined && { module }),
    };
  return module === undefined ? { kind: 'symbol', function: fn } : { kind: 'module', module, function: fn };
}

/** What the compiler adds to a name. */
const SUFFIX = /\.(?:constprop|isra|part|cold)\b/;
function nameOf(f: Frame): string {
  const name = f.kind === 'opaque' ? '' : (f.function ?? '');
  const at = name.search(SUFFIX);
  return at < 0 ? name : name.slice(0, at);
}

/** Drops the checker's frames from the top of a stack, unless there are no others. */
export function dropChecker(frames: Frame[]): void {
  const own = frames.findIndex((f) => !CHECKER.test(nameOf(f)));
  if (own > 0) frames.splice(0, own);
}
