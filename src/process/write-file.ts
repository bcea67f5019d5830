/**
 * Writes files so that a reader finds the old content or the new, never a part: under a temporary name beside
 * the file, which is then renamed. Whatever ends the process by `exit`, no temporary file stays.
 */
import { renameSync, rmSync } from 'node:fs';
import { chmod, chown, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ends the name of a file that is still being written. */
export const TEMPORARY = '.tmp';

/** Text, or its parts, which are made while they are written. */
export type Content = string | Iterable<string> | AsyncIterable<string>;

/** A file that is complete under its temporary name. */
export type Staged = {
  /** Gives it its name. Synchronous, so that no signal comes between two of them. */
  commit(): void;
  drop(): void;
};

const staged = new Set<string>();
const remove = (temporary: string): void => {
  rmSync(temporary, { force: true });
  staged.delete(temporary);
};
let listens = false;
let files = 0;
const removeOnExit = (temporary: string): void => {
  if (!listens) process.on('exit', () => staged.forEach((t) => rmSync(t, { force: true })));
  listens = true;
  staged.add(temporary);
};

/** The error with the path that it is about: node names none when it is writing that fails. */
const naming = (error: unknown, path: string): unknown =>
  error instanceof Error && 'code' in error ? Object.assign(error, { path }) : error;

/**
 * Writes `content` beside `path`, whose directory is made if it is absent. Rejects with the system's error,
 * which has `path`, and leaves nothing behind.
 */
export const stageFile = async (path: string, content: Content): Promise<Staged> => {
  // What a link stands for is replaced, not the link.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${process.pid}-${++files}${TEMPORARY}`;
  try {
    const old = await stat(target).catch(() => undefined);
    // A terminal, a pipe or /dev/null cannot be replaced.
    if (old && !old.isFile()) {
      await writeFile(target, content);
      return { commit: () => undefined, drop: () => undefined };
    }
    await mkdir(dirname(target), { recursive: true });
    removeOnExit(temporary);
    await writeFile(temporary, content);
    if (old) {
      await chmod(temporary, old.mode);
      await chown(temporary, old.uid, old.gid).catch(() => undefined);
    }
  } catch (error) {
    remove(temporary);
    throw naming(error, path);
  }
  return {
    commit: () => {
      try {
        renameSync(temporary, target);
        staged.delete(temporary);
      } catch (error) {
        remove(temporary);
        throw naming(error, path);
      }
    },
    drop: () => remove(temporary),
  };
};

/** Writes one file; see {@link stageFile}. */
export const writeWholeFile = async (path: string, content: Content): Promise<void> =>
  (await stageFile(path, content)).commit();
