/**
 * NVIDIA's compute-sanitizer and its forerunner cuda-memcheck: memcheck, racecheck, initcheck, synccheck. Source: the manuals
 * of CUDA 7 to 13.
 *
 *     ========= Invalid __global__ write of size 4 bytes
 *     =========     at shelf_fill(int*)+0x160 in shelf.cu:6
 *     =========     by thread (0,0,0) in block (0,0,0)
 *     =========     Address 0x7f6510c00001 is out of bounds
 *     =========     Saved host backtrace up to driver entry point at kernel launch time
 *     =========         Host Frame: main in shelf.cu:34 [0xb1c4] in till
 *     =========
 *     ========= ERROR SUMMARY: 1 error
 */
import type { Frame } from '../../model/diagnostic.js';
import { sourceFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { KINDS, type Kind } from './cuda-kinds.js';

const PREFIX = /^\s*={9}(?: (\s*)(\S.*))?$/;
/** What the tool says of itself. */
const BANNER =
  /^(?:COMPUTE-SANITIZER|CUDA-MEMCHECK|(?:ERROR|RACECHECK|LEAK|INITCHECK|SYNCCHECK) SUMMARY|This tool is deprecated|Please use the compute-sanitizer|Target application|Program hit .* \(error (?:35|100|804)\)|Warning: |No kernel detected|Error: |Generating |Tracking )/;
const ACCESS = /\b(read|write|Read|Write|atomic) of size (\d{1,9})/;
const ADDRESS = /^Address (0x[0-9a-fA-F]{1,16})\b(.*)$/;
const RACE_SIDE = /\b(Read|Write) (?:access|Thread \([\d, ]{1,30}\)) at /;
const BY = /^by (?:thread |block )?(\([\d, ]{1,40}\).{0,40})/;
const DEVICE = /^Device Frame: ?(.*)$/;
const HOST = /^Host Frame: ?(.*)$/;
const BACKTRACE = /^(?:Saved host backtrace|Host Frame list|Device backtrace)/;

type Open = Tentative & { kind: Kind; region: string };

const WORDS =
  /={9} (?:Invalid (?:__)?(?:global|shared|local|unified|\w{1,10}__)(?:__)? (?:read|write|atomic) of size |Invalid __\w{1,10}__ |Malloc\/Free error |Leaked \d|Uninitialized __|Program hit |(?:ERROR|WARNING|Error|Warning): (?:Race reported |Potential \w{2,4} hazard )|Race reported |Potential \w{2,4} hazard |Barrier error detected)/;

/** Reads what compute-sanitizer and cuda-memcheck report. */
export const computeSanitizer = readReports<Open>({
  tools: ['compute-sanitizer'],
  literals: ['========= '],
  markers: [
    { words: WORDS, opening: WORDS },
    { words: /={9} (?:Invalid __|\s*(?:Address 0x|by thread \(|Host Frame: ?\S|Saved host backtrace))/ },
  ],
  traces: [/^={9} {5,12}\S/],
  begin,
  take,
  finish({ diagnostic, kind, region }) {
    diagnostic.hazard =
      typeof kind.hazard === 'string'
        ? kind.hazard
        : kind.hazard({ access: diagnostic.access, region, address: diagnostic.address });
  },
});

function begin(line: Line): Open | undefined {
  const words = PREFIX.exec(line.text)?.[2];
  if (words === undefined || words.endsWith('=')) return undefined;
  const kind = KINDS.find(({ shape }) => shape.test(words));
  if (kind === undefined) return undefined;
  const access = ACCESS.exec(words);
  const leaked = /^Leaked (\d{1,18}(?:,\d{3})*) bytes? at (0x[0-9a-fA-F]{1,16})/.exec(words);
  const write = access?.[1]?.toLowerCase() !== 'read';
  const begun: Open = {
    ...openReport(
      line,
      {
        tool: 'compute-sanitizer',
        rule: `compute-sanitizer/${kind.rule}`,
        hazard: 'ownership/other',
        message: messageOf(words.replace(/ at 0x[0-9a-fA-F]+/g, '')),
        ...(access && { access: { kind: write ? 'write' : 'read', size: Number(access[2]) } }),
        ...(leaked && {
          address: leaked[2]!,
          leak: { kind: 'definite', bytes: Number(leaked[1]!.replaceAll(',', '')), objects: 1 },
        }),
      },
      kind.isWhole ? {} : { missing: 'the place of the error' },
    ),
    kind,
    region: '',
    isBelieved: true,
  };
  takeSide(begun, words);
  return begun;
}

function take(open: Open, line: Line): Belongs {
  const found = PREFIX.exec(line.text);
  if (found === null) return 'foreign';
  const words = found[2];
  if (words === undefined) return open.diagnostic.complete ? 'last' : 'own';
  if (BANNER.test(words)) return 'over';
  // Only details follow, whatever became of their indentation.
  return takeDetail(open, words) || found[1] !== '' || /^in \S/.test(words) ? 'own' : 'over';
}

function takeDetail(open: Open, words: string): boolean {
  const address = ADDRESS.exec(words);
  const by = BY.exec(words)?.[1];
  const device = DEVICE.exec(words)?.[1];
  const host = HOST.exec(words)?.[1];
  if (takeSide(open, words)) return true;
  if (address) {
    open.diagnostic.address = address[1]!;
    open.region += address[2]!;
    open.diagnostic.region ??= address[2]!.trim();
    markComplete(open);
  } else if (by !== undefined) open.diagnostic.thread = `thread ${by}`;
  else if (words.startsWith('at ')) takePlace(open, deviceFrame(words));
  else if (device !== undefined) takePlace(open, deviceFrame(`at ${device}`));
  else if (host !== undefined) takeHost(open, hostFrame(host));
  else if (!BACKTRACE.test(words))
    return /^(?:and is |Current Value|\(|Sync mask|Access (?:by|is)|and (?:Read|Write)|Stream )/.test(words);
  else if (open.diagnostic.stacks.length > 0 || open.kind.isWhole) markComplete(open);
  return true;
}

/** One of the accesses of a race. */
function takeSide(open: Open, words: string): boolean {
  const side = RACE_SIDE.exec(words);
  if (side === null || !open.kind.rule.startsWith('race')) return false;
  const isFirst = !open.diagnostic.stacks.some((k) => k.role === 'fault');
  const access = { kind: side[1] === 'Write' ? 'write' : 'read' } as const;
  openStack(open, isFirst ? 'fault' : 'other-access', { access, title: words });
  const place = words.slice(side.index + side[0].length).replace(/ \[\d{1,12} hazards?\]$/, '');
  addFrame(open, deviceFrame(`at ${place}`));
  if (!isFirst) markComplete(open);
  return true;
}

function takePlace(open: Open, frame: Frame): void {
  if (open.stack?.role !== 'fault') openStack(open, 'fault');
  addFrame(open, frame);
  // What was wrong with the address is a line further down.
  if (!/^Invalid (?:__|(?:global|shared|local) )/.test(open.diagnostic.message)) markComplete(open);
}

/** The host's stack: where a kernel was launched, a block allocated, a function of the API called. */
function takeHost(open: Open, frame: Frame): void {
  const role = open.kind.host;
  if (open.stack?.role !== role) openStack(open, role);
  addFrame(open, frame);
  if (open.kind.isWhole || role !== 'related') markComplete(open);
}

/**
 * `at 0x160 in shelf.cu:6:shelf_fill(int*)`, `at 0x60 in Iota(unsigned char*)`, `at shelf_fill(int*)+0x160 in shelf.cu:6`,
 * `at f():0x160 in a.cu:6`, and a device frame, `at f(void) (f(void) : 0x30)`.
 */
function deviceFrame(text: string): Frame {
  const body = text.slice('at '.length);
  const split = body.lastIndexOf(' in ');
  const head = split < 0 ? body : body.slice(0, split);
  const place = split < 0 ? '' : body.slice(split + ' in '.length);
  const inner = head.indexOf(' : 0x') < 0 ? -1 : head.indexOf(' (');
  const name = (inner < 0 ? head : head.slice(0, inner)).replace(/[+:]?0x[0-9a-fA-F]{1,16}$/, '').trim();
  if (name !== '') return sourceFrame(name, place) ?? { kind: 'symbol', function: name };
  // The old order: the place, and then the function.
  const line = /:(\d{1,9}):/.exec(place);
  if (line)
    return {
      kind: 'source',
      function: place.slice(line.index + line[0].length),
      file: place.slice(0, line.index),
      line: Number(line[1]),
    };
  return place === '' ? { kind: 'opaque', text: head } : { kind: 'symbol', function: place };
}

/** `main in shelf.cu:34 [0xb1c4] in till`, `cuLaunchKernel [0x2a0] in /usr/lib/libcuda.so`, `/usr/lib/libc.so.6 (main + 0xf5) [0x21f45]`. */
function hostFrame(text: string): Frame {
  const old = text.indexOf(' (');
  const added = / ?[+:] ?0x[0-9a-fA-F]{1,16}\)/.exec(text);
  if (old > 0 && added && added.index > old)
    return { kind: 'module', module: text.slice(0, old), function: text.slice(old + 2, added.index) };
  const offset = / ?\[(0x[0-9a-fA-F]{1,16})\]/.exec(text);
  const head = offset ? text.slice(0, offset.index).trim() : text;
  const module = offset ? /^ in (\S.*)$/.exec(text.slice(offset.index + offset[0].length))?.[1] : undefined;
  const split = head.lastIndexOf(' in ');
  const name = (split < 0 ? head : head.slice(0, split)).replace(/\+0x[0-9a-fA-F]+$/, '').trim();
  const source = split < 0 || name === '' ? undefined : sourceFrame(name, head.slice(split + 4).trim());
  if (source) return { ...source, ...(module !== undefined && { module }) };
  if (module === undefined && /[\\/]/.test(name))
    return { kind: 'module', module: name, ...(offset && { offset: offset[1]! }) };
  if (module === undefined)
    return name === '' ? { kind: 'opaque', text: offset?.[1] ?? text } : { kind: 'symbol', function: name };
  return { kind: 'module', module, ...(name !== '' ? { function: name } : offset && { offset: offset[1]! }) };
}
