import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { casesIn } from '../helpers/annotated.js';
import { BINDING_IDS, type BindingId } from '../../src/model/ids.js';
import { readDetection } from '../../src/config/shipped-tables.js';
import { findHazards, parseExplanations, readExplanations } from '../../src/cli/hazard-docs.js';
import { hazard, HAZARDS } from '../../src/model/hazards.js';

const FIXTURES = fileURLToPath(new URL('../../native-fixtures', import.meta.url));
/** A C extension's wrong line is C. */
const LANGUAGE: Record<BindingId, string> = {
  c: 'c',
  py: 'python',
  pyx: 'c',
  go: 'go',
  jni: 'java',
  rs: 'rust',
  net: 'csharp',
  node: 'js',
};
/** Hazards that C code cannot commit. */
const HOST_ONLY = /^(?:ub\/rust-.*|rules\/cgo-.*|threading\/go-race)$/;

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /\.(?:c|py|go|java|rs|cs|js|mjs|cjs)$/.test(f.name))
    .map((f) => join(f.parentPath, f.name));

describe('explanations', () => {
  const all = readExplanations();

  test.each(HAZARDS.map((h) => h.id))('%s is explained, with a wrong and a right example', (id) => {
    const e = all.get(id);
    expect(e?.text.length).toBeGreaterThan(30);
    const languages = e!.examples.map((x) => x.language);
    expect(new Set(languages).size).toBe(languages.length);
    if (!HOST_ONLY.test(id)) expect(languages).toContain('c');
    for (const x of e!.examples) {
      expect(x.wrong.trim(), x.language).not.toBe('');
      expect(x.right.trim(), x.language).not.toBe('');
      expect(x.wrong).not.toBe(x.right);
    }
  });

  test('nothing is explained that is not in the catalogue', () => {
    expect([...all.keys()].filter((id) => !hazard(id))).toEqual([]);
  });

  test('a hazard that we plant in a host language has an example in it, unless native code is to blame', () => {
    const lacking = new Set<string>();
    for (const b of BINDING_IDS)
      for (const file of filesIn(join(FIXTURES, b, 'hazard')))
        for (const e of casesIn(file)) {
          if (hazard(e.hazard)!.side === 'native' || /^(?:crash|tool)\/|\/other$/.test(e.hazard)) continue;
          if (!all.get(e.hazard)?.examples.some((x) => x.language === LANGUAGE[b]))
            lacking.add(`${e.hazard} in ${LANGUAGE[b]}`);
        }
    expect([...lacking]).toEqual([]);
  });

  test('a fence without its halves yields empty ones, which the walk above refuses', () => {
    const e = parseExplanations('## a/b\ntext\n```c\nx();\n```\n').get('a/b');
    expect(e).toEqual({ text: 'text', examples: [{ language: 'c', wrong: '', right: '' }], unseen: {} });
  });
});

describe('what no gate sees', () => {
  test('has its reason, in every binding in which a planted bug is blind', async () => {
    const all = readExplanations();
    const silent = (await readDetection()).flatMap(({ hazard: id, blind }) =>
      blind
        .filter((b) => (all.get(id)?.unseen[b] ?? all.get(id)?.unseen['*']) === undefined)
        .map((b) => `${id} in ${b}`),
    );
    expect(silent).toEqual([]);
  });

  test('of declarations and errno is at most six pairs', async () => {
    const pairs = (await readDetection())
      .filter((r) => /^(?:abi|errno)\//.test(r.hazard))
      .flatMap((r) => r.blind.map((b) => `${r.hazard} ${b}`));
    expect(pairs.length).toBeLessThanOrEqual(6);
  });

  test('is said for one binding, for several or for all, in a paragraph of its own', () => {
    const text =
      '## a/b\ntext\nand more\n\nNot seen in node, net: it is\nnot.\n\nNot seen: never.\n\n```c\nx();\n```\n';
    expect(parseExplanations(text).get('a/b')).toMatchObject({
      text: 'text and more',
      unseen: { node: 'it is not.', net: 'it is not.', '*': 'never.' },
    });
  });
});

describe('findHazards', () => {
  test('takes an id, a name and a family', () => {
    expect(findHazards('ownership/leak').map((h) => h.id)).toEqual(['ownership/leak']);
    expect(findHazards('double-free').map((h) => h.id)).toEqual(['ownership/double-free']);
    expect(findHazards('null').map((h) => h.id)).toEqual(['null/dereference']);
    expect(findHazards('rules').length).toBeGreaterThan(5);
  });

  test.each([
    ['ownership/laek', "Did you mean 'ownership/leak'?"],
    ['doubel-free', "Did you mean 'ownership/double-free'?"],
    ['treading', "Did you mean 'threading'?"],
    ['zzzzzzzzzzzz', 'list hazards'],
  ])('%s: %s', (word, says) => {
    expect(() => findHazards(word)).toThrow(says);
  });
});
