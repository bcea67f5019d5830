/**
 * How the functions of a library report errors (`errors` of a target): from what its headers say, and from how code of the project
 * looks at results. What is certain is proposed; the rest becomes comments.
 */
import type { ErrorResult } from '../../model/ids.js';
import { isAside, textsOf, within, type Tree } from '../tree.js';
import { checksIn, type Check } from './checked.js';
import { documented, type Documented } from './documented.js';
import { readHeaders, type Declared } from './headers.js';

export type ErrorIdea = {
  name: string;
  how: ErrorResult;
  certain: boolean;
  /** `file:line`, and what is said there if it is not certain. */
  why: string;
};

const HEADER = /\.(?:h|hh|hpp|hxx)$/;
const NATIVE = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx)$/;
const HOST = /\.(?:py|pyx|go|rs|cs|java|kt|js|mjs|cjs|ts|mts|cts)$/;
/** Native code that belongs to a host: an addon, an extension, a shim. */
const HOST_HEADER = /#\s{0,8}include\s{0,8}[<"](?:Python|jni|napi|node_api|nan|pybind11\/\w{1,40})\.h/;
/** They compare or ask, or tell about an earlier error: a result that looks like an error is an answer. */
const ANSWERS =
  /(?:^|_)(?:cmp|compare|equals?|is|has|can|contains|exists?|match(?:es)?|check|eof|errors?|err|errno|failure|strerror|status)(?:_|$)|(?:^|_)(?:is|has|can)[A-Z]|(?:Error|Errno|Status)$/;
/** Functions of the C library that a header declares once more. */
const STANDARD = /^(?:malloc|calloc|realloc|free|strdup|mem\w+|str\w+)$/;
/** Who looks for something may not find it. */
const LOOKS_FOR =
  /(?:^|_)(?:find|get|lookup|search|next|first|last|peek|pop)(?:_|$)|(?:find|get|lookup|next)[A-Z_]/;
const isAnswer = (name: string): boolean => ANSWERS.test(name) || STANDARD.test(name);

/** Where a function is declared for users of the library, and not for itself. */
const INTERNAL = /(?:^|[/_-])(?:internal|private|priv|impl)(?:[/_.-]|$)/i;

const isHost = (path: string, text: string): boolean =>
  HOST.test(path) || (NATIVE.test(path) && !HEADER.test(path) && (isAside(path) || HOST_HEADER.test(text)));

const agree = (a: ErrorResult, b: ErrorResult): boolean =>
  a === b || (a === 'negative' && b === 'errno') || (a === 'errno' && b === 'negative');

/** What all looks say together. -1 is neither 0 nor at least 0, so that looks for either notice it. */
const joined = (checks: readonly Check[]): ErrorResult | undefined => {
  const hows = new Set(checks.map((c) => c.how));
  const negative = hows.has('errno') ? 'errno' : hows.has('negative') ? 'negative' : undefined;
  if (negative) return [...hows].every((h) => agree(h, negative) || h === 'nonzero') ? negative : undefined;
  return hows.size === 1 ? [...hows][0] : undefined;
};

const placeOf = ({ file, line }: { file: string; line: number }): string => `${file}:${line}`;

/** What looks say where no header does. Results of 0 or another number are as often an answer as an error. */
const lookedAt = (d: Declared, checks: readonly Check[], negatives: boolean): ErrorIdea | undefined => {
  const strict = checks.filter((c) => c.strict);
  const how = joined(strict);
  const [first] = strict.length > 0 ? strict : checks;
  if (!first) return undefined;
  const place = placeOf(first);
  if (strict.length === 0)
    return { name: d.name, how: first.how, certain: false, why: `${place} goes on otherwise` };
  if (how === undefined)
    return {
      name: d.name,
      how: first.how,
      certain: false,
      why: `${place}, and others look for another result`,
    };
  const fits = {
    negative: d.returns === 'signed' || d.returns === 'enum',
    errno: d.returns === 'signed',
    null: d.returns === 'pointer' && !LOOKS_FOR.test(d.name),
    // Codes may be negative, and a host then looks for these alone.
    nonzero: (d.returns === 'signed' || d.returns === 'enum') && !negatives,
    zero: d.returns === 'bool' || strict.some((c) => c.checker),
  }[how];
  return { name: d.name, how, certain: fits && !isAnswer(d.name), why: place };
};

/** What a documented convention and looks at results come to. */
const decide = (
  d: Declared,
  said: Documented | undefined,
  checks: readonly Check[],
  negatives: boolean,
): ErrorIdea | undefined => {
  const looked = lookedAt(d, checks, negatives);
  if (!said) return looked;
  const other = checks.find(
    (c) => c.strict && !agree(c.how, said.how) && !(said.how === 'negative' && c.how === 'nonzero'),
  );
  if (other)
    return {
      name: d.name,
      how: said.how,
      certain: false,
      why: `${placeOf(d)} says ${said.how}, ${placeOf(other)} looks for ${other.how}`,
    };
  const how = said.how === 'negative' && looked?.how === 'errno' ? 'errno' : said.how;
  // Words that only say what success is are clear beside a look that agrees.
  const certain = (said.certain && !isAnswer(d.name)) || (said.open === true && looked?.certain === true);
  return { name: d.name, how, certain, why: certain ? placeOf(d) : `${placeOf(d)}: ${said.quote}` };
};

/** The functions of some headers, each once, of which hosts name any: public headers before internal ones. */
const functionsOf = (functions: readonly Declared[], named: ReadonlySet<string>): Map<string, Declared> => {
  const found = new Map<string, Declared>();
  for (const f of functions) {
    const known = found.get(f.name);
    if (!named.has(f.name) || f.returns === 'nothing' || INTERNAL.test(f.file)) continue;
    if (!known || (known.comment === '' && f.comment !== '')) found.set(f.name, f);
  }
  return found;
};

const wordsOf = (text: string): Set<string> => new Set(text.match(/[A-Za-z_]\w*/g));

/** By target directory: what is found of the functions that its headers declare and that a host names. */
export const findErrorResults = async (
  tree: Tree,
  dirs: readonly string[],
): Promise<Map<string, ErrorIdea[]>> => {
  const found = new Map<string, ErrorIdea[]>();
  if (dirs.length === 0) return found;
  const nearest = (path: string): string | undefined =>
    dirs.length === 1 ? dirs[0] : dirs.filter((d) => within(d, path)).sort((a, b) => b.length - a.length)[0];
  const headers = await textsOf(tree, (p) => HEADER.test(p) && !isAside(p) && nearest(p) !== undefined);
  if (headers.length === 0) return found;
  const sources = await textsOf(tree, (p) => (HOST.test(p) || NATIVE.test(p)) && !HEADER.test(p));
  const hosts = sources.filter((s) => isHost(s.path, s.text)).map((s) => ({ ...s, words: wordsOf(s.text) }));
  const named = new Set(hosts.flatMap((h) => [...h.words]));
  for (const dir of new Set(dirs)) {
    const { functions, constants } = readHeaders(headers.filter((h) => nearest(h.path) === dir));
    const wanted = functionsOf(functions, named);
    const known = new Map([...wanted].map(([name, f]) => [name, f.returns] as const));
    const negatives = [...constants].some(([name, n]) => n < 0 && /ERR|FAIL/i.test(name));
    const checks = sources.flatMap((s) => checksIn(s, known, constants));
    const ideas = [...wanted.values()].flatMap((f) => {
      const idea = decide(
        f,
        documented(f, constants, negatives),
        checks.filter((c) => c.name === f.name),
        negatives,
      );
      return idea ? [idea] : [];
    });
    if (ideas.length > 0)
      found.set(
        dir,
        ideas.sort((a, b) => (a.name < b.name ? -1 : 1)),
      );
  }
  return found;
};
