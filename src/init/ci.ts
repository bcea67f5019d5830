/** What a project's CI and Makefile say about how its tests are built: tags of Go, features of Rust. */
import { basename } from 'node:path/posix';
import { textsOf, within, type Tree } from './tree.js';

const CI = /^(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.travis\.yml|\.circleci\/config\.yml)$/;
const OTHER = /^(?:(?:GNUm|[Mm])akefile|Taskfile\.ya?ml|justfile|magefile\.go|tox\.ini|noxfile\.py)$/;

/** Lines of the files that a project is tested by; those that a backslash continues are one. */
export const ciLines = async (tree: Tree, dir: string): Promise<string[]> => {
  const files = await textsOf(tree, (p) => CI.test(p) || (within(dir, p) && OTHER.test(basename(p))));
  return files.flatMap((f) => f.text.replaceAll(/\\\r?\n\s*/g, ' ').split(/\r?\n/));
};

const unquoted = (word: string): string => word.replaceAll(/["']/g, '');
/** Values that only CI knows, such as `${{ matrix.tags }}`. */
const isPlain = (word: string): boolean => /^[\w.,/+-]+$/.test(word);

/**
 * Build tags of `go test` or `go build`, if all lines that have some agree and the tests run with them only. If CI
 * also tests without any, the tags choose a variant (a system library instead of the vendored one), and the module
 * is tested as it is by default. Tags in GOFLAGS hold for every line.
 */
export const goTags = (lines: readonly string[]): string[] => {
  const commands = lines.flatMap((line) => {
    const at = line.search(/\bgo (?:test|build|vet)\b|\bGOFLAGS\b/);
    if (at < 0) return [];
    const words = line.slice(at).split(/[\s=]+/);
    const i = words.findIndex((w) => /^["']?--?tags$/.test(w));
    return [{ line, tags: i < 0 ? '' : unquoted(words[i + 1] ?? '') }];
  });
  const said = commands.filter(({ tags }) => tags !== '' && isPlain(tags));
  const everywhere = said.some(({ line }) => line.includes('GOFLAGS'));
  const alsoWithout = commands.some(({ line, tags }) => tags === '' && /\bgo test\b/.test(line));
  const [first] = said;
  const one = first !== undefined && said.every(({ tags }) => tags === first.tags);
  return one && (everywhere || !alsoWithout) ? first.tags.split(',') : [];
};

/** Options of a `cargo test` that choose features. Undefined if the line has none, or is about another package. */
const featuresIn = (line: string): { options: string[]; isPlain: boolean } | undefined => {
  const at = line.search(/\bcargo (?:\+\w{1,20} )?(?:test|nextest run)\b/);
  if (at < 0) return undefined;
  const words = line
    .slice(at)
    .split(/ -- |&&|[|;#]/)[0]!
    .split(/[\s=]+/)
    .map(unquoted);
  const chooses = /^(?:--all-features|--no-default-features|--features|-F|-p|--package|--manifest-path)$/;
  const options = words.flatMap((word, i) => {
    if (word === '--all-features' || word === '--no-default-features') return [word];
    const value = words[i + 1] ?? '';
    return (word === '--features' || word === '-F') && isPlain(value) ? ['--features', value] : [];
  });
  return { options, isPlain: !words.some((w) => chooses.test(w)) };
};

/**
 * Options of `cargo test` that choose features: all of them if one line has all, none if one line has none, since features
 * that are tested besides choose a variant (a translation to Rust instead of the C code), else those of the first line.
 */
export const cargoFeatures = (lines: readonly string[]): string[] => {
  const tests = lines.flatMap((line) => featuresIn(line) ?? []);
  const all = tests.find(({ options }) => options.includes('--all-features'));
  if (all) return all.options;
  if (tests.some((t) => t.isPlain)) return [];
  return tests.find(({ options }) => options.length > 0)?.options ?? [];
};
