/** `ffi-gates explain`: explains a hazard in text and code. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { readDetection } from '../config/shipped-tables.js';
import { findHazards, readExplanations, type Detection } from './hazard-docs.js';
import { Failure } from '../model/failure.js';
import type { Hazard } from '../model/hazard.js';
import { didYouMean } from '../config/did-you-mean.js';
import { columns, say, sayJson } from './say.js';

const SIDES: Record<Hazard['side'], string> = {
  native: 'the native side has to change',
  host: "the host language's side has to change",
  either: 'either side may have to change',
  tool: 'neither: it is about the checker',
};

const LANGUAGES: Record<string, string> = {
  c: 'C',
  python: 'Python',
  go: 'Go',
  java: 'Java',
  rust: 'Rust',
  csharp: 'C#',
  js: 'JavaScript',
};

const indent = (text: string, by: string): string =>
  text
    .split('\n')
    .map((l) => by + l)
    .join('\n');

const nobody = (why: string | undefined): string =>
  why === undefined ? 'no gate sees it' : `no gate sees it: ${why}`;

/** The gates that detect a hazard, by binding, measured with our planted bugs. */
const seenBy = (table: Detection, id: string, unseen: Readonly<Record<string, string>>): string[] => {
  const row = table.find((r) => r.hazard === id);
  if (!row) return ['  not planted in our fixtures, so not measured'];
  const rows = Object.entries(row.bindings).map(([b, gates]) => [`  ${b}`, gates.join(' ')]);
  return columns([...rows, ...row.blind.map((b) => [`  ${b}`, nobody(unseen[b] ?? unseen['*'])])]);
};

/**
 * Prints one hazard in full, or the list of a family. Throws `Failure` 2 for an unknown hazard or language.
 */
export const explain = async (a: {
  hazard: string;
  language?: string | undefined;
  json: boolean;
}): Promise<ExitCode> => {
  const found = findHazards(a.hazard);
  const all = readExplanations();
  const table = await readDetection();
  const names = Object.keys(LANGUAGES);
  if (a.language !== undefined && !(a.language in LANGUAGES))
    throw new Failure(
      EXIT.USAGE,
      `'${a.language}' is not one of ${names.join(', ')}.${didYouMean(a.language, names)}`,
    );
  const of = (id: string) => ({
    text: all.get(id)?.text ?? '',
    unseen: all.get(id)?.unseen ?? {},
    examples: (all.get(id)?.examples ?? []).filter(
      (e) => a.language === undefined || e.language === a.language,
    ),
  });
  if (a.json) {
    const rows = found.map((h) => ({ ...h, ...of(h.id), detection: table.find((r) => r.hazard === h.id) }));
    sayJson(rows.length === 1 ? rows[0] : rows);
    return EXIT.OK;
  }
  if (found.length > 1) {
    for (const line of columns(found.map((h) => [h.id, h.title]))) say(line);
    return EXIT.OK;
  }
  const h = found[0]!;
  const { text, examples, unseen } = of(h.id);
  say(`${h.id}: ${h.title}\n\n${text}\n`);
  say(`Guilty         ${SIDES[h.side]}`);
  say(`First defence  ${h.defence}`);
  for (const e of examples) {
    say(`\n${LANGUAGES[e.language] ?? e.language}`);
    say(`  wrong\n${indent(e.wrong, '    ')}\n  right\n${indent(e.right, '    ')}`);
  }
  say('\nSeen by (our own planted bugs)');
  for (const line of seenBy(table, h.id, unseen)) say(line);
  return EXIT.OK;
};
