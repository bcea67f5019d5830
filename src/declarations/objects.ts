/** Finds the objects in which a program's foreign functions are: the program itself, or the libraries it loads. */
import { runTool } from '../process/run-tool.js';

/** Milliseconds. */
const LIMIT = 60_000;

/** `	libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f…)`, `	/lib64/ld-linux-x86-64.so.2 (0x…)` */
const LOADED = /^\t(?:\S+ => )?(\/.+) \(0x[0-9a-f]+\)$/gm;

/** The shared objects that the loader finds for a program, in its order. */
export const loadedBy = async (program: string, env: Record<string, string>): Promise<string[]> => {
  const { stdout } = await runTool(program, [], {
    inherit: true,
    env: { ...env, LD_TRACE_LOADED_OBJECTS: '1' },
    timeoutMs: LIMIT,
  });
  return [...stdout.matchAll(LOADED)].map((m) => m[1]!);
};

/** `0000000000001139 T name`, with a version (`name@@V1`) in shared objects. */
const DEFINED = /^[0-9a-f]+ [TtWiVu] ([^\s@]+)/gm;

/** The symbols that an object defines. `options` of nm: `-D` for those that a shared object exports. */
export const definedIn = async (object: string, options: readonly string[]): Promise<Set<string>> => {
  const { stdout } = await runTool('nm', ['--defined-only', ...options, object], { timeoutMs: LIMIT });
  return new Set([...stdout.matchAll(DEFINED)].map((m) => m[1]!));
};

/**
 * The object of each symbol: the first program that contains it, since a program's own symbols come before those of
 * libraries, else the first library. Symbols that are nowhere are absent.
 */
export const objectsOf = async (
  symbols: readonly string[],
  programs: readonly string[],
  env: Record<string, string>,
): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  const take = (object: string, defined: ReadonlySet<string>): void => {
    for (const s of symbols) if (!found.has(s) && defined.has(s)) found.set(s, object);
  };
  for (const p of programs) take(p, await definedIn(p, []));
  const libraries = new Set((await Promise.all(programs.map((p) => loadedBy(p, env)))).flat());
  for (const l of libraries) if (found.size < symbols.length) take(l, await definedIn(l, ['-D']));
  return found;
};
