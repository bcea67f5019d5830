/**
 * Ruby's `[BUG]` reports. Sources: `error.c` (`rb_bug`, `rb_bug_for_fatal_signal`), `vm_dump.c`, `addr2line.c`, `gc.c`, 1.9 to 3.4:
 *
 *     shelf.rb:5: [BUG] Segmentation fault at 0x0000000000000018
 *     ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]
 *
 *     -- Control frame information -----------------------------------------------
 *     c:0002 p:0012 s:0006 e:000005 EVAL   shelf.rb:5 [FINISH]
 *
 *     -- Ruby level backtrace information ----------------------------------------
 *     shelf.rb:5:in `<main>'
 *     shelf.rb:5:in `top'
 *
 *     -- C level backtrace information -------------------------------------------
 *     /usr/lib/libruby-3.1.so.3.1(rb_vm_bugreport+0x5f4) [0x7f0c] vm_dump.c:759
 *     /src/shelf.so(shelf_top+0x10) [0x7f1d] shelf.c:12
 *
 *     -- Other runtime information -----------------------------------------------
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { libcFrameOf, sourceFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { dropHandler } from '../engine/signal-handler.js';
import { signalHazard } from '../engine/signals.js';

const BUG = /\[(BUG|ASYNC BUG|FATAL)\] /;
/** What may precede it: the place in the script. */
const SCRIPT = /^\s*(?:[\w./\\(<~-].*: )?$/;
const FAULT = /^(Segmentation fault|Bus Error|Illegal instruction)\b(?: at (0x[0-9a-fA-F]{1,16}))?/;
const VERSION = /^\s*(?:ruby|rubinius|truffleruby) \d\.\d\S{0,30} \(/;
const SECTION = /^\s*-- (.{4,40}?) -{3,}$/;
const RUBY_FRAME = /:(\d{1,9}):in [`']/;
const NOTE = /^\s*\[(?:NOTE|IMPORTANT)\]$/;
/** Ruby's own handler of the fault. */
const HANDLER =
  /^(?:rb_print_backtrace|rb_vm_bugreport|rb_bug\w*|bug_report_\w+|die|report_bug\w*|sig(?:segv|bus|ill|abrt)|ruby_(?:abort|default_signal|signal_name)|check_(?:stack_overflow|reserved_signal_?)|rb_assert_failure|raise_stack_overflow)$/;
const SIGNALS: Readonly<Record<string, string>> = {
  'Segmentation fault': 'SIGSEGV',
  'Bus Error': 'SIGBUS',
  'Illegal instruction': 'SIGILL',
};

/** Words of the collector about objects that are gone, of checks of threads, and of memory that ran out. */
const MEANINGS: readonly [RegExp, HazardId][] = [
  [/\bfailed to allocate memory|\bstack overflow\b|out of memory/i, 'resource/exhausted'],
  [
    /\bcross-thread violation|\bnot (?:a|the) (?:ruby|main) thread|non-ruby thread|\bGVL\b/i,
    'threading/wrong-thread-env',
  ],
  [
    /\btry to mark T_NONE|\brb_gc_mark\w*\(\)|\bgc_(?:mark|sweep)\w*\(\)|non object|\bobject allocation during garbage|corrupt/i,
    'crash/heap-corruption',
  ],
];

type Open = Tentative & { section: 'ruby' | 'c' | 'other'; signal: string | undefined };

const WORDS = /\[(?:ASYNC )?BUG\] (?:Segmentation fault|Bus Error|Illegal instruction)\b/;
/** Where a report begins: at the place in the script, where one precedes its words. */
function beforeReport(text: string): number {
  const at = text.search(WORDS);
  if (at <= 0 || text.slice(at - 2, at) !== ': ') return Math.max(at, 0);
  return text.lastIndexOf(' ', at - 3) + 1;
}

/** Reads Ruby's reports of a bug in itself or in an extension. */
export const ruby = readReports<Open>({
  tools: ['ruby'],
  literals: [
    '[BUG] ',
    '[ASYNC BUG] ',
    '[FATAL] ',
    ' information ----',
    '(rb_vm_bug',
    '(rb_bug',
    '(rb_print_back',
    '(sigsegv+',
  ],
  markers: [
    { words: WORDS, opening: beforeReport },
    {
      words:
        /^\s*-- (?:Control frame|Ruby level backtrace|C level backtrace) information -{3,}$|\[BUG\] Segmentation fault\b/,
    },
  ],
  traces: [
    /^.{0,100}-- (?:Control frame|(?:Ruby|C) level backtrace) information -{3,}$/,
    /\((?:rb_vm_bugreport|rb_print_backtrace|rb_bug|rb_bug_\w{1,30}|sigsegv)(?:\+0x[0-9a-f]{1,8})?\) ?(?:\[0x|\/)/,
  ],
  begin,
  take,
  finish({ diagnostic, signal }) {
    if (signal !== undefined) diagnostic.hazard = signalHazard(signal, diagnostic.address);
    dropHandler(diagnostic.stacks.find((k) => k.role === 'fault')?.frames ?? [], HANDLER);
  },
  patience: 60,
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const bug = BUG.exec(line.text);
  const place = line.text.slice(0, bug?.index ?? 0);
  if (bug === null || !SCRIPT.test(place)) return undefined;
  const word = bug[1]!;
  const words = line.text.slice(bug.index + bug[0].length);
  // A handler that crashes itself says so again.
  if (
    open?.isBelieved === true &&
    open.section === 'other' &&
    open.diagnostic.stacks.length === 0 &&
    word === 'ASYNC BUG'
  )
    return open;
  const fault = FAULT.exec(words);
  const signal = SIGNALS[fault?.[1] ?? ''];
  const at = sourceFrame('??', place.trim().replace(/:$/, ''));
  const begun: Open = {
    ...openReport(
      line,
      {
        tool: 'ruby',
        rule: `ruby/${signal ?? 'bug'}`,
        hazard: MEANINGS.find(([m]) => m.test(words))?.[1] ?? 'crash/abort',
        message: messageOf(words.replace(/0x[0-9a-fA-F]+/g, '0x…')),
        ...(fault?.[2] !== undefined && { address: fault[2] }),
      },
      { missing: 'the C level backtrace' },
    ),
    section: 'other',
    signal,
    // Anybody may write `[BUG]` before a sentence, but not behind a place in a script.
    isBelieved: signal !== undefined ? true : at ? false : 'never',
  };
  if (at) {
    openStack(begun, 'managed');
    addFrame(begun, at);
  }
  return begun;
}

function take(open: Open, { text }: Line): Belongs {
  const section = SECTION.exec(text)?.[1];
  if (section !== undefined || VERSION.test(text)) {
    open.isBelieved = true;
    if (section !== undefined) takeSection(open, section, text);
    return 'own';
  }
  if (NOTE.test(text)) {
    markComplete(open);
    return 'last';
  }
  if (text.trim() === '') return 'foreign';
  if (open.section === 'ruby') return takeRuby(open, text) ? 'own' : 'foreign';
  if (open.section === 'c') {
    const frame = cFrame(text.trim());
    if (frame) addFrame(open, frame);
    return frame ? 'own' : 'foreign';
  }
  return /^\s*(?:c:\d{4} |[a-zA-Z]\w{1,3}:? 0x[0-9a-f]{8,16}\b|\* |\d{1,5} \S|[0-9a-f]{8,16}-[0-9a-f]{8,16} )/.test(
    text,
  )
    ? 'own'
    : 'foreign';
}

function takeSection(open: Open, name: string, title: string): void {
  const has = open.diagnostic.stacks.some((k) => k.role === 'fault');
  if (name.startsWith('Ruby level')) {
    // The line of the report names the place, and this stack begins with it.
    open.diagnostic.stacks = open.diagnostic.stacks.filter((k) => k.role !== 'managed');
    openStack(open, 'managed', { title });
    open.section = 'ruby';
  } else if (name.startsWith('C level')) {
    openStack(open, 'fault', { title });
    // The fault is the first stack.
    open.diagnostic.stacks.sort((a, b) => Number(b.role === 'fault') - Number(a.role === 'fault'));
    open.section = 'c';
  } else {
    if (has) markComplete(open);
    open.section = 'other';
  }
}

/** Most recent last there, most recent first in every stack of ours. */
function takeRuby(open: Open, text: string): boolean {
  const found = RUBY_FRAME.exec(text);
  if (found === null || open.stack === undefined || !text.endsWith("'")) return false;
  const file = text
    .slice(0, found.index)
    .trim()
    .replace(/^from /, '');
  open.stack.frames.unshift({
    kind: 'source',
    function: text.slice(found.index + found[0].length, -1),
    file,
    line: Number(found[1]),
  });
  return true;
}

/** A function of which only the address is known stands in the brackets of its name, or no object is known either. */
function cFrame(text: string): Frame | undefined {
  const bare = /^\[(0x[0-9a-f]{4,16})\]$/.exec(text)?.[1];
  if (bare !== undefined) return { kind: 'opaque', text: bare };
  const end = text.lastIndexOf(']') + 1;
  const frame = libcFrameOf(text.slice(0, end).replace(/\(0x[0-9a-f]{4,16}\)/, '()'));
  if (frame?.kind !== 'module' || frame.function === undefined) return frame;
  const source = sourceFrame(frame.function, text.slice(end).trim());
  return source?.kind === 'source' ? { ...source, module: frame.module } : frame;
}
