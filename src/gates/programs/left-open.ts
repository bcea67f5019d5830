/**
 * Sums up the journals of `plugins/preload/fdguard.c` after a launch: `node left-open.js SPEC.json`. Appends to each journal
 * what its process left open, each with the byte of the journal at which it was opened, so that the test is known that was
 * running then; and writes what was watched in all to the log of the gate. `src/parsers/guards/fdguard.ts` reads both.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The settings that the gate gives. */
export type LeftOpenSpec = {
  /** Path of the journals without the process id. */
  journal: string;
  log: string;
  /** Whether processes of this host say when they end. One that does not, where others do, was killed. */
  ends: boolean;
};

/** What stays open by design wherever it is used: who asks for random numbers once asks again. */
const KEPT = /^\/dev\/(?:u?random|null|zero|tty|shm\/.*)$/;

/** Maps that one place may leave: many a library takes memory for good. */
const FEW_MAPS = 8;

type Open = { at: number; kind: string; name: string; what: string; frames: string[] };

const OPENED = /^ffi-gates fdguard: opened ([a-z]?[0-9a-f]+) ([a-z]+) @(\d+) (.*)$/;
const STACK = /^ffi-gates fdguard: stack (\d+)$/;
const CLOSED = /^ffi-gates fdguard: closed ([a-z]?[0-9a-f]+)$/;
const FRAME = /^ {4}#\d+ 0x/;

/**
 * What a journal says: how many descriptors were opened, those that nobody closed, and whether the process came to its end. `isOpen` has
 * a byte for each descriptor, and without it the closed ones are in the journal.
 */
export const readJournal = (
  text: string,
  isOpen?: Uint8Array,
): { opened: number; left: Open[]; ended: boolean } => {
  const open = new Map<string, Open>();
  let opened = 0;
  let ended = false;
  const stacks = new Map<string, string[]>();
  let frames: string[] | undefined;
  let at = 0;
  for (const line of text.split('\n')) {
    const begin = OPENED.exec(line);
    if (begin) {
      const [, fd = '', kind = '', stack = '', name = ''] = begin;
      opened++;
      if (KEPT.test(name)) open.delete(fd);
      else {
        const what = `${kind}${name === '' ? '' : ` ${name}`}`;
        open.set(fd, { at, kind, name, what, frames: stacks.get(stack) ?? [] });
      }
    } else if (FRAME.test(line)) frames?.push(line);
    else {
      const stack = STACK.exec(line)?.[1];
      frames = stack === undefined ? undefined : [];
      if (stack !== undefined && frames) stacks.set(stack, frames);
      const closed = CLOSED.exec(line)?.[1];
      if (closed !== undefined) open.delete(closed);
      ended ||= line === 'ffi-gates fdguard: ended';
    }
    at += Buffer.byteLength(line) + 1;
  }
  const left = [...open].filter(
    ([id]) => isOpen === undefined || !/^\d+$/.test(id) || isOpen[Number(id)] === 1,
  );
  return { opened, left: left.map(([, o]) => o), ended };
};

/** Of the maps that each place leaves the first, with their number, if they are many. */
const mapsOf = (left: readonly Open[]): Open[] => {
  const places = new Map<string, Open[]>();
  for (const o of left.filter((l) => l.kind === 'map'))
    places.set(o.frames.join('\n'), [...(places.get(o.frames.join('\n')) ?? []), o]);
  return [...places.values()].flatMap((all) =>
    all.length < FEW_MAPS
      ? []
      : [{ ...all[0]!, what: `${all.length} maps by one place, the first of ${all[0]!.name}` }],
  );
};

/**
 * What of that is a fault. `ends`: the process said that it ended, by which it is known which threads had ended before it. A temporary
 * file is left if it is still there, whoever should have removed it.
 */
export const faultsOf = (left: readonly Open[], ends: boolean): Open[] => [
  ...left.filter(({ kind, name }) => {
    if (kind === 'temporary') return existsSync(Buffer.from(name, 'latin1'));
    return kind === 'thread' ? ends : kind !== 'map';
  }),
  ...(ends ? mapsOf(left) : []),
];

/** The lines about what is left open. */
export const leftText = (left: readonly Open[]): string =>
  left
    .map(({ at, what, frames }) =>
      [
        `ffi-gates fdguard: left open: ${what} (byte ${at})`,
        ...frames,
        'ffi-gates fdguard: that is all',
        '',
      ].join('\n'),
    )
    .join('');

/** Reads all journals, adds what is left open, and writes the log. */
export const sumUp = ({ journal, log, ends }: LeftOpenSpec): void => {
  const dir = dirname(journal);
  const names = readdirSync(dir).filter((n) => n.startsWith(`${basename(journal)}.`) && /\.\d+$/.test(n));
  let opened = 0;
  let open = 0;
  for (const name of names) {
    // As bytes: offsets count them, and names may hold any.
    const state = join(dir, `${name}.open`);
    const isOpen = existsSync(state) ? readFileSync(state) : undefined;
    const read = readJournal(readFileSync(join(dir, name), 'latin1'), isOpen);
    rmSync(state, { force: true });
    opened += read.opened;
    if (ends && !read.ended) continue;
    const left = faultsOf(read.left, read.ended);
    open += left.length;
    appendFileSync(join(dir, name), leftText(left), 'latin1');
  }
  writeFileSync(
    log,
    names.length === 0
      ? 'ffi-gates fdguard: failed: no process was watched: the library was not loaded\n'
      : `ffi-gates fdguard: done, ${opened} opened by the project in ${names.length} processes, ${open} left open\n`,
  );
};

const [spec] = process.argv.slice(2);
if (spec !== undefined && basename(process.argv[1] ?? '') === 'left-open.js')
  sumUp(JSON.parse(readFileSync(spec, 'utf8')) as LeftOpenSpec);
