/**
 * OpenJ9's `-Xcheck:jni`, E for errors and W for warnings, the native method on a line of its own:
 *
 *     JVMJNCK079E JNI error in DeleteGlobalRef: …
 *     JVMJNCK077E Error detected in com/x/Main.run()V
 *     JVMJNCK024E JNI error detected. Aborting.
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  addFrame,
  closeReport,
  extend,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

const MESSAGE = /^(JVMJNCK(\d{3})([EWI])) (.*)$/;
/** Where the message before it comes from; 080 says it of a warning, 024 that the process ends. */
const WHERE = new Set(['077', '080', '081']);
const ABORTS = '024';
/** Lines in which the place of a message may still follow. */
const MAX_FOREIGN_LINES = 8;
const METHOD = /^(?:(?:Error|Warning|Advice) detected in(?: |$))?([\w$/]+\.[\w$<>]+)\(\S*$/;

const MEANINGS: readonly [RegExp, HazardId][] = [
  [/pending exception|exception (?:is )?pending/i, 'unwind/pending-exception'],
  [/wrong (?:thread|JNIEnv)|JNIEnv|not attached/i, 'threading/wrong-thread-env'],
  [/critical/i, 'rules/jni-call-in-critical'],
  [/^(?=.*local ref).*capacity|ensureLocalCapacity|too many local/i, 'resource/jni-local-ref-overflow'],
  [/memory (?:leak|was not released)|not released/i, 'rules/jni-bad-release'],
  [/release|unrecognized (?:mode|buffer)|buffer/i, 'rules/jni-bad-release'],
  [
    /^(?=.*\b(?:global|local|weak)\b)(?=.*ref)|null reference|\bis null\b|\bNULL\b|deleted/i,
    'rules/jni-bad-reference',
  ],
  [/UTF-?8/i, 'abi/encoding'],
  [/class|method|field|signature|type|array|argument/i, 'rules/jni-wrong-type'],
];

/** Makes the reader of OpenJ9's JNI checker. Information lines (`…I`) are consumed and say nothing. */
export const openj9: LineReader = {
  kind: 'lines',
  tools: ['openj9'],
  literals: ['JVMJNCK', 'Error detected in'],
  markers: [begins(/\bJVMJNCK\d{3}[EW] /)],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  return {
    line(line) {
      const message = MESSAGE.exec(line.text);
      if (message === null) {
        if (!open || open.stack) return 'ignored';
        if (line.no - open.diagnostic.log.endLine > MAX_FOREIGN_LINES) close();
        else if (METHOD.test(line.text) && takePlace(open, line, line.text)) return 'consumed';
        return 'ignored';
      }
      const [, code = '', number = '', level, text = ''] = message;
      if (open && WHERE.has(number)) {
        takePlace(open, line, text);
        return 'consumed';
      }
      if (level === 'I' || (number === ABORTS && open)) return 'consumed';
      close();
      open = begin(line, code, text);
      return 'consumed';
    },
    settle: close,
    end() {
      close();
      return [];
    },
  };
}

const begin = (line: Line, code: string, text: string): OpenReport =>
  openReport(line, {
    tool: 'openj9',
    rule: `openj9/${code}`,
    hazard: MEANINGS.find(([shape]) => shape.test(text))?.[1] ?? 'rules/other',
    message: text.trim().replace(/0x[0-9A-Fa-f]+/g, '0x…'),
  });

/** The method in which the error was found; a later one replaces it. */
function takePlace(open: OpenReport, line: Line, text: string): boolean {
  extend(open, line);
  const frame = methodFrame(text);
  if (frame === undefined) return false;
  open.diagnostic.stacks = [];
  openStack(open, 'managed');
  addFrame(open, frame);
  return true;
}

/** `com/x/Main.run()V`: slashes as in the class file. */
const methodFrame = (text: string): Frame | undefined => {
  const name = METHOD.exec(text)?.[1];
  return name === undefined ? undefined : { kind: 'symbol', function: name.replaceAll('/', '.') };
};
