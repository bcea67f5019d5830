/** What a unit of C does with its declarations: structures that it passes behind `void *`, and when it reads errno. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallShape, CType, NativeDeclarations, Records } from '../model/declaration.js';
import { runTool } from '../process/run-tool.js';
import type { Unit } from './c-unit.js';
import { callOf, readGimple, recordOf, type GimpleFunction } from './gimple.js';
import { inScratch, readObject } from './native.js';
import { adopt } from './records.js';

/** Milliseconds. */
const LIMIT = 300_000;

const compile = (cc: string, unit: Unit, args: readonly string[]) =>
  runTool(cc, ['-w', ...unit.cflags, '-O0', '-fno-lto', ...args], {
    inherit: true,
    env: { LC_ALL: 'C' },
    timeoutMs: LIMIT,
  });

/** The functions of a unit, statement by statement. None if it does not compile. */
export const readFunctions = (cc: string, unit: Unit): Promise<GimpleFunction[]> =>
  inScratch(async (dir) => {
    const [source, dump] = [join(dir, 'unit.c'), join(dir, 'dump')];
    await writeFile(source, unit.text);
    await compile(cc, unit, [`-fdump-tree-gimple-lineno=${dump}`, '-c', source, '-o', join(dir, 'unit.o')]);
    return readGimple(await readFile(dump, 'utf8').catch(() => ''));
  });

/** A description of each type, as far as the unit knows it under its tag or as a typedef. */
const describe = async (
  tools: { gdb: string; cc: string },
  unit: Unit,
  types: readonly string[],
): Promise<Map<string, { to: CType; records: Records }>> => {
  const found = new Map<string, { to: CType; records: Records }>();
  const bare = (t: string): string => t.replace(/^(?:struct|union) /, '');
  for (const spelled of [(t: string) => t, bare])
    for (const type of types.filter((t) => !found.has(t))) {
      const read = await inScratch(async (dir): Promise<NativeDeclarations | undefined> => {
        const [source, object] = [join(dir, 'unit.c'), join(dir, 'unit.o')];
        const name = 'ffi_gates_declared_passed';
        await writeFile(source, `${unit.text}\nvoid (*${name})(${spelled(type)} *);\n`);
        const { code } = await compile(tools.cc, unit, ['-g', '-c', source, '-o', object]);
        return code === 0 ? readObject(tools.gdb, object, ['passed']) : undefined;
      });
      const to = read?.functions['passed']?.parameters[0];
      if (
        read &&
        to?.kind === 'pointer' &&
        to.to.kind === 'record' &&
        read.records[to.to.name]?.size !== undefined
      )
        found.set(type, { to, records: read.records });
    }
  return found;
};

export type Passed = {
  /** Calls that pass structures, by the name of the function. */
  calls: Map<string, CallShape[]>;
  records: Records;
  /** Names of records whose address is passed: the memory is the host's. */
  allocated: string[];
};

const OPAQUE: CType = { kind: 'unknown', name: 'not a structure' };

/** Structures that the functions pass to parameters of type `void *`. `opaque` tells these. */
export const passedBehindVoid = async (
  tools: { gdb: string; cc: string },
  unit: Unit,
  functions: readonly GimpleFunction[],
  opaque: (name: string, parameter: number) => boolean,
): Promise<Passed> => {
  const passed: Passed = { calls: new Map(), records: {}, allocated: [] };
  const seen = functions.flatMap((f) =>
    f.statements.flatMap((s) => {
      const call = callOf(s);
      if (!call?.at) return [];
      const types = call.arguments.map((a, i) => (opaque(call.name, i) ? recordOf(a, f) : undefined));
      return types.some((t) => t !== undefined) ? [{ call, at: call.at, types }] : [];
    }),
  );
  const types = [...new Set(seen.flatMap((x) => x.types).filter((t) => t !== undefined))];
  const described = new Map<string, CType>();
  for (const [type, { to, records }] of await describe(tools, unit, types))
    described.set(type, adopt(passed.records, records, to));
  for (const { call, at, types: each } of seen) {
    const shape = each.map((t) => (t === undefined ? undefined : described.get(t)) ?? OPAQUE);
    passed.calls.set(call.name, [...(passed.calls.get(call.name) ?? []), { at, arguments: shape }]);
    for (const [i, type] of each.entries()) {
      const to = type === undefined ? undefined : described.get(type);
      const owned = call.arguments[i]?.startsWith('&');
      if (owned && to?.kind === 'pointer' && to.to.kind === 'record') passed.allocated.push(to.to.name);
    }
  }
  return passed;
};
