/** C: what the suite's own sources declare of the library by hand, and what they call without any declaration. */
import type { HostDeclarations, HostFunction, Records, StaleErrno } from '../../model/declaration.js';
import { passedBehindVoid, readFunctions } from '../c-calls.js';
import { isSystemHeader, readUnit } from '../c-unit.js';
import type { Checked, CheckOptions } from '../check.js';
import { staleErrnoIn } from '../gimple.js';
import { objectsOf } from '../objects.js';
import { adopt } from '../records.js';

export type CSettings = {
  /** Absolute. */
  sources: readonly string[];
  cflags: readonly string[];
  programs: readonly string[];
  env: Record<string, string>;
};

/** Reads each source as it is compiled. Declarations of functions that no object has are of no use to anybody. */
export const cDeclarations = async (
  s: CSettings,
  tools: CheckOptions,
): Promise<{ host: HostDeclarations; notSeen: Checked['notSeen'] }> => {
  const notSeen: Checked['notSeen'] = [];
  const staleErrno: StaleErrno[] = [];
  const allocated: string[] = [];
  const records: Records = {};
  const functions = new Map<string, HostFunction>();
  for (const file of s.sources) {
    if (!file.endsWith('.c')) {
      notSeen.push({ name: file, why: 'sources of C++ are not read' });
      continue;
    }
    const unit = { text: `#include ${JSON.stringify(file)}\n`, cflags: s.cflags };
    const read = await readUnit(
      tools,
      unit,
      (_, d) => !d.defined && (d.implicit === true || !isSystemHeader(d.at.file)),
    );
    if (read.why !== undefined) notSeen.push({ name: file, why: `it cannot be read: ${read.why}` });
    const bodies = await readFunctions(tools.cc, unit);
    staleErrno.push(...staleErrnoIn(bodies, () => false).filter((e) => !isSystemHeader(e.at.file)));
    const passed = await passedBehindVoid(tools, unit, bodies, (name, i) => {
      const p = read.types.functions[name]?.parameters[i];
      return p?.kind === 'pointer' && p.to.kind === 'void';
    });
    const types = adopt(records, read.types.records, read.types.functions);
    const { calls, owned } = adopt(records, passed.records, {
      calls: Object.fromEntries(passed.calls),
      owned: passed.allocated.map((name) => ({ kind: 'record' as const, name })),
    });
    allocated.push(...owned.map((r) => r.name));
    for (const [name, { at, implicit }] of read.declared) {
      const f = types[name];
      const key = `${name} ${at.file}:${at.line}`;
      if (implicit)
        functions.set(key, {
          name,
          at,
          calls: [],
          defaultResult: { kind: 'int', size: 4, signed: true, name: 'int' },
        });
      else if (f)
        functions.set(key, {
          name,
          at,
          result: f.result,
          ...(f.unprototyped ? {} : { parameters: f.parameters }),
          ...(f.variadic ? { variadic: true as const } : {}),
          calls: calls[name] ?? [],
        });
    }
  }
  const objects = await objectsOf(
    [...new Set([...functions.values()].map((f) => f.name))],
    s.programs,
    s.env,
  );
  const used = [...functions.values()].flatMap((f): HostFunction[] => {
    const object = objects.get(f.name);
    return object === undefined ? [] : [{ ...f, object }];
  });
  return { host: { language: 'c', functions: used, records, allocated, staleErrno }, notSeen };
};
