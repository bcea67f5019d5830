/** Miri and rustc print one diagnostic as text or as JSON: both are the same finding. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';

type Printed = { title: string; code?: string; label: string };

const asText = ({ title, code, label }: Printed): string => `error${code ? `[${code}]` : ''}: ${title}
 --> src/lib.rs:3:20
  |
3 |     const LEN: u32 = 5 - 6;
  |                      ^^^^^ ${label}

error: aborting due to 1 previous error
`;
const asJson = ({ title, code, label }: Printed): string =>
  `${JSON.stringify({
    message: title,
    code: code ? { code, explanation: null } : null,
    level: 'error',
    spans: [{ file_name: 'src/lib.rs', line_start: 3, column_start: 20, is_primary: true, label }],
    children: [],
    rendered: null,
  })}\n`;

/** What makes a finding, without where it stands in its log. */
const essence = (text: string): unknown[] =>
  parseText(text).diagnostics.map(({ tool, rule, hazard, message, ordinary, stacks }: Diagnostic) => ({
    tool,
    rule,
    hazard,
    message,
    ordinary,
    stacks,
  }));

describe('as text and as JSON', () => {
  it.each([
    [
      'miri/const-evaluation',
      {
        title: 'evaluation of constant value failed',
        code: 'E0080',
        label: 'attempt to compute `5_u32 - 6_u32`, which would overflow',
      },
    ],
    [
      'miri/overflow',
      {
        title: 'overflow executing `unchecked_sub`',
        code: 'E0080',
        label: 'evaluation of `LEN` failed here',
      },
    ],
    [
      'miri/dangling',
      {
        title: 'Undefined Behavior: memory access failed: alloc1 has been freed, so this pointer is dangling',
        label: 'Undefined Behavior occurred here',
      },
    ],
  ])('%s', (rule, printed) => {
    const text = essence(asText(printed));
    expect(text).toMatchObject([{ rule }]);
    expect(essence(asJson(printed))).toEqual(text);
  });

  it("rustc's own errors are none", () => {
    const printed = { title: 'mismatched types', code: 'E0308', label: 'expected `u32`' };
    expect(essence(asText(printed))).toEqual([]);
    expect(essence(asJson(printed))).toEqual([]);
  });
});
