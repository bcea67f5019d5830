/**
 * Crash reports of macOS 12 and iOS 15 and later: two JSON documents in one `.ips` file. The first is one line, `{"bug_type":"309",…}`;
 * the second has a line for each of its facts, of which only the list of images takes many:
 *
 *     {
 *       "procName" : "Till",
 *       "exception" : {"codes":"…","type":"EXC_BAD_ACCESS","signal":"SIGSEGV","subtype":"KERN_INVALID_ADDRESS at 0x0"},
 *       "faultingThread" : 0,
 *       "threads" : [{"triggered":true,"frames":[{"imageOffset":6458,"symbol":"shelf_top","symbolLocation":12,"imageIndex":1}]}],
 *       "usedImages" : [
 *         {
 *           "name" : "libshelf.dylib"
 *         }
 *       ],
 *     }
 *
 * A fact is read from its line, so that a part of a report is read as well; what somebody formatted anew, from the document.
 */
import type { Frame } from '../../model/diagnostic.js';
import { addFrame, markComplete, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { addressIn, nameCrash, type Facts } from './meanings.js';

const HEADER = /^\s*\{.*"bug_type"\s{0,4}:\s{0,4}"(?:109|309)"/;
const EXCEPTION = /^\s*"exception"\s{0,4}:\s{0,4}\{/;
const FAULTING = /^\s*"faultingThread"\s{0,4}:\s{0,4}\d/;
/** A fact of the document in a line of its own, and where its value begins. */
const FACT = /^\s*"(\w{1,60})"\s{0,4}:\s{0,4}(?=[{["\d-])/;
const IMAGE_NAME = /^\s*"name"\s{0,4}:\s{0,4}"([^"]{0,400})"/;
/** Characters of a document that are kept, in case its facts take several lines. */
const MAX_DOCUMENT = 1 << 21;

type Json = Record<string, unknown>;
type Open = Tentative & {
  facts: Facts;
  faulting: number | undefined;
  /** The frames of the crashed thread, as JSON, until the images are known. */
  frames: Json[];
  exceptionFrames: Json[];
  images: string[];
  inImages: boolean;
  /** Brackets that are open at the ends of lines. */
  depth: number;
  document: string | undefined;
};

/** Reads the crashed thread of an `.ips` file. */
export const appleIps = readReports<Open>({
  tools: ['macos'],
  literals: [
    '"bug_type"',
    '"exception"',
    '"faultingThread"',
    '"triggered"',
    '"imageOffset"',
    '"instructionByteStream"',
    '"vmRegionInfo"',
  ],
  markers: [
    {
      words:
        /^\s*"(?:exception"\s{0,4}:\s{0,4}\{"codes"|faultingThread"\s{0,4}:\s{0,4}\d)|"triggered"\s{0,4}:\s{0,4}true/,
    },
  ],
  // From within one of the long lines.
  traces: [
    /"imageOffset"\s{0,4}:\s{0,4}\d{1,20}\s{0,4},\s{0,4}"(?:symbol|imageIndex|sourceLine)"/,
    HEADER,
    // Only a crash has these.
    /^\s*"(?:instructionByteStream|vmRegionInfo)"\s{0,4}:\s{0,4}["{]/,
  ],
  begin,
  take,
  finish,
  patience: 400,
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const { text } = line;
  if (HEADER.test(text)) return begunAt(line, false);
  const isException = text.includes('"exception"') && text.includes('"EXC_');
  // The whole document in one line.
  if (isException && text.trimStart().startsWith('{')) {
    const alone = open?.isBelieved === false ? open : begunAt(line, true);
    takeDocument(alone, text);
    return alone;
  }
  if (open !== undefined || !((isException && EXCEPTION.test(text)) || FAULTING.test(text))) return undefined;
  const begun = begunAt(line, true);
  begun.document = undefined;
  takeFact(begun, text);
  return begun;
}

const begunAt = (line: Line, isBelieved: boolean | 'never'): Open => ({
  ...openReport(
    line,
    { tool: 'macos', rule: 'macos/crash', hazard: 'crash/other', message: 'the process crashed' },
    { missing: 'the exception of the crash' },
  ),
  facts: {},
  faulting: undefined,
  frames: [],
  exceptionFrames: [],
  images: [],
  inImages: false,
  depth: 0,
  document: '',
  isBelieved,
});

function take(open: Open, { text }: Line): Belongs {
  const line = text.trim();
  if (line === '' || !/^[{}[\]"\d-]/.test(line)) return 'foreign';
  if (open.document !== undefined && open.document.length + line.length < MAX_DOCUMENT)
    open.document += `${line}\n`;
  if (/^[}\]]/.test(line)) open.depth--;
  if (/[{[]$/.test(line)) open.depth++;
  if (open.inImages) takeImage(open, line);
  else takeFact(open, line);
  if (line !== '}' || open.depth > 0) return 'own';
  if (open.frames.length === 0 && open.document) takeDocument(open, open.document);
  return 'last';
}

function takeImage(open: Open, line: string): void {
  const name = IMAGE_NAME.exec(line)?.[1];
  if (line.startsWith('{')) open.images.push('');
  else if (line.startsWith(']')) open.inImages = false;
  else if (name !== undefined && open.images.length > 0) open.images[open.images.length - 1] = name;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const isRecord = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);
const records = (v: unknown): Json[] => (Array.isArray(v) ? v.filter(isRecord) : []);
const textOf = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined);

/** All facts of a document that is complete. */
function takeDocument(open: Open, text: string): void {
  const document = parsed(text);
  if (!isRecord(document)) return;
  for (const key of [
    'pid',
    'exception',
    'termination',
    'asi',
    'faultingThread',
    'threads',
    'lastExceptionBacktrace',
  ])
    if (key in document) takeValue(open, key, document[key]);
  if (Array.isArray(document['usedImages']))
    open.images = records(document['usedImages']).map((i) => textOf(i['name']) ?? '');
}

function takeFact(open: Open, text: string): void {
  if (/^\s*"usedImages"\s{0,4}:\s{0,4}\[$/.test(text)) {
    open.inImages = true;
    return;
  }
  const fact = FACT.exec(text);
  if (fact === null) return;
  const value = text.slice(fact[0].length).trimEnd();
  if (value !== '[' && value !== '{') takeValue(open, fact[1]!, parsed(value.replace(/,$/, '')));
}

function takeValue(open: Open, key: string, value: unknown): void {
  const { diagnostic, facts } = open;
  if (key === 'pid' && typeof value === 'number') diagnostic.pid = value;
  else if (key === 'exception' && isRecord(value)) takeException(open, value);
  else if (key === 'faultingThread' && typeof value === 'number') open.faulting = value;
  else if (key === 'asi' && isRecord(value)) facts.info = Object.values(value).flat().map(String).join(' ');
  else if (key === 'termination' && isRecord(value)) {
    const indicator = textOf(value['indicator']);
    if (indicator !== undefined) facts.subtype ??= indicator;
  } else if (key === 'threads') {
    const threads = records(value);
    const crashed = threads.find((t) => t['triggered'] === true) ?? threads[open.faulting ?? -1];
    if (crashed !== undefined) open.frames = records(crashed['frames']);
  } else if (key === 'lastExceptionBacktrace') open.exceptionFrames = records(value);
  else if (key === 'type' && textOf(value)?.startsWith('EXC_')) takeException(open, { type: value });
  else if (key === 'signal' && open.facts.exception !== undefined) facts.signal ??= textOf(value) ?? '';
}

function takeException(open: Open, value: Json): void {
  const exception = textOf(value['type']);
  const signal = textOf(value['signal']);
  const subtype = textOf(value['subtype']) ?? textOf(value['message']);
  const raw = Array.isArray(value['rawCodes']) ? value['rawCodes'][1] : undefined;
  if (exception === undefined) return;
  open.isBelieved = true;
  open.facts.exception = exception;
  if (signal !== undefined) open.facts.signal = signal;
  if (subtype !== undefined) open.facts.subtype = subtype;
  const at = addressIn(subtype ?? '');
  const isAccess = exception === 'EXC_BAD_ACCESS' && typeof raw === 'number';
  const address = at ?? (isAccess ? `0x${raw.toString(16)}` : undefined);
  if (address !== undefined) open.diagnostic.address = address;
}

function frameOf(open: Open, json: Json): Frame {
  const name = textOf(json['symbol']);
  const file = textOf(json['sourceFile']);
  const line = json['sourceLine'];
  const index = json['imageIndex'];
  const offset = json['imageOffset'];
  const module = typeof index === 'number' ? open.images[index] || undefined : undefined;
  if (name !== undefined && file !== undefined && typeof line === 'number')
    return { kind: 'source', function: name, file, line, ...(module !== undefined && { module }) };
  if (module === undefined)
    return name === undefined ? { kind: 'opaque', text: String(offset) } : { kind: 'symbol', function: name };
  return {
    kind: 'module',
    module,
    ...(name !== undefined
      ? { function: name }
      : typeof offset === 'number' && { offset: `0x${offset.toString(16)}` }),
  };
}

function finish(open: Open): void {
  const { diagnostic, faulting } = open;
  nameCrash(diagnostic, open.facts);
  const thread = faulting === undefined ? undefined : `thread ${faulting}`;
  if (thread !== undefined) diagnostic.thread = thread;
  if (open.frames.length > 0) openStack(open, 'fault', thread === undefined ? {} : { thread });
  for (const json of open.frames) addFrame(open, frameOf(open, json));
  if (open.exceptionFrames.length > 0) openStack(open, 'related', { title: 'Last Exception Backtrace' });
  for (const json of open.exceptionFrames) addFrame(open, frameOf(open, json));
  if (open.facts.exception === undefined) return;
  // Without the images nobody can tell which code the frames are of.
  if (open.frames.length === 0) diagnostic.missing = 'the stack of the crashed thread';
  else if (open.images.length === 0) diagnostic.missing = 'the list of images';
  else markComplete(open);
}
