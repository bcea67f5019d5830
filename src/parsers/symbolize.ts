/**
 * Names for frames of which a log knows only the module and an offset, when that module is on this machine, and the same
 * build of it: a log may come from another machine, with another C library at the same path. Asks
 * llvm-symbolizer, else addr2line: one process a module, all addresses of a batch at once, every answer remembered.
 * Whatever goes wrong, the frame stays as it was printed.
 */
import { closeSync, readSync } from 'node:fs';
import type { Frame, Diagnostic, Tool } from '../model/diagnostic.js';
import { buildIdOf } from '../process/build-id.js';
import { openRegular } from '../process/regular-file.js';
import { findProgram, startProgram, type Program, type SymbolizerProcess } from './symbolize-process.js';

/** Processes that are kept; the one that was not asked for longest goes. */
const MAX_PROCESSES = 8;
/** Modules that are known to be here or not, and answers that are remembered. */
const MAX_MODULES = 10_000;
const MAX_REMEMBERED = 200_000;
/** Addresses that are asked about at once. */
const BATCH = 200;

const ELF = 0x7f454c46;
const MACHO = new Set([0xcffaedfe, 0xcefaedfe, 0xcafebabe]);
/** True for an object file that is here: a log may name anything, a device or a pipe included. */
const isObject = (path: string): boolean => {
  const file = openRegular(path);
  if (file === undefined) return false;
  try {
    const head = Buffer.alloc(4);
    readSync(file.fd, head, 0, 4, 0);
    const magic = head.readUInt32BE(0);
    return magic === ELF || MACHO.has(magic);
  } catch {
    return false; // an error of the disk
  } finally {
    closeSync(file.fd);
  }
};

/** Guards, which know their frames by module and offset alone (plugins/preload/guard-log.h). They print calls. */
export const NAMELESS: ReadonlySet<Tool> = new Set([
  'fdguard',
  'napiguard',
  'jniguard',
  'monoguard',
  'callguard',
]);

/** These print the address of the call; others print where it returns to, which may be another line. */
const PRINT_CALLS: ReadonlySet<Tool> = new Set([
  'asan',
  'lsan',
  'hwasan',
  'msan',
  'tsan',
  'ubsan',
  'gwp-asan',
  ...NAMELESS,
]);

type Bare = Extract<Frame, { kind: 'module' }> & { offset: string };
const isBare = (f: Frame): f is Bare =>
  f.kind === 'module' &&
  f.function === undefined &&
  f.offset !== undefined &&
  /^0x[0-9a-fA-F]{1,16}$/.test(f.offset);

/** `f`, `/a.c:3:7`, `g`, `/a.c:9:1` as frames, innermost first; undefined when nothing is known. */
const framesOf = (lines: readonly string[], bare: Bare): Frame[] | undefined => {
  const frames: Frame[] = [];
  const { module, offset } = bare;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i]!;
    const place = /^(.*?):(\d+)(?::(\d+))?(?: \(discriminator \d+\))?$/.exec(lines[i + 1]!);
    const line = Number(place?.[2]);
    if (name === '??' || name === '') continue;
    if (!place?.[1] || place[1].startsWith('??') || !(line > 0))
      frames.push({ kind: 'module', module, offset, function: name });
    else {
      const column = Number(place[3]);
      frames.push({
        kind: 'source',
        function: name,
        file: place[1],
        line,
        ...(column > 0 ? { column } : {}),
        module,
        offset,
      });
    }
  }
  // All but the last were inlined into the one after them.
  for (const f of frames.slice(0, -1)) if (f.kind === 'source') f.inlined = true;
  return frames.length > 0 ? frames : undefined;
};

export type Symbolizer = {
  /** Names what can be named in the frames of these diagnostics, in place. Never rejects. */
  resolve(diagnostics: readonly Diagnostic[]): Promise<void>;
  /** Ends the processes. */
  close(): void;
};

type State = {
  /** Looked for once; null when there is none. */
  program: Program | null | undefined;
  /** Processes by module; the one that was used last is last. */
  running: Map<string, SymbolizerProcess>;
  /** Modules that are here (true), or not or not answering (false). */
  modules: Map<string, boolean>;
  /** Build ids of modules that are here; null where there is none. */
  ids: Map<string, string | null>;
  /** Answers by `module+address`. */
  answers: Map<string, string[] | undefined>;
};

/** A frame that can be named: where it stands, and the key of its answer. */
type Question = { frames: Frame[]; at: number; frame: Bare; address: string; key: string };

/** A symbolizer; nothing is started before there is something to ask. */
export const makeSymbolizer = (): Symbolizer => {
  const s: State = {
    program: undefined,
    running: new Map(),
    modules: new Map(),
    ids: new Map(),
    answers: new Map(),
  };
  return {
    async resolve(diagnostics) {
      if (s.answers.size > MAX_REMEMBERED) s.answers.clear();
      const questions = diagnostics.flatMap((d) => questionsOf(s, d));
      const unknown = new Map<string, Set<string>>();
      for (const { frame, address, key } of questions) {
        if (s.answers.has(key)) continue;
        const addresses = unknown.get(frame.module) ?? new Set();
        unknown.set(frame.module, addresses.add(address));
      }
      for (const [module, addresses] of unknown) await learn(s, module, [...addresses]);
      // From the end of each stack, so that places before stay where they are.
      for (const { frames, at, key, frame } of questions.reverse()) {
        const named = framesOf(s.answers.get(key) ?? [], frame);
        if (named) frames.splice(at, 1, ...named);
      }
    },
    close() {
      for (const { stop } of s.running.values()) stop();
      s.running.clear();
    },
  };
};

/** Every machine has its own libraries at these paths. */
const OF_ANY_SYSTEM = /^\/(?:usr|lib(?:32|64|x32)?|s?bin|System|Library|nix|snap|gnu)\//;

/** Is the module that is here the build that the report means? `undefined`: nothing says so. */
function isSameBuild({ ids }: State, { module, buildId }: Bare): boolean | undefined {
  if (buildId === undefined) return undefined;
  let here = ids.get(module);
  if (here === undefined) {
    if (ids.size > MAX_MODULES) ids.clear();
    here = buildIdOf(module) ?? null;
    ids.set(module, here);
  }
  // GCC's and LLVM's runtimes print 20 bytes at most.
  return here !== null && here.startsWith(buildId.toLowerCase());
}

const NONE: Question[] = [];

/** The frames of a diagnostic that can be named. */
function questionsOf(s: State, { tool, stacks }: Diagnostic): Question[] {
  // Nearly no frame of a log from elsewhere can.
  if (!stacks.some(({ frames }) => frames.some((f) => isBare(f) && isHere(s, f.module)))) return NONE;
  const bare = stacks.flatMap(({ frames }) => frames.filter(isBare)).filter((f) => isHere(s, f.module));
  // One module of another build is enough: the report was made on another machine, or before a new build.
  const isForeign = bare.some((f) => isSameBuild(s, f) === false);
  const questions: Question[] = [];
  for (const { frames } of stacks)
    for (const [at, frame] of frames.entries()) {
      if (!isBare(frame) || !isHere(s, frame.module)) continue;
      if (!(isSameBuild(s, frame) ?? !(isForeign || OF_ANY_SYSTEM.test(frame.module)))) continue;
      const back = at > 0 && !PRINT_CALLS.has(tool) ? 1n : 0n;
      const offset = BigInt(frame.offset);
      const address = `0x${(offset > back ? offset - back : offset).toString(16)}`;
      questions.push({ frames, at, frame, address, key: `${frame.module}+${address}` });
    }
  return questions;
}

/** Whether the module is an object file that is here, and that the program answered for so far. */
function isHere({ modules }: State, module: string): boolean {
  const known = modules.get(module);
  if (known !== undefined) return known;
  if (modules.size > MAX_MODULES) modules.clear();
  const here = isObject(module);
  modules.set(module, here);
  return here;
}

function processFor({ running }: State, program: Program, module: string): SymbolizerProcess {
  const process = running.get(module) ?? startProgram(program, module);
  running.delete(module);
  running.set(module, process);
  if (running.size > MAX_PROCESSES) {
    const [oldest, { stop }] = running.entries().next().value!;
    stop();
    running.delete(oldest);
  }
  return process;
}

/** Learns the answers for these addresses of one module. */
async function learn(s: State, module: string, addresses: readonly string[]): Promise<void> {
  s.program ??= findProgram() ?? null;
  if (s.program === null) return;
  for (let i = 0; i < addresses.length; i += BATCH) {
    const batch = addresses.slice(i, i + BATCH);
    try {
      const answers = await processFor(s, s.program, module).ask(batch);
      for (const [n, a] of batch.entries()) s.answers.set(`${module}+${a}`, answers[n]);
    } catch {
      s.modules.set(module, false);
      s.running.get(module)?.stop();
      s.running.delete(module);
      return;
    }
  }
}
