/**
 * Errors that are one line, or one line and a few that explain it: what the C library, the C++ runtime, V8 and
 * libFuzzer print before the process ends.
 */
import type { Sighting, Tool } from '../finding.js';
import type { HazardId } from '../hazard.js';
import { draft, reach, whole } from './draft.js';
import type { MakeReader } from './reader.js';

export type LastWords = {
  /** The whole line; its first group, when there is one, goes into the message of rows without another wording. */
  line: RegExp;
  rule: string;
  hazard: HazardId;
  /** A line that may follow directly and belongs to it; its first group is added to the message. */
  more?: RegExp;
};

/** A reader of one table; a line belongs to the first row that fits. Lines that fit `harmless` are known and say nothing. */
export const readLastWords =
  (tool: Tool, rows: readonly LastWords[], harmless?: RegExp): MakeReader =>
  (emit) => {
    let open: { sighting: Sighting; more: RegExp; left: number } | undefined;
    const close = (): void => {
      if (open) emit(open.sighting);
      open = undefined;
    };
    return {
      line(line) {
        const text = line.text.trimEnd();
        if (open) {
          const more = open.more.exec(text);
          if (more) {
            reach(open.sighting, line);
            if (more[1]) open.sighting.message = `${open.sighting.message}: ${more[1]}`.slice(0, 1000);
            close();
            return 'consumed';
          }
          if (text !== '' && --open.left <= 0) close();
        }
        const row = rows.find((r) => r.line.test(text));
        if (!row) return harmless?.test(text) ? 'consumed' : 'ignored';
        close();
        const facts = { tool, rule: `${tool}/${row.rule}`, hazard: row.hazard, message: text.trim() };
        const sighting = draft(line, facts, '');
        whole(sighting);
        // Other threads' output may come between the line and its explanation.
        if (row.more) open = { sighting, more: row.more, left: 20 };
        else emit(sighting);
        return 'consumed';
      },
      end() {
        close();
        return [];
      },
    };
  };
