/** The ways in which programs write a value that they were handed. */

/** Shorter values and lines, in characters, have no variants: they would hit by chance. */
const MIN_LENGTH = 8;

/** The part of the base64 of a value that does not depend on what stands around it, for each place of its first byte. */
const base64 = (value: string): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const text = bytes.toString('base64').replace(/={1,2}$/, '');
    // Characters that hold bits of the neighbours.
    const from = [0, 2, 3][before] ?? 0;
    return text.slice(from, bytes.length % 3 === 0 ? undefined : -1);
  });

const hex = (value: string, how: 'hex' | 'HEX'): string => {
  const digits = Buffer.from(value).toString('hex');
  return how === 'hex' ? digits : digits.toUpperCase();
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * A value as it is quoted, escaped or encoded: in JSON, URLs, XML, HTML, a shell, base64, on one line; and each of its
 * lines. Without the value itself.
 */
export const variantsOf = (value: string): string[] => {
  if (value.length < MIN_LENGTH) return [];
  const uri = safely(() => encodeURIComponent(value));
  const xml = value.replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
  const all = [
    value.trim(),
    value.trim().replace(/\s+/g, ' '),
    JSON.stringify(value).slice(1, -1),
    ...(uri === undefined
      ? []
      : [
          uri,
          uri.replaceAll('%20', '+'),
          uri.replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase()),
          uri.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
        ]),
    safely(() => encodeURI(value)) ?? value,
    xml,
    xml.replaceAll("'", '&#39;'),
    xml.replaceAll("'", '&apos;').replaceAll('\n', '&#10;'),
    value.replaceAll("'", `'\\''`),
    value.replace(/[\\'"]/g, '\\$&'),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    ...(uri === undefined ? [] : [encodeURIComponent(uri)]),
    ...(['hex', 'HEX'] as const).map((how) => hex(value, how)),
    // As the bytes of UTF-8, which is how logs are searched.
    Buffer.from(value).toString('latin1'),
    ...base64(value),
    ...base64(value).map((t) => t.replaceAll('+', '-').replaceAll('/', '_')),
    ...value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('-----')),
  ];
  return [...new Set(all)].filter((v) => v.length >= MIN_LENGTH && v !== value);
};

/** Undefined for lone surrogates, which have no encoding. */
const safely = (encode: () => string): string | undefined => {
  try {
    return encode();
  } catch {
    return undefined;
  }
};
