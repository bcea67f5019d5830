/**
 * Go race detector: blocks between lines of `=`, frames on two lines.
 *
 *     WARNING: DATA RACE
 *     Write at 0x00c0000120f8 by goroutine 6:
 *       main.store()
 *           /src/main.go:14 +0x44
 *
 *     Previous write at 0x00c0000120f8 by main goroutine:
 *     Goroutine 6 (running) created at:
 *     ==================
 *     Found 1 data race(s)
 *
 * Source of the format: the Go branch of ThreadSanitizer's report printer.
 */
import type { Access, Diagnostic, Stack } from '../../model/diagnostic.js';
import { addFrame, addStack, draft, reach, whole } from '../engine/draft.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import { goFrame, goFunction } from './frame.js';
import type { Emit, LineReader, LineSession } from '../engine/reader.js';

/** `Previous atomic write at 0x00c000012308 by goroutine 7:` (no address until Go 1.6), `[failed to restore the stack]` may follow. */
const ACCESS =
  /^(Previous )?(atomic )?(read|write)(?: at (0x[0-9a-f]+))? by (main goroutine|goroutine \d+|[^:]{1,80}):$/i;
/** `Goroutine 7 (running) created at:` */
const CREATED = /^(Goroutine \d+) \([^)]{0,40}\) created at:$/;
const RULE = /^={18,}$/;
/** `Goroutine 7 lock mutex 0x… while holding mutex 0x…:`, `Mutex 0x… was previously locked here:` */
const LOCKED =
  /^(?:(Goroutine \d{1,19}) lock mutex 0x[0-9a-f]{1,16} while holding mutex 0x[0-9a-f]{1,16}|Mutex 0x[0-9a-f]{1,16} was previously locked here):$/;
/** The detector knows a fixed number of goroutines. */
const LIMIT = /^race: limit on \d{1,9} simultaneously alive goroutines is exceeded, dying$/;
const FOUND = /^Found (\d{1,9}) data race\(s\)$/;

const accessOf = (m: RegExpExecArray): Access => ({
  kind: m[3]?.toLowerCase() === 'write' ? 'write' : 'read',
  ...(m[2] ? { atomic: true } : {}),
});

/** Reads `WARNING: DATA RACE` blocks; `Found N data race(s)` is checked against the number of blocks. */
export const goRace: LineReader = {
  kind: 'lines',
  tools: ['go-race'],
  literals: ['DATA RACE', 'WARNING: DEADLOCK', 'race: limit on', 'data race(s)'],
  markers: [{ words: /\b(?:WARNING: )?DATA RACE\b/, opening: /\bWARNING: DATA RACE$/ }],
  make,
};

function make(emit: Emit): LineSession {
  let open: Diagnostic | undefined;
  let stack: Stack | undefined;
  let fn: string | undefined;
  let read = 0;
  let promised = 0;

  const close = (): void => {
    if (open) emit(open);
    open = stack = fn = undefined;
  };
  /** A function line that never got its place is still a frame. */
  const flush = (): void => {
    if (fn !== undefined && stack) addFrame(stack, { kind: 'symbol', function: fn });
    fn = undefined;
  };

  return {
    line(line) {
      const text = line.text.trimEnd();
      if (text === 'WARNING: DATA RACE') {
        flush();
        close();
        read++;
        open = draft(
          line,
          { tool: 'go-race', rule: 'go-race/data-race', hazard: 'threading/go-race', message: 'data race' },
          'the closing line of the race report',
        );
        return 'consumed';
      }
      if (text === 'WARNING: DEADLOCK') {
        flush();
        close();
        open = draft(
          line,
          {
            tool: 'go-race',
            rule: 'go-race/deadlock',
            hazard: 'threading/deadlock',
            message: 'potential deadlock',
          },
          'the closing line of the report',
        );
        return 'consumed';
      }
      if (LIMIT.test(text)) {
        const s = draft(
          line,
          { tool: 'go-race', rule: 'go-race/limit', hazard: 'tool/host-fault', message: text.trim() },
          '',
        );
        whole(s);
        emit(s);
        return 'consumed';
      }
      const found = FOUND.exec(text);
      if (found) {
        promised += Number(found[1]);
        return 'consumed';
      }
      if (!open) return 'ignored';
      if (RULE.test(text)) {
        flush();
        reach(open, line);
        if (open.stacks.length > 0) whole(open);
        close();
        return 'consumed';
      }
      const access = ACCESS.exec(text);
      if (access) {
        flush();
        reach(open, line);
        const first = open.stacks.length === 0;
        stack = addStack(open, {
          role: first ? 'fault' : 'other-access',
          thread: access[5] ?? 'goroutine',
          title: text,
          access: accessOf(access),
          frames: [],
        });
        if (first) {
          open.access = accessOf(access);
          if (access[4]) open.address = access[4];
          if (access[5]) open.thread = access[5];
          open.message = `data race: ${open.access.kind}`;
        } else open.message += ` against ${accessOf(access).kind}`;
        return 'consumed';
      }
      const locked = LOCKED.exec(text);
      if (locked) {
        flush();
        reach(open, line);
        stack = addStack(open, {
          role: open.stacks.length === 0 ? 'fault' : 'lock-acquired',
          ...(locked[1] && { thread: locked[1].toLowerCase() }),
          title: text,
          frames: [],
        });
        return 'consumed';
      }
      const created = CREATED.exec(text);
      if (created) {
        flush();
        reach(open, line);
        stack = addStack(open, {
          role: 'thread-created',
          thread: (created[1] ?? '').toLowerCase(),
          title: text,
          frames: [],
        });
        return 'consumed';
      }
      if (text === '') {
        flush();
        return 'consumed';
      }
      if (!stack || !/^ {2}/.test(text)) return 'ignored';
      reach(open, line);
      if (/^ {6}/.test(text)) {
        addFrame(stack, goFrame(fn ?? UNKNOWN_FUNCTION, text.trim()));
        fn = undefined;
      } else {
        flush();
        const name = text.trim();
        if (name.startsWith('[')) addFrame(stack, { kind: 'opaque', text: name });
        else fn = goFunction(name);
      }
      return 'consumed';
    },
    end() {
      flush();
      close();
      return promised > read ? [`the race detector counted ${promised} data races, ${read} were read`] : [];
    },
  };
}
