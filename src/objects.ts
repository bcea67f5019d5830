/** Which objects of a process a gate can see: DSO-level, by the symbols that instrumented code imports. */
import { execa } from 'execa';
import { basename } from 'node:path';
import type { CellReport } from './report.js';

const RUNTIME = /^(lib(a|t|ub|l|hwa)san|libclang_rt\.|vgpreload_)/;
const symbols = new Map<string, Promise<string>>();

const imports = (path: string): Promise<string> => {
  let s = symbols.get(path);
  if (!s)
    symbols.set(
      path,
      (s = execa('nm', ['-D', path], { reject: false, buffer: true }).then((r) => r.stdout ?? '')),
    );
  return s;
};

/** Objects that came with a package, ready-made: neither the user's nor the host's. */
const PACKAGED = /\/(?:site-packages|dist-packages|node_modules)\//;

/** Sorts mapped objects; `blind` are the user's own, and those of packages, that the gate's hooks did not reach. */
export const classify = async (
  maps: ReadonlySet<string>,
  own: ReadonlySet<string>,
  hook: RegExp | undefined,
): Promise<NonNullable<CellReport['objects']>> => {
  const out = {
    instrumented: [] as string[],
    runtime: [] as string[],
    opaque: [] as string[],
    blind: [] as string[],
  };
  for (const path of [...maps].sort()) {
    const name = basename(path);
    if (RUNTIME.test(name)) out.runtime.push(name);
    else if (own.has(name)) {
      const reached = !hook || hook.test(await imports(path));
      (reached ? out.instrumented : out.opaque).push(name);
      if (!reached) out.blind.push(name);
    } else {
      out.opaque.push(name);
      if (hook && PACKAGED.test(path) && !hook.test(await imports(path))) out.blind.push(name);
    }
  }
  return out;
};

/** Of the user's own built objects, those without any of the gate's hooks: what they do is invisible to it. */
export const unhooked = async (paths: readonly string[], hook: RegExp | undefined): Promise<string[]> => {
  if (!hook) return [];
  const all = await Promise.all(paths.map(async (p) => (hook.test(await imports(p)) ? [] : [basename(p)])));
  return [...new Set(all.flat())].sort();
};
