/**
 * Reports of our own guards: a head line, stacks under titles, and the line `effect`, which ends a report. All guards
 * write this one form. Sources: plugins/pytest/ffi_gates_guard.py, plugins/preload/guard-log.h, plugins/jniguard/guard.h,
 * plugins/preload/errors.c, plugins/contain/tracer.c, src/values/program.ts, src/lints/program.ts.
 */
import type { StackRole, Tool } from '../../model/diagnostic.js';
import { hazard } from '../../model/hazards.js';
import type { HazardId } from '../../model/hazard.js';
import { parseFrame } from '../engine/frame.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

/** Guards as tools. A newer version may have others. */
const GUARDS: readonly Tool[] = [
  'ctguard',
  'pyrefs',
  'pyguard',
  'napiguard',
  'jniguard',
  'monoguard',
  'rslint',
  'values',
  'fuzz',
  'failing',
  'errors',
  'contain',
  'callguard',
];

const HEAD = /^ffi-gates guard ([a-z]+): (error|warning|info) ([a-z]+\/[a-z-]+): (.+)$/;
const FAILED = /^ffi-gates guard ([a-z]+): (failed|crashed): (.+)$/;
const AROUND = /^ffi-gates guard [a-z]+: (?:done, \d|note: |not [a-z ]+: "|the end$)/;
const PART = /^ {2}(fault|made|managed|other|exit|vector|rule|effect):(?: (.*))?$/;
/** The last line of a report; settings that are called so have one word. */
const LAST = /^(?: {2})?effect: \S{1,60} \S{1,60} \S/;
const WORDS = /\bffi-gates guard [a-z]+: (?:error|warning|info|failed|crashed|done|note|not|the end)\b/;

const ROLES: Record<string, StackRole> = {
  fault: 'fault',
  made: 'allocated',
  managed: 'managed',
  other: 'related',
};

/** The guard as a tool. Names that this version does not know are read as the first guard's. */
const toolOf = (name: string): Tool => GUARDS.find((g) => g === name) ?? GUARDS[0]!;

/** Reads the reports of all guards. */
export const guard: LineReader = {
  kind: 'lines',
  tools: GUARDS,
  literals: ['ffi-gates guard ', 'effect: '],
  markers: [begins(WORDS)],
  traces: [LAST],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** Reports at the end of a process are of no test: they have no place in the log by which one is found. */
  let ending = false;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  const begin = (line: Line): boolean => {
    const [, name, tier, id, message] = HEAD.exec(line.text) ?? [];
    if (name === undefined || id === undefined || message === undefined) return false;
    // A newer version may know hazards that this one does not.
    const known: HazardId = hazard(id)?.id ?? 'rules/other';
    close();
    open = openReport(
      line,
      {
        tool: toolOf(name),
        rule: `${name}/${id.slice(id.indexOf('/') + 1)}`,
        hazard: known,
        message: messageOf(message),
        ...(tier === 'error' ? {} : { tier: tier === 'info' ? 'info' : 'warning' }),
      },
      { missing: 'its last lines are absent' },
    );
    if (ending) delete open.diagnostic.log.offset;
    return true;
  };
  const part = (line: Line): boolean => {
    if (!open || open.diagnostic.complete) return false;
    const [, name = '', text = ''] = PART.exec(line.text) ?? [];
    const role = ROLES[name];
    if (role !== undefined) openStack(open, role, text === '' ? {} : { title: text });
    // Found when the process ended, in whichever test it began.
    else if (name === 'exit') delete open.diagnostic.log.offset;
    else if (name === 'vector') open.diagnostic.vector = text;
    // A checker that this one asks has rules of its own.
    else if (name === 'rule') open.diagnostic.rule = `${open.diagnostic.tool}/${text.replaceAll('_', '-')}`;
    else if (name === 'effect') {
      open.diagnostic.effect = text;
      markComplete(open);
    } else {
      const frame = parseFrame(line.text)?.frame;
      if (!frame || !open.stack) return false;
      addFrame(open, frame);
    }
    extend(open, line);
    return true;
  };
  const failed = (line: Line): boolean => {
    const [, name, how, why] = FAILED.exec(line.text) ?? [];
    if (name === undefined || why === undefined) return false;
    close();
    const report = openReport(line, {
      tool: toolOf(name),
      rule: `${name}/${how}`,
      // It could not watch, or it broke what it watched.
      hazard: how === 'crashed' ? 'tool/internal-error' : 'tool/host-fault',
      message: messageOf(why),
    });
    closeReport(report, emit);
    return true;
  };
  return {
    line: (line) => {
      if (begin(line) || part(line) || failed(line)) return 'consumed';
      if (!AROUND.test(line.text)) return 'ignored';
      close();
      if (line.text.endsWith(': the end')) ending = true;
      return 'consumed';
    },
    settle() {
      if (open?.diagnostic.complete) close();
    },
    end: () => {
      close();
      return [];
    },
  };
}
