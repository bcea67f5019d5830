/**
 * Names for frames of which a log knows only the module and an offset, when that module is on this machine. Asks
 * llvm-symbolizer, else addr2line: one process a module, all addresses of a batch at once, every answer remembered.
 * Whatever goes wrong, the frame stays as it was printed.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Frame, Diagnostic, Tool } from '../model/diagnostic.js';
import { findProgram, startProgram, type Asked, type Program } from './symbolize-process.js';

/** Objects whose processes are kept; the one that was not asked for longest goes. */
const MAX_PROCESSES = 8;
const MAX_REMEMBERED = 200_000;
const BATCH = 200;

const ELF = 0x7f454c46;
const MACHO = new Set([0xcffaedfe, 0xcefaedfe, 0xcafebabe]);
/** True for an object file that is here: a log may name anything, a device or a pipe included. */
const isObject = (path: string): boolean => {
  try {
    if (!statSync(path).isFile()) return false;
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(4);
      readSync(fd, head, 0, 4, 0);
      const magic = head.readUInt32BE(0);
      return magic === ELF || MACHO.has(magic);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
};

/** These print the address of the call; others print where it returns to, which may be another line. */
const PRINT_CALLS: ReadonlySet<Tool> = new Set([
  'asan',
  'lsan',
  'hwasan',
  'msan',
  'tsan',
  'ubsan',
  'gwp-asan',
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

/** A symbolizer; nothing is started before there is something to ask. */
export const makeSymbolizer = (): Symbolizer => {
  /** Looked for once; null when there is none. */
  let program: Program | null | undefined;
  const running = new Map<string, Asked>();
  /** Modules that are here (true), or not or not answering (false). */
  const modules = new Map<string, boolean>();
  let remembered = new Map<string, string[] | undefined>();

  const usable = (module: string): boolean => {
    const known = modules.get(module);
    if (known !== undefined) return known;
    if (modules.size > 10_000) modules.clear();
    const here = isObject(module);
    modules.set(module, here);
    return here;
  };
  const processFor = (found: Program, module: string): Asked => {
    const made = running.get(module) ?? startProgram(found, module);
    running.delete(module);
    running.set(module, made); // last used, last in order
    if (running.size > MAX_PROCESSES) {
      const [oldest, requested] = running.entries().next().value!;
      requested.stop();
      running.delete(oldest);
    }
    return made;
  };

  /** Learns the answers for these addresses of one module. */
  const learn = async (module: string, addresses: readonly string[]): Promise<void> => {
    program ??= findProgram() ?? null;
    if (program === null) return;
    for (let i = 0; i < addresses.length; i += BATCH) {
      const batch = addresses.slice(i, i + BATCH);
      try {
        const answers = await processFor(program, module).ask(batch);
        for (const [n, a] of batch.entries()) remembered.set(`${module}+${a}`, answers[n]);
      } catch {
        modules.set(module, false);
        running.get(module)?.stop();
        running.delete(module);
        return;
      }
    }
  };

  return {
    async resolve(diagnostics) {
      if (remembered.size > MAX_REMEMBERED) remembered = new Map();
      const wanted = new Map<string, Set<string>>();
      const bare: { frames: Frame[]; at: number; key: string; frame: Bare }[] = [];
      for (const s of diagnostics)
        for (const { frames } of s.stacks)
          for (const [at, frame] of frames.entries()) {
            if (!isBare(frame) || !usable(frame.module)) continue;
            const back = at > 0 && !PRINT_CALLS.has(s.tool) ? 1n : 0n;
            const address = BigInt(frame.offset);
            const requested = `0x${(address > back ? address - back : address).toString(16)}`;
            const key = `${frame.module}+${requested}`;
            bare.push({ frames, at, key, frame });
            if (remembered.has(key)) continue;
            const set = wanted.get(frame.module) ?? new Set();
            wanted.set(frame.module, set.add(requested));
          }
      for (const [module, addresses] of wanted) await learn(module, [...addresses]);
      // From the end of each stack, so that places before stay where they are.
      for (const { frames, at, key, frame } of bare.reverse()) {
        const named = framesOf(remembered.get(key) ?? [], frame);
        if (named) frames.splice(at, 1, ...named);
      }
    },
    close() {
      for (const { stop } of running.values()) stop();
      running.clear();
    },
  };
};
