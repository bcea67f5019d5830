/** The directories and annotated files that a matrix names: whether they are there, and can be read and copied. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { NEVER_ANNOTATED } from './annotations.js';
import { quoted } from './problems.js';
import { isMapping, type YamlFile } from './yaml-file.js';
import type { Path } from './yaml-tree.js';

/** File systems that only look like files: reading them never ends, or means something else each time. */
const NOT_FILES = ['/proc', '/sys', '/dev'];

/** Why a directory cannot be used, as the end of a sentence. */
const whyNot = (dir: string): string | undefined => {
  try {
    if (!statSync(dir).isDirectory()) return `is not a directory: ${dir}; write the directory that holds it`;
    accessSync(dir, constants.R_OK | constants.X_OK);
    const real = realpathSync(dir);
    if (real === '/') return `is the root of the file system; write the directory of the sources`;
    const root = NOT_FILES.find((d) => `${real}/`.startsWith(`${d}/`));
    if (root !== undefined && !`${real}/`.startsWith('/dev/shm/'))
      return `is below ${root}, which holds no real files: ${dir}; write the directory of the sources`;
    return undefined;
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? `names a directory that does not exist: ${dir}; correct the path or create it`
      : `names a directory that cannot be read (${code}): ${dir}`;
  }
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

type Yaml = Pick<YamlFile<unknown>, 'raw' | 'complain'>;

/** Complains of what is missing. Paths are relative to the matrix's `root`, which is relative to `from`. */
export const checkDirectories = async ({ raw, complain }: Yaml, from: string): Promise<void> => {
  if (!isMapping(raw)) return;
  const given = raw['root'] ?? '.';
  if (typeof given !== 'string') return;
  const root = resolve(from, given);
  const wrongRoot = raw['root'] === undefined ? undefined : whyNot(root);
  if (wrongRoot !== undefined) return complain(['root'], `'root' ${wrongRoot}`);
  const known = new Map<string, string | undefined>();
  const check = (path: Path, who: string, dir: string): void => {
    const full = resolve(root, dir);
    if (!known.has(full)) known.set(full, whyNot(full));
    const why = known.get(full);
    if (why !== undefined) complain(path, `${who} ${why}`);
  };
  const parts = (value: unknown): [string | number, Record<string, unknown>][] =>
    Object.entries(isMapping(value) || Array.isArray(value) ? value : {}).flatMap(([key, part]) =>
      isMapping(part) ? [[Array.isArray(value) ? Number(key) : key, part]] : [],
    );
  const texts = (value: unknown): [number, string][] =>
    Array.isArray(value) ? [...value.entries()].filter((e): e is [number, string] => isText(e[1])) : [];
  const checkPart = (at: Path, who: string, part: Record<string, unknown>): void => {
    if (isText(part['dir'])) check([...at, 'dir'], who, part['dir']);
    for (const [i, dir] of texts(part['inputs'])) check([...at, 'inputs', i], who, dir);
  };
  for (const [name, t] of parts(raw['targets'])) checkPart(['targets', name], `target '${name}'`, t);
  for (const [index, s] of parts(raw['suites'])) {
    checkPart(['suites', index], `suite '${String(s['id'])}' (${String(s['binding'])})`, s);
    for (const [i, pattern] of texts(s['annotations']))
      if ((await glob(pattern, { cwd: root, ignore: NEVER_ANNOTATED })).length === 0)
        complain(
          ['suites', index, 'annotations', i],
          `${quoted(pattern)} matches no file below ${root}; correct it or leave it out`,
        );
  }
};
