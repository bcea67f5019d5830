/** Distinguishes build output from sources: a directory called `build` may be either. */
import { readdirSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';

/** Never sources. */
const ALWAYS = new Set([
  '.git',
  '.hg',
  'node_modules',
  '__pycache__',
  '.pytest_cache',
  '.ffi-gates',
  '.venv',
]);
/** Usually output, but some projects keep sources in them (`build/cmake/CMakeLists.txt`). */
const OFTEN = new Set(['target', 'build', 'obj', 'latest']);
/**
 * Files that CMake, Ninja, Meson, node-gyp, Cargo, Maven, NuGet and our own reports leave at the top of their
 * output.
 */
const MARK =
  /^(?:CMakeCache\.txt|build\.ninja|meson-info|config\.gypi|CACHEDIR\.TAG|\.rustc_info\.json|maven-status|classes|project\.assets\.json|report\.json|temp\.\w+-.*)$/;
const SOURCE =
  /^(?:CMakeLists\.txt|[Mm]akefile.*|meson\.build|configure.*|.*\.(?:c|cc|cpp|cxx|h|hpp|in|m4|mk|cmake|gypi?|py|rs|go|java|cs|js|sh|S|asm))$/;

const entries = (dir: string): Dirent[] => {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
};

const holdsSources = (dir: string, depth: number): boolean =>
  entries(dir).some(
    (e) =>
      (e.isFile() && SOURCE.test(e.name)) ||
      (depth > 0 && e.isDirectory() && holdsSources(join(dir, e.name), depth - 1)),
  );

/** Packages ship compiled addons in directories that are called like output. */
const holdsAddon = (dir: string, depth: number): boolean =>
  entries(dir).some(
    (e) =>
      (e.isFile() && e.name.endsWith('.node')) ||
      (depth > 0 && e.isDirectory() && holdsAddon(join(dir, e.name), depth - 1)),
  );

/** True for a directory (or file) that is neither copied with the sources nor part of their digest. */
export const isLeftOut = (path: string): boolean => {
  const name = basename(path);
  if (ALWAYS.has(name)) return true;
  if (!OFTEN.has(name)) return false;
  if (entries(path).some((e) => MARK.test(e.name))) return true;
  return !holdsSources(path, 1) && !holdsAddon(path, 6);
};
