/**
 * What Valgrind's errors mean, shared by its XML and its text output. Kinds are the `<kind>` values of memcheck,
 * helgrind and drd (Valgrind manual, `docs/internals/xml-output-protocol*.txt`); the text output prints only headlines,
 * which headlines.ts maps back to those kinds.
 */
import { lookUp } from '../../model/look-up.js';
import type { HazardId } from '../../model/hazard.js';
import { MAX_HEADLINE_CHARS } from './headlines.js';
import type { Access, Frame, Diagnostic, Stack, StackRole, Tool } from '../../model/diagnostic.js';

/** One `<what>`-like line of an error followed by the stack it introduces, which may be empty. */
export type Part = { title?: string; thread?: string; locks?: string[]; frames: Frame[] };

/** One error in either format, before anything is judged. `parts[0]` is the headline with the main stack. */
export type Report = {
  /** Name of the Valgrind tool as printed, lower case: `memcheck`. */
  tool: string;
  kind: string;
  what: string;
  parts: Part[];
  bytes?: number;
  blocks?: number;
  pid?: number;
  thread?: string;
  complete: boolean;
  log: Diagnostic['log'];
};

/** Addresses below this belong to the page that is never mapped. */
const ZERO_PAGE = 4096;

/** Kind → hazard where the kind alone decides. `Leak_*` and accesses to memory are judged in `hazardOf`. */
const BY_KIND: Readonly<Record<string, HazardId>> = {
  UninitValue: 'init/uninitialised-read',
  UninitCondition: 'init/uninitialised-read',
  MismatchedFree: 'ownership/allocator-mismatch',
  MismatchedAllocateDeallocateSize: 'ownership/allocator-mismatch',
  MismatchedAllocateDeallocateAlignment: 'ownership/allocator-mismatch',
  Overlap: 'ub/other',
  InvalidMemPool: 'ownership/other',
  CoreMemError: 'ownership/other',
  FishyValue: 'bounds/length-arithmetic',
  ReallocSizeZero: 'ownership/other',
  InvalidAlignment: 'ownership/other',
  InvalidSize: 'bounds/length-arithmetic',
  InvalidSizeAndAlignment: 'bounds/length-arithmetic',
  FdBadClose: 'resource/handle-leak',
  FdNotClosed: 'resource/handle-leak',
  FdBadUse: 'resource/handle-leak',
  Race: 'threading/data-race',
  ConflictingAccess: 'threading/data-race',
  CondRaceErr: 'threading/data-race',
  LockOrder: 'threading/lock-order',
  UnlockUnlocked: 'threading/lock-misuse',
  UnlockForeign: 'threading/lock-misuse',
  UnlockBogus: 'threading/lock-misuse',
  PthAPIerror: 'threading/lock-misuse',
  Misc: 'threading/lock-misuse',
  Dubious: 'threading/lock-misuse',
  MutexErr: 'threading/lock-misuse',
  CondErr: 'threading/lock-misuse',
  CondDestrErr: 'threading/lock-misuse',
  CondWaitErr: 'threading/lock-misuse',
  SemaphoreErr: 'threading/lock-misuse',
  BarrierErr: 'threading/lock-misuse',
  RwlockErr: 'threading/lock-misuse',
  HoldtimeErr: 'threading/lock-misuse',
  GenericErr: 'threading/other',
  InvalidThreadId: 'threading/other',
  EmulationFatalError: 'tool/unsupported',
  EmulationWarning: 'tool/unsupported',
  UnimpHgClReq: 'tool/unsupported',
  UnimpDrdClReq: 'tool/unsupported',
};

const LEAK: Readonly<Record<string, NonNullable<Diagnostic['leak']>['kind']>> = {
  Leak_DefinitelyLost: 'definite',
  Leak_IndirectlyLost: 'indirect',
  Leak_PossiblyLost: 'possible',
  Leak_StillReachable: 'reachable',
};

/** An access to memory that is not the program's, judged by what Valgrind says about the address. */
function accessHazard(write: boolean, address: string | undefined, notes: string): HazardId {
  if (address && Number.parseInt(address, 16) < ZERO_PAGE) return 'null/dereference';
  if (/block of size [\d,.]{1,15} free'd/.test(notes)) return 'ownership/use-after-free';
  if (/block of size /.test(notes)) return write ? 'bounds/heap-overflow' : 'bounds/heap-overread';
  if (/on thread \S{1,30} {0,2}stack|stack pointer|below sp/.test(notes)) return 'lifetime/stack-escape';
  return 'bounds/other';
}

function hazardOf(
  kind: string,
  tool: string,
  what: string,
  notes: string,
  address: string | undefined,
): HazardId {
  if (Object.hasOwn(LEAK, kind)) return 'ownership/leak';
  if (kind === 'InvalidFree')
    return /block of size [\d,.]{1,15} free'd/.test(notes)
      ? 'ownership/double-free'
      : 'ownership/invalid-free';
  if (kind === 'SyscallParam' || kind === 'ClientCheck')
    return /uninitialised/i.test(what) ? 'init/uninitialised-read' : accessHazard(false, address, notes);
  if (kind === 'InvalidRead' || kind === 'InvalidWrite')
    return accessHazard(kind === 'InvalidWrite', address, notes);
  if (kind === 'InvalidJump') return accessHazard(false, address, '');
  const known = lookUp(BY_KIND, kind);
  if (known) return known;
  return tool === 'helgrind' || tool === 'drd' ? 'threading/other' : 'crash/other';
}

/** What the line above a stack says about that stack. The first match wins. */
const ROLES: readonly [RegExp, StackRole][] = [
  [/conflicts with|^Conflicting wait|^Other segment/, 'other-access'],
  [/value was created by/, 'origin'],
  [/^Thread \S+ was created|^announced/, 'thread-created'],
  [/first observed|acquisition of lock|^Acquired at|^Lock at 0x/, 'lock-acquired'],
  [/block of size [\d,.]{1,15} free'd|recently freed|^Previously closed/, 'freed'],
  [/alloc'd|client-defined|^Originally opened/, 'allocated'],
];

function roleOf(title: string): StackRole {
  for (const [shape, role] of ROLES) if (shape.test(title)) return role;
  return 'related';
}

/** "… read of size 4 …", "Conflicting load by thread 2 at 0x… size 4". */
function accessOf(text: string): Access | undefined {
  const kind = /\b(?:read|load)\b/.test(text)
    ? 'read'
    : /\b(?:write|store)\b/.test(text)
      ? 'write'
      : undefined;
  if (!kind) return undefined;
  const size = /\bsize (\d{1,9})\b/.exec(text)?.[1];
  return size ? { kind, size: Number(size) } : { kind };
}

const TOOLS: readonly Tool[] = ['memcheck', 'helgrind', 'drd'];

/** The catalogue's name of a Valgrind tool; lackey, massif and others are `valgrind`. */
export const toolOf = (name: string): Tool => TOOLS.find((tool) => tool === name) ?? 'valgrind';

/** The headline without addresses and record numbers. */
const readable = (what: string): string =>
  what
    .replace(/ in loss record .*$/s, '')
    .replace(/ at 0x[0-9A-Fa-f]+/g, '')
    .replace(/0x[0-9A-Fa-f]+/g, '0x…')
    .trim();

/**
 * The part whose stack is where the error happened. The text output puts a line between headline and main stack for
 * signals, and for a lock order the acquisition before it: the XML has the later one only, which breaks the order.
 */
function mainPart(parts: readonly Part[]): Part | undefined {
  const filled = parts.filter((part) => part.frames.length > 0);
  const [first, second] = filled;
  return first?.title?.startsWith('Observed (incorrect) order') && second ? second : first;
}

/** Turns one error of either format into a diagnostic. `created` holds the announced threads' creation stacks by id. */
export function sightingOf(report: Report, created: ReadonlyMap<string, Stack>): Diagnostic {
  const { kind, what, parts } = report;
  const notes = parts
    .slice(1)
    .map((part) => (part.title ?? '').slice(0, MAX_HEADLINE_CHARS))
    .join('\n');
  const address =
    /\bAddress (0x[0-9A-Fa-f]+)/.exec(notes)?.[1] ??
    (/Race|ConflictingAccess/.test(kind) ? / at (0x[0-9A-Fa-f]+)/.exec(what)?.[1] : undefined);
  // A line of its own in the text, a part of the headline in the XML.
  const code = parts.slice(1).find((part) => part.title?.startsWith('with error code '))?.title;
  const leak = lookUp(LEAK, kind);
  const main = leak ? undefined : mainPart(parts);
  const stacks = [main, ...parts.filter((part) => part !== main)].flatMap((part) =>
    part ? stackOf(part, part === main) : [],
  );
  const racy = kind === 'Race' || kind === 'ConflictingAccess';
  const access = racy || /^Invalid(?:Read|Write)$/.test(kind) ? accessOf(what) : undefined;
  const fault = stacks[0];
  if (fault && access && fault.role === 'fault') fault.access = access;
  const announced =
    created.size === 0 ? [] : new Set([what, notes].flatMap((text) => text.match(/#\d+/g) ?? []));
  for (const id of announced) {
    const stack = created.get(id);
    if (stack) stacks.push({ ...stack, frames: [...stack.frames] });
  }
  const region = /^ *(?:Address|Location) 0x\S+ is (.*)$/m.exec(notes)?.[1];
  return {
    tool: toolOf(report.tool),
    rule: `${report.tool}/${kind}`,
    hazard: hazardOf(kind, report.tool, what, notes, address),
    message: readable(code ? `${what} ${code}` : what),
    stacks,
    ...(access && { access }),
    ...(address && { address }),
    ...(region && { region }),
    ...(leak && { leak: { kind: leak, bytes: report.bytes ?? 0, objects: report.blocks ?? 0 } }),
    ...(report.pid !== undefined && { pid: report.pid }),
    ...(report.thread && { thread: report.thread }),
    complete: report.complete,
    ...(!report.complete && { missing: 'the log ends inside this error' }),
    log: report.log,
  };
}

function stackOf(part: Part, isFault: boolean): Stack[] {
  if (part.frames.length === 0) return [];
  const title = part.title;
  const role = isFault ? 'fault' : title && !/in loss record/.test(title) ? roleOf(title) : 'allocated';
  const access = role === 'other-access' && title ? accessOf(title) : undefined;
  const thread = part.thread ?? /\bthread (#?\d+)/.exec(title ?? '')?.[1];
  return [
    {
      role,
      ...(thread && { thread: `thread ${thread.replace(/^thread /, '')}` }),
      ...(title && { title }),
      ...(access && { access }),
      ...(part.locks && { locks: part.locks }),
      frames: part.frames,
    },
  ];
}

/** Signals that a fault of the program raises; others (TERM, KILL, ALRM) come from outside and are no finding. */
const FAULTS = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGABRT',
  'SIGTRAP',
  'SIGSYS',
  'SIGSTKFLT',
]);

/** Death by a signal. Undefined for signals that say nothing about the program. `before` are the errors already seen:
 * an invalid access at the very place explains the signal, so both carry one hazard. */
export function fatalSignal(
  report: Report,
  signal: string,
  address: string | undefined,
  before: readonly Diagnostic[],
): Diagnostic | undefined {
  if (!FAULTS.has(signal)) return undefined;
  const base = sightingOf(report, new Map());
  const same = JSON.stringify(base.stacks[0]?.frames.slice(0, 4));
  const cause = before.findLast(
    (diagnostic) =>
      /\/Invalid(?:Read|Write|Jump)$/.test(diagnostic.rule) &&
      diagnostic.pid === base.pid &&
      JSON.stringify(diagnostic.stacks[0]?.frames.slice(0, 4)) === same,
  );
  const zero = address !== undefined && Number.parseInt(address, 16) < ZERO_PAGE;
  const plain: HazardId =
    signal === 'SIGABRT' ? 'crash/abort' : zero && signal !== 'SIGFPE' ? 'null/dereference' : 'crash/signal';
  return {
    ...base,
    tool: 'valgrind',
    rule: 'valgrind/fatal-signal',
    hazard: cause?.hazard ?? plain,
    message: base.message.replace(/: dumping core$/, ''),
    ...(address && { address }),
  };
}
