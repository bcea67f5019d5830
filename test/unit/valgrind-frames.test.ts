/** A frame of Valgrind's XML that stands in several errors says the same in each, whatever is in it. */
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

const error = (n: number, frame: string): string =>
  `<error><unique>0x${n}</unique><tid>1</tid><kind>InvalidRead</kind><what>Invalid read of size 4</what><stack>` +
  `<frame>${frame}</frame><frame><ip>0x2</ip><fn>main</fn></frame></stack></error>`;
const document = (...errors: string[]): string =>
  `<?xml version="1.0"?>\n<valgrindoutput><pid>7</pid><tool>memcheck</tool>\n${errors.join('\n')}\n</valgrindoutput>\n`;
const read = (...frames: string[]) => {
  const { diagnostics, complete } = parseText(document(...frames.map((f, i) => error(i, f))));
  return { complete, errors: diagnostics.map((d) => ({ complete: d.complete, stacks: d.stacks })) };
};

const PLAIN = '<ip>0x1</ip><obj>/a/libx.so</obj><fn>read_it</fn><dir>/a</dir><file>x.c</file><line>7</line>';
const FRAMES: [what: string, frame: string, first: object | undefined][] = [
  ['a source', PLAIN, { kind: 'source', function: 'read_it', file: '/a/x.c', line: 7, module: '/a/libx.so' }],
  [
    'lines and blanks',
    PLAIN.replaceAll('><', '>\n   <').replace('read_it', '\n read_it'),
    { kind: 'source', function: 'read_it', file: '/a/x.c', line: 7, module: '/a/libx.so' },
  ],
  ['entities', '<ip>0x1</ip><fn>f&lt;int&gt;</fn>', { kind: 'symbol', function: 'f<int>' }],
  ['an entity that is none', '<ip>0x1</ip><fn>f&nope;</fn>', { kind: 'symbol', function: 'f&nope;' }],
  ['a comment', '<ip>0x1</ip><!-- <fn>g</fn> --><fn>f</fn>', { kind: 'symbol', function: 'f' }],
  ['CDATA', '<ip>0x1</ip><fn><![CDATA[f<g>]]></fn>', { kind: 'symbol', function: 'f<g>' }],
  [
    'an element of a later version',
    '<ip>0x1</ip><fn>f</fn><column>3</column>',
    { kind: 'symbol', function: 'f' },
  ],
  ['an empty element', '<ip>0x1</ip><fn/><obj>/a/b.so</obj>', { kind: 'module', module: '/a/b.so' }],
  ['an attribute', '<ip a="1">0x1</ip><fn>f</fn>', { kind: 'symbol', function: 'f' }],
  ['an element that does not end', '<ip>0x1</ip><fn>f', undefined],
  ['another frame inside', '<frame><fn>g</fn></frame><fn>f</fn>', undefined],
  ['a record inside', '<error><kind>InvalidRead</kind></error>', undefined],
  ['nothing', '', undefined],
  ['text', 'no element', undefined],
];

describe('a frame with', () => {
  test.each(FRAMES)('%s', (_what, frame, first) => {
    const alone = read(frame);
    if (first !== undefined) expect(alone.errors[0]?.stacks[0]?.frames[0]).toEqual(first);
    const many = read(frame, PLAIN, frame, frame);
    expect(many.complete).toBe(alone.complete);
    const own = many.errors.filter((e) => JSON.stringify(e) !== JSON.stringify(read(PLAIN).errors[0]));
    for (const e of own) expect(alone.errors).toContainEqual(e);
    if (first !== undefined) expect(many.errors).toHaveLength(4);
  });

  test('a change of one error is none of another', () => {
    const { errors } = read(PLAIN, PLAIN);
    Object.assign(errors[0]!.stacks[0]!.frames[0]!, { function: 'changed' });
    expect(errors[1]!.stacks[0]!.frames[0]).toMatchObject({ function: 'read_it' });
    expect(read(PLAIN).errors[0]!.stacks[0]!.frames[0]).toMatchObject({ function: 'read_it' });
  });

  test('more different frames than are kept', () => {
    const names = Array.from({ length: 9000 }, (_, i) => `<ip>0x${i.toString(16)}</ip><fn>f${i}</fn>`);
    const seen = read(...names, ...names).errors.map((e) => e.stacks[0]?.frames[0]);
    expect(seen).toEqual([...names, ...names].map((_, i) => ({ kind: 'symbol', function: `f${i % 9000}` })));
  });
});
