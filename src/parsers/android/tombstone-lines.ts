/** Lines of a tombstone that hold no facts of the crash. */

/** What follows the stacks of the crashed thread. */
export const REST =
  /^\s*(?:memory near |memory map|(?:code|stack) around |stack:|open files:|Memory tags around|Learn more about MTE|Tombstone written to: |-{9} (?:tail end of )?log |No memory maps)/;
export const HEAD =
  /^\s*(?:\w+ Version: '|Build fingerprint: |Revision: '?\w|ABI: '|Guest architecture: |Timestamp: \d|Process uptime: |Page size: |Cmdline: |uid: \d|tagged_addr_ctrl: |pac_enabled_keys: |Extra crash detail: |Note: (?:This crash is a delayed|multiple potential)|(?:in this process\. The stack trace|switch that was executed after)|\d+ total frames|NOTE: |stack_record fp:)/;
export const REGISTERS =
  /^ {0,8}[a-z]\w{0,3} {1,4}[0-9a-f]{8,16}(?: {1,4}[a-z]\w{0,3} {1,4}[0-9a-f]{8,16}){0,3}$/;
/** A line of a dump of memory or of the map of it. */
export const DUMP = /^(?:--->)?\s*[0-9a-f']{8,17}(?:-[0-9a-f']{8,17} [r-]|:? (?:[0-9a-f]{8,16}|-{8,16})\b)/;
