/** Finds the parts of a matrix that need a C++ compiler, by the names of their sources. */
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { Matrix } from '../config/matrix.js';

const CXX = /\.(?:cc|cpp|cxx)$/;

/** Keys in the result of `cxxParts`. */
export const targetPart = (name: string): string => `target ${name}`;
export const suitePart = (s: { id: string; binding: string }): string => `suite ${s.id}-${s.binding}`;

const holdsCxx = async (dir: string): Promise<boolean> => {
  const found = await glob(['**/*.{cc,cpp,cxx}'], {
    cwd: dir,
    ignore: ['**/node_modules/**', '**/target/**', '**/build/**', '**/.*/**'],
  });
  return found.length > 0;
};

/** Targets and suites with C++ sources. If a part lists its sources, only these count. */
export const cxxParts = async (m: Matrix): Promise<Set<string>> => {
  const parts = new Set<string>();
  const visit = async (part: string, dir: string, sources: unknown): Promise<void> => {
    const named = Array.isArray(sources)
      ? sources.map(String)
      : typeof sources === 'string'
        ? [sources]
        : undefined;
    if (named ? named.some((s) => CXX.test(s)) : await holdsCxx(resolve(m.root, dir))) parts.add(part);
  };
  await Promise.all([
    ...Object.entries(m.targets).map(([name, t]) => visit(targetPart(name), t.dir, t.sources)),
    ...m.suites.map((s) => visit(suitePart(s), s.dir, s.with['sources'])),
  ]);
  return parts;
};
