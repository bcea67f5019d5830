/**
 * .NET: declarations with DllImport, structures and delegates, read from the compiled assembly by reflection, and reads
 * of the last error behind a call that does not keep it.
 */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import type {
  CType,
  HostDeclarations,
  HostFunction,
  Place,
  RecordType,
  Records,
} from '../../model/declaration.js';
import { runTool } from '../../process/run-tool.js';
import type { Checked } from '../check.js';
import { codeOf, declarationsOf, lineAt, typeAround, typesIn, type TypeBody } from '../source-text.js';

export type NetSettings = {
  mono: string;
  /** The program that reads an assembly (`plugins/declared/net`), compiled. */
  reader: string;
  assembly: string;
  /** Directory and patterns of the sources. */
  dir: string;
  sources: readonly string[];
  env: Record<string, string>;
};

/** Names by which a member is found in the sources: an assembly does not say where. */
type Member = { type: string; method: string };

/** What the program prints. */
export type NetDeclarations = {
  functions: (Member & {
    name: string;
    library: string;
    object?: string;
    notSeen?: string;
    result: CType;
    parameters: CType[];
  })[];
  records: Record<string, RecordType & { type: string; outer?: string }>;
  /** Structures of which the host makes values that a library may write. */
  allocated: string[];
  stale: (Member & { after: string; read: string })[];
};

/** Milliseconds. */
const LIMIT = 120_000;

type Source = { file: string; code: string; types: TypeBody[] };

const readSources = async (s: NetSettings): Promise<Source[]> => {
  const files = await glob(s.sources.length > 0 ? [...s.sources] : ['**/*.cs'], {
    cwd: s.dir,
    absolute: true,
    ignore: ['**/obj/**', '**/bin/**'],
  });
  return Promise.all(
    files.sort().map(async (file) => {
      const code = codeOf(await readFile(file, 'utf8').catch(() => ''));
      return { file, code, types: typesIn(code) };
    }),
  );
};

/** Where members stand in the sources. What is not found there is placed at the assembly. */
const placer = (sources: readonly Source[], assembly: string) => {
  const nowhere: Place = { file: assembly, line: 1 };
  return {
    function: ({ type, method }: Member, parameters: number): Place => {
      const all = sources.flatMap(({ file, code, types }) =>
        declarationsOf(code, method, 'extern').map((d) => ({
          at: { file, line: d.line },
          score: (typeAround(types, d.offset) === type ? 2 : 0) + (d.parameters === parameters ? 1 : 0),
        })),
      );
      return all.sort((a, b) => b.score - a.score)[0]?.at ?? nowhere;
    },
    record: (type: string, outer?: string): Place | undefined => {
      const all = sources.flatMap(({ file, code, types }) =>
        types
          .filter((t) => t.name === type)
          .map((t) => ({
            at: { file, line: lineAt(code, t.head) },
            score: typeAround(types, t.head) === outer ? 1 : 0,
          })),
      );
      return all.sort((a, b) => b.score - a.score)[0]?.at;
    },
    /** The first read behind a call of the function, in a source that has both, in the type if it is there. */
    read: ({ type, after, read }: NetDeclarations['stale'][number]): Place => {
      const places = sources.flatMap(({ file, code, types }) => {
        const found: { at: Place; score: number }[] = [];
        for (let i = code.indexOf(`${after}(`); i >= 0; i = code.indexOf(`${after}(`, i + 1)) {
          const behind = code.indexOf(read, i);
          if (behind < 0) break;
          // The nearest call is meant; a declaration is no call.
          const score = (typeAround(types, i) === type ? 1e6 : 0) - (behind - i);
          found.push({ at: { file, line: lineAt(code, behind) }, score });
        }
        return found;
      });
      return places.sort((a, b) => b.score - a.score)[0]?.at ?? nowhere;
    },
  };
};

/** What an assembly declares. */
export const netDeclarations = async (
  s: NetSettings,
): Promise<{ host: HostDeclarations; notSeen: Checked['notSeen'] }> => {
  const empty = { functions: [], records: {}, allocated: [], staleErrno: [] };
  const r = await runTool(s.mono, [s.reader, s.assembly], { inherit: true, env: s.env, timeoutMs: LIMIT });
  if (r.code !== 0) {
    const why = r.why ?? r.all.split('\n').find((l) => /Exception: \S/.test(l)) ?? 'it says nothing';
    const notSeen = [{ name: s.assembly, why: `the assembly cannot be read: ${why}` }];
    return { host: { language: 'csharp', ...empty }, notSeen };
  }
  const read = JSON.parse(r.stdout) as NetDeclarations;
  const place = placer(await readSources(s), s.assembly);
  const records: Records = {};
  for (const [name, { type, outer, ...record }] of Object.entries(read.records)) {
    const at = place.record(type, outer);
    records[name] = { ...record, ...(at ? { at } : {}) };
  }
  const functions = read.functions.map(({ type, method, ...f }): HostFunction => {
    const at = place.function({ type, method }, f.parameters.length);
    // Headers are looked for by the file itself, not by a link to it.
    const object = f.object !== undefined && existsSync(f.object) ? realpathSync(f.object) : undefined;
    const missing = f.notSeen?.includes(' has no such function') ? { missing: true as const } : {};
    return { ...f, at, calls: [], ...missing, ...(object === undefined ? {} : { object }) };
  });
  const staleErrno = read.stale.map((e) => ({
    after: e.after,
    at: place.read(e),
    how: `${e.after} is declared without SetLastError = true, so ${e.read} gives an older value`,
  }));
  return {
    host: { language: 'csharp', functions, records, allocated: read.allocated, staleErrno },
    notSeen: [],
  };
};
