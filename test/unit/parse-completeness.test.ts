/** When a sanitizer's log is whole: cuts, headers without bodies, summaries without reports, counts that disagree. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

const text = (log: string): string => readFileSync(new URL(`../logs/${log}.log`, import.meta.url), 'utf8');
const without = (log: string, line: RegExp): string =>
  text(log)
    .split('\n')
    .filter((l) => !line.test(l))
    .join('\n');

describe('a report that is cut', () => {
  it.each([
    ['asan/uaf.clang', 'freed by thread', 'the log ends before the SUMMARY line'],
    ['hwasan/uaf.clang', 'freed by thread', 'the log ends before the SUMMARY line'],
    ['tsan/held.clang', 'Previous write', 'the log ends before the SUMMARY line'],
    ['msan/uninit.clang', 'Uninitialized value was', 'the log ends before the SUMMARY line'],
    ['lsan/leak.clang', 'Indirect leak', 'the log ends before the SUMMARY line'],
    ['libfuzzer/deadly', 'NOTE: libFuzzer', 'the log ends before the SUMMARY line'],
    ['gwp-asan/uaf', 'was allocated', 'the log ends before the end line'],
    ['gwp-asan/tombstone', 'allocated by thread 4106', 'the tombstone ends before the block is described'],
    ['rtsan/malloc', '    #0', 'the log ends before the stack'],
  ])('%s', (log, at, missing) => {
    const whole = text(log);
    const cut = whole.slice(0, whole.indexOf(at));
    const parsed = parseText(cut);
    expect(parsed.complete).toBe(false);
    expect(parsed.diagnostics.at(-1)).toMatchObject({ complete: false, missing });
    expect(parsed.missing.join()).toContain(missing);
  });

  it('is closed by the next one', () => {
    const whole = text('asan/uaf.clang');
    const cut = whole.slice(0, whole.indexOf('freed by thread'));
    const { diagnostics } = parseText(`${cut}\n${whole}`);
    expect(diagnostics.map((s) => s.complete)).toEqual([false, true]);
    expect(diagnostics[0]!.missing).toBe('another report begins before the SUMMARY line');
  });
});

describe('a header without a body', () => {
  it.each([
    '==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2 bp 0x3 sp 0x4',
    '==7==ERROR: LeakSanitizer: detected memory leaks',
    '==7==WARNING: MemorySanitizer: use-of-uninitialized-value',
    'WARNING: ThreadSanitizer: data race (pid=7)',
    '==7== ERROR: libFuzzer: timeout after 25 seconds',
    '*** GWP-ASan detected a memory error ***',
    'AddressSanitizer:DEADLYSIGNAL',
    'Uninitialized bytes in strlen at offset 0 inside [0x7010, 5)',
  ])('%s', (header) => {
    const parsed = parseText(`${header}\n`);
    expect(parsed.complete).toBe(false);
    expect(parsed.missing).not.toEqual([]);
  });
});

describe('a summary without its report', () => {
  it.each([
    'SUMMARY: AddressSanitizer: heap-use-after-free a.c:3:4 in f',
    'SUMMARY: HWAddressSanitizer: tag-mismatch a.c:3:4 in f',
    'SUMMARY: ThreadSanitizer: data race a.c:3:4 in f',
    'SUMMARY: MemorySanitizer: use-of-uninitialized-value a.c:3:4 in f',
    'SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3:4 in f',
    'SUMMARY: LeakSanitizer: 7 byte(s) leaked in 1 allocation(s).',
    'ThreadSanitizer: reported 1 warnings',
  ])('%s', (summary) => {
    const parsed = parseText(`done\n${summary}\n`);
    expect(parsed.complete).toBe(false);
    expect(parsed.missing.join()).toMatch(/line 2/);
  });
});

describe('counts', () => {
  it('are the sum of bytes and of objects for leaks', () => {
    const fewer = without('lsan/leak.clang', /^Indirect leak/);
    expect(parseText(fewer).missing.join()).toMatch(/SUMMARY says .*, the records read make/);
    const said = text('lsan/leak.clang').replace(/leaked in \d+ allocation/, 'leaked in 9 allocation');
    expect(parseText(said).complete).toBe(false);
    expect(parseText(text('lsan/leak.clang')).complete).toBe(true);
  });

  it('are not compared when the tool lists only the largest leaks', () => {
    const limited = text('lsan/leak.clang')
      .replace(/^Indirect leak[\s\S]*?\n\n/m, '')
      .replace(/^(Direct leak)/m, 'The 1 top leak(s):\n$1');
    expect(parseText(limited)).toMatchObject({ complete: true, diagnostics: [{ rule: 'lsan/direct-leak' }] });
  });

  it('are the number of warnings for races', () => {
    const said = text('tsan/held.clang').replace('reported 1 warnings', 'reported 3 warnings');
    expect(parseText(said).missing.join()).toMatch(/reported 3 warnings, 1 read/);
  });

  it('end where the minimal runtime gives up', () => {
    const parsed = parseText('ubsan: add-overflow by 0x01\nubsan: too many errors\n');
    expect(parsed.diagnostics).toHaveLength(1);
    expect(parsed.missing.join()).toMatch(/line 2: the minimal runtime reports no more/);
  });
});

it.each([
  'Compare it with AddressSanitizer # (http://dev.chromium.org/)',
  '==7==T0: stack [0x7ffd8b114000,0x7ffd8b914000) size 0x800000; local=0x7ffd8b91212c',
  '==7==T1: FakeStack created: 0x7fc79a4f7000 -- 0x7fc79b000000 stack_size_log: 20; mmapped 11300K,',
  '==7==*** Most likely this means that the app is already      ***',
  '\t\t- Number of seconds to sleep after AddressSanitizer is initialized.',
  '==7==LeakSanitizer: checking for leaks',
  'MemorySanitizer: Started BackgroundThread',
  'MemorySanitizer: StackDepot: 0 ids; 0M allocated',
  '==7==AddressSanitizer: libc interceptors initialized',
])('makes nothing of %s', (line) =>
  expect(parseText(`${line}\n`)).toEqual({ diagnostics: [], unread: [], complete: true, missing: [] }),
);
