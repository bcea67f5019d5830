/**
 * Reports of the gate `declared`: a head line, and indented lines that belong to it. Source:
 * src/declarations/report.ts, which shows the form.
 */
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

const HEAD = /^ffi-gates declared: (error|warning|info) ([a-z]{1,20}\/[a-z-]{1,40}): (.{1,4000})$/;
const FAILED = /^ffi-gates declared: failed: (.{1,4000})$/;
const DONE = /^ffi-gates declared: done, \d{1,9} functions compared, \d{1,9} not seen$/;
const NOT_SEEN = /^ffi-gates declared: not seen: /;
const PART = /^ {2}(host|library|effect|mend|also): (.{0,8000})$/;
const WORDS = /\bffi-gates declared: (?:error|warning|info|failed|not seen|done)\b/;

/** Reads the comparison of declarations. */
export const declared: LineReader = {
  kind: 'lines',
  tools: ['declared'],
  literals: ['ffi-gates declared: '],
  markers: [begins(WORDS)],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  const begin = (line: Line): boolean => {
    const [, tier, id, message] = HEAD.exec(line.text) ?? [];
    if (tier === undefined || id === undefined || message === undefined) return false;
    // A newer version may know hazards that this one does not.
    const known: HazardId = hazard(id)?.id ?? 'abi/other';
    close();
    open = openReport(
      line,
      {
        tool: 'declared',
        rule: `declared/${id.slice(id.indexOf('/') + 1)}`,
        hazard: known,
        message: messageOf(message),
        ...(tier === 'error' ? {} : { tier: tier === 'info' ? 'info' : 'warning' }),
      },
      { missing: 'its last lines are absent' },
    );
    return true;
  };
  const part = (line: Line): boolean => {
    if (!open) return false;
    const [, name, text = ''] = PART.exec(line.text) ?? [];
    if (name === 'host' || name === 'library' || name === 'also')
      openStack(open, name === 'host' ? 'fault' : 'related', { title: text });
    else if (name === 'effect') {
      open.diagnostic.effect = text;
      markComplete(open);
    } else if (name === 'mend') open.diagnostic.mend = text;
    else {
      const frame = parseFrame(line.text)?.frame;
      if (!frame || !open.stack) return false;
      addFrame(open, frame);
    }
    extend(open, line);
    return true;
  };
  const failed = (line: Line): boolean => {
    const why = FAILED.exec(line.text)?.[1];
    if (why === undefined) return false;
    close();
    const report = openReport(line, {
      tool: 'declared',
      rule: 'declared/nothing-compared',
      hazard: 'tool/host-fault',
      message: messageOf(why),
    });
    closeReport(report, emit);
    return true;
  };
  return {
    line: (line) => {
      if (begin(line) || part(line) || failed(line)) return 'consumed';
      if (!DONE.test(line.text) && !NOT_SEEN.test(line.text)) return 'ignored';
      close();
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
