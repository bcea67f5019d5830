/** Blobs on disk: lines of JSON, written as the cells of a shard end, and read back without their logs. */
import {
  appendFileSync,
  closeSync,
  createReadStream,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BLOB_VERSION, type Blob, type BlobHeader, type BlobRecord } from '../judge/blob.js';
import { asRecord } from '../judge/blob-schema.js';
import type { BrokenBlob, Chosen } from '../judge/merge-blobs.js';
import { recordOf } from '../judge/record.js';
import type { JudgedCell } from '../judge/judge-run.js';
import type { Redactor } from '../redaction/redactor.js';
import type { PortablePaths } from '../process/portable-paths.js';
import { openRegular } from '../process/regular-file.js';
import type { SourceReader } from '../process/source-reader.js';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';

/** Ends the name of a blob whose shard is under way or was killed. Its cells count. */
export const PART = '.part';
/** Bytes of a log in one line. */
const CHUNK = 1 << 20;

export type BlobWriter = {
  /** Adds a cell and its logs. A later record of a cell replaces an earlier one. */
  add(judged: JudgedCell): void;
  /** Adds the last record, and gives the file its name. Returns its path. */
  finish(
    rest: Omit<Extract<BlobRecord, { kind: 'end' }>, 'kind' | 'records'> & { more: readonly BlobRecord[] },
  ): Promise<string>;
};

export type BlobPlace = {
  out: string;
  header: BlobHeader;
  paths: PortablePaths;
  redactor: Redactor;
  readSource: SourceReader;
};

export const blobName = ({ shard, attempt }: Pick<BlobHeader, 'shard' | 'attempt'>): string =>
  `shard-${shard.index}-of-${shard.count}${attempt > 1 ? `-attempt-${attempt}` : ''}.blob`;

/** The parts of a log. Empty if it is gone. */
function* partsOf(file: string): Generator<Buffer> {
  const opened = openRegular(file);
  if (opened === undefined) return;
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const n = readSync(opened.fd, buffer, 0, CHUNK, null);
      if (n === 0) return;
      yield buffer.subarray(0, n);
    }
  } finally {
    closeSync(opened.fd);
  }
}

/** Begins the blob of a shard. One of an earlier run of the same shard and attempt is removed. */
export const openBlob = ({ out, header, paths, redactor, readSource }: BlobPlace): BlobWriter => {
  const file = join(out, blobName(header));
  mkdirSync(out, { recursive: true });
  rmSync(file, { force: true });
  const fd = openSync(`${file}${PART}`, 'w');
  let records = 0;
  const write = (record: BlobRecord): void => {
    writeSync(fd, `${paths.toPortable(JSON.stringify(redactor.deep(record)))}\n`);
    records += 1;
  };
  write(header);
  let queue = Promise.resolve();
  let failed: unknown;
  const add = async (judged: JudgedCell): Promise<void> => {
    const cell = await recordOf(judged, readSource);
    for (const log of cell.evidence.logs)
      for (const part of partsOf(log))
        write({ kind: 'log', path: relative(out, log), data: gzipSync(part).toString('base64') });
    write({ kind: 'cell', cell });
  };
  return {
    add: (judged) => {
      // One after another. An error ends the run when it is over; until then the cells go on.
      queue = queue.then(() => add(judged)).catch((error: unknown) => void (failed ??= error));
    },
    finish: async ({ more, ...rest }) => {
      await queue;
      if (failed !== undefined) throw failed;
      more.forEach(write);
      write({ kind: 'end', records, ...rest });
      fsyncSync(fd);
      closeSync(fd);
      renameSync(`${file}${PART}`, file);
      return file;
    },
  };
};

/** Stands for a line that is too long, and is no record. */
const TOO_LONG = 'too long';
/** Characters of a line. No record of ours is longer, and a longer string has no room in memory. */
const MAX_LINE = 1 << 28;

/** Only `\n` ends a line: texts in records may hold every other line end. A line that is too long ends the file, as a cut one. */
async function* linesIn(file: string): AsyncGenerator<string> {
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const parts = (chunk as string).split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      yield rest.length === 0 ? part : [...rest, part].join('');
      rest = [];
      length = 0;
    }
    rest.push(last);
    length += last.length;
    if (length > MAX_LINE) {
      yield TOO_LONG;
      return;
    }
  }
  if (length > 0) yield rest.join('');
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Throws `Failure` 2 for the header of another version. */
const checkVersion = (value: unknown, name: string): void => {
  const { kind, version } = (value ?? {}) as { kind?: unknown; version?: unknown };
  if (kind === 'blob' && version !== BLOB_VERSION)
    throw new Failure(
      EXIT.USAGE,
      `${name}: a blob of version ${JSON.stringify(version)}, and this ffi-gates reads version ${String(BLOB_VERSION)}: use one version in all jobs`,
    );
};

/** Reads a blob but for its logs. Throws `Failure` 2 for one of a version that is not ours. */
export const readBlob = async (
  path: string,
  name: string,
  pathsOf: (header: BlobHeader) => PortablePaths,
): Promise<Blob | BrokenBlob> => {
  const file = lstatSync(path, { throwIfNoEntry: false });
  // A link in an artifact may lead anywhere.
  if (!file?.isFile()) return { file: name, why: 'it is no regular file' };
  const cells: Map<string, Extract<BlobRecord, { kind: 'cell' }>['cell']> = new Map();
  const skips = new Map<string, string>();
  const builds: Blob['builds'] = [];
  let header: BlobHeader | undefined;
  let paths: PortablePaths | undefined;
  let end: Extract<BlobRecord, { kind: 'end' }> | undefined;
  let cut: string | undefined;
  /** What the first line is, if it is no header. */
  let strange: string | undefined;
  let records = 0;
  for await (const line of linesIn(path)) {
    if (end) {
      cut = 'something follows its end';
      break;
    }
    records += 1;
    if (header && line.startsWith('{"kind":"log",') && line.endsWith('"}')) continue;
    const value = parsed(paths ? paths.fromPortable(line) : line);
    if (!header) {
      checkVersion(value, name);
      strange = value === undefined ? 'its first line is damaged' : 'it is no blob of ffi-gates';
    }
    const record = asRecord(value);
    if (!record || (record.kind === 'blob') === (header !== undefined)) {
      cut = `line ${records} is damaged`;
      break;
    }
    if (record.kind === 'blob') {
      header = record;
      paths = pathsOf(header);
    } else if (record.kind === 'cell') cells.set(record.cell.id, record.cell);
    else if (record.kind === 'skip') skips.set(record.id, record.why);
    else if (record.kind === 'build') builds.push(record.build);
    else if (record.kind === 'end') end = record;
  }
  if (!header) return { file: name, why: strange ?? 'it is empty' };
  if (end && end.records !== records - 1)
    cut ??= `${Math.abs(records - 1 - end.records)} of its lines are missing or too many`;
  if (!end) cut ??= 'it has no end: the job was killed, or the file was cut';
  return {
    file: name,
    header,
    cells,
    skips,
    builds,
    ...(end ? { end } : {}),
    ...(cut === undefined ? {} : { cut }),
  };
};

/** A path of a log below the report's directory. Undefined for a path that leads elsewhere, or that no system takes. */
const logPath = (out: string, path: string): string | undefined => {
  const logs = join(out, 'logs');
  const file = resolve(out, path);
  return file.startsWith(`${logs}/`) && !file.includes('\0') ? file : undefined;
};

/** A part of a log. Undefined if it is none, or longer than those that are written: it would fill the memory. */
const unpacked = (data: string): Buffer | undefined => {
  try {
    return gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: CHUNK });
  } catch {
    return undefined;
  }
};

/** Errors of the disk that come from the name of a log, and not from the disk. */
const OF_NAMES: readonly unknown[] = ['ENAMETOOLONG', 'ENOTDIR', 'EISDIR', 'EEXIST'];

/** Writes the logs of the chosen cells of one blob. Returns what is wrong with them, one sentence each. */
export const extractLogs = async (
  path: string,
  chosen: readonly Chosen[],
  out: string,
): Promise<string[]> => {
  const wanted = new Set(chosen.flatMap((c) => c.record.evidence.logs.map((l) => relative(out, l))));
  const damaged = new Set<string>();
  for (const name of wanted) if (logPath(out, name) === undefined) damaged.add(`the log ${name}`);
  // Logs precede the record of their cell, which may come twice: the later one counts.
  let begun = new Set<string>();
  for await (const line of linesIn(path)) {
    if (line.startsWith('{"kind":"cell",')) begun = new Set();
    if (!line.startsWith('{"kind":"log",') || !line.endsWith('"}')) continue;
    const record = asRecord(parsed(line));
    if (record?.kind !== 'log') {
      damaged.add('a log');
      continue;
    }
    const { path: name, data } = record;
    if (!wanted.has(name)) continue;
    const file = logPath(out, name);
    const part = unpacked(data);
    if (file === undefined || part === undefined) damaged.add(`the log ${name}`);
    else
      try {
        mkdirSync(dirname(file), { recursive: true });
        appendFileSync(file, part, { flag: begun.has(name) ? 'a' : 'w' });
        begun.add(name);
      } catch (error) {
        if (!OF_NAMES.includes((error as NodeJS.ErrnoException).code))
          // Node names no path when it is writing that fails.
          throw Object.assign(error as Error, { path: file });
        damaged.add(`the log ${name}`);
      }
  }
  return [...damaged].map((what) => `${what} is damaged`);
};
