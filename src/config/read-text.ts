/** Reads files that users write: regular files of a bounded size, in UTF-8. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { reject } from './problems.js';

/** Bytes. A matrix of a thousand suites has a fiftieth of this. */
const MAX_BYTES = 8 << 20;

const KINDS: readonly [test: 'isDirectory' | 'isFIFO' | 'isSocket', name: string][] = [
  ['isDirectory', 'a directory'],
  ['isFIFO', 'a named pipe'],
  ['isSocket', 'a socket'],
];

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

const REASONS = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file: a part of its path is a file'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['ENAMETOOLONG', 'its path is too long'],
  ['EACCES', 'you may not read it'],
  ['ENXIO', 'it is a socket or a device, not a regular file'],
]);

/** The text of a file's bytes, without a byte order mark. Throws `Failure` 2 at the first byte that is not UTF-8. */
export const decode = (bytes: Uint8Array, file: string): string => {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    reject([{ file, line: 1, column: 1, message: 'the file is UTF-16; save it as UTF-8' }]);
  const text = Buffer.from(bytes).toString('utf8');
  // What is not UTF-8 was replaced, so it is where the text no longer has the same bytes.
  const again = Buffer.from(text);
  const wrong = again.equals(bytes) ? -1 : bytes.findIndex((b, i) => b !== again[i]);
  if (wrong >= 0) {
    const before = withoutMark(Buffer.from(bytes.subarray(0, wrong)).toString('utf8')).split('\n');
    const byte = `0x${bytes[wrong]!.toString(16).padStart(2, '0')}`;
    const message = `the byte ${byte} is not UTF-8; save the file as UTF-8`;
    reject([{ file, line: before.length, column: before.at(-1)!.length + 1, message }]);
  }
  return withoutMark(text);
};

/**
 * The text of a file. `what` names it in messages ("the matrix"). Undefined if `optional` and there is no such
 * file. Throws `Failure` 2.
 */
export const readText = async (file: string, what: string, optional = false): Promise<string | undefined> => {
  const fail = (why: string): never => {
    throw new Failure(EXIT.USAGE, `cannot read ${what}: ${why}`, file);
  };
  // Without this flag opening a pipe waits for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (e: NodeJS.ErrnoException) => {
      if (optional && e.code === 'ENOENT') return undefined;
      return fail(REASONS.get(e.code ?? '') ?? e.message);
    },
  );
  if (handle === undefined) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      fail(`it is ${KINDS.find(([test]) => stat[test]())?.[1] ?? 'a device'}, not a regular file`);
    if (stat.size > MAX_BYTES) fail(`it has more than ${MAX_BYTES >> 20} MiB`);
    const bytes = await handle.readFile().catch((e: Error) => fail(e.message));
    return decode(bytes, file);
  } finally {
    await handle.close();
  }
};
