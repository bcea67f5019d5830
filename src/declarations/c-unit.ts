/** What a translation unit of C declares: the host's side where the host is C, or has C in it as cgo has. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeDeclarations, Place } from '../model/declaration.js';
import { runTool } from '../process/run-tool.js';
import { inScratch, readObject } from './native.js';

/** Milliseconds. */
const LIMIT = 300_000;

export type Unit = {
  /** The text, complete with `#include` and `#line`. */
  text: string;
  cflags: readonly string[];
};

export type Declaration = {
  at: Place;
  /** The unit has its body. */
  defined?: true;
  /** Nobody declares it: the compiler assumed `int f()` at its first call. */
  implicit?: true;
};

/** The name of a declared function precedes the first parenthesis that opens no pointer. */
const nameIn = (declared: string): string | undefined => {
  let i = declared.indexOf(' (');
  while (i >= 0 && declared[i + 2] === '*') i = declared.indexOf(' (', i + 1);
  return i < 0 ? undefined : declared.slice(0, i).split(/\W/).at(-1) || undefined;
};

/**
 * Declarations by name, the last of each; a definition wins. A line is
 * `/* abi.c:5:NC *\/ extern int fx_wide (int, int);` by gcc's -aux-info: New or Old style or Implicit, C or F(unction).
 */
const parseAux = (text: string): Map<string, Declaration> => {
  const all = new Map<string, Declaration>();
  for (const line of text.split('\n')) {
    const end = line.indexOf(' */ ');
    if (!line.startsWith('/* ') || end < 0) continue;
    const parts = line.slice(3, end).split(':');
    const [kind = '', number = ''] = [parts.pop(), parts.pop()];
    const name = nameIn(line.slice(end + 4));
    if (name === undefined || all.get(name)?.defined) continue;
    all.set(name, {
      at: { file: parts.join(':'), line: Number(number) },
      ...(kind.endsWith('F') ? { defined: true as const } : {}),
      ...(kind.startsWith('I') ? { implicit: true as const } : {}),
    });
  }
  return all;
};

/** Whether a header belongs to the system, so that its declarations are nobody's of the project. */
export const isSystemHeader = (file: string): boolean =>
  /^\/usr\/(?:include|lib|local\/include)\//.test(file) || file.startsWith('<');

export type UnitDeclarations = {
  /** Those of `wanted` that the unit declares. */
  declared: Map<string, Declaration>;
  /** Their types. */
  types: NativeDeclarations;
  /** Why nothing was seen. */
  why?: string;
};

/** Reads a unit with gcc. `wanted` chooses among the functions that it declares. */
export const readUnit = (
  tools: { gdb: string; cc: string },
  unit: Unit,
  wanted: (name: string, d: Declaration) => boolean,
): Promise<UnitDeclarations> =>
  inScratch(async (dir) => {
    const [source, object, aux] = [join(dir, 'unit.c'), join(dir, 'unit.o'), join(dir, 'aux')];
    const compile = (more: readonly string[]) =>
      runTool(tools.cc, ['-w', ...unit.cflags, ...more, source], {
        inherit: true,
        env: { LC_ALL: 'C' },
        timeoutMs: LIMIT,
      });
    const nothing = (all: string): UnitDeclarations => ({
      declared: new Map(),
      types: { functions: {}, records: {}, notSeen: {} },
      why: (all.split('\n').find((l) => l.includes('error:')) ?? 'it does not compile').replace(
        /^.*?error: /,
        '',
      ),
    });
    await writeFile(source, unit.text);
    const first = await compile(['-fsyntax-only', '-aux-info', aux]);
    if (first.code !== 0) return nothing(first.why ?? first.all);
    const all = parseAux(await readFile(aux, 'utf8').catch(() => ''));
    const declared = new Map([...all].filter(([name, d]) => wanted(name, d)));
    const names = [...declared].filter(([, d]) => !d.implicit).map(([name]) => name);
    if (names.length === 0) return { declared, types: { functions: {}, records: {}, notSeen: {} } };
    const uses = names.map((n) => `__typeof__(&${n}) ffi_gates_declared_${n};\n`).join('');
    await writeFile(source, `${unit.text}\n${uses}`);
    const second = await compile(['-g', '-O0', '-c', '-o', object]);
    if (second.code !== 0) return nothing(second.why ?? second.all);
    return { declared, types: await readObject(tools.gdb, object, names) };
  });
