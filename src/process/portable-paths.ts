/** Text of one machine for another: directories that have other paths there are replaced by marks. */

export type PortablePaths = { toPortable: (text: string) => string; fromPortable: (text: string) => string };

/** Private characters of Unicode, which no path and no log holds by chance. */
const markOf = (name: string): string => `\uE0F1${name}\uE0F2`;

const isPart = (c: string | undefined): boolean => c !== undefined && /[\w.-]/.test(c);

/** Replaces a path where it is no part of a longer name: `/src` is not replaced in `/usr/src` and in `/srcs`. */
const replacePath = (text: string, path: string, mark: string): string => {
  const [first = '', ...others] = text.split(path);
  const parts = [first];
  // Not asked of what is joined so far, which would be made one text at each place.
  let before = first.at(-1);
  for (const next of others) {
    const put = isPart(before) || isPart(next[0]) ? path : mark;
    parts.push(put, next);
    before = (next || put).at(-1);
  }
  return parts.join('');
};

/** For text that is JSON. `dirs` are absolute directories by name. */
export const portablePaths = (dirs: Readonly<Record<string, string>>): PortablePaths => {
  const pairs = Object.entries(dirs)
    .map(([name, dir]) => ({ mark: markOf(name), path: JSON.stringify(dir).slice(1, -1) }))
    // A directory within another one comes first.
    .sort((a, b) => b.path.length - a.path.length);
  return {
    toPortable: (text) => pairs.reduce((t, { path, mark }) => replacePath(t, path, mark), text),
    fromPortable: (text) => pairs.reduce((t, { path, mark }) => t.replaceAll(mark, path), text),
  };
};
