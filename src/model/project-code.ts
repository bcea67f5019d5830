/** The project's own code: decides which frames are in it, by source file and by object. */
import type { Frame } from './diagnostic.js';

/**
 * The project's own code. `dirs` are absolute source roots, `objects` base names of the objects built from
 * them.
 */
export type ProjectCode = {
  /** Sources of targets and suites. */
  dirs: readonly string[];
  /** Sources of targets only: the code that several bindings share. */
  shared: readonly string[];
  objects: ReadonlySet<string>;
};

/** Whether a file is at or below one of the directories. All are absolute paths without `..`. */
export const under = (dirs: readonly string[], file: string): boolean =>
  dirs.some((d) => file === d || file.startsWith(d.endsWith('/') ? d : `${d}/`));

/** What others wrote lies here, also below the project: packages that a package manager installed. */
const INSTALLED = /\/(?:node_modules|site-packages|dist-packages)\//;

/** Whether a file is at or below one of the directories, and in nothing that was installed below it. */
const isWritten = (dirs: readonly string[], file: string): boolean =>
  dirs.some(
    (d) => under([d], file) && !INSTALLED.test(file.slice(d.endsWith('/') ? d.length - 1 : d.length)),
  );

/** A path without its directories. */
export const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Whether a frame is in the project's code: by its source file, else by its object. */
export const isProjectFrame = (f: Frame, own: ProjectCode): boolean => {
  if (f.kind === 'source') {
    if (f.file.startsWith('/'))
      return isWritten(own.dirs, f.file) || (f.module !== undefined && own.objects.has(base(f.module)));
    return f.module !== undefined && own.objects.has(base(f.module));
  }
  return f.kind === 'module' && own.objects.has(base(f.module));
};

/**
 * A line of a foreign header, compiled into the project's object: `Py_TYPE`, `std::vector`, a checked
 * `memcpy`, `Napi::Value`.
 */
const isForeignHeader = (f: Frame, own: ProjectCode): boolean =>
  f.kind === 'source' &&
  f.file.startsWith('/') &&
  (f.file.includes('/include/') || INSTALLED.test(f.file)) &&
  !isWritten(own.dirs, f.file);

/**
 * The frames of a stack in the project's code. Lines of foreign headers are included only if there is nothing
 * else.
 */
export const projectFrames = (frames: readonly Frame[], own: ProjectCode): Frame[] => {
  const mine = frames.filter((f) => isProjectFrame(f, own));
  const written = mine.filter((f) => !isForeignHeader(f, own));
  return written.length ? written : mine;
};
