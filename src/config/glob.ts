/**
 * Globs over ids: `*` matches any characters, `?` one character, `{a,b}` alternatives. Everything else is
 * literal.
 */
const escape = (s: string): string => s.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const source = (glob: string): string => {
  let out = '';
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!;
    const close = c === '{' ? glob.indexOf('}', i) : -1;
    if (c === '*') out += '.*';
    else if (c === '?') out += '.';
    else if (close > 0) {
      out += `(?:${glob
        .slice(i + 1, close)
        .split(',')
        .map(source)
        .join('|')})`;
      i = close;
    } else out += escape(c);
  }
  return out;
};

/** Makes a predicate for ids that `glob` matches completely. */
const matcher = (glob: string): ((id: string) => boolean) => {
  // regexes: built from a selector that the machine's user writes; it meets ids of at most 60 characters
  const re = new RegExp(`^${source(glob)}$`);
  return (id) => re.test(id);
};
export default matcher;
