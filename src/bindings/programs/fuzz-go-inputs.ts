/** Inputs in files of Go (`go test fuzz v1`), and smaller ones. Pure. Texts are read and written as Latin-1: a byte a character. */

const SIMPLE: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** The bytes of a quoted text of Go. Undefined if it is none. */
const unquoted = (text: string): number[] | undefined => {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  const bytes: number[] = [];
  for (let i = 1; i < text.length - 1; i++) {
    if (text[i] !== '\\') {
      bytes.push(text.charCodeAt(i) & 0xff);
      continue;
    }
    const kind = text[++i] ?? '';
    const simple = SIMPLE[kind];
    if (simple !== undefined) bytes.push(simple);
    else if (kind === 'x') {
      bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (kind === 'u' || kind === 'U') {
      const digits = kind === 'u' ? 4 : 8;
      const point = Number.parseInt(text.slice(i + 1, i + 1 + digits), 16);
      bytes.push(...Buffer.from(String.fromCodePoint(point), 'utf8'));
      i += digits;
    } else if (/[0-7]/.test(kind)) {
      bytes.push(Number.parseInt(text.slice(i, i + 3), 8) & 0xff);
      i += 2;
    } else return undefined;
  }
  return bytes.some(Number.isNaN) ? undefined : bytes;
};

const quoted = (bytes: readonly number[]): string =>
  `"${bytes
    .map((b) =>
      b >= 0x20 && b < 0x7f && b !== 0x22 && b !== 0x5c
        ? String.fromCharCode(b)
        : `\\x${b.toString(16).padStart(2, '0')}`,
    )
    .join('')}"`;

/** Shorter ones first, then such with simpler bytes. */
const smallerBytes = (bytes: readonly number[]): number[][] => {
  const found: number[][] = [];
  for (let size = bytes.length; size >= 1; size >>= 1)
    for (let at = 0; at + size <= bytes.length; at += size)
      found.push([...bytes.slice(0, at), ...bytes.slice(at + size)]);
  for (const [i, b] of bytes.entries()) if (b !== 0x30) found.push(bytes.with(i, 0x30));
  return found;
};

const smallerNumbers = (text: string): string[] => {
  if (!/^-?[0-9]{1,20}$/.test(text) || text === '0') return [];
  const n = BigInt(text);
  return [...new Set([0n, n / 2n, n > 0n ? n - 1n : n + 1n])].map(String).filter((t) => t !== text);
};

const smallerValues = (line: string): string[] => {
  const [, type, literal] = /^([\w[\]]{1,16})\((.*)\)\r?$/s.exec(line) ?? [];
  if (type === undefined || literal === undefined) return [];
  if (type === '[]byte' || type === 'string') {
    const bytes = unquoted(literal);
    return (bytes ? smallerBytes(bytes) : []).map((b) => `${type}(${quoted(b)})`);
  }
  return smallerNumbers(literal).map((n) => `${type}(${n})`);
};

/** Inputs in which one value is smaller. */
export const smallerInputs = (text: string): string[] => {
  const lines = text.split('\n');
  return lines.flatMap((line, i) =>
    i === 0 ? [] : smallerValues(line).map((value) => lines.with(i, value).join('\n')),
  );
};
