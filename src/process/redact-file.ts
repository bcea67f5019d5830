/** Takes secrets out of the logs that programs have written. */
import { closeSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Redactor } from '../redaction/redactor.js';
import { openRegular } from './regular-file.js';

/** Bytes that are read at once. */
const WINDOW = 4 << 20;
/** Of a longer line, in bytes, so many are looked at together. */
const LONG_LINE = 1 << 20;
/** Bytes that are looked at again with what follows them where a line had to be cut, and those of a private key. */
const HELD = 8 << 10;
const PRIVATE_KEY = 32 << 10;

/** Where a text can be cut without cutting a secret: after a line, and before a private key whose end is still to come. */
const cutOf = (text: string): number => {
  const line = text.lastIndexOf('\n') + 1;
  const cut = text.length - line > LONG_LINE ? text.length - HELD : line;
  const key = text.lastIndexOf('-----BEGIN ', cut);
  const isOpen = key > cut - PRIVATE_KEY && text.indexOf('-----END ', key) < 0;
  return isOpen && key > 0 ? key : cut;
};

/** The bytes of a file, as Latin-1, in parts that cut no secret. */
function* partsOf(fd: number): Generator<string> {
  const buffer = Buffer.allocUnsafeSlow(WINDOW);
  let rest = '';
  for (let at = 0; ;) {
    const n = readSync(fd, buffer, 0, WINDOW, at);
    if (n === 0) break;
    at += n;
    const text = rest + buffer.toString('latin1', 0, n);
    const cut = cutOf(text);
    if (cut > 0) yield text.slice(0, cut);
    rest = text.slice(cut);
  }
  if (rest !== '') yield rest;
}

/** A core or a copy of an object, which nobody reads as text. */
const isBinary = (fd: number): boolean => {
  const head = Buffer.alloc(4096);
  return head.subarray(0, readSync(fd, head, 0, head.length, 0)).includes(0);
};

const holdsSecret = (fd: number, redactor: Redactor): boolean => {
  for (const part of partsOf(fd)) if (redactor.lines(part) !== part) return true;
  return false;
};

/**
 * Replaces secrets in a file of text, whose lines keep their numbers. Does nothing to other files, and to one that a
 * program under test has removed. Throws if there is no space left.
 */
export const redactFile = (path: string, redactor: Redactor): void => {
  const file = openRegular(path);
  if (file === undefined) return;
  const safe = `${path}.tmp`;
  try {
    if (file.size === 0 || isBinary(file.fd) || !holdsSecret(file.fd, redactor)) return;
    const out = openSync(safe, 'w', 0o600);
    try {
      for (const part of partsOf(file.fd)) {
        const bytes = Buffer.from(redactor.lines(part), 'latin1');
        for (let at = 0; at < bytes.length;) at += writeSync(out, bytes, at);
      }
    } finally {
      closeSync(out);
    }
    renameSync(safe, path);
  } catch (e) {
    rmSync(safe, { force: true });
    if ((e as NodeJS.ErrnoException).code === 'ENOSPC') throw e;
  } finally {
    closeSync(file.fd);
  }
};

/** The same for all files below a directory. */
export const redactFiles = (dir: string, redactor: Redactor): void => {
  const entries = (): { parentPath: string; name: string; isFile(): boolean }[] => {
    try {
      return readdirSync(dir, { withFileTypes: true, recursive: true });
    } catch {
      return []; // a program under test has removed it
    }
  };
  for (const e of entries()) if (e.isFile()) redactFile(join(e.parentPath, e.name), redactor);
};
