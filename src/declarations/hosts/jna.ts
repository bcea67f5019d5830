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
import { codeOf, lineAt, typesIn, type TypeBody } from '../source-text.js';

/** `method` is its name in Java, which a mapper may turn into another one. */
type Recorded = HostFunction & { method?: string };

type Source = { file: string; code: string; types: TypeBody[] };

const plainName = (record: string): string => record.slice(record.lastIndexOf('.') + 1);

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
    method: async ({ at, method, name }: Recorded): Promise<Place> => {
      const source = await sourceOf(at);
      if (!source) return at;
      // Of a method in an interface only blanks stand before the parenthesis; a call has more before its name.
      const word = method ?? name;
      for (let i = source.code.indexOf(word); i >= 0; i = source.code.indexOf(word, i + word.length)) {
        const isWhole = !/[\w$.]/.test(source.code[i - 1] ?? '');
        if (isWhole && /^\s{0,80}\(/.test(source.code.slice(i + word.length, i + word.length + 90)))
          return { file: source.file, line: lineAt(source.code, i) };
      }
      return { file: source.file, line: 1 };
    },
    record: async (name: string, at: Place): Promise<Place> => {
      const source = await sourceOf(at);
      const type = source?.types.find((t) => t.name === plainName(name));
      return source && type ? { file: source.file, line: lineAt(source.code, type.head) } : at;
    },
  };
};

/** What the suite declared to JNA while it ran. Empty where the tests use none. */
export const jnaDeclarations = async (
  recordings: string,
  project: { from: string; to: string },
): Promise<HostDeclarations> => {
  const all = await readRecordings(recordings, 'jna');
  const place = placer(project);
  const functions: HostFunction[] = [];
  for (const f of all.functions as Recorded[]) {
    const { method: _, ...rest } = f;
    functions.push({ ...rest, at: await place.method(f) });
  }
  const records: Records = {};
  for (const [name, record] of Object.entries(all.records))
    records[name] = { ...record, ...(record.at ? { at: await place.record(name, record.at) } : {}) };
  return { ...all, functions, records };
};
