/** Real paths: without links, `..` and repeated slashes. */
import { fstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** No longer path can be opened (Linux's PATH_MAX). */
const MAX_PATH = 4096;
/** Links that are followed until one is taken for a circle, as in Linux. */
const MAX_LINKS = 40;

/**
 * The real path of an absolute path. Of a path that does not exist, the part that exists is resolved, since it may lead
 * through a link.
 */
export const realPath = (path: string): string => {
  const plain = resolve(path);
  if (path.length > MAX_PATH || path.includes('\0')) return plain;
  // Not `plain`: after a link, `..` leads to the parent of its target.
  let existing = path;
  let rest = '';
  for (let links = 0; links < MAX_LINKS;) {
    try {
      return join(realpathSync.native(existing), rest);
    } catch {
      const above = dirname(existing);
      const target = targetOf(existing);
      if (target !== undefined) {
        links++;
        existing = isAbsolute(target) ? target : `${above}/${target}`;
      } else if (above === existing) return plain;
      else {
        rest = join(basename(existing), rest);
        existing = above;
      }
    }
  }
  return plain;
};

/** The target of a link. Undefined for anything else. */
const targetOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** The real path of an open file, opened as `path`. Undefined if it no longer has one. */
export const realPathOfOpen = (fd: number, path: string): string | undefined => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // Without /proc: the name must still mean the file that is open.
    const real = realPath(path);
    const [open, named] = [fstatSync(fd), statSync(real, { throwIfNoEntry: false })];
    return named?.ino === open.ino && named.dev === open.dev ? real : undefined;
  }
};
