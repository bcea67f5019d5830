/**
 * Java with JNA: interfaces of libraries, registered classes and structures, as our listener in the JVM of the tests has read
 * them by reflection (`plugins/junit`). Compiled classes do not say where; the sources do.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { glob } from 'tinyglobby';
import type { HostDeclarations, HostFunction, Place, Records } from '../../model/declaration.js';
import { byText } from '../../model/order.js';
import { readRecordings } from '../recordings.js';
import { codeOf, lineAt, parameterCount, typesIn, type TypeBody } from '../source-text.js';

/** `method` is its name in Java, which a mapper may turn into another one, and `owner` the class or interface of it. */
type Recorded = HostFunction & { method?: string; owner?: string };

type Source = { file: string; code: string; types: TypeBody[] };

const plainName = (record: string): string => record.slice(record.lastIndexOf('.') + 1);

/** The body of a class by its name at run time (`a.Outer$Inner`), or the whole source. */
const bodyOf = ({ code, types }: Source, owner = ''): { from: number; to: number } => {
  let within = { from: 0, to: code.length };
  for (const name of plainName(owner).split('$')) {
    const inner = types.find((t) => t.name === name && within.from <= t.from && t.to <= within.to);
    if (inner) within = inner;
  }
  return within;
};

/** Finds places in the sources below `to`, which are a copy of those in `from`. What is not found stays. */
const placer = ({ from, to }: { from: string; to: string }) => {
  let files: string[] | undefined;
  const sources = new Map<string, Source>();
  const sourceOf = async (at: Place): Promise<Source | undefined> => {
    files ??= (await glob('**/*.java', { cwd: to, absolute: true })).sort(byText);
    const file = files.find((f) => f.endsWith(`/${at.file}`));
    if (file === undefined) return undefined;
    const known = sources.get(file);
    if (known) return known;
    const code = codeOf(await readFile(file, 'utf8').catch(() => ''));
    const source = { file: join(from, relative(to, file)), code, types: typesIn(code) };
    sources.set(file, source);
    return source;
  };
  return {
    method: async ({ at, method, name, owner, parameters, variadic }: Recorded): Promise<Place> => {
      const source = await sourceOf(at);
      if (!source) return at;
      const { code } = source;
      const body = bodyOf(source, owner);
      const count = (parameters?.length ?? 0) + (variadic ? 1 : 0);
      // Of a method in an interface only blanks precede the parenthesis; a call has more before its name.
      const word = method ?? name;
      const found: { offset: number; fits: boolean }[] = [];
      for (
        let i = code.indexOf(word, body.from);
        i >= 0 && i < body.to;
        i = code.indexOf(word, i + word.length)
      ) {
        const blanks = /^\s{0,80}\(/.exec(code.slice(i + word.length, i + word.length + 90));
        if (blanks && !/[\w$.]/.test(code[i - 1] ?? ''))
          found.push({
            offset: i,
            fits: parameterCount(code, i + word.length + blanks[0].length - 1) === count,
          });
      }
      const best = found.find((f) => f.fits) ?? found[0];
      return { file: source.file, line: best ? lineAt(code, best.offset) : 1 };
    },
    record: async (name: string, at: Place): Promise<Place> => {
      const source = await sourceOf(at);
      const type = source?.types.find((t) => t.name === plainName(name));
      return source && type ? { file: source.file, line: lineAt(source.code, type.head) } : at;
    },
  };
};

/** What the suite declared to JNA while it ran. Empty where the tests use none. `registered` are methods, as `a.Class#method`. */
export const jnaDeclarations = async (
  recordings: string,
  project: { from: string; to: string },
): Promise<HostDeclarations & { registered: ReadonlySet<string> }> => {
  const all = await readRecordings(recordings, 'jna');
  const place = placer(project);
  const functions: HostFunction[] = [];
  for (const f of all.functions as Recorded[]) {
    const { method: _, owner: __, ...rest } = f;
    functions.push({ ...rest, at: await place.method(f) });
  }
  const records: Records = {};
  for (const [name, record] of Object.entries(all.records))
    records[name] = { ...record, ...(record.at ? { at: await place.record(name, record.at) } : {}) };
  const registered = (all.functions as Recorded[]).map((f) => `${f.owner}#${f.method}`);
  return { ...all, functions, records, registered: new Set(registered) };
};
