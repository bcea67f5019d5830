/** Reads what recorders in the processes of a launch have written: one NDJSON file each. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf } from '../process/regular-file.js';
import type {
  CType,
  HostDeclarations,
  HostFunction,
  Records,
  RecordType,
  StaleErrno,
} from '../model/declaration.js';
import { adopt } from './records.js';

type Line =
  | { function: HostFunction & { id: number | string } }
  | { record: RecordType & { name: string } }
  | { allocated: string }
  | { staleErrno: StaleErrno };

/** The objects of an NDJSON file. A last line that a dying process tore is left out. */
const linesOf = (text: string): Line[] =>
  text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });

/** Limit in bytes of what one process recorded. */
const MAX_RECORD = 256 << 20;

const unique = <T>(all: readonly T[]): T[] => [...new Map(all.map((x) => [JSON.stringify(x), x])).values()];

/** The same declaration in several processes: one function with the calls of all. */
const merge = (functions: readonly HostFunction[]): HostFunction[] => {
  const merged = new Map<string, HostFunction>();
  for (const { calls, ...f } of functions) {
    const key = JSON.stringify(f);
    merged.set(key, { ...f, calls: unique([...(merged.get(key)?.calls ?? []), ...calls]) });
  }
  return [...merged.values()];
};

/** All that the recorders in `dir` saw. Empty if there is no such directory. */
export const readRecordings = async (
  dir: string,
  language: HostDeclarations['language'],
): Promise<HostDeclarations> => {
  const names = await readdir(dir).catch(() => [] as string[]);
  const all: HostDeclarations = { language, functions: [], records: {}, allocated: [], staleErrno: [] };
  for (const name of names.sort().filter((n) => n.endsWith('.ndjson'))) {
    const functions = new Map<number | string, HostFunction>();
    const records: Records = {};
    const allocated: CType[] = [];
    for (const line of linesOf(textOf(join(dir, name), MAX_RECORD) ?? '')) {
      if ('function' in line) {
        const { id, ...f } = line.function;
        functions.set(id, f);
      } else if ('record' in line) {
        const { name: record, ...r } = line.record;
        records[record] = r;
      } else if ('allocated' in line) allocated.push({ kind: 'record', name: line.allocated });
      else all.staleErrno.push(line.staleErrno);
    }
    // Another process may have another type under the same name.
    const own = adopt(all.records, records, { functions: [...functions.values()], allocated });
    all.functions.push(...own.functions);
    all.allocated.push(...own.allocated.flatMap((t) => (t.kind === 'record' ? [t.name] : [])));
  }
  return {
    ...all,
    functions: merge(all.functions),
    allocated: unique(all.allocated),
    staleErrno: unique(all.staleErrno),
  };
};
