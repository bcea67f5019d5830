/**
 * What Linux logs of a process that a fault killed: the only words of a program without a handler. Sources: `arch/x86/mm/fault.c`
 * (`show_signal_msg`), `arch/x86/kernel/traps.c`, `arch/arm64/kernel/traps.c`.
 *
 *     beam.smp[4242]: segfault at 18 ip 00007f9c sp 00007ffd error 4 in shelf_nif.so[7f9c5a000000+1000]
 *     traps: till[4242] general protection fault ip:7f9c sp:7ffd error:0 in libshelf.so[7f9c5a000000+1000]
 */
import type { Frame } from '../../model/diagnostic.js';
import { closeReport, openReport, openStack } from '../engine/open-report.js';
import type { LineReader } from '../engine/reader.js';
import { signalHazard } from '../engine/signals.js';

const SEGFAULT =
  /^(?:traps: )?([^\s[][^[]{0,40})\[(\d{1,10})\]: segfault at ([0-9a-f]{1,16}) (?:ip|rip|nip) ?:?([0-9a-f]{8,16}) (?:sp|rsp) ?:?[0-9a-f]{8,16} (?:error|err) ?:?([0-9a-f]{1,8})(?: in ([^\s[]{1,100})\[(?:([0-9a-f]{1,16}),)?([0-9a-f]{4,16})\+[0-9a-f]{1,16}\])?/;
const TRAP =
  /^(?:traps: )?([^\s[][^[]{0,40})\[(\d{1,10})\] (?:trap )?(general protection(?: fault)?|invalid opcode|divide error|int3|stack segment) (?:ip|rip):([0-9a-f]{1,16}) (?:sp|rsp):[0-9a-f]{1,16} error:[0-9a-f]{1,8}(?: in ([^\s[]{1,100})\[(?:([0-9a-f]{1,16}),)?([0-9a-f]{4,16})\+[0-9a-f]{1,16}\])?/;
const SIGNALS: Readonly<Record<string, string>> = {
  'invalid opcode': 'SIGILL',
  'divide error': 'SIGFPE',
  int3: 'SIGTRAP',
};
/** In the error code of a page fault. */
const WRITES = 2;

/** The object of the faulting code; its offset is told since 6.1, and follows from the mapping before. */
function frameOf(
  module: string | undefined,
  ip: string,
  printed: string | undefined,
  base: string | undefined,
): Frame {
  if (module === undefined) return { kind: 'opaque', text: `0x${ip}` };
  const offset = printed ?? (BigInt(`0x${ip}`) - BigInt(`0x${base ?? '0'}`)).toString(16);
  return offset.startsWith('-')
    ? { kind: 'module', module }
    : { kind: 'module', module, offset: `0x${offset}` };
}

/** Reads the kernel's words about processes that died of a fault. */
export const segfault: LineReader = {
  kind: 'lines',
  tools: ['os'],
  literals: [
    ']: segfault at ',
    ' general protection',
    ' invalid opcode ip',
    ' divide error ip',
    ' int3 ip',
    ' stack segment ip',
  ],
  markers: [
    {
      words:
        /\S\[\d{1,10}\](?:: segfault at [0-9a-f]{1,16} r?ip| (?:trap )?(?:general protection(?: fault)?|invalid opcode|divide error|int3|stack segment) r?ip:[0-9a-f])/,
    },
  ],
  make: (emit) => ({
    line(line) {
      const page = line.text.includes('segfault at ') ? SEGFAULT.exec(line.text) : null;
      const trap = page ? null : TRAP.exec(line.text);
      const found = page ?? trap;
      if (found === null) return 'ignored';
      const [, program = '', pid = ''] = found;
      const signal = page ? 'SIGSEGV' : (SIGNALS[trap![3]!] ?? 'SIGSEGV');
      const address = page ? `0x${page[3]!}` : undefined;
      const report = openReport(line, {
        tool: 'os',
        rule: `os/${signal}`,
        hazard: signalHazard(signal, address),
        message: `${program} died of ${page ? 'a segfault' : trap![3]!}`,
        pid: Number(pid),
        ...(address !== undefined && { address }),
        ...(page && { access: { kind: Number.parseInt(page[5]!, 16) & WRITES ? 'write' : 'read' } }),
      });
      const frame = page
        ? frameOf(page[6], page[4]!, page[7], page[8])
        : frameOf(trap![5], trap![4]!, trap![6], trap![7]);
      openStack(report, 'fault').frames.push(frame);
      closeReport(report, emit);
      return 'consumed';
    },
    end: () => [],
  }),
};
