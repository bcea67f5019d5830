/** The files on which the answer of a program depends that is asked for its version or its paths. */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What is at a path, to be compared with what was there. A directory changes if a name is added, removed or replaced. */
export const stateOf = async (path: string): Promise<string> => {
  const s = await stat(path).catch(() => undefined);
  return s ? [s.dev, s.ino, s.size, s.mode, s.mtimeMs, s.ctimeMs].join(' ') : 'absent';
};

/** Files of these names in the working directory and above. */
const above = (...names: string[]): string[] => {
  const found: string[] = [];
  for (let dir = process.cwd(); ; dir = dirname(dir)) {
    found.push(...names.map((n) => join(dir, n)));
    if (dir === dirname(dir)) return found;
  }
};

const inside = async (dir: string): Promise<string[]> =>
  (await readdir(dir).catch(() => [])).map((name) => join(dir, name));

/** Where rustup looks for the toolchain that its proxies start, and what changes if one is updated. */
const rustup = async (): Promise<string[]> => {
  const home = process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup');
  const toolchains = await inside(join(home, 'toolchains'));
  return [
    ...above('rust-toolchain', 'rust-toolchain.toml'),
    ...['settings.toml', 'toolchains', 'update-hashes'].map((n) => join(home, n)),
    ...(await inside(join(home, 'update-hashes'))),
    ...toolchains.flatMap((t) =>
      ['bin', 'bin/rustc', 'bin/cargo', 'lib/rustlib', 'lib/rustlib/components'].map((n) => join(t, n)),
    ),
  ];
};

/** Where pyenv looks for the version that its shims start. */
const pyenv = async (root: string): Promise<string[]> => [
  ...above('.python-version'),
  ...['version', 'versions', 'plugins', 'libexec', 'pyenv.d/exec', 'pyenv.d/which'].map((n) => join(root, n)),
  ...(await inside(join(root, 'versions'))),
];

/** The first bytes of a file. */
const headOf = async (path: string): Promise<string> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
};

/** `clang` of `clang++-19`: a link's name and its program's have this in common if one is the other. */
const stem = (path: string): string => basename(path).replace(/[-+.\d]{1,20}$/, '');

/**
 * The files on which the answers of the program at `path` depend. Undefined for programs that decide by unknown files what they are: scripts,
 * and links to a program of another name, as those of version managers are.
 */
export const decidersOf = async (path: string): Promise<string[] | undefined> => {
  try {
    const real = await realpath(path);
    const files = [path, real];
    if (basename(real) === 'rustup') return [...files, ...(await rustup())];
    const head = await headOf(real);
    if (!head.startsWith('#!')) {
      // Proxies may be hard links too.
      const single = (await stat(real)).nlink === 1;
      return single && basename(real).includes(stem(path)) ? files : undefined;
    }
    const root = /^export PYENV_ROOT="([^"$`\\]+)"\n(?:.*\n){0,9}exec "\1\/libexec\/pyenv" exec/m.exec(
      head,
    )?.[1];
    return root === undefined ? undefined : [...files, ...(await pyenv(root))];
  } catch {
    return undefined;
  }
};
