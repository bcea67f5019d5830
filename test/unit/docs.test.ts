/** The documents say what is there: links, paths and tests that they name exist, and the glossary's words are in use. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const find = (...patterns: string[]): string[] => globSync(patterns, { cwd: ROOT }).sort();

const DOCUMENTS = find('*.md', 'docs/**/*.md', 'src/README.md', 'native-fixtures/README.md');
const LAWS = read('docs/laws.md');

/** Text outside of fenced blocks, which hold examples from other repositories. */
const prose = (file: string): string => read(file).replace(/^```[^]*?^```$/gm, '');
const spans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map((m) => m[1]!.replace(/\n/g, ' '));

/** GitHub's name for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string): string[] =>
  [...prose(file).matchAll(/^#+ (.+)$/gm)].map((m) => anchorOf(m[1]!));

/** Top folders by which a path is known for one; a run's own output is none. */
const FOLDER =
  /^(?:src|test|docs|bench|scripts|matrices|native-fixtures|plugins|reports\/html|e2e|bin|\.ci|\.github)\//;
const FOLDERS_OF_SRC = find('src/*/*.ts').map((f) => f.split('/')[1]!);

/** The file, folder or glob that a code span names, relative to the root; placeholders (`<gate>`) end it. */
const pathIn = (file: string, span: string): string | undefined => {
  const path = span.replace(/[^/]*<.*$/, '');
  if (/[\s…]/.test(span)) return undefined;
  if (FOLDER.test(path)) return path;
  const inside =
    dirname(file) === 'src' && FOLDERS_OF_SRC.includes(path.split('/')[0]!) && path.includes('/');
  return inside ? `src/${path}` : undefined;
};
const isThere = (path: string): boolean => existsSync(join(ROOT, path)) || find(path).length > 0;

describe.each(DOCUMENTS)('%s', (file) => {
  test('links lead somewhere', () => {
    const broken = [...prose(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter((m) => {
      const to = m[1] === '' ? file : join(dirname(file), m[1]!);
      return !existsSync(join(ROOT, to)) || (m[2] !== undefined && !anchorsOf(to).includes(m[2]));
    });
    expect(broken.map((m) => m[0])).toEqual([]);
  });

  test('paths are those of files', () => {
    const paths = spans(prose(file)).flatMap((s) => pathIn(file, s) ?? []);
    expect(paths.filter((p) => !isThere(p))).toEqual([]);
  });

  test('names stand in the files that are said to hold them', () => {
    const said = [...prose(file).matchAll(/`(\w+)`\s+(?:in\s+|\()`(src\/[^`<]+\.ts)`/g)];
    expect(said.filter((m) => !read(m[2]!).includes(m[1]!)).map((m) => m[0])).toEqual([]);
  });

  test('no path of somebody’s machine', () => {
    expect(read(file).match(/\/(?:work|home|root|Users)\/\w+/g)).toBeNull();
  });
});

describe('the laws', () => {
  const sections = LAWS.split(/^## /m).slice(1);
  const numbers = sections.map((s) => Number(/^Law (\d+): /.exec(s)?.[1]));

  test('are numbered without a gap', () => {
    expect(numbers).toEqual(sections.map((_, i) => i + 1));
  });

  test.each(sections.map((s) => [s.split('\n')[0]!, s]))(
    '%s: its tests exist, or it says NO TEST',
    (_, text) => {
      const kept = [...text.matchAll(/^- \[(.+?)\]\(\.\.\/(.+?)\):([^]*?)(?=\n- |\n\n|\n*$(?![^]))/gm)];
      expect(kept.length > 0 || text.includes('**NO TEST**')).toBe(true);
      for (const [, label, path = '', names = ''] of kept) {
        expect(path).toBe(label);
        const code = read(path);
        expect(spans(names).length).toBeGreaterThan(0);
        expect(
          spans(names).filter((n) => !["'", '"', '`'].some((q) => code.includes(q + n + q))),
          path,
        ).toEqual([]);
      }
    },
  );

  test('are the ones that code and tests cite', () => {
    const cited = find('src/**/*.ts', 'test/**/*.ts', 'DECISIONS.md').flatMap((f) =>
      [...read(f).matchAll(/\blaw (\d+)/gi)].map((m) => Number(m[1])),
    );
    expect([...new Set(cited)].filter((n) => !numbers.includes(n))).toEqual([]);
  });
});

test('the words of the glossary are in use', () => {
  const words = [...read('docs/glossary.md').matchAll(/\*\*(.+?)\*\*/g)].map((m) => m[1]!.toLowerCase());
  const texts = [...find('src/**/*.ts'), ...DOCUMENTS.filter((d) => d !== 'docs/glossary.md')].map(read);
  const all = texts.join('\n').toLowerCase();
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((w) => ![w, w.replaceAll(' ', '')].some((word) => all.includes(word)))).toEqual([]);
});

test('the landing page keeps its two commands and leads to every page', () => {
  const lines = read('README.md').split('\n');
  expect(lines.some((l) => l.startsWith('npm ci && npx ffi-gates run --provision '))).toBe(true);
  expect(lines.some((l) => l.startsWith('npm ci && npm test '))).toBe(true);
  const pages = find('docs/*.md').map((p) => `](${p})`);
  expect(pages.filter((p) => !lines.join('\n').includes(p))).toEqual([]);
});
