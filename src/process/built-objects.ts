/**
 * Which objects a build has made, so that one that is replaced later is noticed. Times alone do not decide: archives of caches
 * round them.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { textOf } from './regular-file.js';

/** Name of the list in the directory of a build. */
const LIST = '.ffi-gates-objects';
const MAX_LIST = 16 << 20;

/** Of larger files, in bytes, size and time have to do. */
const HUGE = 1 << 30;

/** The first bytes of an object, a program, or an assembly. */
const MAGIC = [Buffer.from('\x7fELF', 'latin1'), Buffer.from('MZ')];

/** Size in bytes and time of change in ns, as text: `16384 1731409187000000000`. Undefined if there is no such file. */
export const stampOf = async (file: string): Promise<string | undefined> => {
  const s = await stat(file, { bigint: true }).catch(() => undefined);
  return s && `${s.size} ${s.mtimeNs}`;
};

const digestOf = async (file: string): Promise<string> => {
  if ((await stat(file)).size > HUGE) return '';
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const isObject = async (file: string): Promise<boolean> => {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return MAGIC.some((m) => buffer.subarray(0, m.length).equals(m));
  } finally {
    await handle.close();
  }
};

/** Objects that are loaded or run. What is only linked (`.o`, `.rlib`) cannot be under test. */
const LOADED = /\.(?:so(?:\.\d{1,9}){0,4}|node|dll|exe|test)$|^[^.]{1,200}$/;

async function* objectsIn(dir: string): AsyncGenerator<string> {
  for (const e of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, e.name);
    if (e.isDirectory()) yield* objectsIn(path);
    else if (e.isFile() && LOADED.test(e.name) && (await isObject(path))) yield path;
  }
}

/** Notes what a build has made in its directory. */
export const noteObjects = async (dir: string): Promise<void> => {
  const lines: string[] = [];
  for await (const file of objectsIn(dir))
    lines.push(JSON.stringify([relative(dir, file), await stampOf(file), await digestOf(file)]));
  await writeFile(join(dir, LIST), lines.map((l) => `${l}\n`).join(''));
};

type Noted = [name: string, stamp: string, digest: string];

/** What the builds in these directories have made. */
const notedIn = (dir: string): Noted[] =>
  (textOf(join(dir, LIST), MAX_LIST) ?? '')
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as Noted);

const isSame = async (file: string, [, stamp, digest]: Noted): Promise<boolean> => {
  const now = await stampOf(file);
  if (now === stamp) return true;
  return now !== undefined && digest !== '' && (await digestOf(file).catch(() => '')) === digest;
};

/**
 * What became of an object in one of these directories of builds: `other` if it is another file than was built there, `same` if it is
 * that one, undefined if none of the builds has made it. The file may be gone.
 */
export const standingOf = async (
  object: string,
  dirs: readonly string[],
): Promise<'same' | 'other' | undefined> => {
  const dir = dirs.find((d) => object.startsWith(`${d}${sep}`));
  const noted = dir !== undefined && notedIn(dir).find(([name]) => name === relative(dir, object));
  return noted ? ((await isSame(object, noted)) ? 'same' : 'other') : undefined;
};

/** Names of the objects that are not as they were built, or are gone. */
export const replacedIn = async (dirs: readonly string[]): Promise<string[]> => {
  const names: string[] = [];
  for (const dir of dirs)
    for (const noted of notedIn(dir)) if (!(await isSame(join(dir, noted[0]), noted))) names.push(noted[0]);
  return names;
};
