/** The library's side: debug information read by gdb, or a header read through the compiler. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeDeclarations, Place } from '../model/declaration.js';
import { runTool } from '../process/run-tool.js';

const SCRIPT = fileURLToPath(new URL('../../plugins/declared/native.py', import.meta.url));
/** Milliseconds. Reading takes about 4 ms a symbol, and seconds for a large object. */
const LIMIT = 300_000;

/** Creates a directory, hands it to `use`, and removes it. */
export const inScratch = async <T>(use: (dir: string) => Promise<T>): Promise<T> => {
  const dir = await mkdtemp(join(tmpdir(), 'ffi-gates-declared-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

const nothing = (names: readonly string[], why: string): NativeDeclarations => ({
  functions: {},
  records: {},
  notSeen: Object.fromEntries(names.map((n) => [n, why])),
});

/** The reader's reason for a symbol that has none. */
const NO_DEBUG = 'no debug information';

/** Where debug information is that gdb does not find, as the end of a sentence. Empty if the object has none. */
const elsewhere = async (object: string, said: string): Promise<string> => {
  const split = /Could not find DWO CU ([^\s()]{1,300})\(/.exec(said)?.[1];
  if (split !== undefined) return `: its split part ${split} is gone`;
  const link = await runTool('readelf', ['-p', '.gnu_debuglink', object], { timeoutMs: LIMIT });
  const file = /\[ {1,12}0\] {1,4}(\S{1,300})/.exec(link.stdout)?.[1];
  return file === undefined ? '' : `: it is in ${file}, which is not installed`;
};

/**
 * What an object's debug information says about these symbols. `gdb` is the path of the program. Failures are
 * the reason why a symbol was not seen. `asked` are the names with addresses (`name 1a2b`) where names alone do not tell.
 */
export const readObject = (
  gdb: string,
  object: string,
  names: readonly string[],
  asked: readonly string[] = names,
): Promise<NativeDeclarations> =>
  inScratch(async (dir) => {
    const [symbols, result] = [join(dir, 'symbols'), join(dir, 'result')];
    await writeFile(symbols, asked.join('\n'));
    const settings = ['set debuginfod enabled off', 'set auto-load off', 'set language c'];
    const { all, why } = await runTool(
      gdb,
      [
        ...['-nx', '-batch'],
        ...settings.flatMap((s) => ['-iex', s]),
        ...['-ex', `file ${JSON.stringify(object).slice(1, -1)}`, '-x', SCRIPT],
      ],
      {
        inherit: true,
        env: { FFI_GATES_SYMBOLS: symbols, FFI_GATES_RESULT: result, LC_ALL: 'C.UTF-8' },
        timeoutMs: LIMIT,
      },
    );
    const text = await readFile(result, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const read = JSON.parse(text) as NativeDeclarations;
      if (!Object.values(read.notSeen).includes(NO_DEBUG)) return read;
      const where = await elsewhere(object, all);
      const because = (w: string): string => (w === NO_DEBUG ? `${w}${where}` : w);
      const notSeen = Object.entries(read.notSeen).map(([n, w]) => [n, because(w)] as const);
      return { ...read, notSeen: Object.fromEntries(notSeen) };
    }
    const said = all.split('\n').findLast((l) => l.trim() !== '');
    const reason = /Python scripting is not supported/i.test(all)
      ? 'this gdb is built without Python; install the full package (apt-get install gdb)'
      : `gdb could not read ${object}: ${why ?? said ?? 'it says nothing'}`;
    return nothing(names, reason);
  });

/** Names that a compiler complains about: `‘f’ undeclared`, `use of undeclared identifier 'f'`. */
const UNDECLARED = /[‘'](\w{1,200})[’'] (?:undeclared|was not declared)|undeclared identifier '(\w{1,200})'/g;

/** The place at which each name is declared, from the output of the preprocessor. */
const placesIn = (preprocessed: string, names: readonly string[]): Map<string, Place> => {
  const wanted = new Set(names);
  const places = new Map<string, Place>();
  let file = '';
  let line = 0;
  for (const text of preprocessed.split('\n')) {
    const marker = /^# (\d{1,9}) "([^"]{0,4096})"/.exec(text);
    if (marker) {
      [line, file] = [Number(marker[1]), marker[2] ?? ''];
      continue;
    }
    for (const [, name = ''] of text.matchAll(/\b([A-Za-z_]\w{0,200})\s{0,4}(?=[()])/g))
      if (wanted.has(name) && !places.has(name)) places.set(name, { file, line });
    line++;
  }
  return places;
};

export type Header = {
  /** As in `#include <…>`, or absolute paths. */
  includes: readonly string[];
  cflags: readonly string[];
};

/** How often a header is compiled again without the names that it lacks. */
const ROUNDS = 40;

/**
 * What headers declare about these symbols. The compiler turns each into a variable of its pointer type, whose
 * debug information is then read. A header that does not compile is the reason why nothing was seen.
 */
export const readHeader = (
  tools: { gdb: string; cc: string },
  header: Header,
  names: readonly string[],
): Promise<NativeDeclarations> =>
  inScratch(async (dir) => {
    const [source, object] = [join(dir, 'declared.c'), join(dir, 'declared.o')];
    const quoted = (h: string): string => (h.startsWith('/') ? `"${h}"` : `<${h}>`);
    const includes = header.includes.map((h) => `#include ${quoted(h)}\n`).join('');
    const shown = header.includes.slice(0, 3).map(quoted).join(', ');
    const title = header.includes.length > 3 ? `${shown} and ${header.includes.length - 3} more` : shown;
    let left = names.filter((n) => /^[A-Za-z_]\w*$/.test(n));
    for (let round = 0; round < ROUNDS && left.length > 0; round++) {
      const uses = left.map((n) => `__typeof__(&${n}) ffi_gates_declared_${n};\n`).join('');
      await writeFile(source, `#define _GNU_SOURCE 1\n${includes}${uses}`);
      const { code, all } = await runTool(
        tools.cc,
        ['-w', '-g', '-fmax-errors=0', '-c', source, '-o', object, ...header.cflags],
        { inherit: true, env: { LC_ALL: 'C' }, timeoutMs: LIMIT },
      );
      if (code === 0) {
        const read = await readObject(tools.gdb, object, left);
        await writeFile(source, `#define _GNU_SOURCE 1\n${includes}`);
        const expanded = await runTool(tools.cc, ['-w', '-E', source, ...header.cflags], {
          inherit: true,
          env: { LC_ALL: 'C' },
          timeoutMs: LIMIT,
        });
        const places = placesIn(expanded.stdout, left);
        const absent = names.filter((n) => !left.includes(n));
        return {
          ...read,
          functions: Object.fromEntries(
            Object.entries(read.functions).map(([n, f]) => {
              const at = places.get(n);
              return [n, { ...f, source: 'a header', ...(at ? { at } : {}) }];
            }),
          ),
          notSeen: {
            ...read.notSeen,
            ...Object.fromEntries(absent.map((n) => [n, `not declared in ${title}`])),
          },
        };
      }
      // A header that is broken itself declares nothing, whatever else the compiler complains about.
      const broken = all
        .split('\n')
        .find((l) => /: (?:fatal )?error: /.test(l) && !l.startsWith(`${source}:`));
      if (broken)
        return nothing(names, `the header ${title} cannot be read: ${broken.replace(/^.*? error: /, '')}`);
      const unknown = new Set([...all.matchAll(UNDECLARED)].map((m) => m[1] ?? m[2]));
      const next = left.filter((n) => !unknown.has(n));
      if (next.length === left.length) {
        const error = all.split('\n').find((l) => /error:/.test(l)) ?? 'it does not compile';
        return nothing(names, `the header ${title} cannot be read: ${error.replace(/^.*?error:\s*/, '')}`);
      }
      left = next;
    }
    return nothing(names, `not declared in ${title}`);
  });

/** Headers of the C library itself, whose objects carry no debug information. */
export const C_LIBRARY: Header = {
  includes: [
    ...['stdio.h', 'stdlib.h', 'string.h', 'strings.h', 'unistd.h', 'fcntl.h', 'errno.h', 'math.h', 'time.h'],
    ...['signal.h', 'pthread.h', 'dlfcn.h', 'locale.h', 'wchar.h', 'ctype.h', 'sys/types.h', 'sys/stat.h'],
    ...['sys/mman.h', 'sys/socket.h', 'sys/ioctl.h', 'sys/wait.h', 'sys/time.h', 'sys/uio.h', 'sys/prctl.h'],
    ...['sys/mount.h', 'sys/statvfs.h', 'sys/xattr.h', 'sys/inotify.h', 'sys/eventfd.h', 'sys/epoll.h'],
    ...[
      'sys/syscall.h',
      'netdb.h',
      'arpa/inet.h',
      'net/if.h',
      'ifaddrs.h',
      'pwd.h',
      'grp.h',
      'sched.h',
      'poll.h',
    ],
    ...[
      'dirent.h',
      'termios.h',
      'syslog.h',
      'search.h',
      'malloc.h',
      'link.h',
      'ucontext.h',
      'sys/resource.h',
    ],
  ],
  cflags: [],
};

/** Whether a file is the C library. */
export const isCLibrary = (object: string): boolean =>
  /\/(?:libc|libm|libpthread|libdl|librt)(?:\.so\.\d+|-2\.\d+\.so)$/.test(object);
