/**
 * The tests of a package that has none: each loads one module of the package in the working directory.
 * FFI_GATES_LOAD is JSON: `names` are modules as `require` would be given them there; `entry` is true for what
 * the package itself exports; `addons` is true for every addon that was built in it.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const root = process.cwd();
const require = createRequire(join(root, 'package.json'));
const { names, entry, addons } = JSON.parse(process.env.FFI_GATES_LOAD);
const manifest = existsSync('package.json') ? JSON.parse(readFileSync('package.json', 'utf8')) : {};

/** Addons below a directory, without those of other packages and the linker's first copies. */
const built = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory())
      return /^(?:node_modules|obj\.target|\.git|target|deps)$/.test(e.name) ? [] : built(path);
    return e.name.endsWith('.node') ? [path] : [];
  });

/** The file that `import` would take by the package's `exports`. */
const exported = (value) => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(exported).find(Boolean);
  for (const [key, inner] of Object.entries(value ?? {}))
    if (['.', 'node', 'node-addons', 'import', 'module-sync', 'default'].includes(key)) {
      const found = exported(inner);
      if (found) return found;
    }
  return undefined;
};

/**
 * Whether the file is loaded under another name: what node-pre-gyp installs is a hard link of what was built, and an addon
 * registers itself once.
 */
const isLoadedAs = (path) => {
  const { ino } = statSync(path);
  const real = realpathSync(path);
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .some((line) => line.split(/ +/)[4] === String(ino) && !line.endsWith(real));
};

const load = async (name) => {
  try {
    return require(name);
  } catch (error) {
    if (/did not self-register/.test(error.message) && isLoadedAs(name)) return undefined;
    if (error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
      const file = exported(manifest.exports);
      if (file) return import(pathToFileURL(resolve(root, file)).href);
    }
    if (error.code === 'ERR_REQUIRE_ASYNC_MODULE' || error.code === 'ERR_REQUIRE_ESM')
      return import(pathToFileURL(require.resolve(name)).href);
    throw error;
  }
};

/** The package by its own name, as its users load it, where its manifest allows that. */
const itself = manifest.exports && manifest.name ? manifest.name : root;

const isThere = (name) => {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    return error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
};

const found = addons ? built(root).sort() : [];
if (entry && (found.length === 0 || isThere(itself)))
  void test(manifest.name ?? 'package', () => load(itself));
for (const name of names) void test(name, () => load(name));
for (const path of found) void test(relative(root, path), () => load(path));
