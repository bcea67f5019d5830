/** Files that a process has mapped. */

/** Executable file mappings in the text of `/proc/<pid>/maps`. */
export const mappedFiles = (text: string): string[] => [
  ...new Set(
    text.split('\n').flatMap((line) => {
      const path = line.indexOf('/');
      return path > 0 && line[line.indexOf(' ') + 3] === 'x'
        ? [line.slice(path).replace(/ \(deleted\)$/, '')]
        : [];
    }),
  ),
];
