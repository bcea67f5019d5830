/** Records of Valgrind's XML that are cut or not well-formed: as much of them as can be read. */
import type { Node } from './xml-record.js';

/** Closes what is open in a cut record, dropping the text after the last whole tag. */
export function closeTags(text: string): string {
  const data = text.lastIndexOf('<![CDATA[');
  const readable = data !== -1 && !text.includes(']]>', data) ? text.slice(0, data) : text;
  const tags = withoutData(readable.slice(0, readable.lastIndexOf('>') + 1));
  const open: string[] = [];
  for (const [, slash, name = '', empty] of tags.matchAll(/<(\/?)([A-Za-z_]+)\b[^<>/]*(\/?)>/g)) {
    if (slash) open.pop();
    else if (!empty) open.push(name);
  }
  return (
    tags +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}

/** Cuts out whole CDATA sections, whose text may look like tags. */
const withoutData = (text: string): string =>
  text
    .split('<![CDATA[')
    .map((part, i) => (i === 0 ? part : part.slice(part.indexOf(']]>') + 3)))
    .join('');

/** The kind and headline of a record that is no XML. */
export function bareRecord(text: string): Node {
  const part = (name: string): Node[] => {
    // regexes: built from four names of elements; one gap that ends at a tag
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
    return found ? [{ '#name': name, _: found }] : [];
  };
  return { '#name': '', $$: ['kind', 'what', 'signame', 'tid'].flatMap(part) };
}
